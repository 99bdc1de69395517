"""Rules made ready: terms numbered, lists shared, and for each rule the words without which it cannot hold.

In      `Watch` records
Out     `CompiledWatch` and `CompiledRule`, and the `Scanner` of all their terms
Raises  `RuleError` with the watch, the rule and the character
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pipelines.analysis.rules.evidence import CompiledEvidence, compile_evidence
from pipelines.analysis.rules.needs import Need, anchors_of, need_of
from pipelines.analysis.rules.parser import Lists, parse
from pipelines.analysis.rules.scan import Scanner
from pipelines.analysis.rules.syntax import (
    META_FIELDS,
    PERSON_FIELDS,
    Anchors,
    And,
    Away,
    Near,
    Node,
    Not,
    Or,
    RuleError,
    Term,
    TermSet,
    Within,
)
from pipelines.records import RuleText, Watch


@dataclass(frozen=True, slots=True, eq=False)
class CompiledRule:
    """A rule, its tree, what must stand in a text so that it may hold, and its anchors (see `anchors_of`)."""

    text: RuleText
    node: Node
    need: Need
    anchors: Anchors

    def speaks(self, language: str | None) -> bool:
        """Say whether the rule is meant for texts of this language; an unknown language gets every rule."""
        return not self.text.languages or language is None or language in self.text.languages


@dataclass(frozen=True, slots=True, eq=False)
class CompiledWatch:
    """A watch with its compiled rules, the languages that any of them speaks, and whether any asks for persons."""

    watch: Watch
    rules: tuple[CompiledRule, ...]
    languages: frozenset[str]
    asks_persons: bool = False
    evidence: CompiledEvidence | None = None
    spoken: dict[str | None, tuple[CompiledRule, ...]] = field(default_factory=dict, repr=False)

    def speaking(self, language: str | None) -> tuple[CompiledRule, ...]:
        """Return the rules that are meant for texts of this language."""
        if language not in self.spoken:
            self.spoken[language] = tuple(rule for rule in self.rules if rule.speaks(language))
        return self.spoken[language]


def parse_rule(rule: RuleText, watch: Watch, lists: Lists) -> Node:
    """Return the tree of one rule of a watch, `lists` being those of the watch."""
    try:
        node = parse(rule.query, lists)
        refuse_without_words(node)
    except RuleError as error:
        said = f"{watch.source_file or watch.id}: rule {rule.id}: {error.message}"
        raise RuleError(said, error.column, rule.query) from None
    return node


def refuse_without_words(node: Node) -> None:
    """Refuse SENTENCE, PARAGRAPH, NEAR and AWAY over things that have no place in the text: they would never match."""
    if isinstance(node, Within | Near | Away):
        sides = (node.part,) if isinstance(node, Within) else (node.left, node.right)
        if any(not _placed(side) for side in sides):
            raise RuleError("SENTENCE, PARAGRAPH, NEAR and AWAY need a word that stands in the text", 1)
    for part in _parts(node):
        refuse_without_words(part)


def _placed(node: Node) -> bool:
    match node:
        case Term() | TermSet():
            return node.field not in META_FIELDS
        case Or():
            return all(_placed(part) for part in node.parts)
        case Not():
            return False
        case Away():
            return _placed(node.left)
    return any(_placed(part) for part in _parts(node))


def _parts(node: Node) -> tuple[Node, ...]:
    match node:
        case And() | Or():
            return node.parts
        case Near() | Away():
            return (node.left, node.right)
        case Not() | Within():
            return (node.part,)
    return ()


def compile_all(watches: Sequence[Watch]) -> tuple[tuple[CompiledWatch, ...], Scanner]:
    """Compile every rule of every watch, and one scanner for all of them."""
    trees = [(watch, _trees(watch)) for watch in watches]
    lists: set[int] = set()
    kinds = {watch.id: _kinds(watch) for watch in watches if watch.evidence is not None}
    terms = [term for _, rules in trees for _, node in rules for term in _text_terms(node, lists)]
    scanner = Scanner([*terms, *(term for sets in kinds.values() for one in sets.values() for term in one.terms)])
    numberer = _Numberer(scanner)
    known: dict[int, Need] = {}
    done = []
    for watch, rules in trees:
        compiled = []
        for rule, node in rules:
            numbered = numberer.node(node)
            need = need_of(numbered, known)
            compiled.append(CompiledRule(rule, numbered, need, anchors_of(need)))
        spoken = {language for rule in watch.rules for language in rule.languages}
        asks = any(_asks_persons(node) for _, node in rules)
        evidence = None
        if watch.evidence is not None:
            named = {full.rpartition("_")[2] for full in kinds[watch.id] if "_" in full}
            evidence = compile_evidence(watch.evidence, kinds[watch.id], sorted(named), scanner.number)
            spoken |= {language for language in evidence.tables if language}
        done.append(CompiledWatch(watch, tuple(compiled), frozenset(spoken), asks, evidence))
    return tuple(done), scanner


def _trees(watch: Watch) -> list[tuple[RuleText, Node]]:
    """The tree of each rule; one that is the same in several languages is read once."""
    lists, known = dict(watch.lists), {}
    for rule in watch.rules:
        if rule.query not in known:
            known[rule.query] = parse_rule(rule, watch, lists)
    return [(rule, known[rule.query]) for rule in watch.rules]


def _kinds(watch: Watch) -> dict[str, TermSet]:
    """The lists that the evidence of a watch is made of, by their full name (`captive_en`)."""
    wanted = {name for _, names in watch.evidence.kinds for name in names} if watch.evidence else set()
    lists = dict(watch.lists)
    found = {}
    for full in lists:
        if full in wanted or full.rpartition("_")[0] in wanted:
            node = parse(f"${full}", lists)
            found[full] = node if isinstance(node, TermSet) else TermSet(f"${full}", (node,))  # type: ignore[arg-type]
    return found


def _asks_persons(node: Node) -> bool:
    """Whether a rule's answer depends on the persons and counts that are found in a text."""
    if isinstance(node, Term | TermSet):
        return node.field in PERSON_FIELDS
    return any(_asks_persons(part) for part in _parts(node))


