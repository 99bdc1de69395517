"""Watch rules: a small language for people, compiled once, run in one pass."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from pipelines.analysis.rules.book import RuleBook
from pipelines.analysis.rules.compiled import check_rule
from pipelines.analysis.rules.explain import Explanation, RuleExplanation, explain
from pipelines.analysis.rules.parser import Lists, parse
from pipelines.analysis.rules.syntax import RuleError
from pipelines.records import RuleText, Watch

__all__ = ["Explanation", "RuleBook", "RuleError", "RuleExplanation", "check", "compile_watches", "explain", "parse"]


_MOST_KEPT = 2
_kept: OrderedDict[tuple[object, ...], RuleBook] = OrderedDict()


def compile_watches(watches: Sequence[Watch]) -> RuleBook:
    """Compile every rule of every watch into one book; raises `RuleError` with watch, rule and character.

    The packaged rules take seconds: what was compiled last is kept, and serves watches that differ in recipients only.
    """
    key = tuple(
        (watch.id, watch.rules, watch.lists, watch.evidence, watch.alert_threshold, watch.possible_threshold)
        for watch in watches
    )
    book = _kept.get(key)
    if book is None:
        book = _kept[key] = RuleBook(watches)
        while len(_kept) > _MOST_KEPT:
            _kept.popitem(last=False)
    return book.told_by(watches)


def check(rule: RuleText, lists: Lists | None = None) -> None:
    """Raise `RuleError(message, column)` when a rule cannot be read; `lists` are the `$names` it may use."""
    check_rule(rule, lists)
