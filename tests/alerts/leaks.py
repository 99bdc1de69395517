"""Measure leaks: annotated articles through a watch without clearance; whose names show in mails, webhooks and feeds."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from monitor.addresses import is_webhook
from monitor.alerts import feed, log
from monitor.alerts.planner import plan
from pipelines.analysis import office_holders
from pipelines.store.schema import OutboxRow
from pipelines.store.session import session
from tests.alerts.conftest import CONFIG, NOW, World, parse, watch

Finder = Callable[[str | None, str, str], Iterable[dict[str, Any]]]
_TOKEN = re.compile(r"[^\W\d_]+(?:[\u0900-\u0dff\u064b-\u065f\u200c\u200d]+[^\W\d_]*)*")
PARTICLES = frozenset(
    {"al", "el", "de", "la", "del", "dos", "da", "von", "van", "bin", "ibn", "abu", "los", "las", "der", "den"}
)


@dataclass
class Leaks:
    persons: int = 0
    rows: int = 0
    verbatim_titles: int = 0
    titles: int = 0
    sentences: int = 0
    missed: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        return len(self.missed) / max(self.persons, 1)


def flat(text: str) -> str:
    text = unicodedata.normalize("NFKD", text)
    return "".join(c for c in text if not unicodedata.combining(c) or "\u0900" <= c <= "\u0dff").casefold()


def tokens(person: dict[str, Any]) -> set[str]:
    """Every part of every spelling of an annotated person."""
    found = set()
    for key in ("name", "surface", "alt", "full", "alias"):
        value = person.get(key)
        for text in [value] if isinstance(value, str) else value or ():
            if re.search(r"[\u3400-\u9fff\uac00-\ud7a3]", text):
                found |= {flat(part) for part in re.split(r"[\s·•・]+", text) if len(part) > 1}
            else:
                found |= {flat(t) for t in _TOKEN.findall(text) if len(t) > 1}
    return found - PARTICLES


def shows(token: str, text: str) -> bool:
    if re.search(r"[\u3400-\u9fff\uac00-\ud7a3]", token):
        return token in text
    return re.search(rf"(?<![^\W_]){re.escape(token)}(?![^\W_])", text) is not None


def rows(path: Path) -> list[dict[str, Any]]:
    read = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [row for row in read if row["label"] == "positive"]


def everything_sent(engine: Engine, articles: list[dict[str, Any]], finder: Finder) -> list[str]:
    """All that leaves for each article, told to a recipient of its own: mail, webhook, feed, the log of messages."""
    world = World(engine)
    watches = {}
    for n, row in enumerate(articles):
        name = f"w{n}"
        watches[name] = watch(name, to=(f"r{n}@example.net", f"https://r{n}.example/hook"), name="Foreign fighters")
        language = row["lang"].split("-")[0]
        figures = tuple(finder(row["title"], row["text"], language))
        for i, sentence in enumerate(filter(None, re.split(r"(?<=[.!?。]) ?", row["text"])[:12])):
            world.article(
                title=row["title"] or sentence[:150],
                body=row["text"],
                quote=sentence,
                language=language,
                url=row["url"] + "?" * i,
                watches=(name,),
                figures=figures,
            )
    plan(engine, watches, {}, NOW, CONFIG)
    with session(engine) as opened:
        mails: dict[str, str] = {}
        for out in opened.scalars(select(OutboxRow)):
            if is_webhook(out.recipient):
                hooked = json.dumps(json.loads(out.message), ensure_ascii=False)
                name = out.recipient.split("/")[2].split(".")[0] + "@example.net"
                mails[name] = mails.get(name, "") + hooked
                continue
            mail = parse(out.message)
            parts = [str(part.get_content()) for part in mail.walk() if not part.is_multipart()]
            mails[out.recipient] = mails.get(out.recipient, "") + "\n".join([*map(str, mail.values()), *parts])
        for n in range(len(articles)):
            mails[f"r{n}@example.net"] += feed.atom(opened, f"w{n}", watches, {}, NOW, CONFIG).decode()
        for life in log.lives(opened, 10**6):
            if not is_webhook(life["recipient"]):
                mails[life["recipient"]] += json.dumps(life, default=str)
    return [mails[f"r{n}@example.net"] for n in range(len(articles))]


def measure(engine: Engine, articles: list[dict[str, Any]], finder: Finder) -> Leaks:
    """Send every article; look into all bytes."""
    result = Leaks(rows=len(articles))
    for row, sent in zip(articles, everything_sent(engine, articles, finder), strict=True):
        text = flat(sent)
        result.titles += 1
        result.verbatim_titles += bool(row["title"]) and flat(row["title"])[:60] in text
        result.sentences += text.count("“")
        for person in row["persons"]:
            if office_holders.office_holder(person["name"]):
                continue
            result.persons += 1
            seen = sorted(token for token in tokens(person) if shows(token, text))
            if seen:
                result.missed.append(f"{row['id']}: {len(seen)} token(s) of a {person['role']}: {'/'.join(seen)}")
    return result
