"""Watch rules: a small language for people, compiled once, run in one pass."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.analysis.rules.book import RuleBook
from pipelines.analysis.rules.compiled import check_rule
from pipelines.analysis.rules.explain import Explanation, RuleExplanation, explain
from pipelines.analysis.rules.parser import Lists, parse
from pipelines.analysis.rules.syntax import RuleError
from pipelines.records import RuleText, Watch

__all__ = ["Explanation", "RuleBook", "RuleError", "RuleExplanation", "check", "compile_watches", "explain", "parse"]


def compile_watches(watches: Sequence[Watch]) -> RuleBook:
    """Compile every rule of every watch into one book; raises `RuleError` with watch, rule and character."""
    return RuleBook(watches)


def check(rule: RuleText, lists: Lists | None = None) -> None:
    """Raise `RuleError(message, column)` when a rule cannot be read; `lists` are the `$names` it may use."""
    check_rule(rule, lists)
