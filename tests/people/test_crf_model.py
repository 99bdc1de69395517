"""The reader of sequence models gives what CRFsuite's own tagger gives."""

from __future__ import annotations

from importlib.resources import files

import pycrfsuite
import pytest

from pipelines.analysis.people import crf
from pipelines.analysis.people.cjk import simplify
from pipelines.analysis.people.columns import flat
from pipelines.analysis.people.crf_model import SequenceModel
from pipelines.analysis.people.text import split_sentences

TEXTS = [
    ("latin", "Nachbar Otto Rieger schwieg. Ana Prado, de Lisboa, falou com o pai."),
    ("latin", "Ja"),
    ("devanagari", "सन्तोष पुनले भने। रमेश थापा फर्किए।"),
    ("arabic", "قال محمد صالح إن أخاه وأحمد الخطيب عادا."),
    ("korean", "김철수 씨가 말했다. 이반 페트로프는 돌아왔다."),
    ("chinese", "記者王小明說，李建國被俘。"),
    ("ukrainian", "Сказав Петро Лис, а Олена Гай мовчала."),
]


@pytest.mark.parametrize(("name", "text"), TEXTS)
def test_shares_are_those_of_crfsuite(name: str, text: str) -> None:
    path = files("pipelines.analysis.people") / "models" / crf.FOLDERS[name] / f"{name}.crf"
    tagger = pycrfsuite.Tagger()
    tagger.open(str(path))
    read = [crf._columns(name, simplify(text), a, b)[1] for a, b in split_sentences(text)]
    model = SequenceModel(path.read_bytes())
    shares, at = model.shares(read), 0
    assert set(model.labels) == set(tagger.labels())
    for columns in read:
        tagger.set(features := flat(columns))
        for number in range(len(features)):
            wanted = [tagger.marginal(label, number) for label in model.labels]
            assert shares[at].tolist() == pytest.approx(wanted, abs=1e-9)
            at += 1
    assert at == len(shares)


def test_no_tokens() -> None:
    assert crf.read("latin", "").names(0.5) == ()


def test_other_bytes_are_refused() -> None:
    with pytest.raises(ValueError, match="not a model"):
        SequenceModel(b"PK" + bytes(60))
