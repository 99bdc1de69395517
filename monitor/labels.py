"""Words that stand beside what is shown: who says so (`machine reading` or `reviewed by X, when`), numbers with nouns.

In      the `reviewed` column of a reading: field ("" = all of it) -> verdict, by, at
Out     words, or what they are made of
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MACHINE = "machine reading"


def plural(count: int, one: str, many: str = "") -> str:
    """A number with its noun.

    >>> plural(1, "outlet"), plural(2, "story", "stories")
    ('1 outlet', '2 stories')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def label(reviewed: Mapping[str, Any] | None) -> str:
    """The words beside a reading.

    >>> label(None)
    'machine reading'
    >>> label({"": {"verdict": "confirm", "by": "ana", "at": "2026-03-04T12:00:00+00:00"}})
    'reviewed by ana, 2026-03-04'
    >>> label({"role": {"verdict": "correct", "by": "ana", "at": "2026-03-04T12:00:00+00:00"}})
    'role reviewed by ana, 2026-03-04; the rest machine reading'
    """
    if not reviewed:
        return MACHINE
    if "" in reviewed:
        return f"reviewed {_who(reviewed[''])}"
    parts = [f"{name.replace('_', ' ')} reviewed {_who(entry)}" for name, entry in reviewed.items()]
    return f"{'; '.join(parts)}; the rest {MACHINE}"


def _who(entry: Mapping[str, Any]) -> str:
    return f"by {entry['by']}, {str(entry['at'])[:10]}"


def is_machine(reviewed: Mapping[str, Any] | None) -> bool:
    """Whether nobody looked at the whole of it yet."""
    return not reviewed or "" not in reviewed


def fields_reviewed(reviewed: Mapping[str, Any] | None) -> dict[str, Any]:
    """What an answer carries of it: the words, the last reviewer and when (None for a machine reading)."""
    last = max((reviewed or {}).values(), key=lambda entry: str(entry["at"]), default=None)
    return {
        "machine_reading": is_machine(reviewed),
        "label": label(reviewed),
        "reviewed_by": last["by"] if last else None,
        "reviewed_at": last["at"] if last else None,
    }
