"""Invented articles for the search benchmark: 70 % English, 15 % Ukrainian, 15 % Chinese, in the schema as it is.

In      an engine on an empty database of the newest version; how many articles
Out     rows of outlets, articles, revisions, addresses, evidence, stories, persons, counts, dates, matches, search documents
Limits  words are drawn by Zipf's law from invented ones, with the words that the queries ask for at set rates: frequencies
        are as in news, sense is not; seeded, so that two databases of one size hold the same
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any

from sqlalchemy import Connection, Engine, event, insert, text

from pipelines.analysis import tokens
from pipelines.store import search
from pipelines.store.schema import (
    ArticleRow,
    ArticleUrlRow,
    DateMentionRow,
    EvidenceRow,
    FigureRow,
    FrontierRow,
    MatchRow,
    OutletRow,
    ReportedCountRow,
    RevisionRow,
    StoryRow,
)

NOW = datetime(2031, 3, 4, tzinfo=UTC)
COUNTRIES = ("UA", "RU", "CN", "IN", "NP", "KE", "CU", "CO", "GB", "US", "DE", "FR", "PL", "TR", "KR")
OWNERSHIP = ("independent", "state", "private", "public")
WATCHES = ("foreign-fighters", "prisoners-of-war", "volunteers", "exchange", "families", "recruiters")
NATIONS = ("NP", "CN", "CU", "KE", "IN", "CO", "KR", "RU", "UA", "SY", "LK", "GH")
ROLES = ("captive", "fighter", "recruiter", "official", "family", None)
STATUSES = ("captured", "killed", "exchanged", "sentenced", "missing", None)
SENTENCES, TITLE = 12_000, 90
Spoken = tuple[list[str], list[str], list[str]]
BATCH = 10_000
SPOKEN = {
    "en": (
        ("captured", 0.02), ("prisoners of war", 0.008), ("soldiers", 0.04), ("mercenaries", 0.006), ("exchange", 0.02),
        ("ministry said on Monday", 0.05), ("Nepali recruits", 0.003), ("frontline", 0.01), ("contract", 0.02),
        ("a military court", 0.004), ("zanzibarite", 0.0002),
    ),
    "uk": (
        ("військовополонені", 0.01), ("полонених", 0.02), ("у полоні", 0.02), ("найманців", 0.008),
        ("обмін полоненими", 0.006), ("російської армії", 0.03), ("громадяни Непалу", 0.003),
    ),
    "zh": (("战俘", 0.01), ("俘虏", 0.012), ("乌克兰军队", 0.01), ("中国公民", 0.02), ("雇佣兵", 0.006), ("交换", 0.02)),
}  # fmt: skip
SYLLABLES = {
    "en": ("ba", "ter", "ing", "lo", "men", "ca", "ri", "son", "de", "pla", "ver", "ti", "mo", "ster", "qua", "ful"),
    "uk": ("ва", "тер", "ння", "ло", "мен", "ка", "рі", "сон", "де", "пла", "вер", "ти", "мо", "сть", "при", "ськ"),
}
FIRST = ("An", "De", "Iv", "Les", "Ram", "Kar", "Ko", "Ad", "Ju", "Cam", "Ol", "Myk", "Dor", "Pem", "Tas", "Kwa")
LAST = ("smil", "zhel", "gur", "thap", "bast", "roj", "perd", "kuzn", "botv", "mens", "lam", "tam", "osh", "vir")
ENDS = ("enko", "vak", "ungol", "eli", "olan", "anez", "ildo", "etsar", "iner", "aho", "ichor", "anget")


def names(count: int) -> list[str]:
    """Invented names of persons."""
    dice = random.Random(3)
    made: dict[str, None] = {}
    while len(made) < count:
        first = dice.choice(FIRST) + dice.choice(("a", "o", "i", "esh", "ing", "un", "ara", "el"))
        last = dice.choice(LAST).capitalize() + dice.choice(("", "a", "o", "i", "u", "in", "ar")) + dice.choice(ENDS)
        made[f"{first} {last}"] = None
    return list(made)


def sentences(language: str) -> Spoken:
    """Sentences and, of each, its keys as the analyser writes them, and those of its beginning as a title."""
    dice = random.Random(language)
    if language == "zh":
        words = [chr(0x4E00 + dice.randrange(4000)) + chr(0x4E00 + dice.randrange(4000)) for _ in range(20_000)]
    else:
        parts = SYLLABLES[language]
        words = ["".join(dice.choices(parts, k=dice.randint(1, 4))) for _ in range(40_000)]
    weights = list(accumulate(1 / (rank + 2) for rank in range(len(words))))
    made = []
    for _ in range(SENTENCES):
        drawn = dice.choices(words, cum_weights=weights, k=dice.randint(8, 26))
        for said, rate in SPOKEN[language]:
            if dice.random() < rate:
                drawn.insert(dice.randrange(len(drawn)), said)
        made.append(("".join(drawn) + "。") if language == "zh" else " ".join(drawn).capitalize() + ".")
    return made, [tokens.index_keys(one) for one in made], [tokens.index_keys(one[:TITLE]) for one in made]


def fill(engine: Engine, articles: int) -> None:
    """Write the corpus; says on standard error how far it is."""
    dice = random.Random(11)
    spoken = {language: sentences(language) for language in SPOKEN}
    people = names(max(1000, articles // 10))
    postgres = engine.dialect.name == "postgresql"
    if not postgres:  # a corpus that is cut off is made anew
        event.listen(engine, "connect", _carelessly)
        engine.dispose()
    with engine.begin() as write:
        write.execute(insert(OutletRow), list(_outlets()))
        stories = [{"id": i, "created_at": NOW, "first_seen_at": NOW - timedelta(minutes=i), "title": f"Story {i}",
                    "updated_at": NOW - timedelta(minutes=i), "facts": {}} for i in range(1, articles // 16 + 2)]  # fmt: skip
        write.execute(insert(StoryRow), stories)
        if postgres:
            write.execute(text("DROP INDEX ix_search_doc_tsv"))
        else:
            _in_bulk(write, merge=0, kept=1 << 25)
    begun = time.monotonic()
    for start in range(1, articles + 1, BATCH):
        batch = [
            _article(dice, number, articles, spoken, people)
            for number in range(start, min(start + BATCH, articles + 1))
        ]
        with engine.begin() as write:
            _write(write, batch, postgres)
        if start // BATCH % 2 == 0:
            print(f"{start + BATCH - 1:,} articles, {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    with engine.begin() as write:
        if postgres:
            write.execute(text("CREATE INDEX ix_search_doc_tsv ON search_doc USING gin (tsv)"))
        else:
            write.exec_driver_sql("INSERT INTO search_index(search_index) VALUES('optimize')")
            _in_bulk(write, merge=4, kept=1 << 20)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as tidy:
        tidy.exec_driver_sql("VACUUM ANALYZE" if postgres else "ANALYZE")


def _carelessly(connection: Any, _record: Any) -> None:
    for pragma in ("synchronous = OFF", "cache_size = -300000"):
        connection.execute(f"PRAGMA {pragma}")


def _in_bulk(write: Connection, merge: int, kept: int) -> None:
    """Let SQLite's index keep so many bytes before it writes, and merge what it wrote at the end or as it goes."""
    for what, number in (("automerge", merge), ("hashsize", kept)):
        write.exec_driver_sql("INSERT INTO search_index(search_index, rank) VALUES (?, ?)", (what, number))


