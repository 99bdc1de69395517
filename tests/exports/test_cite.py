"""A citation names everything a reader needs to check a report, and no protected person."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import Engine, select

from monitor import cite, review
from pipelines.store.schema import ArticleRow, FigureRow
from pipelines.store.session import session
from tests.exports.conftest import MASKED, SHOWN
from tests.seeded import NAME, NOW, QUOTE


def first(engine: Engine) -> tuple[int, int]:
    """An article of two revisions, and a person of its first one."""
    with session(engine) as opened:
        article = opened.scalars(select(ArticleRow.id).where(ArticleRow.revision == 2)).one()
        figure = opened.scalars(select(FigureRow.id).where(FigureRow.article_id == article, FigureRow.revision == 1))
        return article, figure.one()


def test_everything_is_named(base: Engine) -> None:
    article, figure = first(base)
    with session(base) as opened:
        made = cite.citation(opened, f"person:{figure}", SHOWN)
    assert (made.article, made.revision, made.quote, made.authors) == (article, 1, QUOTE, ("Ida Reporter",))
    assert (made.outlet, made.published, made.label) == ("River Post", "2031-03-04T10:00+00:00", "machine reading")
    text = cite.as_text(made)
    for part in ("Ida Reporter", f"“{made.title}”", "River Post", "2031-03-04T10:00", f"“{QUOTE}”", str(made.url),
                 "accessed 2031-03-04T12:00:00Z", str(made.sha256), ".warc.gz, offset 100, length 200"):  # fmt: skip
        assert part in text, part


def test_each_revision_has_its_own_proof(base: Engine) -> None:
    article, figure = first(base)
    with session(base) as opened:
        old, new = cite.citation(opened, f"figure:{figure}", SHOWN), cite.citation(opened, article, SHOWN)
    assert (old.revision, new.revision) == (1, 2)
    assert old.sha256 != new.sha256


@pytest.mark.parametrize("policy", [MASKED, SHOWN], ids=["masked", "shown"])
def test_names_pass_the_boundary_in_every_form(base: Engine, policy: object) -> None:
    _, figure = first(base)
    with session(base) as opened:
        made = cite.citation(opened, f"figure:{figure}", policy)  # type: ignore[arg-type]
    for text in (cite.as_text(made), str(cite.as_csl(made)), cite.as_ris(made), str(made.as_dict())):
        assert (NAME in text) is (policy is SHOWN)
        assert ("Ida Reporter" in text) is (policy is SHOWN)
    assert made.masked is (policy is MASKED)
    assert ("masked" in cite.as_text(made)) is (policy is MASKED)


def test_csl_and_ris_have_the_form_their_readers_want(base: Engine) -> None:
    article, _ = first(base)
    with session(base) as opened:
        made = cite.citation(opened, article, SHOWN)
    item = cite.as_csl(made)
    assert (item["type"], item["issued"], item["accessed"]) == (
        "article-newspaper", {"date-parts": [[2031, 3, 4]]}, {"date-parts": [[2031, 3, 4]]},
    )  # fmt: skip
    assert item["author"] == [{"literal": "Ida Reporter"}]
    lines = cite.as_ris(made).split("\r\n")
    assert (lines[0], lines[-2], lines[-1]) == ("TY  - NEWS", "ER  - ", "")
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]  - .*", line) for line in lines[:-1])
    assert {line[:2] for line in lines[:-1]} >= {"TI", "T2", "AU", "PY", "DA", "UR", "Y2", "LA", "AN", "AB"}


def test_a_review_is_named_with_its_reviewer(base: Engine) -> None:
    _, figure = first(base)
    with session(base) as opened:
        review.decide(opened, f"figure:{figure}", "confirm", "ana", NOW)
        assert "reviewed by ana, 2031-03-04" in cite.as_text(cite.citation(opened, f"figure:{figure}", MASKED))
        review.decide(opened, f"figure:{figure}", "reopen", "ana", NOW)


def test_what_is_not_known_is_said(base: Engine) -> None:
    with session(base) as opened:
        undated = opened.scalars(select(ArticleRow.id).where(ArticleRow.published_at.is_(None))).one()
        made = cite.citation(opened, undated, MASKED)
    assert "no date of publication" in cite.as_text(made)
    assert "issued" not in cite.as_csl(made)
    with pytest.raises(review.ReviewError), session(base) as opened:
        cite.citation(opened, "article:99999999", MASKED)
