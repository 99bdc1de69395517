"""What else an article says of a person: age, home, nationality, unit, day and place of capture, the word used, the source.

In      `Text`, a person, language
Out     `Attributes`
Raises  nothing
"""  # noqa: E501

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipelines.analysis.nationalities import NationalityHit
from pipelines.analysis.people.group import Person
from pipelines.analysis.people.role_rules import VICTIM
from pipelines.analysis.people.spans import NameSpan
from pipelines.analysis.people.text import Text
from pipelines.records import Role


@dataclass(frozen=True, slots=True)
class Attributes:
    """Attributes of a person; None = the article does not say, or not in words we read."""

    nationality: str | None = None
    term_used: str | None = None
    age: int | None = None
    home: str | None = None
    unit: str | None = None
    captured_on: str | None = None
    captured_at_place: str | None = None
    attributed_to: str | None = None


_UNITS = r"(?:-?\s?year-old|\s*years?(?:\s+old)?|\s*Jahre|-jährige\w*|\s*ans|\s*años|\s*anos|\s*рок\w+|\s*рік|\s*лет|\s*год\w*|-річн\w+|-летн\w+|\s*岁|\s*歲|\s*세|\s*살|\s*वर्ष\w*|\s*साल|\s*yaşında\w*|\s*عاما|\s*سنة)"  # noqa: E501
_AGE_AFTER = re.compile(
    rf"^\s*[,(（]\s*(?:aged\s|de\s|âgé\w*\sde\s|an?\s)?(?:[^\W\d_]{{0,4}}\s)?([1-9]\d)(?:{_UNITS})?\s*(?=[,.;)）:]|\s|$)|^\s+(?:aged\s|de\s)?([1-9]\d){_UNITS}"
)
_AGE_BEFORE = re.compile(rf"(?<!\d)([1-9]\d){_UNITS}")
_CAPS = r"[A-ZÀ-ÖØ-ÞŞİА-ЯІЇЄҐ][\w'’-]+(?:[ -](?:[A-ZÀ-ÖØ-ÞŞİА-ЯІЇЄҐ][\w'’-]+|de|del|da|do))*"
_HOME = re.compile(
    rf"^(?:\s*[,(]?\s*(?:aged\s|de\s)?\d\d(?:{_UNITS})?\s*\)?,?)?[^.;]{{0,42}}?\b(?:from|hails from|native of|natural de|originaire de|aus|родом з|родом із|родом из|уродженець|уроженец|житель|мешканець|stammt aus)\s+(?:the\s+)?(?P<p>{_CAPS})"  # noqa: E501
)
_HOME_DE = re.compile(rf"^\s*,?\s*(?:de\s\d\d\s(?:años|anos|ans),\s)?de\s+(?P<p>{_CAPS})")
_HOME_ZH = re.compile(r"来自(?P<p>[\u3400-\u9fff]{2,6}?)(?=[，,。的])|來自(?P<q>[\u3400-\u9fff]{2,6}?)(?=[，,。的])")
_MONTHS = {
    m: i
    for i, names in enumerate(
        (
            "january january januar janvier enero janeiro січня января ocak",
            "february februar février febrero fevereiro лютого февраля şubat",
            "march märz mars marzo março березня марта mart",
            "april avril abril квітня апреля nisan",
            "may mai mayo maio травня мая mayıs",
            "june juni juin junio junho червня июня haziran",
            "july juli juillet julio julho липня июля temmuz",
            "august août agosto серпня августа ağustos",
            "september septembre septiembre setembro вересня сентября eylül",
            "october oktober octobre octubre outubro жовтня октября ekim",
            "november novembre noviembre novembro листопада ноября kasım",
            "december dezember décembre diciembre dezembro грудня декабря aralık",
        ),
        1,
    )
    for m in names.split()
}
_DATE = re.compile(
    r"(?P<d>\d{1,2})(?:\.|st|nd|rd|th)?\s+(?:de\s+)?(?P<m>[^\W\d_]{3,10})\.?(?:\s+(?:de\s+)?(?P<y>20\d\d))?|(?P<M>[A-Z][a-z]{2,8})\.?\s+(?P<D>\d{1,2})(?:,?\s+(?P<Y>20\d\d))?|(?P<n>\d{1,2})\.(?P<k>\d\d)\.(?P<z>20\d\d)"
)
_CAPTURED = re.compile(
    r"captured|taken prisoner|detained|caught|surrendered|gefangen|capturé|capturad|capturó|apresó|полон|плен|захоплен|esir|被俘|俘|생포|कब्जा|पक्राउ|أسر",  # noqa: E501
    re.IGNORECASE,
)
_PLACE = re.compile(
    rf"\b(?:in|near|at|outside|bei|nahe|in der Nähe von|près de|à|en|cerca de|em|perto de|поблизу|біля|під|у районі|в районі|под|возле|близ|в|у)\s+(?:the\s+)?(?P<p>{_CAPS})"  # noqa: E501
)
_UNIT = re.compile(
    r"(?:served in|serving in|serves in|member of|soldier of|fighter of|assigned to|служив у|служил в|diente in|servait dans|sirvió en)\s+(?:the\s+|der\s+|la\s+|el\s+)?(?P<u>[^,.;]{3,70}?(?:Brigade|Regiment|Division|Battalion|Legion|Corps|Army|бригад\w+|полк\w*|батальйон\w*|легіон\w*|легион\w*|brigada|legión|régiment))",  # noqa: E501
    re.IGNORECASE,
)
_TERM = re.compile(
    r"\b(?:mercenar(?:y|ies)|mercenaires?|mercenarios?|mercenários?|Söldner\w*|найман\w+|наемник\w*|наёмник\w*)\b|雇佣兵|僱傭兵|傭兵|용병|مرتزق\w*|भाडाका सैनिक|भाड़े के सैनिक|paralı asker",  # noqa: E501
    re.IGNORECASE,
)
_SOURCE_WORDS = (
    r"(?:according to|laut|nach Angaben (?:von|der|des)|selon|d'après|según|segundo|de acordo com|за словами|за даними|по словам|по данным)\s+(?P<s>[^,.;:]{3,70})|",  # noqa: E501
    r"(?P<t>[^,.;:\s][^,.;:]{2,60}?)(?:'ya göre|'e göre|'a göre|\s+के अनुसार|का अनुसार)|",
    r"据(?P<u>[^，,。]{2,20})[，,]|وفق(?:ا ل)?\s*(?P<v>[^،.,]{3,40})",
)
_SOURCE = re.compile("".join(_SOURCE_WORDS), re.IGNORECASE)
_NAMED_FIRST = re.compile("göre|अनुसार", re.IGNORECASE)
_SOURCE_AFTER = re.compile(_SOURCE_WORDS[0] + _SOURCE_WORDS[2], re.IGNORECASE)
"""For sentences without the words that follow a source: looking for what may stand before them takes long."""
SIDE = re.compile(
    r"^[\w’'-]*\s+(?:\w+\s)?(?:army|forces?|military|troops|side|ranks|captivity|custody|authorities|government|intelligence|soldiers|armed"
    r"|brigades?|units?|camps?|prisons?|courts?|drones?|positions|hands|trench|lines|channel|police|officials?|media|contract|front|fire"
    r"|armee|seite|ejército|exército|bando|lado|cárcel|prisión|tribunal|ministerium|armée|camp|brigade|prison|rangs|détention|haft|hand|einheit\w*|lager\w*"
    r"|gefangenschaft|kriegsgefangenschaft|streitkräfte\w*|reihen|truppen|behörden|gericht|drohne"
    r"|арм\w+|військ\w*|сил\w*|войск\w*|полон\w*|плен\w*|бригад\w*|підрозділ\w*|подразделен\w*|суд\w*|влад\w*|власт\w*|дрон\w*|табор\w*|лагер\w*|бок\w*|сторон\w*|канал\w*|розвідк\w*|разведк\w*"
    r"|ordu\w*|saf\w*|birlik\w*|esaret\w*|güç\w*|asker[îi]?|cezaevi\w*|taraf\w*|सेना\w*|फौज\w*|सरकार\w*|शिविर\w*|हिरासत\w*|ब्रिगेड\w*|군|측|당국|부대|여단)"
    r"|^(?:军|軍|方|军队|軍隊|部队|部隊|政府|当局|當局|战俘营|戰俘營|法院|无人机)|^군",
    re.IGNORECASE,
)
"""An army, a court, a camp: whose they are says nothing of the man in them."""
ABROAD = re.compile(
    r"(?:\b(?:to|in|at|near|with|against|for|into|inside|en|à|au|aux|contre|vers|in|nach|gegen|bei|contra|na|no|nas|nos|em|hacia|para|в|у|на|до|проти|против)\s+(?:the\s|la\s|le\s|l['’]|der\s|den\s|die\s)?|إلى\s|في\s|لدى\s|驻|駐|在|赴|到|对|對|주)$",
    re.IGNORECASE,
)
"""A country that somebody is or goes to, not the one somebody is from."""


