"""Bodies: the article's words and nothing else. Add a line to a table."""

import json

import pytest
from lxml.html import HtmlElement

from pipelines.analysis.body import BodyReading, likeness, read_body
from pipelines.analysis.body_blocks import Block
from pipelines.analysis.body_lines import clean_lines, is_boilerplate, without_links
from pipelines.analysis.body_script import paragraphs_of
from pipelines.analysis.metadata import read_metadata
from pipelines.analysis.page import parse

FURNITURE = [
    "You can also highlight the text and press Ctrl + Enter",
    "To suggest a correction or clarification, write to us here",
    "Please leave your suggestions or corrections here",
    "Therefore, we kindly ask for your support by disabling your ad blocker.",
    "Support our work: become a patron for the cost of one cup of coffee. We depend on readers like you.",
    "Read also: Another story about something else",
    "Related Posts",
    "Advertisement",
    "Lesedauer: 4 Minuten",
    "Auch interessant",
    "Get the latest news from our desk in your inbox.",
    "An dieser Stelle finden Sie einen externen Inhalt, den die Redaktion empfiehlt.",
    "Tu suscripción se está usando en otro dispositivo",
    "Photo: Sample Agency",
    "Sign up for our newsletter",
    "Читайте також: Інша новина дня",
    "Читайте также: Другая новость дня",
    "Підписуйтесь на наш Telegram-канал",
    "Если вы заметили ошибку, выделите её и нажмите Ctrl+Enter",
    "Lesen Sie auch: Eine andere Meldung",
    "Foto: Musteragentur",
    "À lire aussi : une autre histoire",
    "Lea también: Otra noticia",
    "Leia também: outra notícia",
    "延伸阅读：另一条新闻",
    "责任编辑：张三",
    "関連記事",
    "관련기사",
    "اقرأ أيضا",
    "यह भी पढ़ें",
    "İlgili haberler",
]
TEXT = [
    "The photo shows two captured fighters, the ministry said.",
    "Read the statement in full, the lawyer asked, before you judge.",
    "He said the prisoners were free to read and to write home.",
    "Support for the families comes from a fund, the ombudsman said.",
    "Вони читали листи з дому, сказав речник.",
    "Sie lesen Briefe von zu Hause, sagte die Sprecherin.",
    "发言人说，两名战俘已经回国。",
    "The community helped the families of the missing.",
    "He was free.",
]
WORDS = "The ministry said on Monday that two captured fighters had been moved to a camp, and doctors had seen them."
PARAGRAPHS = [f"{WORDS} Paragraph {number} of the report names nobody, for good reason." for number in range(1, 8)]


def page(body: str, head: str = "") -> HtmlElement:
    tree = parse(f"<!DOCTYPE html><html lang='en'><head><title>t</title>{head}</head><body>{body}</body></html>")
    assert tree is not None
    return tree


def read(body: str, head: str = "", title: str | None = None, *, close: bool = True) -> BodyReading:
    tree = page(body, head)
    meta = read_metadata(tree, "https://example.org/a")
    return read_body(tree, close=close, meta=meta, title=title)


def html(paragraphs: list[str]) -> str:
    return "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)


@pytest.mark.parametrize("line", FURNITURE)
def test_furniture_goes(line: str) -> None:
    assert is_boilerplate(line)


@pytest.mark.parametrize("line", TEXT)
def test_text_stays(line: str) -> None:
    assert not is_boilerplate(line)


def test_lines_are_cleaned_of_the_title_and_of_repeats() -> None:
    assert clean_lines(["A Title", "", PARAGRAPHS[0], PARAGRAPHS[0], "- item of a list"], "A title") == [
        PARAGRAPHS[0],
        "item of a list",
    ]


@pytest.mark.parametrize("close", [True, False])
def test_the_article_is_read_and_its_surroundings_are_not(close: bool) -> None:
    around = "<nav><a href='/'>Home</a></nav><main><article><h1>A title of some words</h1><div>{}</div></article>"
    teasers = "<aside><h3>Related Posts</h3><ul><li><a href='/b'>A neighbouring teaser</a></li></ul></aside></main>"
    reading = read(around.format(html(PARAGRAPHS)) + teasers, title="A title of some words", close=close)
    assert reading.text.split("\n\n") == PARAGRAPHS


def test_the_standfirst_outside_the_content_is_the_lead() -> None:
    lead = "A standfirst that says in one sentence what happened."
    reading = read(
        f"<article><h1>t</h1><div class='excerpt'><p>{lead}</p></div>"
        f"<div class='entry-content'>{html(PARAGRAPHS)}</div></article>"
    )
    assert reading.lead == lead
    assert lead not in reading.text


