"""Run the demo: the newsroom, a letter box, exactly the code of `monitor run` in a fresh workspace, and the tour.

Out     the exit code; everything is printed by `tour`
Limits  nothing leaves the machine: the workspace allows the newsroom's address alone
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor import query
from monitor.config import ConfigError, load
from monitor.cycle import run_cycle
from monitor.demo import newsroom
from monitor.demo.facts import TourCount, TourFacts, TourMail, TourMatch, TourPage, TourPerson
from monitor.demo.sink import Mail, Sink, SinkError
from monitor.demo.tour import print_tour
from monitor.middlewares.browser import available
from monitor.wiring import Workshop, open_workshop
from pipelines.store.migrations import upgrade
from pipelines.store.schema import ArticleRow, FrontierRow, MatchRow
from pipelines.store.session import make_engine, session

RECIPIENT = "researcher@newsroom.example"
WATCHES = ("foreign-fighters", "prisoners-of-war")


def run_demo(port: int, keep: Path | None) -> int:
    """Run everything once and print the tour; returns the exit code."""
    started, now = time.monotonic(), datetime.now(UTC)
    try:
        browser = available() is not None
        with _workspace(keep) as folder, newsroom.start(now, port, browser=browser) as press, Sink() as letters:
            _say("A newsroom has opened on this machine; the monitor reads it now …")
            shop = _declare(folder, press, letters, browser=browser)
            demo_outlets = tuple(one for one in shop.outlets if "demo" in shop.outlets[one].tags)
            result = run_cycle(shop, demo_outlets)
            with session(shop.engine) as opened:
                facts = _facts(opened, shop, demo_outlets, letters.mails)
            notes = (*filter(None, [press.note]), *result.problems)
            kept = str(folder) if keep else ""
            facts = replace(
                facts, base_url=press.base_url, workspace=kept, seconds=time.monotonic() - started, notes=notes
            )
            shop.engine.dispose()
    except (newsroom.NewsroomError, SinkError, ConfigError) as problem:
        print(f"monitor: {problem}", file=sys.stderr)  # noqa: T201 - the command's own words
        return 1
    print_tour(facts)
    return result.exit_code


def _say(words: str) -> None:
    if sys.stderr.isatty():
        print(words, file=sys.stderr)  # noqa: T201 - for the person who waits


@contextmanager
def _workspace(keep: Path | None) -> Iterator[Path]:
    """A fresh folder: the one to keep, else one that goes when the demo ends. Raises ConfigError."""
    if keep is not None:
        try:
            keep.mkdir(parents=True, mode=0o700)
        except OSError as error:
            raise ConfigError(f"the demo needs a new folder; {keep}: {error.strerror}") from error
        yield keep.absolute()
        return
    try:
        with tempfile.TemporaryDirectory(prefix="monitor-demo-") as folder:
            yield Path(folder)
    except FileNotFoundError as error:
        raise ConfigError("no temporary folder can be written; name one with --keep FOLDER") from error


def _declare(folder: Path, press: newsroom.Newsroom, letters: Sink, *, browser: bool) -> Workshop:
    """Settings, outlets and watches of the demo, as files like anybody's; then open them."""
    newsroom.write_outlets(press.base_url, folder / "outlets", browser=browser)
    settings = {
        "contact": '"demo@newsroom.example"',
        "allow_addresses": f'["{press.base_url.removeprefix("http://")}"]',
        "delay_seconds": "0",
        "smtp_host": '"127.0.0.1"',
        "smtp_port": str(letters.port),
        "smtp_security": '"none"',
        "mail_from": '"Monitor <monitor@newsroom.example>"',
        "min_free_mb": "10",
    }
    text = "".join(f"{key} = {value}\n" for key, value in settings.items())
    (folder / "monitor.toml").write_text(text, encoding="utf-8")
    (folder / "watchlists").mkdir()
    for watch_id in WATCHES:
        (folder / "watchlists" / f"{watch_id}.toml").write_text(
            f'id = "{watch_id}"\nextends = "{watch_id}"\nrate = "immediate"\n[[recipients]]\naddress = "{RECIPIENT}"\n',
            encoding="utf-8",
        )
    config = load(folder, {})
    upgrade(make_engine(config.database))
    return open_workshop(config)


def _called() -> str:
    """The command as it was called here: `.venv/bin/monitor` where it is on no path."""
    typed = sys.argv[0]
    if Path(typed).name == "monitor" and shutil.which("monitor") != typed:
        return typed
    return "python -m monitor" if typed.endswith("__main__.py") else "monitor"


def _facts(opened: Session, shop: Workshop, outlets: tuple[str, ...], mails: tuple[Mail, ...]) -> TourFacts:
    """Everything the tour tells, from the database and the letter box."""
    names = {one: shop.outlets[one].name for one in outlets}
    articles = {row.id: row for row in opened.scalars(select(ArticleRow).order_by(ArticleRow.id))}
    return TourFacts(
        base_url="",
        workspace="",
        seconds=0.0,
        outlets=len(outlets),
        languages=tuple(sorted({row.language for row in articles.values() if row.language})),
        pages=tuple(_pages(opened, names)),
        matches=tuple(_matches(opened, names, articles)),
        persons=tuple(_persons(opened, names)),
        counts=tuple(_counts(opened, names)),
        mails=tuple(_mail(one) for one in mails),
        next_steps=tuple(f"{_called()} {step}" for step in ("init", "run -v", "search captured")),
    )


def _pages(opened: Session, names: dict[str, str]) -> Iterator[TourPage]:
    for row in opened.scalars(select(FrontierRow).order_by(FrontierRow.id)):
        found = opened.get(ArticleRow, row.article_id) if row.article_id else None
        yield TourPage(
            names.get(row.outlet_id, row.outlet_id),
            (found.title if found else None) or row.title or row.url,
            found.canonical_url if found else row.url,
            (found.language if found else None) or "",
            row.outcome or "waiting",
        )


def _matches(opened: Session, names: dict[str, str], articles: dict[int, ArticleRow]) -> Iterator[TourMatch]:
    told = set()
    for row in opened.scalars(select(MatchRow).order_by(MatchRow.score.desc(), MatchRow.id)):
        if row.level != "alert" or (row.article_id, row.watch_id) in told:
            continue
        told.add((row.article_id, row.watch_id))
        one = articles[row.article_id]
        yield TourMatch(
            names.get(one.outlet_id, one.outlet_id),
            one.title or "",
            one.canonical_url,
            one.language or "",
            row.watch_id,
            row.rule,
            row.score,
            row.reason.split("; score")[0].removeprefix(f"{row.topic}: "),
            row.quote,
        )


def _persons(opened: Session, names: dict[str, str]) -> Iterator[TourPerson]:
    for row in query.figures(opened, query.Filter(limit=500)):
        outlet = names.get(row["outlet"], row["outlet"])
        yield TourPerson(row["name"], outlet, row["role"], row["status"], row["nationality"], row["quote"])


def _counts(opened: Session, names: dict[str, str]) -> Iterator[TourCount]:
    for row in query.counts(opened, query.Filter(limit=500)):
        yield TourCount(
            row["low"],
            row["high"],
            row["bound"],
            names.get(row["outlet"], row["outlet"]),
            row["quote"],
            row["nationality"],
            row["status"],
            row["attributed_to"],
        )


def _mail(one: Mail) -> TourMail:
    message = one.message
    part = message.get_body(("plain",))
    text = part.get_content() if part is not None else ""
    return TourMail(str(message["From"]), one.recipients, str(message["Subject"]), text)
