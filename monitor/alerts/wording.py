"""The words of a mail: facts by template, in plain English, names through the boundary of protection.

In      told facts, readings, a `Voice` (the policy and every name that was found)
Out     lines of text; nothing here looks at the database
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor.alerts.facts import Count, Person, Reading, known_as
from monitor.alerts.message import plain
from monitor.alerts.model import Pieces
from monitor.protection import Masked, Policy, mask_known, speak
from monitor.protection_text import Lexicon
from monitor.stories import person_key
from pipelines.store.schema import ArticleRow, ToldFactRow

STATE_KINDS = frozenset({"state", "state-funded", "state-aligned", "government-body"})
_OWNERS = {
    "state": "state-owned",
    "state-funded": "state-funded",
    "state-aligned": "state-aligned",
    "government-body": "a government's body",
    "public": "public broadcaster",
    "igo": "international body",
    "ngo": "non-governmental",
    "independent": "independent",
}
_BOUNDS = {"exact": "", "at_least": "at least ", "at_most": "at most ", "about": "about "}
_SCOPE = {"increment": "newly", "subset": "of a larger number", "total": "in total"}
PERSONS_SHOWN = 12
COUNTS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Voice:
    """Who may be named, every name that was found in what is told, and how its articles write their words."""

    policy: Policy
    names: tuple[str, ...] = ()
    ordinary: Lexicon = Lexicon()

    def out(self, text: str) -> str:
        """What may leave of a page's text; nothing when too little of it may."""
        spoken = speak(text, self.names, self.policy, self.ordinary)
        return spoken.text if spoken.usable else ""

    def known_out(self, text: str) -> str:
        """A text of the operator's own (a watch's name): only the names that were found are masked."""
        return mask_known(text, self.names, self.policy)

    def name(self, name: str) -> str:
        """A person's name as it may be shown."""
        return str(Masked(plain(name, 120), self.policy))


def ownership(kind: str) -> str:
    """Who owns an outlet, in words."""
    return _OWNERS.get(kind, kind or "ownership not known")


def word(value: str | None) -> str:
    """A status or role in words.

    >>> word("died_in_captivity")
    'died in captivity'
    """
    return (value or "").replace("_", " ")


def headline(readings: Sequence[Reading]) -> str:
    """What a story is about, without any word of a page: for headlines that may not be shown."""
    news = [p for reading in readings for p in reading.persons if p.is_news]
    people = {(p.role, p.status, p.nationality) for p in news if p.status or p.role}
    if people:
        role, status, nation = sorted(people, key=str)[0]
        who = word(role) or "person"
        article = "an" if who[0] in "aeiou" else "a"
        what = ", ".join(filter(None, (f"{article} {who}" + (f" ({nation})" if nation else ""), word(status))))
        others = len(people) - 1
        more = f" (and {others} more {'reading' if others == 1 else 'readings'})" if others else ""
        return f"Report on {what}{more}"
    counts = [c for reading in readings for c in reading.counts if c.low is not None]
    if counts:
        return f"Report on {number(counts[0])} people{_about(counts[0])}"
    return "Report on the topic of your watch"


def number(count: Count) -> str:
    """A count's number with its bound.

    >>> number(Count(155, 155, "at_least", ""))
    'at least 155'
    """
    low, high = count.low, count.high
    digits = f"{low:,}" if low is not None else ("up to" if high is not None else "an unknown number of")
    if high is not None and high != low:
        digits = f"{digits}–{high:,}" if low is not None else f"{digits} {high:,}"
    of = f" of {count.of:,}" if count.of else ""
    return f"{_BOUNDS.get(count.bound, '')}{digits}{of}"


def _about(count: Count) -> str:
    nation = f" ({count.nationality})" if count.nationality else ""
    return f"{nation} {word(count.status)}".rstrip() if count.status else nation


def count_line(count: Count, voice: Voice) -> str:
    """A count as a claim: who says so, and the words it was read from."""
    scope = f", {_SCOPE[count.kind]}" if count.kind in _SCOPE else ""
    denied = "denied: " if count.negated else ""
    who = voice.out(count.attributed_to) if count.attributed_to else ""
    said = f" — says {who}" if who else (" — says a source (name withheld)" if count.attributed_to else "")
    quote = voice.out(plain(count.quote, 300)) if count.quote else ""
    return f"{denied}{number(count)}{_about(count)}{scope}{said}" + (f" — “{quote}”" if quote else "")


def person_line(person: Person, voice: Voice, spelt: Iterable[str] = ()) -> str:
    """A person with role, status, nationality, and the sentence behind the claim."""
    facts = [word(person.role), ("denied: " if person.negated else "") + word(person.status) if person.status else ""]
    facts += ["office holder" if person.office else "", person.nationality or ""]
    age = person.attributes.get("age")
    facts += [f"aged {age}" if isinstance(age, int) else ""]
    others = [voice.name(name) for name in spelt]
    also = f" (also spelt {', '.join(dict.fromkeys(others))})" if others else ""
    quote = voice.out(plain(person.quote, 300)) if person.quote else ""
    told = ", ".join(filter(None, facts))
    return f"{voice.name(person.name)}{also}" + (f": {told}" if told else "") + (f" — “{quote}”" if quote else "")


