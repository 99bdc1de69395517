"""Find who wrote an article: people only, not outlets, agencies or roles.

In      authors the page states, its byline elements, the names of the site
Out     names as written, in the page's order, each once
How     statements are split, cleaned of "by", roles, addresses and dates, and kept if they look like a person's name
Raises  nothing
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from lxml.html import HtmlElement

from pipelines.analysis.metadata import Metadata, clean
from pipelines.analysis.titles import host_names, squeeze

MAX_AUTHORS = 12

_BY = re.compile(
    r"^(?:(?:(?:written|reported|posted|published|story|text|words|analysis|report|opinion|review)\s+)?by|von|"
    r"par|por|de la part de|di|"
    r"автор(?:ка|ы|и)?|текст|авторы|author|authors|autor(?:en|es|in)?|auteurs?|autore|text|redaktion|yazan|haber|"
    r"от|från|av|af|door|przez|autor:|文|作者|記者|记者|撰文|编辑|編集|بقلم|كتب|كتبت|लेखक|기자)(?:\s*[:：/|]\s*|\s+|"
    r"(?=[\u3400-\u9fff]))",
    re.I,
)
_SPLIT = re.compile(
    r"\s*[;,|/•·、，&+]\s*|\s+(?:and|und|et|y|e|и|та|и|och|og|en|ve|i|oraz|with|mit|avec|con|com|و)\s+|\s+[–—-]\s+",
    re.I,
)
_CUT = re.compile(
    r"\s*(?:\(.*|\[.*|<.*|\bfor\b.*|\bin [A-Z].*|\bat \w+.*|https?:.*|\S+@\S+.*|@\w+.*|\d{1,2}[./ ].*|"
    r"\bupdated\b.*|\bpublished\b.*|"
    r"\bveröffentlicht\b.*|\bam \d.*|\d{4}.*|Uhr\b.*)$",
    re.I,
)
_NO_PERSON = re.compile(
    r"\b(?:news|agenc(?:y|ies)|agence|agentur|agencia|agência|агентство|агенція|redaktion\w*|redacci[oó]n|"
    r"redação|rédaction|redazione|redakcja|"
    r"редакци\w*|редакці\w*|editor(?:s|ial|ial board)?|editorial|desk|staff|team|correspondent|reporters?|"
    r"bureau|writers?|press|"
    r"media|times|post|tv|online|digital|magazin\w*|zeitung|verlag|gmbh|inc|ltd|group|network|admin\w*|"
    r"webmaster|user|guest|"
    r"reuters|afp|dpa|apa|efe|ansa|tass|тасс|риа|interfax|интерфакс|укринформ|укрінформ|унн|xinhua|yonhap|sda|"
    r"ots|kna|epd|sid|"
    r"ap|pa media|associated press|belga|lusa|anadolu|bloomberg|presse\w*|services?|kollektiv|collective|"
    r"foundation|institut\w*|"
    r"universit\w*|ministr\w*|department|amt|club|verein|e\.v|blog|forum|facebook|twitter|www|http\w*|anonymous|"
    r"unknown|none|null|"
    r"author|autor|autorenseite|datum|nachrichten|expert\w*|collecti[fv]\w*|profile|default|contributor\w*|archive|google|home|share|follow|subscribe|comments?|mehr|"
    r"more|all|alle|artikel\w*|"
    r"freier?|gastautor\w*|publisher|newsroom|wire|report|service|haber|merkezi|gazetesi|ajansı|diario|journal|"
    r"radio|rundfunk)\b"
    r"|\.(?:com|de|org|net|at|ch|uk|ru|ua|eu)\b|通讯社|新华|新聞|日报|日報|编辑部|編集部|통신|뉴스|وكالة|संवाददाता|डेस्क",
    re.I,
)
_ROLE = re.compile(
    r"^(?:redakteur\w*|chefredakteur\w*|korrespondent\w*|chief|senior|political|foreign|science|business|"
    r"sports?|economics|"
    r"reporter|journalist\w*|kolumnist\w*|ressort\w*|leiter\w*|head of|deputy|managing|special|us|europe|world|"
    r"dr|prof|politik|"
    r"wirtschaft|kultur|sport|panorama|fotos?|photos?|bild\w*|video|photograph\w*|grafik|illustration\w*)\b",
    re.I,
)
_NAME = re.compile(r"^[^\W\d_][\w.'’ʼ\-·]*(?:\s+[^\W\d_][\w.'’ʼ\-]*){0,4}$")
_AFTER = re.compile(r"\s+(?:hace|stand|vor \d.*|il y a|기자|記者|记者|특파원)$", re.I)
_BEFORE = re.compile(r"^[a-z][\w -]*\s(?:von|by|par|por)\s(?=[A-Z])")
"""What is glued to a name: "ago" of a relative time, a role in Korean or Chinese; a section's name "by" somebody."""
_PHRASE = frozenset(["im", "für", "über", "aus", "auf", "bei", "ohne", "gegen", "the", "of", "for", "our"])
"""Words of phrases, not of names: a part with one of them in lower case is a title or a department."""
_SPACELESS = re.compile(r"^[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3·・]{2,8}$")
_SPOKEN = re.compile(
    r"(?:by|von|par|por|posted by|written by|autore?n?|autor:in|auteur|автор|текст|text|yazar"
    r"|撰文|作者|記者)\b\s*[:：]?",
    re.I,
)
_BARE = frozenset({"von", "by", "par", "por", "vom", "über", "about", "автор", "text"})
_SINGLE_FROM = frozenset({"jsonld:person", "meta:twitter:data1", "meta:author", "meta:dc.creator", "meta:dc:creator"})
_BYLINE = re.compile(r"[Aa]uthor|autor|[Bb]yline")
_ELSEWHERE = re.compile(r"comment|related")


