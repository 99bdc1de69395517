"""Turn a response's bytes into text, whatever its header claims.

In      `content`: any bytes; `charset`: what the HTTP header says, or None
Out     text without NUL characters; never longer than `MAX_BYTES` characters
How     BOM, then strict UTF-8, then the declared charsets (header, markup) if the text they give looks like a
        language, then the charset whose text looks most like one
Raises  nothing
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator

MAX_BYTES = 8_000_000
"""More than this is never read: the longest real article with its markup is far below."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_META = re.compile(rb"""<(?:meta\b[^>]*?charset\s*=\s*["']?|\?xml[^>]*?encoding\s*=\s*["'])\s*([\w.:-]{2,40})""", re.I)
# Browsers read these labels as their supersets, because pages mean the superset.
_SUPERSETS = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
}
_GUESSES = (
    "cp1251",
    "koi8-u",
    "cp866",
    "gb18030",
    "big5hkscs",
    "cp949",
    "cp932",
    "euc_jp",
    "cp1256",
    "cp1254",
    "cp1250",
    "iso8859_2",
    "cp1253",
    "cp1255",
    "cp1252",
)
_SAMPLE = 60_000
_PLAUSIBLE = 0.55

_MARKUP = re.compile(rb"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.I | re.S)
_COMMON = {
    "cyrillic": frozenset("оеаинтсрвлкмдпуяьізї"),
    "han": frozenset(
        "的一是不了在人有我他这這中大来來上国國个個到说說们們为為子和你地出道也时時年得就那要下以生会會自"
    ),
    "hangul": frozenset("이다는을의에가고한은로지기를도사하인대자리어서시정해아나그있일국"),
    "kana": frozenset("のにはをたがでてとしれさいるもなかっこうりくらすアイスルトリ"),
    "arabic": frozenset("اليمنوترعبدسهف"),
    "greek": frozenset("αοιετσνηυρπκμλςάόίέ"),
    "hebrew": frozenset("יוהלאמרתבשנ"),
    "latin": frozenset("éèàáäöüßçñóíúãõêôâîğışİçıřžščýěąęłćśżźőű–—’‘“”„«»…€°£§·© "),
}
_WEIGHT = {"han": 3.0, "hangul": 2.0, "kana": 1.3, "latin": 0.9}
# One character among thousands is common more rarely than one letter among thirty.
_RANGES = (
    (0x0370, 0x0400, "greek"),
    (0x0400, 0x0530, "cyrillic"),
    (0x0590, 0x0600, "hebrew"),
    (0x0600, 0x0700, "arabic"),
    (0x3040, 0x3100, "kana"),
    (0x3400, 0xA000, "han"),
    (0xAC00, 0xD7A4, "hangul"),
)


def decode(content: bytes, charset: str | None) -> str:
    """Return the text of `content`.

    >>> decode("Привіт".encode("cp1251"), "iso-8859-1")
    'Привіт'
    """
    content = content[:MAX_BYTES]
    for bom, name in _BOMS:
        if content.startswith(bom):
            return content.decode(name, "replace").replace("\0", "")
    try:
        return content.decode("utf-8").replace("\0", "")
    except UnicodeDecodeError as error:
        if error.start > len(content) - 4:  # cut in the middle of a character
            return content[: error.start].decode("utf-8").replace("\0", "")
    return _decode_legacy(content, charset).replace("\0", "")


def _decode_legacy(content: bytes, charset: str | None) -> str:
    """Read bytes that are not clean UTF-8."""
    sample = _visible(content)
    declared = list(dict.fromkeys(_declared(content, charset)))
    best, best_score = "", -1.0
    for name in [*declared, *_GUESSES]:
        score = _plausibility(sample, name)
        if name in declared:
            if score >= _PLAUSIBLE:
                return content.decode(name, "replace")
            score += 0.05
        if score > best_score:
            best, best_score = name, score
    return content.decode(best or "cp1252", "replace")


def _declared(content: bytes, charset: str | None) -> Iterator[str]:
    """Python names of the charsets that header and markup claim, nearly-UTF-8 included."""
    labels = [charset] if charset else []
    labels += [m.group(1).decode("ascii", "replace") for m in _META.finditer(content[:8192])]
    for label in [*labels, "utf-8"]:
        try:
            name = codecs.lookup(label.strip().strip("\"'")).name
        except (LookupError, ValueError):
            continue
        if name.startswith(("utf-16", "utf-32")) and b"\0" not in content[:200]:
            continue
        if name in {"hex", "base64", "rot13", "zlib", "bz2", "uu", "quopri", "idna", "punycode", "unicode_escape"}:
            continue
        yield _SUPERSETS.get(name, name)


def _visible(content: bytes) -> bytes:
    """The first part of the page's words that holds enough bytes above ASCII to judge by."""
    text = _MARKUP.sub(b" ", content[:600_000])
    first = next((i for i, byte in enumerate(text) if byte > 127), 0)
    return text[max(0, first - 200) : first + _SAMPLE]


def _plausibility(sample: bytes, name: str) -> float:
    """How much `sample`, read as `name`, looks like a language: 0 to 1."""
    try:
        text = sample.decode(name, "replace")
    except (LookupError, ValueError):
        return 0.0
    high = [char for char in text if ord(char) > 127]
    if not high:
        return 0.5
    scripts = Counter(_script(char) for char in high)
    common = sum(_commonness(char) for char in high)
    broken = sum(char == "\ufffd" or 0x80 <= ord(char) < 0xA0 or 0xE000 <= ord(char) < 0xF900 for char in high)
    ascii_letters = sum(char.isascii() and char.isalpha() for char in text)
    if scripts["latin"] > len(high) / 2 and scripts["latin"] > 0.45 * (scripts["latin"] + ascii_letters):
        return 0.0  # no Latin text is mostly accents
    score = min(1.0, common / len(high)) - 8 * broken / len(high)
    return max(0.0, score * _order(text))


def _commonness(char: str) -> float:
    """What a character says for a reading: common ones much, capitals of common ones less."""
    script = _script(char)
    weight = _WEIGHT.get(script, 1.0)
    if char in _COMMON[script]:
        return weight
    return 0.5 * weight if char.lower() in _COMMON[script] else 0.0


def _script(char: str) -> str:
    code = ord(char)
    return next((name for low, end, name in _RANGES if low <= code < end), "latin")


_LOWER_UPPER = re.compile(r"[а-яёіїєґ][А-ЯЁІЇЄҐ]")
_CYRILLIC = re.compile(r"[Ѐ-ӿ]")
_LATIN_RUN = re.compile(r"[À-ÿ]{4,}")
_MIXED = re.compile(r"[A-Za-z][Ѐ-ӿ\u0370-\u03ff\u0590-\u06ff]|[Ѐ-ӿ\u0370-\u03ff\u0590-\u06ff][a-z]")


def _order(text: str) -> float:
    """1, less what no language does: capitals inside words, scripts mixed in a word, runs of accented letters."""
    cyrillic = len(_CYRILLIC.findall(text)) or 1
    flips = len(_LOWER_UPPER.findall(text)) / cyrillic
    high = sum(ord(char) > 127 for char in text) or 1
    runs = sum(len(run) for run in _LATIN_RUN.findall(text)) / high
    mixed = len(_MIXED.findall(text)) / high
    return max(0.0, 1 - 6 * flips - 2 * runs - 2 * mixed)