def read_attributes(text: Text, person: Person, language: str, role: Role, nationality: str | None) -> Attributes:
    """Read the attributes around the person's mentions; the first found holds."""
    whole, victim, captive = text.text, role in VICTIM, role is Role.CAPTIVE
    age = next((a for s in person.spans if (a := _age(whole, s)) is not None), None)
    sentences = list(dict.fromkeys(text.sentence_at(s.start) for s in person.spans))
    texts = [text.sentence(n) for n in sentences]
    home = next((h for s in person.spans if (h := _home(whole, s, language))), None) if victim else None
    caught = next((t for t in texts if _tells_capture(t)), None) if captive else None
    return Attributes(
        nationality=nationality,
        term_used=next((m.group() for t in texts if (m := _term(t))), None) if victim else None,
        age=age,
        home=home,
        unit=next((m.group("u").strip() for t in texts if (m := _unit(t))), None) if victim else None,
        captured_on=_near(text, person, caught, _day) if caught else None,
        captured_at_place=_near(text, person, caught, _place) if caught else None,
        attributed_to=next(
            (
                g
                for t in texts
                if (m := _source(t)) and (g := next((x for x in m.groups() if x), None)) and person.name not in g
            ),
            None,
        ),
    )


@lru_cache(maxsize=256)
def _tells_capture(sentence: str) -> bool:
    """Asked once a sentence, not once for everybody whom it names; so are the three below."""
    return bool(_CAPTURED.search(sentence))


