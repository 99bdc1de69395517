"""What of a row may leave: each column passes `monitor.protection` in the way the codebook declares.

In      rows of one dataset, the names spoken of beside each, a `Policy`
Out     rows that may leave
Fails   closed: a text of which too much would have to be withheld leaves as a note that it was withheld
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from monitor.alerts.load import clearances
from monitor.exports.codebook import Dataset
from monitor.protection import Policy, case_reference, mask, safe_url, speak
from monitor.protection_text import lexicon
from pipelines.store.schema import WITH_REJECTED, ArticleRow, FigureRow

WITHHELD = "(withheld: it may name a protected person)"
PIECE = 500
_VOUCHING = 1500
"""Characters of an article's text whose small-letter words vouch for the words of its headline."""

_REMEMBERED = 2000
_MOST = 20
"""Articles whose words are asked beside one row."""


def policy_of(session: Session, secret: bytes, *, with_names: bool = False) -> Policy:
    """The policy of what leaves: names that were cleared by hand, or all but the suppressed ones."""
    cleared, suppressed = clearances(session)
    return Policy(names_cleared=with_names, secret=secret, cleared=cleared, suppressed=suppressed)


class Ordinary(frozenset[str]):
    """The everyday words of articles, read when a word is looked for: most headlines need none of them."""

    _read: Callable[[], frozenset[str]]

    def __new__(cls, read: Callable[[], frozenset[str]]) -> Ordinary:
        """`read` gives the words."""
        made = super().__new__(cls)
        made._read = read
        return made

    def __contains__(self, word: object) -> bool:
        return word in self._read()


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside a row of an article: the names on it, and its everyday words."""

    names: tuple[str, ...] = ()
    ordinary: frozenset[str] = field(default=frozenset(), repr=False)


@dataclass(frozen=True, slots=True)
class Boundary:
    """The one way out of an export."""

    policy: Policy
    _spoken: dict[tuple[str, tuple[str, ...]], str] = field(default_factory=dict, repr=False, compare=False)

    @property
    def lifted(self) -> bool:
        """Whether everything leaves as it stands."""
        return self.policy.names_cleared and not self.policy.suppressed

    def row(self, dataset: Dataset, row: Mapping[str, Any], beside: Beside) -> dict[str, Any]:
        """The row as it may leave; columns that the codebook does not name do not leave."""
        return {
            c.name: row.get(c.name) if c.mask == "open" else self.value(row.get(c.name), c.mask, beside)
            for c in dataset.columns
        }

    def value(self, value: Any, way: str, beside: Beside) -> Any:
        """One value as it may leave; `way` is the column's `mask`."""
        if value is None or way == "open":
            return value
        if isinstance(value, (list, tuple)):
            return [self.value(one, way, beside) for one in value]
        if way == "watch":
            return self.watch(str(value))
        if self.lifted or (way == "named" and self.policy.names_cleared):
            return value
        return self._protected(str(value), way, beside)

    def _protected(self, text: str, way: str, beside: Beside) -> str | None:
        if way == "name":
            return text if self.policy.may_name(text) else mask(text, self.policy)
        if way == "url":
            return safe_url(text, "", beside.names, self.policy, beside.ordinary) or None
        return self.text(text, beside) if way == "text" else None

    def text(self, text: str, beside: Beside) -> str:
        """Words of an outlet; several readings of an article share its headline and sentences."""
        key = (text, beside.names)
        if key not in self._spoken:
            spoken = speak(text, beside.names, self.policy, beside.ordinary)
            if len(self._spoken) >= _REMEMBERED:
                self._spoken.clear()
            self._spoken[key] = spoken.text if spoken.usable else WITHHELD
        return self._spoken[key]

    def watch(self, watch_id: str) -> str:
        """A watch for a person is called by a reference: its number may stand in a list of names elsewhere."""
        if self.policy.names_cleared or not watch_id.startswith("person:"):
            return watch_id
        return case_reference(watch_id, self.policy.secret)


def names_beside(session: Session, article_ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """Every name the machine ever read in each article, rejected and corrected ones too."""
    found: dict[int, dict[str, None]] = {}
    ids = sorted(set(article_ids))
    for at in range(0, len(ids), PIECE):
        rows = session.execute(
            select(FigureRow.article_id, FigureRow.name, FigureRow.reviewed)
            .where(FigureRow.article_id.in_(ids[at : at + PIECE]))
            .execution_options(**WITH_REJECTED)
        )
        for article_id, name, reviewed in rows:
            names = found.setdefault(article_id, {})
            names[name] = None
            for entry in (reviewed or {}).values():
                if "name" in entry.get("machine", {}):
                    names[entry["machine"]["name"]] = None
    return {key: tuple(names) for key, names in found.items()}


def everyday(texts: Iterable[str]) -> frozenset[str]:
    """Words that stand in small letters in some texts (of the first twenty): they are no names."""
    return lexicon(islice(texts, _MOST)).ordinary


def texts_of(session: Session, article_ids: Iterable[int]) -> dict[int, str]:
    """The beginnings of the texts of articles."""
    found: dict[int, str] = {}
    ids = sorted(set(article_ids))
    text = func.substr(func.coalesce(ArticleRow.lead, "") + " " + ArticleRow.body, 1, _VOUCHING)
    for at in range(0, len(ids), PIECE):
        part = ids[at : at + PIECE]
        found |= {row[0]: row[1] for row in session.execute(select(ArticleRow.id, text).where(ArticleRow.id.in_(part)))}
    return found