def find_authors(meta: Metadata, tree: HtmlElement, host: str = "") -> tuple[str, ...]:
    """Return the people who wrote the article, in the page's order."""
    sites = {squeeze(name) for name in meta.site_names} | host_names(host)
    by_source: dict[str, list[str]] = {}
    for stated in meta.authors:
        by_source.setdefault(stated.source.removesuffix(":person"), []).append(stated.value)
    for values in by_source.values():
        names = split_names(values, sites)
        if names:
            return names
    bylines = _bylines(tree)
    names = split_names(bylines, sites)
    if names:
        return names
    pen_names = [s.value for s in meta.authors if s.source in _SINGLE_FROM]
    for values in (pen_names, _bylines(tree, "rel") if bylines else [], bylines):
        names = split_names(values, sites, single=True)
        if names:
            return names
    return split_names(_spoken(tree), sites)


def split_names(values: list[str], sites: set[str], *, single: bool = False) -> tuple[str, ...]:
    """The people in some byline texts; `single`: pen names of one word count too."""
    names: dict[str, str] = {}
    for value in values:
        if value.startswith(("http:", "https:", "www.")):
            continue
        text = _BY.sub("", clean(value)).strip()
        for part in _SPLIT.split(text):
            name = _tidy(part or "")
            if name and is_person(name, sites, single=single):
                names.setdefault(squeeze(name), name)
    return tuple(names.values())[:MAX_AUTHORS]


def is_person(name: str, sites: set[str], *, single: bool = False) -> bool:
    """Whether a text looks like one person's full name, or with `single` like a pen name."""
    if _NO_PERSON.search(name) or _ROLE.match(name) or squeeze(name) in sites or _PHRASE & set(name.split()):
        return False
    if _SPACELESS.match(name):
        return True
    words = name.split()
    if single and len(words) == 1:
        return bool(_NAME.match(name)) and 2 < len(name) < 30 and name.lower() not in _BARE
    cased = [w for w in words if w[0].isupper() or not w[0].islower()]
    return bool(_NAME.match(name)) and 2 <= len(words) <= 5 and len(cased) >= 2 and 4 < len(name) < 50


def _tidy(part: str) -> str:
    part = _CUT.sub("", _BY.sub("", part.strip(" .:-–—*\"“”'")))
    part = _AFTER.sub("", _BEFORE.sub("", part))
    part = re.sub(r"^(?:Dr|Prof|Mag|Dipl\.-\w+|Hr|Fr|Mr|Mrs|Ms)\.?\s+(?=\S+\s)", "", part.strip())
    words = part.strip(" .:-–—*,").split()
    if len(words) > 1 and all(w.isupper() and len(w) > 2 for w in words) and part.isascii():
        words = [w.capitalize() for w in words]
    return " ".join(words)


def _bylines(tree: HtmlElement, kind: str = "all") -> list[str]:
    """The texts of the elements that markup calls a byline, the first few that speak."""
    texts: list[str] = []
    place = None
    for element in islice(_byline_elements(tree, kind), 12):
        if texts and place is not None and not any(ancestor is place for ancestor in element.iterancestors()):
            break  # another place of the page names the authors of other articles
        text = clean(" ".join(element.itertext()))
        if 2 < len(text) < 120 and text not in texts:
            texts.append(text)
            parent = element.getparent()
            place = place if place is not None else parent.getparent() if parent is not None else None
    return texts[:3]


@lru_cache(maxsize=16_384)
def _says_byline(names: str) -> bool:
    """Whether a class names an author's place; kept, as pages repeat their names."""
    return bool(_BYLINE.search(names))


def _byline_elements(tree: HtmlElement, kind: str) -> Iterator[HtmlElement]:
    """What markup calls an author's place, outside what belongs to other articles; `rel`: by `rel` and `itemprop`."""
    for element in tree.iter("*"):  # in one walk: XPath with as many conditions takes five times as long
        get = element.get
        named = get("rel") == "author" or get("itemprop") == "author"
        if not named and kind == "all":
            named = (
                _says_byline(get("class", "")) or get("id", "").startswith("author") or get("data-testid") == "byline"
            )
        if named and not _belongs_elsewhere(element, kind):
            yield element


def _belongs_elsewhere(element: HtmlElement, kind: str) -> bool:
    return any(
        ancestor.tag in {"aside", "footer"} or (kind == "all" and _ELSEWHERE.search(ancestor.get("class", "")))
        for ancestor in element.iterancestors()
    )


def _spoken(tree: HtmlElement) -> list[str]:
    """Short texts that begin with "by" in some language, the first on the page."""
    for element in tree.iter(
        "p", "span", "div", "em", "strong", "small", "i", "b", "h4", "h5", "h6", "address", "td", "li"
    ):
        start = (element.text or "").strip()
        if start and len(start) < 90 and _SPOKEN.match(start):
            text = clean(" ".join(element.itertext()))
            if len(text) < 120:
                return [text]
    return []