@lru_cache(maxsize=256)
def _term(sentence: str) -> re.Match[str] | None:
    return _TERM.search(sentence)


@lru_cache(maxsize=256)
def _unit(sentence: str) -> re.Match[str] | None:
    return _UNIT.search(sentence)


@lru_cache(maxsize=256)
def _source(sentence: str) -> re.Match[str] | None:
    return (_SOURCE if _NAMED_FIRST.search(sentence) else _SOURCE_AFTER).search(sentence)


def _age(whole: str, span: NameSpan) -> int | None:
    after = _AGE_AFTER.match(whole[span.end : span.end + 40])
    if after:
        return int(next(g for g in after.groups() if g))
    return age_before(whole[max(0, span.start - 50) : span.start])


def age_before(before: str) -> int | None:
    """Age that the words before a name give it: `the 26-year-old driver `."""
    for match in _AGE_BEFORE.finditer(before):
        rest = before[match.end() :]
        if (
            len(rest.split()) <= 4
            and not re.search(r"[,.;:()，。；、]", rest)
            and (" " in rest.strip() or len(rest) <= 14)
        ):
            return int(match.group(1))
    return None


def _home(whole: str, span: NameSpan, language: str) -> str | None:
    after = whole[span.end : span.end + 90]
    match = _HOME.match(after) or (_HOME_DE.match(after) if language in {"es", "pt"} else None)
    if match:
        return match.group("p")
    chinese = _HOME_ZH.search(re.split(r"[。；]", after)[0]) if language == "zh" else None
    return next((g for g in chinese.groups() if g), None) if chinese else None


