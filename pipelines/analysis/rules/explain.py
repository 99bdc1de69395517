"""Tell why an article matches a watch, or what was missing.

In      an article, one watch, the outlet's context
Out     `Explanation`: score and parts, and for every rule the words found (field, sentence, list) or what is missing
Raises  `RuleError` when the watch cannot be compiled
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.analysis.rules.book import RuleBook, properties
from pipelines.analysis.rules.evaluate import Meta, holds
from pipelines.analysis.rules.evidence import Weighing
from pipelines.analysis.rules.report import hits_of, leaves_of, quote_of
from pipelines.analysis.rules.scan import Doc
from pipelines.analysis.rules.syntax import And, Away, Near, Node, Not, Or, Term, TermSet, Within
from pipelines.records import Article, Context, Span, Watch


@dataclass(frozen=True, slots=True)
class WordFound:
    """A word that counts, and the `$list` it stands in."""

    span: Span
    origin: str | None


@dataclass(frozen=True, slots=True)
class RuleExplanation:
    """What one rule says. `speaks`: it is meant for the article's language; `missing` is empty when it `fired`."""

    rule: str
    query: str
    speaks: bool
    fired: bool
    points: float
    words: tuple[WordFound, ...] = ()
    quote: str | None = None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a watch says of an article, rule by rule."""

    watch: str
    language: str | None
    score: float
    level: str | None
    alert_threshold: float
    possible_threshold: float
    rules: tuple[RuleExplanation, ...]


def explain(article: Article, watch: Watch, context: Context | None = None) -> Explanation:
    """Return why `watch` matches `article`, or what was missing."""
    book = RuleBook([watch])
    compiled = book.watches[0]
    doc, meta = book.read(article), properties(article, context or Context())
    verdict = book.judge(compiled, doc, meta, article.language)
    fired = {id(one.rule): one for one in verdict.fired}
    rules = []
    for rule in compiled.rules:
        speaks = rule.speaks((article.language or "").split("-")[0].lower() or None)
        one = fired.get(id(rule))
        if one is not None:
            leaves = leaves_of(one.hits, doc)
            words = tuple(WordFound(span, term.origin) for span, term in leaves)
            said = RuleExplanation(
                rule.text.id, rule.text.query, speaks, True, one.points, words, quote_of(leaves, doc, rule.anchors)
            )
        else:
            why = missing(rule.node, doc, meta) if speaks else (f"not for language {article.language}",)
            said = RuleExplanation(rule.text.id, rule.text.query, speaks, False, 0.0, missing=why)
        rules.append(said)
    if verdict.weighing is not None:
        rules.insert(0, _weighed(verdict.weighing, doc, watch.possible_threshold))
    limits = (watch.alert_threshold, watch.possible_threshold)
    return Explanation(watch.id, article.language, verdict.score, verdict.level, *limits, tuple(rules))


def _weighed(weighing: Weighing, doc: Doc, least: float) -> RuleExplanation:
    """What the evidence says: its words, and every weight as its query."""
    leaves = leaves_of(hits_of(weighing), doc)
    words = tuple(WordFound(span, term.origin) for span, term in leaves)
    total = " ".join(f"{points:+.2f} {name}" for name, points in weighing.parts)
    fired = weighing.score >= least
    missed = () if fired else (f"weighs {weighing.score:.2f} of {least:g}: {total}",)
    quote = quote_of(leaves, doc) if fired else None
    return RuleExplanation("evidence", total, True, fired, round(weighing.score, 2), words, quote, missed)


def missing(node: Node, doc: Doc, meta: Meta) -> tuple[str, ...]:
    """Return, in words, the parts of a tree that do not hold."""
    if holds(node, doc, meta) is not None:
        return ()
    match node:
        case And():
            return tuple(said for part in node.parts for said in missing(part, doc, meta))
        case Not():
            return (f"{describe(node.part)} stands in the text, and must not",)
        case Near():
            absent = (*missing(node.left, doc, meta), *missing(node.right, doc, meta))
            far = f"{describe(node.left)} and {describe(node.right)} are more than {node.words} words apart"
            return absent or (far,)
        case Away():
            close = f"{describe(node.right)} stands within {node.words} words of each {describe(node.left)}"
            return missing(node.left, doc, meta) or (close,)
        case Within():
            return missing(node.part, doc, meta) or (f"not in one {node.scope}: {describe(node.part)}",)
    return (f"{describe(node)} not found",)


def describe(node: Node) -> str:
    """Return a tree as a short piece of text."""
    match node:
        case Term():
            return f"{node.field}:{node.text}" if node.field else node.text
        case TermSet():
            return f"{node.field}:{node.name}" if node.field else node.name
        case And() | Or():
            joint = " and " if isinstance(node, And) else " or "
            return "(" + joint.join(describe(part) for part in node.parts) + ")"
        case Not():
            return f"not {describe(node.part)}"
        case Near():
            return f"{describe(node.left)} near {describe(node.right)}"
        case Away():
            return f"{describe(node.left)} away from {describe(node.right)}"
    return describe(node.part)
