"""Pack the Russian name finder: slovnet's news model and the most frequent part of navec's embeddings.

python benchmarks/pack_russian.py [--words 120000]

Source  the data files of the natasha wheel (MIT): pip install natasha; nothing of it is needed at run time
Out     pipelines/analysis/people/models/slovnet/{ner,navec}.tar
Why     the wheel and what it pulls in are 60 MB installed; rare words have no place in names' surroundings
"""

from __future__ import annotations

import argparse
import gzip
import io
import tarfile
from importlib.util import find_spec
from pathlib import Path

from navec import Navec
from navec.vocab import PAD, UNK

HOME = Path(__file__).parents[1] / "pipelines" / "analysis" / "people" / "models" / "slovnet"


def with_vocabulary(source: Path, target: Path, words: list[str]) -> None:
    """Copy the model's archive; its word numbers become those of the packed embeddings."""
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        for member in old:
            content = old.extractfile(member)
            assert content is not None
            packed = content.read()
            if member.name == "vocabs/word.gz":
                packed = gzip.compress("\n".join(words).encode(), mtime=0)
                member.size = len(packed)
            new.addfile(member, io.BytesIO(packed))


def main() -> None:
    """Write both files and say their size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--words", type=int, default=120_000)
    words = parser.parse_args().words
    spec = find_spec("natasha")
    if spec is None or spec.origin is None:
        raise SystemExit("natasha is not installed: pip install natasha")
    data = Path(spec.origin).parent / "data"
    HOME.mkdir(parents=True, exist_ok=True)
    navec = Navec.load(str(data / "emb" / "navec_news_v1_1B_250K_300d_100q.tar"))
    kept = [word for word in navec.vocab.top(words) if word not in (UNK, PAD)]
    chosen = [*kept, UNK, PAD]
    navec.sampled(chosen).dump(str(HOME / "navec.tar"))
    with_vocabulary(data / "model" / "slovnet_ner_news_v1.tar", HOME / "ner.tar", chosen)
    for file in sorted(HOME.glob("*.tar")):
        print(f"{file.name}: {file.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
