"""What changed between two texts, and whether it is news. Add a line to a table."""

from __future__ import annotations

import pytest

from pipelines.analysis.diff import compare_texts, is_counter, really_changed

PROSE = "Two citizens of Nepal were captured near Donetsk.\nThey asked to be sent home.\n"
CHANGES = [
    (PROSE, PROSE, False),
    (PROSE, PROSE.upper(), False),
    (PROSE, PROSE + "Their embassy was told.", True),
    (PROSE, "Two citizens of Nepal were captured near Donetsk.", True),
    (PROSE, PROSE.replace("Two", "Three"), True),
    ("155 men are held.", "163 men are held.", True),
    (PROSE + "Views: 1,204", PROSE + "Views: 3,881", False),
    (PROSE + "Переглядів: 12", PROSE + "Переглядів: 94", False),
    (PROSE + "浏览 1204 次", PROSE + "浏览 3881 次", False),
    (PROSE + "Killed: 12", PROSE + "Killed: 94", True),
    (PROSE + "Harvest ends early\nA storm is coming", PROSE + "Council votes on roads\nBread is dear", False),
    (PROSE + "One more was captured on Friday", PROSE + "One more was killed on Friday", True),
    ("", PROSE, True),
    (PROSE, "", True),
]


@pytest.mark.parametrize(("old", "new", "changed"), CHANGES)
def test_really_changed(old: str, new: str, changed: bool) -> None:
    assert really_changed(old, new) is changed
    assert really_changed(new, old) is changed


@pytest.mark.parametrize(
    ("line", "counts"),
    [("12 min read", True), ("Updated 14:05", True), ("40 comments", True), ("3 prisoners", False),
     ("155名中国人", False), ("3 comments by prisoners", False), ("Day 1000 of the war", False), ("no digits", False)],
)  # fmt: skip
def test_counters(line: str, counts: bool) -> None:
    assert is_counter(line) is counts


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("At least 155 fight.", "At least 163 fight.", ["At least ", "-155", "+163", " fight."]),
        ("至少155名中国人参战", "至少163名中国人参战", ["至少", "-155", "+163", "名中国人参战"]),
        ("He was killed.", "He was wounded.", ["He was ", "-killed", "+wounded", "."]),
    ],
)
def test_words(old: str, new: str, wanted: list[str]) -> None:
    (block,) = compare_texts(old, new)
    assert [{"same": "", "removed": "-", "added": "+"}[piece.kind] + piece.text for piece in block.pieces] == wanted


def test_paragraphs_that_came_and_went_stand_where_they_were() -> None:
    old = "First as it was.\nNobody denied it on Monday.\nLast of all."
    new = "First as it was.\nLast of all.\nThe ministry now says otherwise."
    assert [block.kind for block in compare_texts(old, new)] == ["same", "removed", "same", "added"]
    both = compare_texts(old, new)
    assert "\n".join("".join(p.text for p in b.pieces if p.kind != "added") for b in both if b.kind != "added") == old
    assert (
        "\n".join("".join(p.text for p in b.pieces if p.kind != "removed") for b in both if b.kind != "removed") == new
    )
