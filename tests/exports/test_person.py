"""One person is found, handed out and erased; what stays says why."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import JSON, Engine, LargeBinary, Text, select

from monitor import exports, query, review, subjects
from monitor.alerts.compose import PlanConfig
from monitor.alerts.planner import plan
from monitor.erase import Pen, erase
from monitor.query import Filter
from monitor.review import ReviewError
from pipelines.records import Figure, FigureMention, Recipient, Role, RuleText, Status, Watch, WatchedPerson
from pipelines.store import integrity
from pipelines.store.schema import ArticleRow, AuditRow, Base, FigureRow, OutboxRow, PersonRow, RevisionRow
from pipelines.store.session import session
from tests import seeded
from tests.exports.conftest import SECRET
from tests.seeded import NOW

NAMES = ("Karmadu Thapeli", "Pemala Rojanez", "Tashiro Zhelvak", "Dorjan Perildo", "Kofian Bastolan")
_names = iter(itertools.cycle(NAMES))
OTHER = "Lesiana Botvar"


@pytest.fixture
def named(base: Engine) -> tuple[str, int]:
    """A name of its own and the number of an article that speaks of them, and of somebody else."""
    name = next(_names)
    body = f"{name}, a citizen of Nepal, was captured near the river. {name.split()[1]} was seen by {OTHER}."
    first = _article(name, body)
    number = seeded.write(base, first).article_id or 0
    seeded.write(base, replace(_article(name, f"{body} Later."), url=first.url, url_key=first.url_key))
    return name, number


def _article(name: str, body: str) -> Any:
    def figure(who: str, role: Role) -> Figure:
        at = body.find(who)
        return Figure(who, role, Status.CAPTURED, "NP", (FigureMention(at, at + len(who), who),), quote=body[:60])

    return seeded.article(
        body, title=f"{name} captured", figures=(figure(name, Role.CAPTIVE), figure(OTHER, Role.FAMILY))
    )


def everywhere(engine: Engine) -> str:
    """Every text of the database but addresses and the list of suppressed names."""
    out: list[str] = []
    with engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            columns = [
                c for c in table.columns if isinstance(c.type, Text | JSON | LargeBinary) and "url" not in c.name
            ]
            if table.name in ("clearance", "article_url", "evidence", "bin", "signature") or not columns:
                continue
            for row in connection.execute(select(*columns)):
                out += [v.decode("utf-8", "replace") if isinstance(v, bytes) else str(v) for v in row if v]
    return "\n".join(out)


def find(engine: Engine, whom: str, **more: Any) -> subjects.Subject:
    with session(engine) as opened:
        return subjects.find(opened, whom, SECRET, **more)


def figure_of(engine: Engine, name: str) -> int:
    with session(engine) as opened:
        return (
            opened.scalars(select(FigureRow.id).where(FigureRow.name == name).order_by(FigureRow.id.desc())).first()
            or 0
        )


def test_a_person_is_found_by_every_reference(base: Engine, named: tuple[str, int]) -> None:
    name, _ = named
    one = find(base, f"figure:{figure_of(base, name)}")
    assert one.names == (name,)
    assert len(one.figures) >= 2
    assert find(base, f"p-{subjects.reference(name, SECRET)}") == one
    watched = find(base, "case-7", caseload=[WatchedPerson("case-7", (name, "Another Spelling"))])
    assert (watched.figures, watched.watch) == (one.figures, "person:case-7")
    with session(base) as opened:
        person = PersonRow(name=name, name_key=name.casefold(), aliases=["A. Third"], created_at=NOW)
        opened.add(person)
        opened.flush()
        number = person.id
    assert find(base, f"person:{number}").names == (name, "A. Third")
    with session(base) as opened:
        opened.delete(opened.get_one(PersonRow, number))
    for whom in ("figure:999999999", "person:x", "p-aaaaaaaa", "nobody", ""):
        with pytest.raises(ReviewError):
            find(base, whom)


def test_everything_held_is_handed_out(base: Engine, named: tuple[str, int]) -> None:
    name, article = named
    with session(base) as opened:
        target = f"figure:{figure_of(base, name)}"
        review.decide(opened, target, "correct", "ana", NOW, field="status", value="exchanged", note="seen")
        found = subjects.held(opened, subjects.find(opened, target, SECRET))
    assert found["names"] == [name]
    assert [one["revision"] for one in found["mentions"] if one["article"] == article] == [1, 2]
    assert {one["note"] for one in found["reviews"]} == {"seen"}
    assert OTHER not in str(found["reviews"])


def test_erasing_takes_the_name_out_of_everything_and_leaves_the_rest_whole(
    base: Engine, named: tuple[str, int]
) -> None:
    name, article = named
    watch = Watch("volunteers", "V", (RuleText("r", "captured"),), (Recipient("r@example.net"),), rate="immediate")
    plan(base, {"volunteers": watch}, {}, NOW, PlanConfig(sender="m@example.org", secret=b"s"))
    with session(base) as opened:
        opened.add(OutboxRow(dedupe=f"d {article}", kind="story", recipient="r", message_id="i", sender="s",
                             message=f"Subject: News\n\n{name} was captured.".encode(), state="sent", created_at=NOW,
                             next_try_at=NOW))  # fmt: skip
        review.decide(opened, f"figure:{figure_of(base, name)}", "confirm", "ana", NOW, note=f"{name} it is")
        review.annotate(opened, f"article:{article}", "note", f"Ask the family of {name}.", "ana", NOW)
        before = opened.get_one(ArticleRow, article).content_hash
    with session(base) as opened:
        steps = erase(opened, subjects.find(opened, f"figure:{figure_of(base, name)}", SECRET), "ana", "asked", NOW)
    text = everywhere(base)
    assert name not in text
    assert name.split()[1] not in text
    assert OTHER in text
    done = {step.what: (step.done, step.rows) for step in steps}
    assert done["figures"] >= ("deleted", 2)
    assert done["evidence records"] == ("kept", 2)
    assert done["mails"][1] >= 1
    with session(base) as opened:
        row = opened.get_one(ArticleRow, article)
        assert row.content_hash == before
        lengths = [
            len(row.body if one.body is None else one.body)
            for one in opened.scalars(select(RevisionRow).where(RevisionRow.article_id == article))
        ]
        assert len(row.body) == max(lengths)
        shown = [f for f in query.figures(opened, Filter(limit=1000)) if f["article"] == article]
        assert [(f["name"], f["quote"].startswith("▒")) for f in shown] == [(OTHER, True)]
        assert not list(query.search(opened, Filter(text=f'"{name}"')))
        assert any(hit["id"] == article for hit in query.search(opened, Filter(text="citizen", limit=1000)))
        audit = opened.scalars(select(AuditRow).where(AuditRow.action == "person erase")).all()
    assert audit
    assert integrity.problems(base) == []
    with session(base) as opened:
        assert not exports.policy_of(opened, b"s", with_names=True).may_name(name)
    with session(base) as opened, pytest.raises(ReviewError):
        subjects.find(opened, f"p-{subjects.reference(name, SECRET)}", SECRET)


def test_other_spellings_are_named_and_not_touched(base: Engine) -> None:
    for name in ("Oleksandr Zhmurenko", "Олександр Жмуренко"):
        body = f"{name} was captured near the river."
        seeded.write(base, _article(name, f"{body} {OTHER} said so."))
    with session(base) as opened:
        one = subjects.find(opened, f"figure:{figure_of(base, 'Oleksandr Zhmurenko')}", SECRET)
        assert [hit["name"] for hit in subjects.similar(opened, one)] == ["Олександр Жмуренко"]
        both = subjects.find(opened, f"figure:{one.figures[0]}", SECRET, also=("Олександр Жмуренко",))
        erase(opened, both, "ana", "asked", NOW)
    assert not {"Zhmurenko", "Жмуренко"} & set(everywhere(base).split())


@pytest.mark.parametrize(
    ("text", "inked"),
    [
        ("Karma Thapeli was seen", "▒▒▒▒▒ ▒▒▒▒▒▒▒ was seen"),
        ("THAPELI, Karma", "▒▒▒▒▒▒▒, ▒▒▒▒▒"),
        ("Nothing of them", "Nothing of them"),
        ("", ""),
    ],
)
def test_ink_keeps_the_length(text: str, inked: str) -> None:
    assert Pen(["Karma Thapeli"]).text(text) == inked


def test_ink_in_scripts_without_blanks() -> None:
    assert Pen(["周安平"]).text("记者见到周安平。安平说") == "记者见到▒▒▒。▒▒说"
