"""Learn what the clues to a person's role and status weigh: logistic models over the kinds of words around a name.

In      `news*.txt` beside this but those in `KEPT`, the sentences of `tests/people`, the demo's pages, annotated rows (`--dev FILE.jsonl`): texts of several hands
Model   softmax over the clues of `clues.py`; of several right labels any is right; weights are held small (L2). Roles are chosen
        twice: by each person alone, then with what that makes of the others
Out     right roles and statuses of the persons found, each file by a model that learnt from the other files, beside
        what the rules alone say; `--write` learns from all and puts the weights into `data/roles.json`
Usage   python -m benchmarks.train_roles [--dev DEV] [--write] [--misses]
Needs   numpy; five minutes
"""

from __future__ import annotations

import argparse
import json
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.news import NEWS, Asked, Row, rows
from monitor.demo.site.content import load as load_demo
from monitor.demo.truth import load_truth
from pipelines.analysis.people import choice, find
from pipelines.analysis.people.clues import Clues
from pipelines.analysis.people.group import Person
from pipelines.analysis.people.role_rules import VICTIM
from pipelines.analysis.people.roles import choose_status, gather, look_again
from pipelines.analysis.people.verdict import Rules, Verdict
from pipelines.records import Role, Status

WRITTEN = Path(find.__file__).parent / "data" / "roles.json"
SENTENCES = NEWS.parents[1] / "tests" / "people"
LEAST, L2, STEPS, SMALL = 3, 0.002, 150, 0.03
"""Persons in whom a clue must have been seen; strength of the penalty; steps; what is too little to be kept."""
OWN = frozenset({"news", "sentences", "annotated"})
SHARE = 0.8
"""Files that the rules were made from, and what their persons weigh, lest the rules be believed too much."""
KEPT = ("news_fresh",)
"""Files that are kept to measure: nothing is learnt from them."""
HANDS = {"sentences": "news", "news_plain": "news_harder", "news_train_c": "news_train_d"}
"""Files that are left out together."""
COARSE = {
    "head_of_government": "head_of_state",
    "foreign_minister": "official",
    "defence_minister": "official",
    "alleged_recruiter": "recruiter",
    "family_spokesperson": "family",
    "camp_resident": "captive",
    "researcher": "analyst",
}
ROLES = tuple(role.value for role in Role)
STATUSES = (choice.NONE, *(status.value for status in Status))
Array = np.ndarray


@dataclass(slots=True)
class Sample:
    """A person as found, with what is right to say of it."""

    file: str
    text: str
    name: str
    verdict: Verdict
    clues: Clues
    roles: set[str]
    statuses: set[str]
    person: Person
    article: int
    role: str = ""


def sentences() -> Iterator[tuple[str, str | None, Row]]:
    """The texts of the tests."""
    for path in sorted(SENTENCES.glob("sentences*.toml")):
        for row in tomllib.loads(path.read_text("utf-8"))["row"]:
            people = []
            for name, said in row["people"].items():
                role, _, status = said.partition("/")
                if name not in row.get("roles_open", ()):
                    people.append(Asked([name], {role}, {status or "?"}, "?", False))
            yield "sentences", row.get("title"), Row(row["lang"], row["text"], people)


def annotated(path: Path) -> Iterator[tuple[str, str | None, Row]]:
    """Annotated articles on the topic."""
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["label"] != "positive":
            continue
        people = []
        for person in row["persons"]:
            forms = [person[k] for k in ("name", "surface", "alt", "full", "alias") if isinstance(person.get(k), str)]
            status = {"speaker": "-", "mentioned": "-"}.get(person.get("status"), person.get("status")) or "?"
            if not person.get("pseudonym"):
                people.append(Asked(forms, {COARSE.get(person["role"], person["role"])}, {status}, "?", False))
        yield "annotated", row["title"], Row(row["lang"].split("-")[0], row["text"], people)


def demo() -> Iterator[tuple[str, str | None, Row]]:
    """The pages of the demo's newspapers."""
    content = load_demo()
    for truth in load_truth():
        page = content.page(truth.page)
        people = [Asked([one.name], {one.role}, {one.status or "-"}, "?", False) for one in truth.persons]
        if page.body and people and truth.edition == 1:
            language = content.outlets[page.outlet].languages[0].split("-")[0]
            yield "demo", page.title, Row(language, f"{page.lead}\n\n{page.body}".strip(), people)


