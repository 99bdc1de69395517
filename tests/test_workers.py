"""Reading workers: a page that hangs or kills its worker costs itself alone."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from dataclasses import replace
from datetime import datetime

from monitor.reading_worker import Work
from monitor.workers import InlineReader, PoolReader
from pipelines.ports import Step
from pipelines.records import Article, Context, Outcome, Page


def trick(watches: object) -> Work:
    """Stands in for the analyst in the worker: hangs or dies by the word in the address."""

    def work(step: Step, thing: Page | Article, context: Context) -> Article:
        if "hang" in thing.url:
            time.sleep(60)
        if "die" in thing.url:
            os._exit(11)
        return Article("x", thing.url, thing.fetched_at, url_key=thing.url)

    return work


async def end(reader: PoolReader) -> None:
    """End the workers, and let the loop close their sockets while it runs."""
    reader.close()
    await asyncio.sleep(0.1)


def test_hanging_and_dying_pages_end_in_an_outcome(now: datetime) -> None:
    reader = PoolReader((), 2, seconds=2, factory="tests.test_workers:trick")

    async def all_pages() -> list[Article]:
        urls = ["http://e/1", "http://e/hang", "http://e/2", "http://e/die", "http://e/3"]
        found = await asyncio.gather(*(reader.run("read", Page("x", url, now), Context()) for url in urls))
        await end(reader)
        return found

    ends = [article.outcome for article in asyncio.run(all_pages())]
    assert ends == [None, Outcome.READING_FAILED, None, Outcome.READING_FAILED, None]


def told(watches: object) -> Work:
    """Writes into an article's detail which process took which step."""

    def work(step: Step, thing: Page | Article, context: Context) -> Article:
        assert isinstance(thing, Article)
        return replace(thing, detail=f"{thing.detail or ''}{step} ")

    return work


def test_the_steps_after_reading_are_taken_at_once(now: datetime) -> None:
    reader = PoolReader((), 1, factory="tests.test_workers:told")

    async def steps() -> list[Article]:
        first = await reader.run("dates", Article("x", "http://e/1", now), Context())
        rest = [await reader.run(step, first, Context()) for step in ("figures", "match")]
        changed = replace(first, detail="changed between ")
        found = [first, *rest, await reader.run("match", changed, Context())]
        await end(reader)
        return found

    first, figures, match, changed = asyncio.run(steps())
    assert first.detail == "dates figures match "
    assert figures is match is first
    assert changed.detail == "changed between match "
    assert not reader.done


def whole(watches: object) -> Work:
    """Reads by the word in the address, and writes down the steps; dies of persons that the word forbids."""

    def work(step: Step, thing: Page | Article, context: Context) -> Article:
        if step == "read":
            outcome = Outcome.OFF_TOPIC if "bread" in thing.url else None
            return Article("x", thing.url, thing.fetched_at, body="Two captured.", outcome=outcome, detail="read ")
        assert isinstance(thing, Article)
        if step == "figures" and "late" in thing.url:
            os._exit(11)
        return replace(thing, detail=f"{thing.detail}{step} ")

    return work


def test_a_page_is_read_and_understood_in_one_go(now: datetime) -> None:
    reader = PoolReader((), 1, factory="tests.test_workers:whole")

    async def one(word: str) -> tuple[Article, Article]:
        read = await reader.run("read", Page("x", f"http://e/{word}", now), Context())
        return read, await reader.run("dates", read, Context()) if read.outcome is None else read

    async def all_pages() -> list[tuple[Article, Article]]:
        found = [await one(word) for word in ("war", "bread", "late")]
        reader.at_once = False
        found.append(await one("war"))
        await end(reader)
        return found

    war, bread, late, apart = asyncio.run(all_pages())
    assert (apart[0].detail, apart[1].detail) == ("read ", "read dates "), "where a stage is off, each step is alone"
    assert war[0].detail == "read dates figures match "
    assert war[1] is war[0]
    assert bread[0].detail == "read ", "what needs no close reading takes no further step"
    assert (late[0].detail, late[0].outcome) == ("read ", None), "a later step that breaks costs no text"
    assert (late[1].body, late[1].outcome) == ("Two captured.", Outcome.READING_FAILED)


def stillborn(watches: object) -> Work:
    """A worker that cannot start."""
    os._exit(3)


def test_workers_that_cannot_start_are_said_once_and_not_tried_for_ever(now: datetime) -> None:
    told: list[str] = []
    reader = PoolReader((), 2, factory="tests.test_workers:stillborn", tell=told.append)

    async def all_pages() -> list[Article]:
        urls = [f"http://e/{n}" for n in range(30)]
        found = await asyncio.gather(*(reader.run("read", Page("x", url, now), Context()) for url in urls))
        await end(reader)
        return found

    ends = asyncio.run(all_pages())
    assert {article.outcome for article in ends} == {Outcome.READING_FAILED}, "tried again later, nothing is lost"
    assert len(told) == 1
    assert "cannot start" in told[0]
    assert "exit code 3" in told[0]


def test_inline_reading_is_the_same_analyst(now: datetime) -> None:
    reader = InlineReader(())
    page = Page("x", "https://news.example/1", now, content=b"<p>Two captured.</p>", content_type="text/html")
    article = asyncio.run(reader.run("read", page, Context()))
    assert article.url_key


def test_on_one_core_of_many_reading_is_inline() -> None:
    code = (
        "import os; from monitor.workers import InlineReader, make_reader; "
        "os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); assert isinstance(make_reader(()), InlineReader)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
