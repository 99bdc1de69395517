"""Pieces of rows on their way through the boundary: here, or in processes beside this one when there are many.

In      `Parcel`: rows of a dataset with everything masking needs; nothing in it asks a database
Out     masked rows, in the order of the parcels
Memory  at most two parcels for each process are under way
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from monitor.exports.boundary import Beside, Boundary, Ordinary, everyday
from monitor.exports.codebook import datasets
from monitor.protection import Policy

Masked = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Parcel:
    """Rows, the numbers of the articles each speaks of, and of these: the names on them, the beginnings of their texts.

    `texts` is a function where the texts are only fetched when a word is asked for.
    """

    dataset: str
    values: Sequence[Mapping[str, Any]]
    articles: Sequence[tuple[int, ...]]
    names: Mapping[int, tuple[str, ...]]
    texts: Mapping[int, str] | Callable[[], Mapping[int, str]]


@lru_cache(maxsize=1)
def _boundary(policy: Policy) -> Boundary:
    return Boundary(policy)


def mask(policy: Policy, parcel: Parcel) -> Masked:
    """The rows of a parcel as they may leave."""
    boundary, table = _boundary(policy), datasets()[parcel.dataset]
    words: dict[tuple[int, ...], frozenset[str]] = {}

    def ordinary(articles: tuple[int, ...]) -> frozenset[str]:
        if articles not in words:
            texts = parcel.texts() if callable(parcel.texts) else parcel.texts
            words[articles] = everyday(texts.get(number, "") for number in articles)
        return words[articles]

    def beside(articles: tuple[int, ...]) -> Beside:
        names = dict.fromkeys(name for number in articles for name in parcel.names.get(number, ()))
        return Beside(tuple(names), Ordinary(lambda: ordinary(articles)))

    return [
        boundary.row(table, values, Beside() if boundary.lifted else beside(articles))
        for values, articles in zip(parcel.values, parcel.articles, strict=True)
    ]


def beside_each_other(policy: Policy, parcels: Iterator[Parcel], workers: int) -> Iterator[Masked]:
    """Mask parcels in `workers` processes, spawned, never forked: an open database is not carried over."""
    waiting: deque[Future[Masked]] = deque()
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=spawn, initializer=_end_with_parent) as pool:
        for parcel in parcels:
            waiting.append(pool.submit(mask, policy, parcel))
            if len(waiting) > 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _end_with_parent() -> None:
    """A process whose parent was killed (by `| head`, say) would wait for work for ever."""

    def watch() -> None:
        parent = multiprocessing.parent_process()
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
