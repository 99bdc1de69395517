"""The demo's newspapers: their texts agree with the answer sheet, and every trap they set is really there."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from html import unescape

import feedparser
import pytest
from lxml import etree, html

from monitor.demo.site.build import Resource, build
from monitor.demo.site.content import ContentError, load
from monitor.demo.site.markup import blocks
from monitor.demo.site.story import Press, Story, stories
from monitor.demo.site.words import fill
from monitor.demo.truth import PageTruth, load_expected, load_truth, urls
from pipelines.records import Outcome, Role, Status

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
BASE = "http://127.0.0.1:1"
CONTENT = load()
TRUTH = {truth.page: truth for truth in load_truth(2, browser=True)}


def printed(edition: int = 1, *, browser: bool = True) -> tuple[dict[str, Story], Mapping[str, Resource]]:
    """The stories and the resources of an edition."""
    press = Press(NOW, BASE, edition, NOW + timedelta(minutes=5) if edition > 1 else None, browser)
    return {story.page.id: story for story in stories(CONTENT, press)}, build(CONTENT, press)


STORIES, SITE = printed()
LATER, LATER_SITE = printed(2)


# ── the texts and their answer sheet ────────────────────────────────────────


def test_the_newsroom_is_large_enough() -> None:
    languages = {language for outlet in CONTENT.outlets.values() for language in outlet.languages}
    assert len(CONTENT.outlets) >= 6
    assert languages == {"en", "uk", "ru", "zh"}
    assert sum(not page.gone for page in CONTENT.pages) >= 45
    assert {feed.kind for outlet in CONTENT.outlets.values() for feed in outlet.feeds} == {
        "rss",
        "atom",
        "sitemap",
        "section",
    }


def test_every_page_has_an_answer_and_every_answer_a_page() -> None:
    assert set(TRUTH) == {page.id for page in CONTENT.pages}
    assert len(load_truth(1, browser=True)) == len(STORIES)
    assert all(TRUTH[page.id].edition == page.edition for page in CONTENT.pages)


@pytest.mark.parametrize("truth", TRUTH.values(), ids=lambda truth: truth.page)
def test_an_answer_speaks_the_words_of_the_records(truth: PageTruth) -> None:
    assert set(truth.watches) <= {"foreign-fighters", "prisoners-of-war"}
    if truth.outcome:
        assert truth.outcome in {outcome.value for outcome in Outcome}
    else:
        assert bool(truth.watches) == truth.on_topic
    assert truth.on_topic or truth.why, "a trap names itself"
    for person in truth.persons:
        assert person.role in {role.value for role in Role}
    for found in (*truth.persons, *truth.counts):
        assert found.status is None or found.status in {status.value for status in Status}


def words_of(story: Story) -> str:
    """Everything a reader sees of the article itself."""
    text = " ".join(re.sub(r"<[^>]+>", "", f"{block.html} {' '.join(block.items)}") for block in story.blocks)
    return unescape(f"{story.title} {story.lead} {text}")


@pytest.mark.parametrize("truth", TRUTH.values(), ids=lambda truth: truth.page)
def test_an_answer_is_written_on_its_page(truth: PageTruth) -> None:
    text = words_of((LATER if truth.page in LATER else STORIES)[truth.page])
    for person in truth.persons:
        # endings change in Ukrainian and Russian, so a stem of each part must stand there
        for part in re.split(r"[\s·]", person.name):
            assert part[: max(2, len(part) - 2)] in text, f"{part} of {person.name}"
    for count in truth.counts:
        assert any(form in text.lower() for form in number_forms(count.low, truth.page)), f"{count.low} in {truth.page}"


NUMBER_WORDS = {
    "en": {2: "both|two", 3: "three", 4: "four", 5: "five", 6: "six", 9: "nine", 11: "eleven", 13: "thirteen"}
    | {22: "twenty-two", 41: "forty-one", 43: "forty-three", 600: "six hundred"},
    "uk": {2: "двоє|двох", 3: "троє|трьох", 4: "четверо", 5: "п'ятеро", 6: "шестеро", 7: "сімох", 13: "тринадцятеро"}
    | {18: "вісімнадцят", 21: "двадцять один", 25: "двадцять п'ять", 27: "двадцять сім", 41: "сорок один"}
    | {200: "двісті"},
    "ru": {2: "двое", 4: "четверо", 6: "шестеро", 9: "девять", 19: "девятнадцати", 30: "тридцати"},
    "zh": {2: "两名|兩名", 3: "三名", 5: "五人", 7: "七人", 18: "十八名", 20: "二十名", 32: "三十二"}
    | {4000: "四千", 11000: "一萬一千"},
}


def number_forms(number: int, page_id: str) -> list[str]:
    """How a number may stand in a text of that page's language."""
    language = CONTENT.outlets[page_id.split("/")[0]].languages[0]
    words = NUMBER_WORDS[language].get(number)
    return [str(number), f"{number:,}", *(words.split("|") if words else ())]


