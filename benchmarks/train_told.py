"""Sentences of the annotated news texts beside this, with their names marked, and again with invented names in their places.

In      `news*.txt`, without those that are held back to measure with
Out     sentences with the offsets of the names
Limits  a sentence with a name that is neither asked for nor held against anyone is left out, or with one in another case
Raises  nothing; the same names every time
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from random import Random

from benchmarks.news import Row, rows
from benchmarks.train_invented import SCRIPT, name
from pipelines.analysis.people.features import tokenise
from pipelines.analysis.people.text import split_sentences

Marked = tuple[str, list[tuple[int, int]]]
HELD_BACK = frozenset({"news_fresh", "news_train_j"})
_CLITICS = "وفبلك"
_BY_ENDING = {"은": "는", "이": "가", "을": "를", "과": "와", "으로": "로", "이라": "라", "이다": "다"}
"""Korean particles behind a consonant and behind a vowel."""
_CASES = re.compile(r"(?:ले|लाई|को|का|की|कै|सँग|सँगै|बाट|मा|द्वारा|हरू|हरूले|हरूलाई|हरूको|विरुद्ध|लगायत|सहित|समेत|पनि)")
"""Nepali endings, which stand with the name."""
_PARTICLE = re.compile(r"(?:으로|이라|이다|은|는|이|가|을|를|과|와|로|라|다)(?![가-힣])")


def told(languages: tuple[str, ...], times: int, held_back: frozenset[str] = HELD_BACK) -> Iterator[Marked]:
    """Every sentence of the texts as it stands, and `times` over with other names where it names somebody."""
    random = Random(17)
    for file in sorted(Path(__file__).parent.glob("news*.txt")):
        for row in rows(file) if file.stem not in held_back else ():
            if row.language not in languages:
                continue
            for text, spans in marked(row):
                yield text, spans
                for _ in range(times if spans else 0):
                    yield renamed(text, spans, row.language, random)


def marked(row: Row) -> Iterator[Marked]:
    """The sentences of a text with the names of its persons."""
    forms = sorted({form for person in row.people for form in _forms(person.forms)}, key=len, reverse=True)
    for start, end in split_sentences(row.text):
        sentence = row.text[start:end]
        if not any(spared in sentence for spared in row.spared):
            spans: list[tuple[int, int]] = []
            for form in forms:
                spans += [p for p in _places(sentence, form) if not any(p[0] < b and a < p[1] for a, b in spans)]
            if not _inflected(sentence, spans, forms):
                yield sentence, sorted(spans)


def _inflected(sentence: str, spans: list[tuple[int, int]], forms: list[str]) -> bool:
    """Whether a word outside the marks begins like a name: a case that is not noted."""
    stems = {
        word[: max(4, len(word) - 2)] for form in forms for word in form.split() if len(word) > 3 and word[0].isupper()
    }
    outside = (sentence[a:b] for a, b in tokenise(sentence) if not any(a < d and c < b for c, d in spans))
    return any(word.startswith(stem) for word in outside for stem in stems)


def _forms(written: list[str]) -> Iterator[str]:
    """What a person may be called: every form, its first and its last word alone."""
    for form in written:
        yield form
        words = form.split()
        yield from (word for word in (words[0], words[-1]) if len(word) > 2)


def _places(sentence: str, form: str) -> Iterator[tuple[int, int]]:
    """Where a form stands: in Korean before its particles, in Arabic behind a clitic too."""
    if re.search("[\u3400-\u9fff가-힣]", form):
        yield from (m.span() for m in re.finditer(rf"(?<![가-힣]){re.escape(form)}", sentence))
        return
    words = [form[a:b] for a, b in tokenise(form)]
    tokens = tokenise(sentence)
    for at in range(len(tokens) - len(words) + 1):
        said = [sentence[a:b] for a, b in tokens[at : at + len(words)]]
        clitic = len(said[0]) - len(words[0]) == 1 and said[0][0] in _CLITICS and said[0][1:] == words[0]
        if clitic:
            said[0] = words[0]
        ending = said[-1].removeprefix(words[-1]) if said[-1].startswith(words[-1]) else ""
        if ending and _CASES.fullmatch(ending):
            said[-1] = words[-1]
        if said == words:
            yield tokens[at][0] + clitic, tokens[at + len(words) - 1][1] - len(ending)


def renamed(text: str, spans: list[tuple[int, int]], language: str, random: Random) -> Marked:
    """A sentence with invented names in the places of its own."""
    out, at, places = "", 0, []
    for start, end in spans:
        words = name(SCRIPT.get(language, "latin"), random, random.random() < 0.35, language)
        single = " " not in text[start:end] and not re.search("[\u3400-\u9fff가-힣]", text[start:end])
        new = words[-1] if single else " ".join(words)
        out += text[at:start]
        places.append((len(out), len(out) + len(new)))
        out += new
        at = end
        particle = _PARTICLE.match(text, end) if language == "ko" else None
        if particle:
            out += _particle(new, particle.group())
            at = particle.end()
    return out + text[at:], places


def _particle(word: str, particle: str) -> str:
    """A Korean particle as it stands behind a word."""
    closed = "가" <= word[-1] <= "힣" and (ord(word[-1]) - 0xAC00) % 28 > 0
    for behind_consonant, behind_vowel in _BY_ENDING.items():
        if particle in (behind_consonant, behind_vowel):
            return behind_consonant if closed else behind_vowel
    return particle