def _outlets() -> Iterator[dict[str, Any]]:
    for number in range(120):
        yield {"id": f"outlet-{number}", "name": f"Outlet {number}", "country": COUNTRIES[number % len(COUNTRIES)],
               "ownership": OWNERSHIP[number % 4], "share": "full", "homepage": f"https://o{number}.example/",
               "tags": ["agency"] if number % 5 == 0 else ["local"], "first_seen_at": NOW, "failures": 0}  # fmt: skip


def _article(
    dice: random.Random, number: int, total: int, spoken: dict[str, Spoken], people: Sequence[str]
) -> dict[str, Any]:
    language = dice.choices(("en", "uk", "zh"), (70, 15, 15))[0]
    lines, keys, titles = spoken[language]
    picked = [
        dice.randrange(SENTENCES) for _ in range(dice.randint(6, 26) if language != "zh" else dice.randint(12, 40))
    ]
    relevant = dice.random() < 0.3
    when = NOW - timedelta(minutes=(total - number) * (1_500_000 / total), seconds=dice.randrange(60))
    outlet = f"outlet-{int(120 * dice.random() ** 2)}"
    url = f"https://{outlet}.example/news/{number}"
    head = {
        "id": number, "outlet_id": outlet, "url": url, "canonical_url": url, "url_key": url[8:], "lead": None,
        "title": lines[picked[0]][:TITLE], "body": "\n".join(lines[i] for i in picked[1:]), "language": language,
        "authors": [], "tags": [], "published_at": when, "published_on": when.date(), "published_offset": 0,
        "first_seen_at": when + timedelta(minutes=5), "fetched_at": when + timedelta(minutes=5), "status": 200,
        "content_hash": f"{number:064x}", "reading": "close" if relevant else "fast_text", "relevant": relevant,
        "historical": False, "outcome": "stored" if relevant else "off_topic", "flags": [], "revision": 1,
        "analysis_version": "1", "evidence_id": number if relevant else None,
        "story_id": number // 16 + 1 if relevant else None,
    }  # fmt: skip
    index = number, search.Keys(titles[picked[0]], " ".join(keys[i] for i in picked[1:]))
    return {"head": head, "index": index, **_read(dice, number, relevant, people)}


