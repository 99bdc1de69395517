"""Measure persons, roles, statuses and counts on short invented news in thirteen languages.

usage   python -m benchmarks.news [--half first|second] [--lang xx] [--misses] [--file FILE]
In      `news.txt` beside this: `@` language, `T` text, `P` person (`=` another form, `~` a changed name) with role, status,
        nationality, `C` counts as number/nationality/status, `X` names and `O` numbers that are neither asked for nor held
        against anyone; alternatives stand behind commas, "?" is not asked, "-" means none
Out     by language: persons' precision, recall, F1; role and status right of the persons found (a missing one is wrong);
        F1 of counts by number and by full triple, and by number without single persons ("an Australian"), whom one hand
        counts and another does not; the misses on request
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.people import same, tokens
from pipelines.analysis.counts import find_counts
from pipelines.analysis.people import find_figures

NEWS = Path(__file__).with_name("news.txt")


@dataclass
class Asked:
    """One person as annotated."""

    forms: list[str]
    roles: set[str]
    statuses: set[str]
    nationality: str
    changed: bool

    def named(self, name: str) -> bool:
        return any(same(name, {"name": form}) for form in self.forms)

    def short(self, name: str) -> bool:
        """Whether a name is a part of this person's."""
        got = tokens(name)
        return any(
            not Counter(got) - Counter(tokens(form)) or "".join(got) in "".join(tokens(form)) for form in self.forms
        )


@dataclass
class Row:
    """One text with what it says."""

    language: str
    text: str
    people: list[Asked] = field(default_factory=list)
    counts: list[tuple[str, str, set[str]]] = field(default_factory=list)
    spared: list[str] = field(default_factory=list)
    spared_numbers: set[str] = field(default_factory=set)


def rows(path: Path) -> Iterator[Row]:
    """Every text of a file."""
    language, row = "", None
    for line in path.read_text("utf-8").splitlines():
        kind, rest = line[:1], line[1:].strip()
        if kind == "@":
            if row:
                yield row
            language, row = rest, None
        elif kind == "T":
            row = Row(language, rest)
        elif row and kind == "P":
            names, roles, statuses, nation = (part.strip() for part in rest.split("|"))
            forms = [f.strip() for f in names.rstrip("~ ").split("=")]
            row.people.append(Asked(forms, set(roles.split(",")), set(statuses.split(",")), nation, "~" in names))
        elif row and kind == "C":
            for one in rest.split():
                number, nation, statuses = one.split("/")
                row.counts.append((number, nation, set(statuses.split(","))))
        elif row and kind == "X":
            row.spared += [n.strip() for n in rest.split("|")]
        elif row and kind == "O":
            row.spared_numbers |= set(rest.split())
    if row:
        yield row


def score_people(row: Row, stat: Counter[str]) -> list[str]:
    """Count what was found of the persons; the misses in words."""
    misses, found = [], set()
    asked = [p for p in row.people if not p.changed]
    loose = []
    for figure in find_figures(None, row.text, row.language):
        at = next((i for i, p in enumerate(asked) if i not in found and p.named(figure.name)), None)
        if at is None:
            loose.append(figure.name)
            continue
        found.add(at)
        person = asked[at]
        stat["role"] += figure.role in person.roles
        asks = bool(person.statuses - {"-", "?"}) and "?" not in person.statuses
        right = bool(figure.status) and figure.status in person.statuses
        stat["status_n"] += asks
        stat["status"] += asks and right
        nation = person.nationality != "?"
        stat["nation_n"] += nation
        stat["nation"] += nation and (figure.nationality or "-") == person.nationality
        if figure.role not in person.roles or (asks and not right):
            misses.append(
                f"ROLE {figure.name}: {figure.role}/{figure.status}, asked {'|'.join(sorted(person.roles))}"
                f"/{'|'.join(sorted(person.statuses))}"
            )
    for name in loose:
        spared = any(same(name, {"name": s}) or same(s, {"name": name}) for s in row.spared)
        known = [p for p in row.people if p.changed] + [asked[i] for i in found]
        if not spared and not any(p.short(name) for p in known):
            stat["false"] += 1
            misses.append(f"FALSE {name}")
    stat["asked"] += len(asked)
    stat["found"] += len(found)
    misses += [f"MISSED {p.forms[0]}" for i, p in enumerate(asked) if i not in found]
    return misses