def _near(text: Text, person: Person, sentence: str | None, read: object) -> str | None:
    """Read from the words after the person's own mention up to the next person's clause."""
    for span in person.spans:
        number = text.sentence_at(span.start)
        if sentence is None or text.sentence(number) != sentence or not callable(read):
            continue
        end = text.sentences[number][1]
        piece = re.split(r",\s+and\s|;\s", text.text[span.end : end])[0]
        found = read(piece)
        if isinstance(found, str):
            return found
    return None


def _day(piece: str) -> str | None:
    for match in _DATE.finditer(piece):
        day, word, year = (match["d"], match["m"], match["y"]) if match["d"] else (match["D"], match["M"], match["Y"])
        if match["n"]:
            return f"{match['z']}-{int(match['k']):02}-{int(match['n']):02}"
        month = next((i for name, i in _MONTHS.items() if name.startswith(str(word).lower())), None)
        if month and 1 <= int(day) <= 31:
            return f"{year}-{month:02}-{int(day):02}" if year else f"--{month:02}-{int(day):02}"
    return None


def _place(piece: str) -> str | None:
    for match in _PLACE.finditer(piece):
        if match["p"].split()[0].lower() not in _MONTHS:
            return match["p"]
    return None


def nearest_nationality(text: Text, person: Person, role: Role, hits: Sequence[NationalityHit]) -> str | None:
    """Nearest people's name in the person's sentence that is not an army's, or the country beside an office; for victims else the article's commonest but the parties'."""  # noqa: E501
    victim = role in VICTIM
    people = hits if role in OFFICES else [h for h in hits if h.kind == "demonym"]
    for span in person.spans:
        start, end = text.sentences[text.sentence_at(span.start)]
        near = [
            h
            for h in people
            if start <= h.start < end
            and not (span.start <= h.start < span.end)
            and (victim or _beside(text.text, h, span, role in OFFICES))
        ]
        if near:
            return min(near, key=lambda h: min(abs(h.start - span.end), abs(span.start - h.end))).code
    if not victim:
        return None
    for kind in ("demonym", "country"):
        common = Counter(h.code for h in hits if h.kind == kind and h.code not in {"RU", "UA"}).most_common(2)
        if common and (len(common) == 1 or common[0][1] > common[1][1]):
            return common[0][0]
    return None


def _beside(whole: str, hit: NationalityHit, span: NameSpan, office: bool) -> bool:
    """`Nepal's ambassador Jane Roe`, `Jane Roe of the Kenyan foreign ministry`, `the Nepali Jane Roe`."""
    before = hit.end <= span.start
    gap = whole[hit.end : span.start] if before else whole[span.end : hit.start]
    if not office:
        return before and len(gap) <= 30
    return len(gap) <= (60 if before else 45) and len(_PAUSE.findall(gap)) <= 1


_PAUSE = re.compile(r"[,;:.،，。；：、()（）«»“”\"]")


OFFICES = frozenset({Role.OFFICIAL, Role.SPOKESPERSON, Role.HEAD_OF_STATE, Role.COMMANDER})
"""Whose country is the one that the office is named after."""


def said_of(text: str, hit: NationalityHit) -> str:
    """How a nationality is said: an army's, a place that somebody is or goes to, a person's, a people's, a state's."""
    if SIDE.match(text[hit.end : hit.end + 28]):
        return "army"
    if hit.kind == "country" and ABROAD.search(text[max(0, hit.start - 14) : hit.start]):
        return "abroad"
    return "person" if hit.person else hit.kind
