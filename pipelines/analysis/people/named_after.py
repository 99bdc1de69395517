"""Names that name no person: streets, ships and prizes called after one, and words that stand where a place stands.

In      text, a span, the finders' language
Out     whether the span is such a name
Raises  nothing
"""

from __future__ import annotations

import re

from pipelines.analysis.people.spans import NameSpan

_AT = re.compile(
    r"\b(?:(?:уроженец|уроженк[аи]|уроженц[аеыу]|уродженець|уродженк[аи]|уродженц[яі]|жител[ьяи]|жительниц[аы]|мешкан(?:ець|ка|ця)|native\sof|resident\sof|"
    r"natif\sde|native\sde|natural\sde|oriund[oa]\sde|vecin[oa]\sde|originaire\sde)|in|near|from|aus|bei|nach|at|à|en|em|desde|outside|around|left|reached|toward|towards|у|в|під|біля|поблизу|под|возле|из|із)\s$",
    re.IGNORECASE,
)

_AFTER_WHOM = re.compile(
    r"(?<![^\W_])(?:імені|им\.|ім\.|имени|вулиц\w*|вул\.|проспект\w*|площ\w*|бульвар\w*|провул\w*|набережн\w*|сквер\w*|парк\w*|пам.ятник\w*|станці\w*|премі\w*|орден\w*|"
    r"улиц\w*|ул\.|площад\w*|переул\w*|памятник\w*|станци\w*|ледокол\w*|острове?|мыса?|архипелаг\w*|театр\w*|"
    r"rue|avenue|place|lycée|quai|pont|prix|fondation|calle|avenida|plaza|paseo|colegio|premio|bufete|rua|praça|prêmio|prémio|colégio|"
    r"(?-i:Calle|Avenida|Plaza|Rue|Place|Quai|Avenue|Lycée|Fondation|Rua|Praça|USS|HMS|MV|RMS)|the\sship|vessel|frigate|destroyer|icebreaker|"
    r"теплоход\w*|паром\w*|судн\w+|корабл\w*|крейсер\w*|катер\w*|школ\w+|лікарн\w+|больниц\w+|аэропорт\w*|аеропорт\w*|"
    r"école|collège|hôpital|aéroport|stade|navire|porte-avions|bateau|boulevard|gymnase|square|"
    r"aeropuerto|hospital|escuela|liceo|estadio|puente|buque|fragata|barrio|museo|instituto|fundación|terminal|"
    r"aeroporto|escola|liceu|estádio|ponte|navio|bairro|museu|estação|"
    r"Schiff|Fregatte|Panzerschiff|Kreuzer|Dampfer|Fähre|"
    r"شارع|ميدان|جسر|متحف|جائزة|مطار|مدرسة|قاعة|باخرة|سفينة)\s+(?:de\s(?:la\s)?|du\s|des\s|do\s|da\s|d['’]|[«\"„]|й?\s?)?(?:(?-i:[A-ZÀ-ÖØ-ÞА-ЯІЇЄҐ])[^\W\d_]+\s)?$",
    re.IGNORECASE,
)
"""Streets, ships, prizes: whom they are named after is not spoken of."""
_BEFORE_THING = re.compile(
    r"\s(?:Caddesi|Sokağı|Bulvarı|Havalimanı|Köprüsü|Üniversitesi|Kültür|Merkezi|Armağanı|Ödülü|Lisesi|Stadı|Parkı|gemisi|Street|Avenue|Airport|Square|Hotel|Basin|Bridge|"
    r"Road|Prize|Award|Stadium|Hospital|University|Land|Island|Boulevard|Highway|Suite|Stand|Cup|Trophy|Academy|School|College|Foundation|Institute|Station|Terminal|Park|Theatre|Library|Barracks|Hall|"
    r"Centre|Center|Arena|Museum|Memorial|राजमार्ग|चोक|पुरस्कार|क्याम्पस|गुफा|मार्ग|हवाई|अस्पताल)"
)
_THING_INSIDE = re.compile(
    r"^(?:El\s)?(?:Aeroporto|Aeropuerto|Aéroport|Hospital|Hôpital|Estadio|Estádio|Stade|Puente|Ponte|Racing|Deportivo|Atlético|Real|Club)\s|"
    r"\s(?:Suite|Airport|Stadium|Street|Avenue|Bridge|Hospital|University|Hotel|Academy|Foundation|Institute|Museum|Theatre|Library|"
    r"Foot|Football|United|Rovers|FC|CF|SC|Caddesi|Stadı|Lisesi|Üniversitesi|Havalimanı)$"
)
"""A thing's, or a club's, name that a model took whole."""
_TURKISH_PLACE = re.compile(r"['’](?:[dt][ea]n?|deki|daki|teki|taki)$")


def named_after(text: str, span: NameSpan, way: str) -> bool:
    """Whether a name is that of a street, ship or prize; a Turkish name of one word in the locative is a place."""
    if span.source in {"age", "masked"}:
        return False
    before, name = text[max(0, span.start - 24) : span.start], text[span.start : span.end]
    if _AFTER_WHOM.search(before) or _BEFORE_THING.match(text, span.end) or _THING_INSIDE.search(name):
        return True
    ranked = re.sub(r"«[А-ЯІЇЄҐ][а-яіїєґ]+\s$", "«", before)
    if way in {"uk", "ru"} and ranked.endswith("«") and text[span.end : span.end + 1] == "»":
        noun = re.search(r"([а-яіїєґё]+)\s«$", ranked)
        return bool(noun and not noun.group(1).startswith(("позив", "псевдо", "прізвис", "прозвищ", "кличк")))
    following = re.match(r"['’]\w+", text[span.end : span.end + 6])
    return (
        " " not in name
        and way not in {"ar", "ne", "hi", "zh", "ko"}
        and bool(_TURKISH_PLACE.search(name + (following.group() if following else "")))
    )


def located(text: str, span: NameSpan) -> bool:
    """Whether a single word stands as a place does: `near Kassel`."""
    return (
        not re.search(r"\s", text[span.start : span.end])
        and bool(_AT.search(text[max(0, span.start - 10) : span.start]))
        and span.source not in {"public", "title", "named", "age"}
    )