def texts(dev: Path | None) -> Iterator[tuple[str, str | None, Row]]:
    """Every text: file, title, what it says."""
    for path in sorted(set(NEWS.parent.glob("news*.txt")) - {NEWS.with_name(f"{name}.txt") for name in KEPT}):
        for row in rows(path):
            yield path.stem, None, row
    yield from sentences()
    yield from demo()
    if dev:
        yield from annotated(dev)


def samples(article: int, file: str, title: str | None, row: Row) -> Iterator[Sample]:
    """The persons of a text that were found; those nobody asks for have no roles."""
    text, people, cues, language = find.named(title, row.text, row.language)
    if not people:
        return
    left = [one for one in row.people if not one.changed]
    for person, (verdict, clues) in zip(people, gather(Rules(text, people, cues, language)), strict=True):
        asked = next((one for one in left if one.named(person.name)), None)
        if asked:
            left.remove(asked)
        statuses = {choice.NONE if s == "-" else s for s in asked.statuses} if asked else {"?"}
        roles = asked.roles if asked else set()
        yield Sample(file, row.text, person.name, verdict, clues, roles, statuses, person, article)


def numbers(found: Sequence[Sample], without: tuple[str, ...]) -> dict[str, int]:
    """The clues that are learnt, numbered; "" is the constant."""
    seen = Counter(name for one in found for name in one.clues.weights if not name.startswith(without))
    return {name: at for at, name in enumerate(["", *sorted(n for n, count in seen.items() if count >= LEAST)])}


def matrix(found: Sequence[Sample], names: dict[str, int]) -> Array:
    """One row a person."""
    table = np.zeros((len(found), len(names)), np.float32)
    table[:, 0] = 1
    for at, one in enumerate(found):
        for name, weight in one.clues.weights.items():
            if name in names:
                table[at, names[name]] = weight
    return table


def likelihoods(x: Array, weights: Array) -> Array:
    """Softmax."""
    scores = x @ weights
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    powers /= powers.sum(axis=1, keepdims=True)
    return np.asarray(powers)


def fit(x: Array, right: Array, share: Array) -> Array:
    """Weights by accelerated gradient descent."""
    count, width = x.shape
    start: Array = np.ones(width, np.float32)
    for _ in range(30):
        start = x.T @ (x @ start)
        largest = float(np.linalg.norm(start))
        start /= largest
    pace = 1 / (0.5 * largest / count + L2)
    penalty = np.full((width, 1), L2, np.float32)
    penalty[0] = 0
    weights = ahead = np.zeros((width, right.shape[1]), np.float32)
    turn = 1.0
    for _ in range(STEPS):
        told = likelihoods(x, ahead)
        fair = told * right
        fair /= fair.sum(axis=1, keepdims=True) + 1e-9
        after = ahead - pace * (x.T @ ((told - fair) * share) / count + penalty * ahead)
        later = (1 + (1 + 4 * turn * turn) ** 0.5) / 2
        ahead = after + (turn - 1) / later * (after - weights)
        weights, turn = after, later
    return weights


def learn(
    found: Sequence[Sample], labels: Sequence[str], right: Callable[[Sample], set[str]], without: tuple[str, ...] = ()
) -> choice.Model:
    """A model of the persons for whom one of the labels is right."""
    kept = [one for one in found if right(one) & set(labels)]
    names = numbers(kept, (*without, "?"))
    wanted = np.array([[label in right(one) for label in labels] for one in kept], np.float32)
    share = np.array([[SHARE if one.file in OWN else 1.0] for one in kept], np.float32)
    weights = fit(matrix(kept, names), wanted, share)
    weights = np.where(abs(weights) < SMALL, 0, weights).round(2)
    told = [name for name, at in names.items() if name == "" or weights[at].any()]
    return choice.Model.of(tuple(labels), {name: n for n, name in enumerate(told)}, weights[[names[n] for n in told]])


def first_model(found: Sequence[Sample]) -> choice.Model:
    """Learnt from each person by itself."""
    return learn(found, ROLES, lambda one: one.roles, ("2 ", "role "))


def role_model(found: Sequence[Sample]) -> choice.Model:
    """Learnt from all persons after a first look at them and at the others of their text."""
    return learn(found, ROLES, lambda one: one.roles, ("role ",))


