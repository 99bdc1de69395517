"""Measure names: one person across scripts, watched persons in sentences, false finds on real pages, time.

In      names_same.tsv, names_apart.tsv, names_watched.tsv beside this file; a folder of gzipped pages (optional)
Out     recall by pair of scripts and wrongly joined pairs, beside logic-v2 where it is installed; recall and false
        finds of watched persons; milliseconds for a text and a caseload of 10,000
Call    python benchmarks/names.py [--pages FOLDER] [--misses]
"""

from __future__ import annotations

import argparse
import gzip
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

from pipelines.analysis.names import Caseload, WatchedPerson, compare, keys
from pipelines.analysis.names_sound import script
from pipelines.analysis.page import read_page
from pipelines.records import Context, Page

HERE = Path(__file__).parent
SENTENCES = {
    "cyrillic": "Як повідомили сусіди, востаннє бачили саме {} у місті восени, коли йшов дощ.",
    "latin": "The neighbours said that they last saw {} in the town in autumn, when it rained.",
    "han": "据邻居说，去年秋天有人在城里见过{}，此后没有消息。",
    "arabic": "قال الجيران إنهم رأوا {} في المدينة في الخريف الماضي.",
    "hangul": "이웃들은 지난 가을 시내에서 {} 보았다고 말했다.",
    "devanagari": "छिमेकीहरूले गत शरदमा सहरमा {} देखेको बताए।",
}
GIVEN = (
    "Ostap Danylo Bohdan Yaroslav Taras", "Timofey Gleb Rodion Arseny Nikita", "Desmond Clifford Rupert Malcolm Trevor",
    "Esteban Joaquín Leandro Rodrigo Tomás", "Haitham Mazen Nabil Ziad Rami", "Dhan Gopal Kamal Nabin Tek",
    "Xueming Zhenyu Haopeng Guangyao Weidong", "Selim Cengiz Tuncay Levent Orhan", "Jabari Kwame Babajide Odhiambo Tendai",
    "Benoît Thierry Ghislain Cédric Loïc",
)  # fmt: skip
FAMILY = (
    "Tretiak Holovko Panchenko Rybachuk Stelmakh Voloshko Hnatiuk Zabolotny Pylypets Yurchyshyn",
    "Kuropatkin Zaytsev Merkulov Sedov Tarakanov Yershov Gribov Lukin Panfilov Rogozin",
    "Thackeray Winslow Pemberton Radcliffe Hargreaves Ashdown Kirkwood Lathom Merriman Oakley",
    "Zubiría Arboleda Caicedo Montealegre Restrepo Valderrama Quintana Ospina Villalobos Pizarro",
    "Darwish Khalaf Sabbagh Tannous Halabi Bitar Haddad Shahin Awad Najjar",
    "Tamang Magar Rokaya Bhattarai Pokhrel Dahal Basnet Adhikari Khadka Budhathoki",
    "Zhao Sun Qian Meng Xue Fang Shen Tao Gong Lei", "Korkmaz Aksoy Demirtaş Şimşek Güneş Polat Kılıç Tekin Bozkurt Yalçın",
    "Mwangi Okonkwo Adeyemi Chukwu Kiptoo Mensah Wanjiru Banda Moyo Ndlovu",
    "Lemoine Charpentier Delacroix Fontaine Garnier Chevalier Dumont Poirier Vasseur Marchand",
)  # fmt: skip


def table(name: str) -> list[list[str]]:
    """The rows of a table, comments left out."""
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def logic_v2() -> Callable[[str, str], float] | None:
    """OpenSanctions' matcher for two names, where its packages are installed."""
    try:
        from followthemoney import model
        from nomenklatura.matching import LogicV2
        from nomenklatura.matching.types import ScoringConfig
    except ImportError:
        return None
    config = ScoringConfig.defaults()

    def score(one: str, other: str) -> float:
        entities = []
        for side, name in zip("ab", (one, other), strict=True):
            entity = model.make_entity("Person")
            entity.id = f"{side}-{name}"  # the matcher keeps answers by number of entity
            entity.add("name", name)
            entities.append(entity)
        return float(LogicV2.compare(entities[0], entities[1], config).score)

    return score


def rigour_levels() -> Callable[[str, str], float] | None:
    """Edit likeness of names in ASCII letters, by rigour."""
    try:
        from rigour.text import ascii_text, levenshtein_similarity
    except ImportError:
        return None
    return lambda one, other: float(
        levenshtein_similarity(
            " ".join(sorted(ascii_text(one).lower().split())), " ".join(sorted(ascii_text(other).lower().split()))
        )
    )