def _read(dice: random.Random, number: int, relevant: bool, people: Sequence[str]) -> dict[str, Any]:
    """What the machine read: persons and counts of articles on topic, dates of all."""
    base = {"article_id": number, "revision": 1, "analysis_version": "1"}
    figures = [
        {**base, "name": name, "name_key": name.casefold(), "role": dice.choice(ROLES), "status": dice.choice(STATUSES),
         "nationality": dice.choice(NATIONS), "quote": f"{name} was among them.", "pseudonym": False, "attributes": {},
         "rejected": False}
        for name in ([people[int(len(people) * dice.random() ** 3)] for _ in range(dice.randint(0, 5))] if relevant else ())
    ]  # fmt: skip
    counts = [
        {**base, "field": "body", "start": 10, "end": 30, "low": dice.randint(1, 900), "high": None, "bound": "at_least",
         "kind": "total", "noun": "fighters", "nationality": dice.choice(NATIONS), "status": dice.choice(STATUSES),
         "attributed_to": "the ministry", "negated": False, "quote": "At least 155 fighters.", "rejected": False}
        for _ in range(dice.randint(0, 2) if relevant else 0)
    ]  # fmt: skip
    day = (NOW - timedelta(days=dice.randrange(1000))).date().isoformat()
    dates = [{**base, "field": "body", "start": 40, "end": 50, "text": "on Monday", "value": day, "precision": "day",
              "rejected": False} for _ in range(dice.randint(0, 3))]  # fmt: skip
    matches = [
        {**base, "watch_id": watch, "watch_version": "1", "rule": "rule-1", "score": 3.0, "level": "alert",
         "reason": "captured, fighters", "quote": "At least 155 fighters.", "spans": [["body", 10, 18, "captured"]],
         "parts": [["rule-1", 3.0]], "historical": False, "matched_at": NOW, "rejected": False}
        for watch in (dice.sample(WATCHES, dice.randint(1, 2)) if relevant else ())
    ]  # fmt: skip
    return {"figures": figures, "counts": counts, "dates": dates, "matches": matches}


def _write(write: Any, batch: list[dict[str, Any]], postgres: bool) -> None:
    heads = [one["head"] for one in batch]
    evidence = [{"id": h["id"], "warc": "2031-03.warc.gz", "offset": h["id"] * 40_000, "length": 40_000, "url": h["url"],
                 "sha256": h["content_hash"], "fetched_at": h["fetched_at"]} for h in heads if h["relevant"]]  # fmt: skip
    write.execute(insert(EvidenceRow), evidence)
    write.execute(insert(ArticleRow), heads)
    write.execute(insert(RevisionRow), [
        {"article_id": h["id"], "number": 1, "title": h["title"], "lead": None, "body": None, "outcome": h["outcome"],
         "content_hash": h["content_hash"], "fetched_at": h["fetched_at"], "evidence_id": h["evidence_id"]} for h in heads
    ])  # fmt: skip
    write.execute(insert(ArticleUrlRow), [{"url": h["url"], "article_id": h["id"], "seen_at": NOW} for h in heads])
    write.execute(insert(FrontierRow), [
        {"outlet_id": h["outlet_id"], "url": h["url"], "url_key": h["url_key"], "title": h["title"], "tags": [],
         "discovered_at": NOW, "historical": False, "state": "done", "attempts": 1, "outcome": h["outcome"],
         "done_at": NOW, "article_id": h["id"]} for h in heads
    ])  # fmt: skip
    for table, name in (
        (FigureRow, "figures"),
        (ReportedCountRow, "counts"),
        (DateMentionRow, "dates"),
        (MatchRow, "matches"),
    ):
        rows = [row for one in batch for row in one[name]]
        if rows:
            write.execute(insert(table), rows)
    first, last = heads[0]["id"], heads[-1]["id"]
    write.execute(
        text("INSERT INTO figure_mention (figure_id, field, start, \"end\", text) "
             "SELECT id, 'body', 0, 12, name FROM figure WHERE article_id BETWEEN :first AND :last"),
        {"first": first, "last": last},
    )  # fmt: skip
    search.add(write, [one["index"] for one in batch])