def test_an_article_split_over_boxes_is_whole() -> None:
    boxes = "".join(f"<div class='box'><p>{p}</p><div class='ad'>Advertisement</div></div>" for p in PARAGRAPHS)
    reading = read(f"<main><article><h1>t</h1>{boxes}</article></main>")
    assert all(paragraph in reading.text for paragraph in PARAGRAPHS)


STORY = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
AROUND = [
    (
        "a teaser that is all link",
        f"{STORY}<p><a href='/b'>Another town mourns, and nobody there knows why</a></p>{STORY}",
    ),
    (
        "a whole teaser with its text",
        f"{STORY}<ul><li><a href='/b'><h3>Next</h3><p>ALERT: {WORDS} Other.</p></a></li></ul>",
    ),
    ("scraps before", f"<p>World</p><p>By Ann Example</p>{STORY}"),
    ("scraps after", f"{STORY}<p>Sample Agency</p><p>AE/sp</p>"),
]


@pytest.mark.parametrize(("what", "body"), AROUND, ids=[row[0] for row in AROUND])
def test_what_stands_around_the_story_goes(what: str, body: str) -> None:
    text = read(f"<article><h1>t</h1>{body}</article>").text
    assert text.split("\n\n") == PARAGRAPHS


def test_a_page_of_links_keeps_them() -> None:
    lines = ["Ministry", "Camps of the north and of the south", "Letters from home"]
    blocks = [Block(line, "li", len(line), parse("<p>x</p>")) for line in lines]
    assert without_links(lines, blocks) == lines


@pytest.mark.parametrize("close", [True, False])
def test_words_are_whole_without_soft_hyphens(close: bool) -> None:
    story = STORY.replace("captured", "cap\u00adtured").replace("ministry", "mini\u200bstry")
    assert "captured" in read(f"<article><h1>t</h1>{story}</article>", close=close).text
    assert "\u00ad" not in read(f"<article><h1>t</h1>{story}</article>", close=close).text


def test_a_body_only_in_json_ld() -> None:
    data = json.dumps({"@type": "NewsArticle", "headline": "t", "articleBody": "\n".join(PARAGRAPHS)})
    reading = read("<div id='app'></div>", f'<script type="application/ld+json">{data}</script>')
    assert reading.method == "article_body"
    assert reading.text.split("\n\n") == PARAGRAPHS


@pytest.mark.parametrize(
    "script",
    [
        '<script id="d" type="application/json">{}</script>'.format(
            json.dumps({"a": {"body": [{"text": p} for p in PARAGRAPHS]}})
        ),
        "<script>window.__STATE__ = {};</script>".format(
            json.dumps({"a": {"content": html(PARAGRAPHS)}}).replace("</", "<\\/")
        ),
        "<script>self.__next_f.push({})</script>".format(
            json.dumps([1, "7:" + json.dumps({"x": {"html": html(PARAGRAPHS)}})]).replace("</", "<\\/")
        ),
    ],
)
def test_a_body_only_in_script_data(script: str) -> None:
    reading = read(f"<div id='app'></div>{script}")
    assert reading.method == "script"
    assert reading.text.split("\n\n") == PARAGRAPHS


def test_an_empty_page_has_no_text() -> None:
    assert read("<div></div>").text == ""


def test_likeness_is_one_for_the_same_and_none_for_other_words() -> None:
    assert likeness(PARAGRAPHS, PARAGRAPHS) == 1.0
    assert likeness(["one two three four five six"], ["quite different words in it"]) == 0.0


def test_paragraphs_of_markup_leave_captions_out() -> None:
    assert paragraphs_of("<p>One.</p><figure><figcaption>Credit</figcaption></figure><p>Two &amp; three.</p>") == [
        "One.",
        "Two & three.",
    ]


def test_a_layout_of_tables_gives_the_cell_of_the_article() -> None:
    said = [
        f"Sentence {n} of the report says that the ferry will run again, and that nobody was hurt." for n in range(6)
    ]
    table = (
        "<table><tr><td colspan=2><a href=/>Post</a></td></tr>"
        "<tr><td><a href=/news>News</a><br>Weather: rain<br>Firewood wanted</td><td><div>The ferry runs</div>"
        + "".join(f"<p>{one}</p>" for one in said)
        + "<hr><b>Other news</b><br>&bull; <a href=/2>Another headline of the day</a><br><hr><b>Leave a comment</b>"
        "<input name=n></td></tr><tr><td colspan=2><small>Registered as a newspaper.</small></td></tr></table>"
    )
    assert read(table, title="The ferry runs").text.split("\n\n") == said