def status_model(found: Sequence[Sample]) -> choice.Model:
    """Learnt from those who may have a status, where the text is clear on it; the role is the one that was chosen."""
    may = {*VICTIM, Role.RECRUITER}
    return learn([one for one in found if one.roles & may and "?" not in one.statuses], STATUSES, lambda o: o.statuses)


def other_files(found: Sequence[Sample]) -> Iterator[tuple[list[Sample], list[Sample]]]:
    """The texts of each hand beside those of the others."""
    for hand in sorted({_hand(one) for one in found}):
        yield [one for one in found if _hand(one) == hand], [one for one in found if _hand(one) != hand]


def _hand(one: Sample) -> str:
    return HANDS.get(one.file, one.file)


def choose_roles(found: Sequence[Sample], misses: bool) -> None:
    """Give every person the role that a model of the other files chooses, after a first look by another."""
    for here, others in other_files(found):
        first = first_model(others)
        for article in sorted({one.article for one in here}):
            people = [one for one in here if one.article == article]
            look_again([one.person for one in people], [(one.verdict, one.clues) for one in people], first)
    for here, others in other_files(found):
        model = role_model(others)
        for one in here:
            one.role = one.verdict.role.value if one.verdict.public else model.choose(one.clues).label
            if misses and one.roles and one.role not in one.roles:
                print(f"{one.file}: {one.name}: {one.role}, rules {one.verdict.role}, asked {one.roles}\n {one.text}")
    for one in found:
        one.clues.add(f"role {one.role}", one.verdict.sentence)


def judge(found: Sequence[Sample], model: choice.Model) -> Counter[str]:
    """Count what is right in a file that the models have not seen."""
    stat: Counter[str] = Counter()
    for one in (one for one in found if one.roles):
        stat["n"] += 1
        stat["role"] += one.role in one.roles
        stat["rule"] += one.verdict.role.value in one.roles
        status = choose_status(Role(one.role), one.verdict, one.clues, model)
        if "?" not in one.statuses:
            befell = choice.NONE not in one.statuses
            stat["status n"] += befell
            stat["status"] += befell and status.label in one.statuses
            stat["status rule"] += befell and (one.verdict.status or "") in one.statuses
            stat["none n"] += not befell
            stat["none"] += not befell and status.label == choice.NONE
    return stat


def cross_validate(found: Sequence[Sample], misses: bool) -> None:
    """Every file by models of the others."""
    choose_roles(found, misses)
    print("persons found; role right, by the rules alone; status right, by the rules alone; rightly no status")
    for here, others in other_files(found):
        model = status_model(others)
        for file in sorted({one.file for one in here}):
            _print(file, judge([one for one in here if one.file == file], model))


def _print(file: str, stat: Counter[str]) -> None:
    n, s = stat["n"], max(1, stat["status n"])
    print(
        f"{file:14} {n:4} role {stat['role'] / n:.3f} ({stat['rule'] / n:.2f}) status of {s:3} "
        f"{stat['status'] / s:.3f} ({stat['status rule'] / s:.2f}) none {stat['none'] / max(1, stat['none n']):.2f}",
        flush=True,
    )


def write(models: dict[str, choice.Model]) -> None:
    """One line a clue."""
    parts = []
    for kind, one in models.items():
        lines = ",\n".join(
            f"{json.dumps(name)}: {json.dumps([float(f'{w:.2f}') or 0 for w in one.weights[at]], separators=(',', ':'))}"
            for name, at in sorted(one.rows.items())
        )
        parts.append(f'"{kind}": {{"labels": {json.dumps(one.labels)}, "weights": {{\n{lines}\n}}}}')
    WRITTEN.write_text("{\n" + ",\n".join(parts) + "\n}\n", "utf-8")


def main() -> None:
    """Learn, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dev", type=Path)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--only-write", action="store_true", help="without the cross-validation")
    parser.add_argument("--misses", action="store_true")
    options = parser.parse_args()
    found = [one for at, text in enumerate(texts(options.dev)) for one in samples(at, *text)]
    if options.only_write:
        choose_roles(found, misses=False)
    else:
        cross_validate(found, options.misses)
    if options.write or options.only_write:
        write({"first": first_model(found), "role": role_model(found), "status": status_model(found)})


if __name__ == "__main__":
    main()