def _text_terms(node: Node, lists: set[int]) -> list[Term]:
    """The terms that are looked for in the text; those of a list that many rules name, once (`lists` has its id)."""
    if isinstance(node, Term):
        return [] if node.field in META_FIELDS else [node]
    if isinstance(node, TermSet):
        if node.field in META_FIELDS or id(node) in lists:
            return []
        lists.add(id(node))
        return list(node.terms)
    return [term for part in _parts(node) for term in _text_terms(part, lists)]


class _Numberer:
    """Writes the scanner's numbers into the terms; equal parts become one node, so that each is asked once."""

    def __init__(self, scanner: Scanner) -> None:
        self.scanner = scanner
        self.known: dict[object, Node] = {}
        self.kept: list[Node] = []

    def node(self, node: Node) -> Node:
        match node:
            case Term():
                return self._same(("term", node.items, node.field, node.origin), self._term(node))
            case TermSet():
                at_once = self.known.get(("list", id(node)))  # the parser hands out one node a list
                if at_once is None:
                    key = ("list", node.name, node.field, tuple(term.items for term in node.terms))
                    found = self.known.get(key) or replace(node, terms=tuple(map(self._term, node.terms)))
                    at_once = self.known[("list", id(node))] = self._same(key, found)
                    self.kept.append(node)  # or its number could be another's
                return at_once
            case And() | Or():
                parts = tuple(self.node(part) for part in node.parts)
                return self._same((type(node), *map(id, parts)), replace(node, parts=parts))
            case Near() | Away():
                left, right = self.node(node.left), self.node(node.right)
                return self._same((type(node), id(left), id(right), node.words), replace(node, left=left, right=right))
            case Within():
                part = self.node(node.part)
                return self._same((node.scope, id(part)), Within(part, node.scope))
        part = self.node(node.part)
        return self._same(("not", id(part)), Not(part))

    def _same(self, key: object, node: Node) -> Node:
        return self.known.setdefault(key, node)

    def _term(self, term: Term) -> Term:
        if term.field in META_FIELDS:
            return term
        return Term(term.text, term.items, term.field, term.origin, self.scanner.number(term))


def check_rule(rule: RuleText, lists: Lists | None = None) -> None:
    """Raise `RuleError` when the rule cannot be read."""
    refuse_without_words(parse(rule.query, lists))
    if not rule.score:
        raise RuleError("a score of 0 would never count", 1, rule.query)