def test_only_pages_marked_historical_are_older_than_three_days() -> None:
    old = {story.page.id for story in LATER.values() if NOW - story.published > timedelta(hours=72)}
    assert old == {truth.page for truth in TRUTH.values() if truth.historical} != set()
    assert all(story.published <= NOW for story in STORIES.values())


def test_times_follow_the_start_instant_in_the_zone_of_the_outlet() -> None:
    page = SITE[STORIES["haibin-chenbao/waijiaobu-huiying"].path].body.decode()
    assert '<meta name="publishdate" content="2026-03-04 17:00:00"' in page
    winter = build(CONTENT, Press(datetime(2030, 1, 1, tzinfo=UTC), BASE))
    assert any(path.startswith("/dnipro-herald/2029/12/") for path in winter)


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("{dm -1}", "en", "3 March"),
        ("{mdy 0}", "en", "March 4, 2026"),
        ("{weekday 0}", "en", "Wednesday"),
        ("станом на {month}", "uk", "станом на березень 2026 року"),
        ("{dm -3}", "ru", "1 марта"),
        ("{day}", "zh", "2026年3月4日"),
        ("{ym -10} {iso}", "en", "2026-02 2026-03-04"),
    ],
)
def test_dates_are_written_as_the_language_writes_them(text: str, language: str, said: str) -> None:
    assert fill(text, language, NOW.date()) == said


def test_markup_is_escaped_and_marks_are_read() -> None:
    made = blocks("## A <b>\n\n- x\n- **y**\n\n[go](s) & stay", lambda slug: f"/{slug}")
    assert [block.kind for block in made] == ["subhead", "list", "p"]
    assert made[0].html == "A &lt;b&gt;"
    assert made[1].items == ("x", "<strong>y</strong>")
    assert made[2].html == '<a href="/s">go</a> &amp; stay'


# ── what is printed ─────────────────────────────────────────────────────────


def test_every_link_of_every_feed_answers_unless_it_is_a_dead_one() -> None:
    dead = {url for page, url in urls(Press(NOW, BASE)).items() if TRUTH[page].outcome == "gone"}
    for outlet in CONTENT.outlets.values():
        for feed in outlet.feeds:
            links = feed_links(SITE[f"/{outlet.id}/{feed.path}"].body, feed.kind, outlet.id)
            wanted = {story.url for story in STORIES.values() if story.outlet is outlet}
            cleaned = {link.replace(feed.query, "") if feed.query else link for link in links}
            assert wanted <= cleaned, outlet.id
            assert {link for link in cleaned if link.removeprefix(BASE) not in SITE} <= dead
    assert len(dead) == 2


def feed_links(content: bytes, kind: str, outlet_id: str) -> set[str]:
    """The article links of a feed, read by libraries that are not ours."""
    if kind in ("rss", "atom"):
        reading = feedparser.parse(content)
        assert not reading.bozo
        assert all(entry.published for entry in reading.entries)
        return {entry.link for entry in reading.entries}
    if kind == "sitemap":
        return set(etree.fromstring(content).xpath("//*[local-name()='loc']/text()"))
    hrefs = html.fromstring(content.decode()).xpath("//li/a/@href | //td/a/@href")
    return {BASE + href for href in hrefs if re.search(r"\d{6}", href)} | {f"{BASE}/{outlet_id}/"}