def score_counts(row: Row, stat: Counter[str]) -> list[str]:
    """Count what was read of the numbers; the misses in words."""
    left = [
        (
            str(c.low) if c.low == c.high else f"{c.low}-{c.high}",
            c.nationality or "-",
            c.status.value if c.status else "-",
        )
        for c in find_counts(row.text, row.language)
        if c.low is not None
    ]
    misses = []
    for number, nation, statuses in row.counts:
        fits = [g for g in left if g[0] == number]
        best = max(fits, key=lambda g: (nation in ("?", g[1])) + bool(statuses & {"?", g[2]}), default=None)
        stat["c_asked"] += 1
        stat["c2_asked"] += number != "1"
        if best is None:
            misses.append(f"NO COUNT {number}/{nation}/{','.join(sorted(statuses))}")
            continue
        left.remove(best)
        whole = nation in ("?", best[1]) and bool(statuses & {"?", best[2]})
        stat["c_number"] += 1
        stat["c_given"] += 1
        stat["c_whole"] += whole
        stat["c2_number"] += number != "1"
        stat["c2_given"] += number != "1"
        if not whole:
            misses.append(f"COUNT {'/'.join(best)}, asked {number}/{nation}/{','.join(sorted(statuses))}")
    for extra in left:
        if extra[0] not in row.spared_numbers:
            stat["c_given"] += 1
            stat["c2_given"] += extra[0] != "1"
            misses.append(f"FALSE COUNT {'/'.join(extra)}")
    return misses


def line(name: str, s: Counter[str]) -> str:
    """One line of the table."""
    f1 = 2 * s["found"] / max(1, s["found"] + s["false"] + s["asked"])
    number, whole = (2 * s[k] / max(1, s["c_given"] + s["c_asked"]) for k in ("c_number", "c_whole"))
    many = 2 * s["c2_number"] / max(1, s["c2_given"] + s["c2_asked"])
    return (
        f"{name:4} persons n {s['asked']:3} P {s['found'] / max(1, s['found'] + s['false']):.2f} "
        f"R {s['found'] / max(1, s['asked']):.2f} F1 {f1:.3f} | role {s['role'] / max(1, s['found']):.2f} "
        f"status {s['status'] / max(1, s['status_n']):.2f} of {s['status_n']} nation {s['nation'] / max(1, s['nation_n']):.2f} "
        f"| counts n {s['c_asked']:3} number {number:.2f} (from two up {many:.2f}) triple {whole:.2f}"
    )


def measure(path: Path, half: str | None, language: str | None, misses: bool) -> dict[str, Counter[str]]:
    """Sums by language and over all; a half is every other text of a language."""
    sums: dict[str, Counter[str]] = {}
    seen: Counter[str] = Counter()
    for row in rows(path):
        seen[row.language] += 1
        if (half and (seen[row.language] % 2 == 1) != (half == "first")) or language not in (None, row.language):
            continue
        stat = sums.setdefault(row.language, Counter())
        told = score_people(row, stat) + score_counts(row, stat)
        if misses and told:
            print(f"{row.language} {seen[row.language]} {row.text}", *told, sep="\n     ")
    sums["all"] = sum(sums.values(), Counter())
    return sums


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file", type=Path, default=NEWS)
    parser.add_argument("--half", choices=("first", "second"))
    parser.add_argument("--lang")
    parser.add_argument("--misses", action="store_true")
    options = parser.parse_args()
    for name, stat in measure(options.file, options.half, options.lang, options.misses).items():
        print(line(name, stat))


if __name__ == "__main__":
    main()
