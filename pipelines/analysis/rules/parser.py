"""Read the rule language.

In      a query such as `$nat_en NEAR/8 "russian army" AND NOT title:film*`; lists by name
Out     a tree of `syntax` nodes
Grammar or := and (OR and)*;  and := not (AND not)*;  not := NOT not | near;  near := atom ((NEAR/n | AWAY/n) atom)*;
        atom := ( or ) | SENTENCE( or ) | PARAGRAPH( or ) | field:atom | "phrase" | word | prefix* | *inside* | $list
Raises  `RuleError` with the character
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

from pipelines.analysis.codes import fault
from pipelines.analysis.rules.syntax import (
    FIELDS,
    META_FIELDS,
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
from pipelines.analysis.rules.terms import read_term, read_terms

Lists = Mapping[str, tuple[str, ...]]

_LEXEME = re.compile(
    r"""(?P<space>\s+) | (?P<open>\() | (?P<close>\)) | (?P<phrase>"[^"]*") | (?P<bad_quote>")
    | (?P<near>(?:NEAR|AWAY)/(?P<words>\d{1,3})(?=[\s(])) | (?P<scope>SENTENCE|PARAGRAPH)(?=\s*\()
    | (?P<op>AND|OR|NOT)(?=[\s(]|$)
    | (?P<field>[A-Za-z]+):(?=\S) | \$(?P<list>[\w-]+) | (?P<word>[^\s()"]+)""",
    re.VERBOSE,
)
MAX_DEPTH = 40
MAX_QUERY = 20_000


@dataclass(frozen=True, slots=True)
class _Lexeme:
    kind: str
    text: str
    column: int
    number: int = 0


def parse(query: str, lists: Lists | None = None) -> Node:
    """Return the tree of `query`; `lists` are the `$names` it may use.

    >>> type(parse("mercenar* AND NOT title:film*")).__name__
    'And'
    """
    try:
        if len(query) > MAX_QUERY:
            raise RuleError(f"longer than {MAX_QUERY} characters", MAX_QUERY)
        return _Parser(_lex(query), lists or {}, len(query) + 1).whole()
    except RuleError as error:
        error.query = query
        raise


def _lex(query: str) -> list[_Lexeme]:
    found, at = [], 0
    while at < len(query):
        match = _LEXEME.match(query, at)
        if match is None or match.lastgroup == "bad_quote":
            raise RuleError('a " that is never closed', at + 1)
        kind = match.lastgroup or "word"
        if match["near"]:
            found.append(_Lexeme("near", match["near"], at + 1, int(match["words"])))
        elif kind != "space":
            found.append(_Lexeme(kind, match[kind], at + 1))
        at = match.end()
    return found


class _Parser:
    """Walks the lexemes once; never goes back."""

    def __init__(self, lexemes: list[_Lexeme], lists: Lists, end: int) -> None:
        self.lexemes, self.lists, self.end = lexemes, lists, end
        self.at = 0
        self.depth = 0

    def peek(self) -> _Lexeme:
        return self.lexemes[self.at] if self.at < len(self.lexemes) else _Lexeme("end", "the end", self.end)

    def take(self) -> _Lexeme:
        lexeme = self.peek()
        self.at += 1
        return lexeme

    def takes(self, kind: str, text: str | None = None) -> bool:
        lexeme = self.peek()
        if lexeme.kind != kind or (text is not None and lexeme.text != text):
            return False
        self.at += 1
        return True

    def whole(self) -> Node:
        if not self.lexemes:
            raise RuleError("an empty rule never matches", 1)
        node = self.either(None)
        left = self.peek()
        if left.kind == "close":
            raise RuleError("a ) without its (", left.column)
        if left.kind != "end":
            raise RuleError(f"AND, OR or NEAR/n is missing before {left.text} (a phrase stands in quotes)", left.column)
        return node

    def either(self, field: str | None) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise RuleError(f"more than {MAX_DEPTH} brackets inside each other", self.peek().column)
        parts = [self.every(field)]
        while self.takes("op", "OR"):
            parts.append(self.every(field))
        self.depth -= 1
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def every(self, field: str | None) -> Node:
        parts = [self.negated(field)]
        while self.takes("op", "AND"):
            parts.append(self.negated(field))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def negated(self, field: str | None) -> Node:
        flips = 0
        while self.takes("op", "NOT"):
            flips += 1
        node = self.near(field)
        return Not(node) if flips % 2 else node

    def near(self, field: str | None) -> Node:
        node = self.atom(field)
        while self.peek().kind == "near":
            lexeme = self.take()
            if field in META_FIELDS:
                raise RuleError(f"{lexeme.text[:4]} has no meaning in {field}:", lexeme.column)
            if lexeme.number < 1:
                raise RuleError(f"{lexeme.text[:4]}/n needs an n of 1 or more", lexeme.column)
            kind = Near if lexeme.text.startswith("NEAR") else Away
            node = kind(_positive(node, lexeme), _positive(self.atom(field), lexeme), lexeme.number)
        return node

    def atom(self, field: str | None) -> Node:
        lexeme = self.take()
        match lexeme.kind:
            case "open":
                return self.closed(field, lexeme)
            case "scope":
                opening = self.take()
                if field in META_FIELDS:
                    raise RuleError(f"{lexeme.text} has no meaning in {field}:", lexeme.column)
                return Within(self.closed(field, opening), lexeme.text.lower())
            case "field":
                return self.atom(self.field(lexeme, field))
            case "phrase":
                return Term(lexeme.text.strip('"'), read_term(lexeme.text.strip('"'), lexeme.column), field)
            case "word":
                _coded(lexeme, field)
                return Term(lexeme.text, read_term(lexeme.text, lexeme.column), field)
            case "list":
                return self.list(lexeme, field)
        raise RuleError(f"a word, a phrase or a ( should stand here, not {lexeme.text}", lexeme.column)

    def closed(self, field: str | None, opening: _Lexeme) -> Node:
        node = self.either(field)
        if not self.takes("close"):
            left = self.peek()
            if left.kind == "end":
                raise RuleError("a ( that is never closed", opening.column)
            raise RuleError(f"AND, OR or NEAR/n is missing before {left.text} (a phrase stands in quotes)", left.column)
        return node

    def field(self, lexeme: _Lexeme, outer: str | None) -> str:
        name = lexeme.text.lower()
        if name not in FIELDS:
            raise RuleError(f"{lexeme.text}: is no field{_nearest(name, FIELDS)}", lexeme.column)
        if outer not in (None, name):
            raise RuleError(f"{name}: inside {outer}: can never match", lexeme.column)
        return name

    def list(self, lexeme: _Lexeme, field: str | None) -> TermSet:
        if lexeme.text not in self.lists:
            raise RuleError(f"${lexeme.text} is no list{_nearest(lexeme.text, tuple(self.lists))}", lexeme.column)
        try:
            return _list(lexeme.text, self.lists[lexeme.text], field)
        except RuleError as error:
            raise RuleError(error.message, lexeme.column) from None


@lru_cache(maxsize=20_000)
def _list(name: str, words: tuple[str, ...], field: str | None) -> TermSet:
    """Return a list as terms: hundreds of rules name the same few lists, which are read once."""
    origin = f"${name}"
    if not words:
        raise RuleError(f"{origin} is an empty list")
    terms = [Term(text, items, field, origin) for text, items in zip(words, read_terms(words), strict=True)]
    return TermSet(origin, tuple(terms), field)


_CODES = {"lang": "language", "country": "country", "nationality": "nationality"}


def _coded(lexeme: _Lexeme, field: str | None) -> None:
    """Refuse a code that no article can have."""
    wrong = fault(_CODES[field], lexeme.text) if field in _CODES and lexeme.text.isalpha() else None
    if wrong:
        raise RuleError(f"{field}: {wrong}", lexeme.column)


def _positive(node: Node, lexeme: _Lexeme) -> Node:
    """Refuse what has no place in the text: NOT and NEAR do not go together."""
    if isinstance(node, Not) or (isinstance(node, And | Or) and any(isinstance(part, Not) for part in node.parts)):
        raise RuleError(f"NOT beside {lexeme.text[:4]}/n has no place in the text", lexeme.column)
    return node


def _nearest(word: str, known: tuple[str, ...]) -> str:
    close = get_close_matches(word, known, 1, 0.5)
    return f"; the nearest is {close[0]}" if close else f"; known are {', '.join(known[:12])}" if known else ""
