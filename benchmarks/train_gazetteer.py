"""Pack rigour's list of name tokens into `pipelines/analysis/people/data/names.u32`.

In      the installed rigour wheel (MIT): its compiled part carries the list as one zstd frame
Out     sorted little-endian CRC-32 of every name token of two letters and more (one sign for Han and Hangul)
Needs   backports.zstd (or Python 3.14) while packing; nothing of it at run time
"""

from __future__ import annotations

import re
import sys
import zlib
from array import array
from importlib.util import find_spec
from pathlib import Path

from backports import zstd

from pipelines.analysis.people.gazetteer import name_key

TARGET = Path(__file__).parents[1] / "pipelines/analysis/people/data/names.u32"
_FRAME = b"\x28\xb5\x2f\xfd"
_SHORT = re.compile(r"[\u3400-\u9fff\uac00-\ud7af]")
_KEEP = re.compile(r"[^\W\d_]+(?:[-'’ʼ.][^\W\d_]+)*|[\w\u0900-\u0963\u064b-\u0652]+")


def names_text() -> str:
    """The list of names inside rigour's compiled module."""
    spec = find_spec("rigour._core")
    if spec is None or spec.origin is None:
        raise SystemExit("rigour is not installed")
    data = Path(spec.origin).read_bytes()
    at = data.find(_FRAME)
    while at >= 0:
        try:
            out = zstd.ZstdDecompressor().decompress(data[at:])
        except zstd.ZstdError:
            out = b""
        if b" => Q" in out[:400]:
            return out.decode()
        at = data.find(_FRAME, at + 1)
    raise SystemExit("no list of names in this version of rigour")


def main() -> None:
    """Write the packed list and say how many tokens it holds."""
    sums: set[int] = set()
    for line in names_text().splitlines():
        for form in line.rsplit(" => ", 1)[0].split(", "):
            if (len(form) >= 2 or _SHORT.fullmatch(form)) and _KEEP.fullmatch(form):
                sums.add(zlib.crc32(name_key(form)))
    packed = array("I", sorted(sums))
    if sys.byteorder == "big":
        packed.byteswap()
    TARGET.write_bytes(packed.tobytes())
    print(len(packed), "tokens", TARGET.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
