"""What a careful reader finds in the demo's pages: the answer sheet for tests and for the tour.

In      `ground_truth.toml` (every page) and `expected.toml` (one page, exactly) inside this package
Out     `PageTruth` records; `Expected` with its dates filled for the day of publication
Raises  `ContentError` when a page is named that does not exist, `TypeError` for an unknown key
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any

from monitor.demo.site.content import Content, load
from monitor.demo.site.story import Press, path_of, published_at
from monitor.demo.site.words import fill


@dataclass(frozen=True, slots=True)
class PersonTruth:
    """A named person of a page; `role` and `status` are words of `pipelines.records`."""

    name: str
    role: str
    nationality: str | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class CountTruth:
    """A number of people as the page states it."""

    low: int
    bound: str = "exact"
    high: int | None = None
    nationality: str | None = None
    status: str | None = None
    attributed_to: str | None = None


@dataclass(frozen=True, slots=True)
class PageTruth:
    """The answer sheet of one page. `edition` is the first in which the page exists; `scripted`: for browsers alone."""

    page: str
    on_topic: bool
    watches: tuple[str, ...] = ()
    persons: tuple[PersonTruth, ...] = ()
    counts: tuple[CountTruth, ...] = ()
    outcome: str | None = None
    copy_of: str | None = None
    historical: bool = False
    edition: int = 1
    scripted: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class Expected:
    """The exact reading of the page shaped like the seed article. `dates` are ISO 8601, cut to their precision."""

    page: str
    url: str
    language: str
    title: str
    lead: str
    body_starts: str
    body_ends: str
    body_lacks: tuple[str, ...]
    authors: tuple[str, ...]
    dates: tuple[str, ...]
    watches: tuple[str, ...]
    figures: tuple[PersonTruth, ...]
    counts: tuple[CountTruth, ...]


def load_truth(edition: int = 1, *, browser: bool = False) -> tuple[PageTruth, ...]:
    """Return the answers for every page that exists in `edition`, as that edition prints it (for a `browser`, too)."""
    made = (_page(raw, edition) for raw in _toml("ground_truth.toml")["page"])
    return tuple(page for page in made if page.edition <= edition and (browser or not page.scripted))


def load_expected(press: Press) -> Expected:
    """Return the exact reading of the seed-shaped page of this newsroom."""
    raw = _toml("expected.toml")
    content = load()
    page = content.page(raw["page"])
    outlet = content.outlets[page.outlet]
    day = published_at(page, outlet, press).date()
    figures, counts = _persons(raw.pop("figure")), _counts(raw.pop("count"))
    lists = {key: tuple(value) for key, value in raw.items() if isinstance(value, list)}
    lists["dates"] = tuple(fill(text, raw["language"], day) for text in raw["dates"])
    url = press.base_url + path_of(page, outlet, press)
    return Expected(**{**raw, **lists}, url=url, figures=figures, counts=counts)


def urls(press: Press, content: Content | None = None) -> Mapping[str, str]:
    """Return the address of every page of the edition by its id `outlet/slug`, dead links included."""
    content = content or load()
    return {
        page.id: press.base_url + path_of(page, content.outlets[page.outlet], press)
        for page in content.pages
        if press.prints(page)
    }


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads(files("monitor.demo").joinpath(name).read_text(encoding="utf-8"))


def _page(raw: dict[str, Any], edition: int) -> PageTruth:
    later = raw.pop("edition_2", None)
    persons, counts = _persons(raw.pop("persons", ())), _counts(raw.pop("counts", ()))
    truth = PageTruth(**{**raw, "watches": tuple(raw.get("watches", ()))}, persons=persons, counts=counts)
    if later and edition >= 2:
        return replace(truth, persons=_persons(later["persons"]), counts=_counts(later["counts"]))
    return truth


def _persons(rows: Iterable[Mapping[str, Any]]) -> tuple[PersonTruth, ...]:
    return tuple(PersonTruth(**row) for row in rows)


def _counts(rows: Iterable[Mapping[str, Any]]) -> tuple[CountTruth, ...]:
    return tuple(CountTruth(**row) for row in rows)