def persons(readings: Sequence[Reading], voice: Voice) -> tuple[str, ...]:
    """Every person of the story once, those it is about first; what is not shown is counted."""
    found: dict[str, Person] = {}
    for reading in readings:
        for person in reading.persons:
            if person_key(person.name) in voice.policy.suppressed:
                continue
            name = known_as(person.name, found) or person.name
            if name not in found or (person.status and not found[name].status):
                found[name] = person
    ordered = sorted(found.values(), key=lambda p: not p.is_news)
    lines = [person_line(person, voice) for person in ordered[:PERSONS_SHOWN]]
    return _with_rest(lines, len(ordered), "person", "persons")


def counts(readings: Sequence[Reading], voice: Voice) -> tuple[str, ...]:
    """Every reported count of the story once; what is not shown is counted."""
    found: dict[tuple[object, ...], Count] = {}
    for reading in readings:
        for count in reading.counts:
            if count.low is not None or count.high is not None:
                found.setdefault((count.low, count.high, count.status, count.nationality, count.negated), count)
    lines = [count_line(count, voice) for count in list(found.values())[:COUNTS_SHOWN]]
    return _with_rest(lines, len(found), "count", "counts")


def _with_rest(lines: list[str], total: int, one: str, many: str) -> tuple[str, ...]:
    rest = total - len(lines)
    return (*lines, f"+{rest} more {one if rest == 1 else many}") if rest > 0 else tuple(lines)


def news(rows: Sequence[ToldFactRow], voice: Voice, *, first_time: bool) -> tuple[str, ...]:
    """What these facts say that was not told before."""
    lines: dict[str, None] = {}
    for row in rows:
        if row.news:
            line = _news(row, voice, first_time)
            if line:
                lines[line] = None
    return tuple(lines)


def _news(row: ToldFactRow, voice: Voice, first_time: bool) -> str:
    detail, kind = row.detail, row.detail.get("kind")
    if kind == "gone":
        return "An outlet has taken its report down"
    if kind == "removed":
        return f"A name was taken out of a report: {voice.name(detail['name'])}"
    if first_time and kind not in ("denial", "count_denial"):
        return ""
    if kind == "person":
        return f"New person: {voice.name(detail['name'])} {word(detail.get('role'))}".rstrip()
    if kind in ("status", "denial"):
        denied = "denied: " if kind == "denial" else ""
        return f"Status of {voice.name(detail['name'])}: {denied}{word(detail.get('status'))}"
    if kind in ("count", "count_denial"):
        count = Count(
            low=detail.get("low"),
            high=detail.get("high"),
            bound=detail.get("bound") or "exact",
            quote="",
            of=detail.get("of"),
            nationality=detail.get("nationality"),
            status=detail.get("status"),
            negated=kind == "count_denial",
        )
        return f"Another count: {number(count)}{_about(count)}"
    return ""


def marks(article: ArticleRow, late: bool = False) -> tuple[str, ...]:
    """What a reader must know about how an article was read."""
    found = ["found late"] if late else []
    if article.reading == "headline":
        found.append("headline only: the page itself was not read")
    elif article.reading == "fast_text":
        found.append("read quickly")
    if article.gone_at is not None:
        found.append("taken down by the outlet")
    if article.revision > 1:
        found.append(f"revision {article.revision}")
    return tuple(found)


def marked(text: str, terms: Iterable[str]) -> Pieces:
    """`text` in pieces, those that are one of `terms` marked.

    >>> marked("two captured fighters", ["captured"])
    (('two ', False), ('captured', True), (' fighters', False))
    """
    wanted = sorted({plain(term) for term in terms if plain(term)}, key=len, reverse=True)
    if not wanted:
        return ((text, False),)
    parts = re.split("(" + "|".join(map(re.escape, wanted)) + ")", text, flags=re.IGNORECASE)
    return tuple((part, i % 2 == 1) for i, part in enumerate(parts) if part)


def stop_line(stop: str) -> str:
    """How to stop, in words that a person can follow.

    >>> stop_line("mailto:bounce@example.org?subject=unsubscribe%20abc")
    'To stop it, send a mail to bounce@example.org with the subject: unsubscribe abc'
    """
    if not stop.startswith("mailto:"):
        return f"Stop it: {stop}"
    address, _, subject = stop.removeprefix("mailto:").partition("?subject=")
    return f"To stop it, send a mail to {address} with the subject: {subject.replace('%20', ' ')}"


def footer(watches: Sequence[str], stop: str) -> tuple[str, ...]:
    """Why this mail came, how to stop it, and what masking means."""
    lines = [
        f"You get this mail for: {', '.join(dict.fromkeys(watches))}."
        if watches
        else "You get this mail for your watches."
    ]
    lines.append(stop_line(stop))
    lines.append("Statuses and counts are claims of the sources, read by a machine; check the original before you act.")
    return tuple(lines)
