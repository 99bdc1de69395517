"""Names in scripts without capitals (Arabic, Devanagari): after a title, before a surname, in a list.

In      text, spans found so far
Out     more `NameSpan`s
Raises  nothing
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipelines.analysis.people.cjk import SURNAMES_KO
from pipelines.analysis.people.cues import cue_class
from pipelines.analysis.people.features import extra_names, known
from pipelines.analysis.people.spans import NameSpan
from pipelines.analysis.people.words import word_set

_CASELESS_WORD = re.compile(r"[\u0600-\u06ff]{2,}|[\u0900-\u0963]{2,}")


def caseless_name(words: Sequence[str], *, known_part: bool = True) -> bool:
    """Whether words of a script without capitals look like a name: half on the list of names, none a cue or an institution."""  # noqa: E501
    if not 1 <= len(words) <= 4 or any(not _CASELESS_WORD.fullmatch(w) for w in words):
        return False
    if any(cue_class(w) or w in word_set("institution") or w in word_set("stop") or w in _CASELESS_STOP for w in words):
        return False
    return not known_part or sum(known(w) == "1" for w in words) * 2 >= len(words)


CITIZEN = re.compile(
    r"국적|청년|피해자|남성|여성|출신|المواطن|الشاب|يدعى|المدعو|नागरिक|युवक|युवा|निवासी|नामक|वर्षीय|वर्षीया"
)


_CASELESS_STOP = frozenset(
    [
        "की",
        "का",
        "के",
        "को",
        "में",
        "ने",
        "से",
        "पर",
        "और",
        "है",
        "था",
        "थी",
        "थे",
        "हो",
        "भी",
        "एक",
        "यह",
        "वह",
        "कि",
        "जो",
        "तथा",
        "मा",
        "र",
        "छ",
        "छन्",
        "हो",
        "थियो",
        "भएको",
        "गरेका",
        "पनि",
        "यो",
        "त्यो",
        "भने",
        "लागि",
        "साथै",
        "उनकी",
        "उनको",
        "उनका",
        "उसकी",
        "उसके",
        "उनले",
        "उनी",
        "وقال",
        "طالب",
        "وقالت",
        "في",
        "من",
        "على",
        "إلى",
        "عن",
        "أن",
        "إن",
        "التي",
        "الذي",
        "ما",
        "لا",
        "هذا",
        "هذه",
        "مع",
        "بعد",
        "قبل",
        "بين",
        "كان",
        "كانت",
        "وقد",
        "قد",
        "ثم",
        "او",
        "أو",
    ]
)


ALSO_GIVEN = frozenset({"مجاهد"})
"""Arabic titles that are given names as well: they are not cut off a name."""
ARABIC_JOINING = frozenset(word for word in _CASELESS_STOP if "\u0600" <= word[0] <= "\u06ff")

_POSTPOSED = re.compile(r"(?<![्ं])(?:हरूलाई|हरूले|लगायतका|लगायत|सहित|समेत|हरू|लाई|द्वारा|विरुद्ध|सँग|बाट|ले|को|का|की|ने|से|ने|मा)$")


def bare_word(word: str) -> str:
    """A word of a list or clause without signs and Nepali endings, unless it is a surname as it stands."""
    word = re.sub(r"[،,.।؛:;!?\"”)]+$", "", word)
    if word in extra_names("surnames") or known(word) == "1":
        return word
    cut = _POSTPOSED.sub("", word)
    return cut if len(cut) >= 2 else word


def caseless_titled(text: str, starts: Iterable[int]) -> list[NameSpan]:
    """After a title, a people's name or a say verb: two or three words that look like a name, in Arabic and Devanagari."""  # noqa: E501
    found = []
    for at in starts:
        if text[at : at + 1] != " ":
            continue
        words = [(m.start() + at, m.group()) for m in re.finditer(r"\S+", text[at : at + 60])][:4]
        best = 0
        for size in range(1, len(words) + 1):
            pair = [bare_word(w) for _, w in words[:size]]
            if (
                size >= 3
                and "\u0600" <= pair[0][0] <= "\u06ff"
                and not (_COMPOUND & set(pair) or any(word.startswith("ال") for word in pair[1:3]))
            ):
                break
            if (
                size >= 2
                and all(known(w) == "1" or pair[max(0, i - 1)] == "عبد" for i, w in enumerate(pair))
                and caseless_name(pair)
                and pair[-1] not in word_set("arabic_after")
            ):
                best = size
            if pair[-1] != words[size - 1][1]:
                break
        if best:
            last = words[best - 1]
            found.append(NameSpan(words[0][0], last[0] + len(bare_word(last[1])), 0.72, "title"))
    return found