def same_person(show: bool) -> None:
    """Recall over the pairs of one person; how many pairs of two persons would be joined."""
    same = [pair for row in table("names_same.tsv") for pair in combinations(row, 2)]
    rows = table("names_same.tsv")
    apart = [(row[0], row[1]) for row in table("names_apart.tsv")]
    crossed = [(a, b) for one, other in combinations(rows, 2) for a, b in zip(one, other, strict=False)]
    found: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    blocked = 0
    for one, other in same:
        kind = "-".join(sorted((script(one), script(other))))
        grade = compare(one, other).grade
        asked[kind] += 1
        found[kind] += grade in ("likely", "possible")
        blocked += bool(keys(one) & keys(other))
        if show and grade not in ("likely", "possible"):
            print("  missed:", one, other, compare(one, other).reason)
    wrong = [(a, b, compare(a, b)) for a, b in apart + crossed if compare(a, b).grade == "likely"]
    near = sum(compare(a, b).grade == "possible" for a, b in apart + crossed)
    print(f"one person: recall {found.total()}/{asked.total()} = {found.total() / asked.total():.3f}; ", end="")
    print(f"share a key {blocked / len(same):.3f}")
    print("  " + ", ".join(f"{kind} {found[kind]}/{asked[kind]}" for kind in sorted(asked)))
    print(f"two persons: likely {len(wrong)}, possible {near}, of {len(apart)} hard and {len(crossed)} other pairs")
    for a, b, score in wrong:
        print("  wrong:", a, b, score)
    for name, scorer, bar in (("logic-v2", logic_v2(), 0.7), ("rigour ascii", rigour_levels(), 0.8)):
        if scorer is None:
            print(f"  {name}: not installed")
            continue
        hits = sum(scorer(a, b) >= bar for a, b in same)
        false = sum(scorer(a, b) >= bar for a, b in apart)
        print(f"  {name} >= {bar}: recall {hits / len(same):.3f}, wrong {false} of {len(apart)} hard pairs")


def watched(show: bool) -> None:
    """Recall of watched persons in sentences, and how many are found by another's mention."""
    rows = table("names_watched.tsv")
    load = Caseload([WatchedPerson(f"R{number}", (row[0],)) for number, row in enumerate(rows)])
    grades: Counter[str] = Counter()
    strange = asked = 0
    for number, row in enumerate(rows):
        for mention in row[1:]:
            asked += 1
            hits = load.find(SENTENCES[script(mention.lstrip())].format(mention))
            own = [hit.grade for hit in hits if hit.reference == f"R{number}"]
            strange += any(hit.reference != f"R{number}" for hit in hits)
            grades[own[0] if own else "missed"] += 1
            if show and not own:
                print("  missed:", row[0], "as", mention)
    kept = grades["likely"] + grades["possible"]
    print(
        f"watched persons: recall {kept}/{asked} = {kept / asked:.3f} ({dict(grades)}); other persons found {strange}"
    )


def invented() -> list[WatchedPerson]:
    """500 invented persons of ten namings."""
    names = [f"{g} {f}" for gs, fs in zip(GIVEN, FAMILY, strict=True) for g in gs.split() for f in fs.split()]
    names = [" ".join(reversed(name.split())) if name.split()[1] in FAMILY[6].split() else name for name in names]
    return [WatchedPerson(f"N{number}", (name,)) for number, name in enumerate(names)]


def texts(folder: Path) -> Iterator[tuple[str, str, str | None]]:
    """Name, text and language of every page of a folder."""
    for path in sorted(folder.glob("**/*.html.gz")):
        page = Page("", "", datetime(2026, 1, 1, tzinfo=UTC), content=gzip.decompress(path.read_bytes()))
        article = read_page(page, Context(), close=False)
        yield path.name, f"{article.title or ''}\n\n{article.body}", article.language


def pages(folder: Path, show: bool) -> None:
    """False finds of the invented persons on real pages; time with a caseload of 10,000."""
    people = invented()
    load, read = Caseload(people), list(texts(folder))
    grades: Counter[str] = Counter()
    for name, text, language in read:
        for hit in load.find(text, language):
            grades[hit.grade] += 1
            if show:
                print("  found:", name, hit, repr(text[hit.start : hit.end]))
    print(f"{len(people)} invented persons on {len(read)} pages: {grades.total()} finds {dict(grades)}")
    began = time.perf_counter()
    big = Caseload(many(10_000))
    print(f"caseload of {len(big)} made in {time.perf_counter() - began:.1f} s")
    spent = defaultdict(list)
    for _, text, language in read:
        began = time.perf_counter()
        big.find(text[:3000], language)
        spent[language].append((time.perf_counter() - began) * 1000 * 3000 / max(len(text[:3000]), 300))
    every = sorted(value for values in spent.values() for value in values)
    print(f"3,000 characters: median {every[len(every) // 2]:.1f} ms, 95 % {every[int(len(every) * 0.95)]:.1f} ms")
    told = sorted((sum(v) / len(v), k or "?") for k, v in spent.items() if len(v) >= 5)
    print("  mean ms: " + ", ".join(f"{k} {v:.1f}" for v, k in told))


def many(size: int) -> list[WatchedPerson]:
    """Persons made of every given and family name of the lists, with a second family name where needed."""
    dice = random.Random(7)
    given, family = [" ".join(part).split() for part in (GIVEN, FAMILY)]
    names: dict[str, None] = {}
    while len(names) < size:
        second = dice.choice(family) if dice.random() < 0.5 else ""
        names[" ".join((dice.choice(given), dice.choice(family), second)).strip()] = None
    return [WatchedPerson(f"M{number}", (name,)) for number, name in enumerate(names)]


def main(arguments: Sequence[str]) -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=Path)
    parser.add_argument("--misses", action="store_true")
    asked = parser.parse_args(arguments)
    same_person(asked.misses)
    watched(asked.misses)
    if asked.pages:
        pages(asked.pages, asked.misses)


if __name__ == "__main__":
    main(sys.argv[1:])