def test_a_feed_and_a_page_are_in_windows_1251_and_the_page_lies_about_it() -> None:
    feed = SITE["/volzhskiy-telegraf/rss.xml"]
    assert "windows-1251" in feed.content_type
    assert "Волжский телеграф" in feed.body.decode("windows-1251")
    page = SITE[STORIES["slobidskyi-kurier/rodyny-polonenykh-na-ploshchi"].path]
    assert page.content_type == "text/html; charset=utf-8"
    assert "Микола Петрусенко" in page.body.decode("windows-1251")
    with pytest.raises(UnicodeDecodeError):
        page.body.decode("utf-8")


def test_metadata_differs_from_outlet_to_outlet() -> None:
    first = {}
    for story in STORIES.values():
        if not story.page.gone:
            first.setdefault(story.outlet.id, SITE[story.path].body.decode("utf-8", "replace"))
    with_json = {outlet for outlet, page in first.items() if "application/ld+json" in page}
    assert with_json == {"harbour-wire", "nadbuzkyi-visnyk", "kordon-media", "daoyu-ribao"}
    for outlet in with_json:
        for script in html.fromstring(first[outlet].encode()).xpath("//script[@type='application/ld+json']/text()"):
            json.loads(script)
    assert {o for o, page in first.items() if "og:title" in page} >= {"dnipro-herald", "volzhskiy-telegraf"}
    assert not re.search(r"<meta (name|property)|ld\+json|<time", first["slobidskyi-kurier"])


def test_the_wire_text_is_reprinted_word_for_word_under_another_headline() -> None:
    copies = [truth for truth in TRUTH.values() if truth.copy_of]
    assert len(copies) == 1
    copy, original = STORIES[copies[0].page], STORIES[copies[0].copy_of or ""]
    assert copy.title != original.title
    assert copy.blocks[1:] == original.blocks[1:]
    assert copy.blocks[0].html.startswith("LONDON")
    assert original.blocks[0].html.startswith("NAIROBI")


def test_a_page_behind_a_paywall_and_an_amp_variant() -> None:
    teaser = STORIES["harbour-wire/inside-camp-for-captured-foreigners"]
    assert b"never leaves the server" not in SITE[teaser.path].body
    main = STORIES["harbour-wire/kenyan-families-demand-answers"]
    amp = html.fromstring(SITE[main.amp_url.removeprefix(BASE)].body)
    assert amp.xpath("//link[@rel='canonical']/@href") == [main.url]
    assert f'rel="amphtml" href="{main.amp_url}"'.encode() in SITE[main.path].body


def test_a_page_that_needs_a_browser_is_printed_only_for_one() -> None:
    (page,) = [page for page in CONTENT.pages if page.scripted]
    plain, site = printed(browser=False)
    assert page.id in STORIES
    assert page.id not in plain
    path = STORIES[page.id].path
    assert path not in site
    shell = SITE[path].body.decode()
    assert not any(block.html in shell for block in STORIES[page.id].blocks)
    told = json.loads(SITE[f"{path}.json"].body)["html"]
    assert all(block.html in told for block in STORIES[page.id].blocks)


def test_the_second_edition_changes_one_article_and_adds_another() -> None:
    key = "dnipro-herald/exchange-205-home"
    before, after = SITE[STORIES[key].path], LATER_SITE[LATER[key].path]
    assert before.etag != after.etag
    assert after.last_modified == NOW + timedelta(minutes=5)
    assert b"A total of 205" in before.body
    assert b"A total of 207" in after.body
    assert set(LATER) - set(STORIES) == {"dnipro-herald/second-list-of-chinese-nationals"}
    changed = {path for path in SITE if SITE[path].body != LATER_SITE[path].body}
    assert {path.split("/")[1] for path in changed} == {"dnipro-herald"}


def test_the_page_shaped_like_the_seed_carries_all_its_boilerplate() -> None:
    expected = load_expected(Press(NOW, BASE))
    page = SITE[expected.url.removeprefix(BASE)].body.decode()
    assert page.count(f">{expected.title}<") == 2
    assert expected.body_starts in page
    assert expected.body_ends in page
    missing = [
        words for words in expected.body_lacks if words not in page and words not in ("Read also", "fighter jets")
    ]
    assert missing == []
    assert expected.dates == ("2026-03-03", "2026-03")


def test_a_wrong_declaration_names_file_and_key() -> None:
    from monitor.demo.site import content

    with pytest.raises(ContentError, match=r"x\.toml: page s: unknown key 'titel'"):
        content._page({"slug": "s", "hours": 1, "titel": "T"}, "o", 1, "x.toml")