def caseless_widen(text: str, span: NameSpan) -> NameSpan:
    """Take in the known names beside a single word: `ماريا زاخاروفا`, `रंजीत परेरा को`."""
    start, end = span.start, span.end
    if span.pseudonym:
        return span
    if len(text[start:end].split()) == 2:
        final = re.match(r"\s(\S+)", text[end : end + 24])
        word = bare_word(final.group(1)) if final else ""
        whole = text[start:end].split()[-1]
        return (
            replace(span, end=end + 1 + len(word))
            if word in extra_names("surnames") and bare_word(whole) == whole
            else span
        )
    if re.search(r"\s", text[start:end]):
        return span
    before = re.search(r"(?<!\S)(\S+)\s$", text[max(0, start - 24) : start])
    if before and known(before.group(1)) == "1" and caseless_name([before.group(1)]):
        start -= len(before.group())
    after = re.match(r"\s(\S+)", text[end : end + 24])
    if after:
        word = bare_word(after.group(1))
        if known(word) == "1" and caseless_name([word]):
            end += 1 + len(word)
    return NameSpan(start, end, span.score, span.source, span.other, span.pseudonym)


_ARABIC_AGE = re.compile(r"\s?[(،,]?\s?(?:البالغ[ة]?\sمن\sالعمر\s|\()?[\d\u0660-\u0669]{2}\s?(?:عام[اً]{0,2}|سنة)(?!\w)")


def arabic_aged(text: str) -> list[NameSpan]:
    """The two to five words before an age: `محمود عبد الستار الجندي (25 عاما)`; words that join or tell are none."""
    found = []
    for age in _ARABIC_AGE.finditer(text):
        base = max(0, age.start() - 70)
        before = text[base : age.start()]
        taken: list[re.Match[str]] = []
        for word in reversed(list(re.finditer(r"[\u0621-\u0652]{2,}", before))):
            said, after = word.group(), taken[-1].start() if taken else len(before)
            if after - word.end() > 1 or len(taken) == 5 or said in word_set("arabic_after"):
                break
            if (
                cue_class(said) and said not in ALSO_GIVEN and (taken or not said.startswith("ال"))
            ):  # الجندي is a surname too
                break
            if said in _CASELESS_STOP or (said.startswith("و") and known(said) != "1" and taken):
                break
            taken.append(word)
        if len(taken) >= 2 and any(known(word.group()) == "1" for word in taken):
            found.append(NameSpan(base + taken[-1].start(), base + taken[0].end(), 0.95, "age"))
    return found


def led_widen(text: str, span: NameSpan, heads: Iterable[int]) -> NameSpan:
    """Take in the one word between a title, or a people's name, and a name: `युवक गुरसेवक सिंह`, `용병 디에고 라미레스`."""
    if span.pseudonym or len(text[span.start : span.end].split()) > 2:
        return span
    korean = span.end - span.start == 3 and text[span.start] in SURNAMES_KO
    if "가" <= text[span.start] <= "힣" and " " in text[span.start : span.end]:
        return span
    named = re.search(r"(?:يدعى|المدعو|اسمه)\s$", text[max(0, span.start - 8) : span.start])
    after = re.match(r"\s([\u0600-\u06ff]{3,12})(?=[\s.،])", text[span.end : span.end + 16]) if named else None
    if after and " " not in text[span.start : span.end] and after.group(1) not in word_set("arabic_after"):
        return replace(span, end=span.end + after.end(1))
    for head in heads:
        word = re.fullmatch(r"\s(\S{2,14})\s", text[head : span.start]) if head < span.start <= head + 16 else None
        if (
            word
            and _LED.fullmatch(word.group(1))
            and not cue_class(word.group(1))
            and word.group(1) not in _CASELESS_STOP
            and not CITIZEN.fullmatch(word.group(1))
            and not (korean and word.group(1)[-1] in "자원가관장인사생민병")  # a trade
            and not (word.group(1).startswith("ال") and known(word.group(1)) != "1")  # an adjective of the title
        ):
            return NameSpan(head + 1, span.end, span.score, span.source, span.other)
    return span


