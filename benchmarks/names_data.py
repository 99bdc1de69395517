"""Make the data files that `pipelines.analysis.names` reads: pinyin of every character, names that are one name.

usage   python -m benchmarks.names_data
In      pypinyin (MIT) for the readings; rigour's list of names from Wikidata (MIT), as `train_gazetteer` reads it
Out     pipelines/analysis/data/names_pinyin.tsv    syllable, TAB, its simplified characters (first reading)
        pipelines/analysis/data/names_groups.u32    sorted CRC-32 of name tokens, then as many numbers of the name
Needs   pypinyin and backports.zstd while making; nothing of them at run time
"""

from __future__ import annotations

import re
import sys
import zlib
from array import array
from collections import defaultdict
from pathlib import Path

from pypinyin import Style, pinyin

from benchmarks.train_gazetteer import names_text
from pipelines.analysis.tokens import fold

DATA = Path(__file__).parents[1] / "pipelines/analysis/data"
_KEPT = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_SCRIPTS = (
    ("a-z", "latin"),
    ("\u0430-\u045f\u0491", "cyrillic"),
    ("\u0621-\u06d3", "arabic"),
    ("\uac00-\ud7a3", "hangul"),
    ("\u4e00-\u9fff", "han"),
    ("\u0900-\u097f", "devanagari"),
)


def script_of(token: str) -> str:
    """The script of a token that is written in one, else an empty text."""
    return next((name for chars, name in _SCRIPTS if re.fullmatch(f"[{chars}'-]+", token)), "")


def pinyin_lines() -> list[str]:
    """One line a syllable, without tones; ü is v."""
    found: dict[str, list[str]] = defaultdict(list)
    for code in range(0x4E00, 0x9FFF):
        char = chr(code)
        reading = pinyin(char, style=Style.NORMAL, errors="ignore", v_to_u=False)
        if reading and reading[0][0].isascii() and reading[0][0].isalpha() and fold(char) == char:
            found[reading[0][0]].append(char)
    return [f"{syllable}\t{''.join(chars)}" for syllable, chars in sorted(found.items())]


def group_pairs() -> set[tuple[int, int]]:
    """(checksum of a token, number of the name) for every name that is known in two scripts at least."""
    pairs: set[tuple[int, int]] = set()
    for number, line in enumerate(names_text().splitlines()):
        forms = {fold(form) for form in line.rsplit(" => ", 1)[0].split(", ")}
        scripts = {form: script_of(form) for form in forms if _KEPT.fullmatch(form) or "\u0900" <= form[:1] <= "\u097f"}
        if len(set(scripts.values()) - {""}) < 2:
            continue
        pairs.update((zlib.crc32(form.encode()), number) for form, script in scripts.items() if script)
    return pairs


def main() -> None:
    """Write both files and say how large they are."""
    head = "# Readings without tones of simplified characters, made from pypinyin (MIT) by benchmarks/names_data.py\n"
    (DATA / "names_pinyin.tsv").write_text(head + "\n".join(pinyin_lines()) + "\n", "utf-8")
    pairs = sorted(group_pairs())
    packed = array("I", [token for token, _ in pairs])
    packed.extend(number for _, number in pairs)
    if sys.byteorder == "big":
        packed.byteswap()
    (DATA / "names_groups.u32").write_bytes(packed.tobytes())
    for name in ("names_pinyin.tsv", "names_groups.u32"):
        print(name, (DATA / name).stat().st_size, "bytes")
    print(len(pairs), "pairs")


if __name__ == "__main__":
    main()
