"""Rules of the rule language as queries: the articles in which a rule holds, newest first.

In      an open session, the text of a rule, a `Filter` that narrows, the outlets, the workspace (for its word lists)
Out     one page of hits, how many articles were tried for it, and the place from which the next page goes on
Way     the index gives articles with a word that the rule needs; the rule is then asked of each, as in a crawl
Limits  one page tries at most `MOST` articles: a rare rule gives short pages that go on; no facets, no count
Raises  RuleError with what is wrong and where
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor import query
from monitor.filters import NEWEST, SHOWN, Filter, after, conditions
from monitor.rematch import article_of, stored_article
from monitor.watch_store import dump, read_file
from monitor.watches import WatchError
from monitor.wiring import context_of
from pipelines.analysis import tokens, wordforms
from pipelines.analysis.rules import RuleBook, RuleError
from pipelines.analysis.rules.syntax import Ending, Item
from pipelines.records import Context, Outlet, Watch
from pipelines.store import search as index
from pipelines.store.schema import ArticleRow

MOST, AT_ONCE = 400, 50
_MOST_PHRASES = 600
NAME = "asked"
_PLACED = re.compile(r"query: (?P<what>.*) \(character (?P<column>\d+)\)")
"""How a watch's fault names the place in a rule."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A rule made ready: its book, and phrases of which every article has one in which it holds; None = unknown."""

    book: RuleBook
    phrases: tuple[index.Phrase, ...] | None
    persons: bool


def watch_of(rule: str, workspace: Path | None) -> Watch:
    """A watch with this one rule, in every language that has word lists. Raises RuleError."""
    table = {"id": NAME, "name": NAME, "languages": ["all"], "alert_threshold": 1, "possible_threshold": 1,
             "rules": [{"id": NAME, "query": rule, "score": 1}]}  # fmt: skip
    try:
        return read_file(Path(f"{NAME}.toml"), workspace, dump(table)).watch
    except WatchError as error:
        said = error.faults[0] if error.faults else "the rule cannot be read"
        said = said.split(f"{NAME}.toml: ", 1)[-1]
        placed = _PLACED.search(said)
        if placed is None:
            raise RuleError(said, query=rule) from error
        raise RuleError(placed["what"], int(placed["column"]), rule) from error


def ready(rule: str, workspace: Path | None = None) -> Asked:
    """Compile a rule. Raises RuleError."""
    book = RuleBook([watch_of(rule, workspace)])
    items = dict(enumerate(book.scanner.items))
    anchors = [rule.anchors for watch in book.watches for rule in watch.rules]
    some = None if None in anchors else sorted({number for one in anchors for number in one or ()})
    needed = None if some is None else [_phrase(items[number]) for number in some]
    whole = needed is not None and len(needed) <= _MOST_PHRASES and None not in needed
    phrases = tuple(dict.fromkeys(one for one in needed or () if one is not None)) if whole else None
    return Asked(book, phrases, any(word in rule for word in ("figure:", "nationality:")))


def _phrase(items: tuple[Item, ...]) -> index.Phrase | None:
    """What the index is asked for a term; it may give more than the term, never less. None: it cannot be asked."""
    keys: list[str] = []
    for number, item in enumerate(items):
        last = number == len(items) - 1
        own = tokens.query_keys(item.key)
        if item.inside or not own:
            return None
        if item.arabic:
            return index.Phrase(own, forms=wordforms.forms(own[0])) if len(own) == 1 and not keys else None
        keys += own
        if item.ending is not Ending.NONE:
            # what follows a word with any ending cannot be part of one phrase; its beginning is enough
            return index.Phrase(tuple(keys), prefix=True)
        if last:
            return index.Phrase(tuple(keys))
    return None


def search(
    session: Session, rule: str, wanted: Filter, outlets: Mapping[str, Outlet], workspace: Path | None = None
) -> dict[str, Any]:
    """One page of articles in which `rule` holds. Raises RuleError."""
    asked = ready(rule, workspace)
    found: list[int] = []
    tried, place, more = 0, wanted.after, False
    for row in _candidates(session, asked, wanted):
        if len(found) == wanted.limit or tried == MOST:
            more = True
            break
        tried, place = tried + 1, query.place_of(row)
        article = stored_article(session, row) if asked.persons else article_of(row)
        outlet = outlets.get(row.outlet_id)
        if asked.book.match(article, context_of(outlet) if outlet else Context(outlet_id=row.outlet_id)):
            found.append(row.id)
    hits = list(query.hits(session, query.rows_of(session, found), wanted.text))
    return {"count": None, "articles": hits, "facets": {}, "looked_at": tried, "next": str(place) if more else None}


def _candidates(session: Session, asked: Asked, wanted: Filter) -> Iterator[ArticleRow]:
    """Articles that the rule may hold in, newest first, some at a time."""
    chosen: Any = select(ArticleRow.id)
    if asked.phrases is not None:
        dialect = session.get_bind().dialect.name
        some = index.ids_matching(dialect, asked.phrases, any_of=True).subquery()
        chosen = chosen.join(some, some.c.article_id == ArticleRow.id).with_hint(ArticleRow, SHOWN, "sqlite")
    words = query.ids_of(session, replace(wanted, after=None)) if wanted.text else None
    if words is not None:
        chosen = chosen.where(ArticleRow.id.in_(words))
    if wanted.after is not None:
        chosen = chosen.where(after(wanted.after))
    chosen = chosen.where(*conditions(session, wanted)).order_by(*NEWEST).limit(MOST + 1)
    ids = session.scalars(chosen).all()
    for at in range(0, len(ids), AT_ONCE):
        part = ids[at : at + AT_ONCE]
        rows = {row.id: row for row in session.scalars(select(ArticleRow).where(ArticleRow.id.in_(part)))}
        yield from (rows[number] for number in part if number in rows)
