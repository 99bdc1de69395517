"""The Python API: a workspace opened for reading.

    from monitor import open_workspace
    with open_workspace("/srv/monitor") as ws:
        for hit in ws.search("captured", nationality="NP"):
            print(hit["published"], hit["title"])
        counts = ws.frame("counts", since="2026-01-01")

In      the folder; filters by keyword: text, outlet, tag, ownership, country, language, watch, story, person, figure,
        role, status, nationality, since, until, event_since, event_until, relevant_only, reviewed
Out     typed dictionaries (`monitor.workspace_records`) or pandas frames; nothing can be written
Raises  ConfigError, DatabaseProblem; TypeError for a filter that is not there; ValueError where nothing is found for a
        value that nobody knows; ImportError without pandas
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, date, datetime, time
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, cast

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from monitor import query
from monitor.catalogue import load_outlets
from monitor.config import Config, load
from monitor.exports import policy_of, rows
from monitor.exports.codebook import datasets
from monitor.known import unknown
from monitor.protection import Policy, workspace_secret
from monitor.query import Filter
from monitor.watches import load_watches
from monitor.workspace_records import (
    ArticleRecord,
    CountRecord,
    CoverageRecord,
    FigureRecord,
    Hit,
    MatchRecord,
    StoryRecord,
)
from pipelines.store.migrations import require_current
from pipelines.store.session import make_engine, session

if TYPE_CHECKING:
    import pandas  # type: ignore[import-untyped, unused-ignore]

_FILTERS = frozenset(one.name for one in fields(Filter)) - {
    "limit", "offset", "by_relevance", "name", "after", "upto"
}  # fmt: skip
_FRAME = {
    "integer": "Int64",
    "number": "Float64",
    "boolean": "boolean",
    "string": "string",
    "datetime": "datetime64[us, UTC]",
    "date": "datetime64[s]",
}
"""Column types of a frame; those of whole numbers and truth values hold "not known" too."""


def open_workspace(folder: Path | str | None = None, *, names: bool = True) -> Workspace:
    """Open a workspace (default: MONITOR_WORKSPACE, else the current folder) for reading.

    `names`: with False, every protected name is masked, as in an export for publication.
    Raises ConfigError, DatabaseProblem.
    """
    config = load(folder)
    engine = make_engine(config.database, read_only=True)
    require_current(engine)
    return Workspace(config, engine, names=names)


class Workspace:
    """An open workspace; also a context manager. Every call reads the database as it stands then."""

    def __init__(self, config: Config, engine: Engine, *, names: bool) -> None:
        self.config = config
        self._engine = engine
        self._names = names

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    def search(
        self, text: str = "", *, by_relevance: bool = False, limit: int = 20, offset: int = 0, **filters: Any
    ) -> list[Hit]:
        """Articles that fit, newest first: words, "phrases", prefix*, -not, title:word. Names are not masked here."""
        if not self._names:
            raise PermissionError("a masked workspace is not searched by words; use articles(text=…)")
        wanted = _filter(text=text, **filters)
        asked = Filter(
            **{**_values(wanted), "by_relevance": by_relevance, "limit": limit, "offset": offset},
        )
        with session(self._engine) as opened:
            hits = [cast(Hit, hit) for hit in query.search(opened, asked)]
            if not hits and not offset:
                self._require_known(opened, asked)
            return hits

    def article(self, number: int) -> dict[str, Any] | None:
        """One article with its text, persons, counts, dates, matches and revisions; None for an unknown number."""
        if not self._names:
            raise PermissionError("a masked workspace shows no whole texts; open it with names=True")
        with session(self._engine) as opened:
            return query.article(opened, number)

    def articles(self, **filters: Any) -> Iterator[ArticleRecord]:
        """Every article that fits, in the order of first reading, read as you go."""
        return cast(Iterator[ArticleRecord], self._rows("articles", filters))

    def matches(self, **filters: Any) -> Iterator[MatchRecord]:
        """Every match of a watch, newest revisions."""
        return cast(Iterator[MatchRecord], self._rows("matches", filters))

    def figures(self, **filters: Any) -> Iterator[FigureRecord]:
        """Every named person of every article, newest revisions."""
        return cast(Iterator[FigureRecord], self._rows("persons", filters))

    def counts(self, **filters: Any) -> Iterator[CountRecord]:
        """Every distinct claim of how many."""
        return cast(Iterator[CountRecord], self._rows("counts", filters))

    def stories(self, **filters: Any) -> Iterator[StoryRecord]:
        """Every story."""
        return cast(Iterator[StoryRecord], self._rows("stories", filters))

    def coverage(self, **filters: Any) -> Iterator[CoverageRecord]:
        """Articles read, by outlet and day: the measure for everything else."""
        return cast(Iterator[CoverageRecord], self._rows("coverage", filters))

    def frame(self, dataset: str, **filters: Any) -> pandas.DataFrame:
        """A dataset (articles, matches, persons, counts, stories, coverage) as a pandas frame, columns in their type.

        Raises KeyError for another name, ImportError where pandas is not installed
        (`pip install 'fighters-pow-monitor[pandas]'`).
        """
        table = datasets()["persons" if dataset == "figures" else dataset]
        try:
            import pandas as pd
        except ImportError as error:
            raise ImportError("pandas is not installed; pip install 'fighters-pow-monitor[pandas]'") from error
        made = pd.DataFrame.from_records(list(self._rows(table.name, filters)), columns=list(table.names))
        for column in table.columns:
            if column.type in _FRAME:
                values = pd.to_datetime(made[column.name], utc=True) if column.type == "datetime" else made[column.name]
                made[column.name] = values.astype(_FRAME[column.type])
        return made

    def _rows(self, dataset: str, filters: dict[str, Any]) -> Iterator[dict[str, Any]]:
        wanted = _filter(**filters)

        def read() -> Iterator[dict[str, Any]]:
            some = False
            with session(self._engine) as opened:
                for piece in rows(opened, dataset, self._policy(opened), wanted):
                    some = some or bool(piece)
                    yield from piece
                if not some:
                    self._require_known(opened, wanted)

        return read()

    def _require_known(self, opened: Session, wanted: Filter) -> None:
        """Nothing found for a word that nobody knows is an error: a slip of the pen is no "no news"."""
        folder = self.config.workspace
        if word := unknown(opened, wanted, load_outlets(folder), load_watches(folder)):
            raise ValueError(f'{word.name} "{word.value}": {word.said}')

    def _policy(self, opened: Session) -> Policy:
        return policy_of(opened, workspace_secret(self.config.workspace), with_names=self._names)


def _filter(**given: Any) -> Filter:
    """Keyword filters as a `Filter`; days and texts become instants. Raises TypeError for an unknown one."""
    unknown = set(given) - _FILTERS
    if unknown:
        raise TypeError(f"there is no filter '{min(unknown)}'; one of {', '.join(sorted(_FILTERS))}")
    for name in ("since", "until"):
        if given.get(name) is not None:
            given[name] = _instant(given[name])
    for name in ("event_since", "event_until"):
        if isinstance(given.get(name), str):
            given[name] = date.fromisoformat(given[name])
    return Filter(**given)


def _instant(value: datetime | date | str) -> datetime:
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if not isinstance(value, datetime):
        value = datetime.combine(value, time())
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _values(wanted: Filter) -> dict[str, Any]:
    return {one.name: getattr(wanted, one.name) for one in fields(Filter)}
