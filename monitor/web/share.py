"""How much of an outlet's text a viewer may see: what its file says of passing on (`share`). Researchers see all.

In      the data of a page; outlet -> full, excerpt or link_only (unknown outlets: excerpt)
Out     the same with bodies cut to the sentences that were read (excerpt), or without any words but the headline
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MOST_EXCERPT = 300
WORDS = frozenset({"body", "lead", "quote", "snippet", "reason", "changes", "dates"})
"""Fields that hold an outlet's own words, beside its headline."""


def limit(data: Any, share: Mapping[str, str], outlet: str | None = None) -> Any:
    """The data as far as each outlet lets its text be passed on."""
    if isinstance(data, list):
        return [limit(one, share, outlet) for one in data]
    if not isinstance(data, Mapping):
        return data
    if isinstance(data.get("outlet"), str):
        outlet = data["outlet"]
    allowed = share.get(outlet, "excerpt") if outlet else "full"
    made = {}
    for key, value in data.items():
        if allowed != "full" and key in WORDS and value:
            made[key] = _cut(key, value, allowed, data)
        else:
            made[key] = limit(value, share, outlet)
    return made


def _cut(key: str, value: Any, allowed: str, data: Mapping[str, Any]) -> Any:
    if not isinstance(value, str):
        return []
    if allowed == "link_only":
        return ""
    if key == "body":
        quotes = [one.get("quote") for name in ("matches", "figures", "counts") for one in data.get(name) or ()]
        read = list(dict.fromkeys(quote[:MOST_EXCERPT] for quote in quotes if quote))
        return " … ".join(read) or value[:MOST_EXCERPT]
    return value[:MOST_EXCERPT]