_LED = re.compile(
    r"(?!.*(?:को|का|की|ले|मा|ने|में|हरू|लाई)$)[\u0900-\u0963]{2,12}|[\u0600-\u06ff]{3,10}|[가-힣]{1,5}(?<![은는의을를한된인운던])"
)
_COMPOUND = frozenset({"عبد", "أبو", "ابو", "بن", "ابن", "آل"})


_CASTES = frozenset({"छेत्री", "क्षेत्री", "मगर", "गुरुङ", "तामाङ", "राई", "लिम्बू", "थारू"})
_NEXT_WORD = re.compile(r"\s([\u0900-\u0963]{3,})(?![\u0900-\u0963])")


def second_surname(text: str, span: NameSpan) -> NameSpan:
    """Take in a second surname: `शम्भु पौडेल क्षेत्रीले`; not behind a word that stands in a case."""
    last = text[span.start : span.end].split()[-1]
    following = _NEXT_WORD.match(text, span.end)
    if following is None or span.pseudonym or bare_word(last) != last or " " not in text[span.start : span.end]:
        return span
    listed = (second := bare_word(following.group(1))) in extra_names("surnames") or second in _CASTES
    return replace(span, end=following.end()) if listed and last in extra_names("surnames") else span


def surname_final(text: str) -> list[NameSpan]:
    """One or two words before a Nepali or Indian surname."""
    found = []
    words = [(m.start(), m.group()) for m in re.finditer(r"[\u0900-\u0963]+[^\s\u0900-\u0963]*", text)]
    for i, (start, word) in enumerate(words):
        surname = bare_word(word)
        if surname not in extra_names("surnames") or not i:
            continue
        first = i
        for j in range(i - 1, max(-1, i - 4), -1):
            at, before = words[j]
            if (
                text[at + len(before) : words[j + 1][0]] != " "
                or not _CASELESS_WORD.fullmatch(before)
                or not _caseless_part(before)
            ):
                break
            if known(before) != "1" and j < i - 1:
                break
            first = j
        if first < i:
            sure = known(words[first][1]) == "1"
            found.append(NameSpan(words[first][0], start + len(surname), 0.71 if sure else 0.46, "surname"))
    return found


def _caseless_part(word: str) -> bool:
    return not (
        cue_class(word)
        or word in word_set("institution")
        or word in _CASELESS_STOP
        or (re.search(r"(?:हरू|लाई|का|को|मा|ले|एका|ीय|ेका)$", word) and known(word) != "1")
    )


_SEPARATOR = re.compile(
    r"\s*(?:,|،|;|؛|\s+र\s+|\s+और\s+|\s+तथा\s+|\s+एवं\s+|\s+एवम्\s+|\s+و(?=[\u0600-\u06ff]{3})|:|।|\.|\n|\(|\))\s*"
)


def caseless_lists(text: str, spans: Sequence[NameSpan]) -> list[NameSpan]:
    """Members of an enumeration in Arabic or Devanagari: pieces of two or three words between separators, beside pieces that are names."""  # noqa: E501
    pieces: list[tuple[int, int]] = []
    at = 0
    for match in _SEPARATOR.finditer(text):
        pieces.append((at, match.start()))
        at = match.end()
    pieces.append((at, len(text)))
    found: list[NameSpan] = []
    good = [any(s.start < b and a < s.end and s.end - s.start >= (b - a) * 0.7 for s in spans) for a, b in pieces]
    strong = [_strong_piece(text[a:b]) for a, b in pieces]
    for i, (a, b) in enumerate(pieces):
        words = text[a:b].split()
        if good[i] or not 2 <= len(words) <= 4:
            continue
        bare = [*words[:-1], bare_word(words[-1])]
        near = sum(good[j] or strong[j] for j in (i - 2, i - 1, i + 1, i + 2) if 0 <= j < len(pieces))
        if near and len(bare[-1]) >= 2 and caseless_name(bare):
            found.append(NameSpan(a, b - len(words[-1]) + len(bare[-1]), 0.55, "list"))
    return found


def _strong_piece(piece: str) -> bool:
    words = piece.split()
    return 2 <= len(words) <= 3 and all(known(w) == "1" for w in words) and caseless_name(words)
