"""Pack how common words are in Arabic, Hindi and Korean into `pipelines/analysis/people/models/cc-by-sa-4.0/common_*.u32`.

usage   pip install wordfreq && python -m benchmarks.train_common
In      wordfreq 3.1's lists (CC BY-SA 4.0)
Out     little-endian CRC-32 of the words, the commonest first
Needs   wordfreq while packing; nothing of it at run time
"""

from __future__ import annotations

import sys
import zlib
from array import array
from pathlib import Path

from wordfreq import top_n_list

from pipelines.analysis.people.common import common_key

TARGET = Path(__file__).parents[1] / "pipelines/analysis/people/models/cc-by-sa-4.0"
LISTS = {"arabic": ("ar", 30_000), "devanagari": ("hi", 30_000), "hangul": ("ko", 30_000)}


def main() -> None:
    """Write the lists and say how long they are."""
    for script, (language, most) in LISTS.items():
        words = [word for word in top_n_list(language, most) if word.isalpha() or script == "devanagari"]
        packed = array("I", dict.fromkeys(zlib.crc32(common_key(word)) for word in words))
        if sys.byteorder == "big":
            packed.byteswap()
        (TARGET / f"common_{script}.u32").write_bytes(packed.tobytes())
        print(script, len(packed), "words")


if __name__ == "__main__":
    main()
