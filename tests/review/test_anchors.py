"""A verdict holds where its words stand with the same words beside them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.store import anchors

TEXT = "Two men of Nepal were captured near the river on Monday. A third was captured near the river on Friday."
AT = TEXT.index("captured")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (TEXT, AT),
        (f"A line was put before.\n{TEXT}", AT + 23),
        (f"{TEXT} More was added.", AT),
        (TEXT.replace("men of", "men  of"), AT + 1),
        (TEXT.replace("Nepal were", "Nepal\nwere"), AT),
        (TEXT.replace("Two men", "Three men"), None),
        (TEXT.replace("captured near the river on Monday", "released near the river on Monday"), None),
        (TEXT.replace("on Monday", "on Tuesday"), None),
        ("", None),
    ],
)
def test_the_words_are_found_where_their_surroundings_are_unchanged(text: str, found: int | None) -> None:
    anchor = anchors.make(TEXT, "body", AT, AT + len("captured"))
    place = anchors.find(anchor, text)
    assert (place[0] if place else None) == found
    assert place is None or text[slice(*place)] == "captured"


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=200), st.data())
def test_every_span_is_found_in_its_own_text(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assert anchors.find(anchors.make(text, "body", start, end), text) == (start, end)
