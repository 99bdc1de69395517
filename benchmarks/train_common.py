"""Pack how common words are into `pipelines/analysis/people/models/cc-by-sa-4.0/common_*.u32`.

usage   pip install wordfreq && python -m benchmarks.train_common
In      wordfreq 3.1's lists (CC BY-SA 4.0)
Out     little-endian CRC-32 of the words, the commonest first
Needs   wordfreq while packing; nothing of it at run time
"""

from __future__ import annotations

import sys
import zlib
from array import array
from itertools import zip_longest
from pathlib import Path

from wordfreq import top_n_list

from pipelines.analysis.people.common import common_key

TARGET = Path(__file__).parents[1] / "pipelines/analysis/people/models/cc-by-sa-4.0"
LISTS = {"arabic": ("ar",), "devanagari": ("hi",), "hangul": ("ko",), "latin": ("en", "de", "fr", "es", "pt", "tr")}
MOST = {"latin": 12_000}


def main() -> None:
    """Write the lists and say how long they are."""
    for script, languages in LISTS.items():
        lists = (top_n_list(language, MOST.get(script, 30_000)) for language in languages)
        ranked = [word for rank in zip_longest(*lists) for word in rank if word]
        words = [word for word in ranked if word.isalpha() or script == "devanagari"]
        packed = array("I", dict.fromkeys(zlib.crc32(common_key(word)) for word in words))
        if sys.byteorder == "big":
            packed.byteswap()
        (TARGET / f"common_{script}.u32").write_bytes(packed.tobytes())
        print(script, len(packed), "words")


if __name__ == "__main__":
    main()
