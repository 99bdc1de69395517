"""Load the demo's newspapers: outlets and pages as frozen records.

In      `data/outlets.toml` and `data/pages/<outlet>.toml` inside this package
Out     `Content(outlets, pages)`; pages in the order of their files
Units   `hours` are hours before the start instant of the newsroom; `number` is the page's id at its outlet
Raises  `ContentError` naming file and key when a declaration is wrong
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from importlib.resources import files
from typing import Any, TypeVar

FIRST_NUMBER = 184_211
"""The id of the first page; later ones count up by `NUMBER_STEP`, as in a busy content system."""

NUMBER_STEP = 17


_Record = TypeVar("_Record", bound="DemoFeed | DemoOutlet | DemoPage | Update")


class ContentError(ValueError):
    """A declaration of the demo site is wrong; the message names file and key."""


@dataclass(frozen=True, slots=True)
class DemoFeed:
    """One access point of an invented outlet. `path` is below the outlet's folder; `query` is added to its links."""

    kind: str
    path: str
    query: str = ""
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class DemoOutlet:
    """An invented newspaper. `address` is the pattern of its article paths."""

    id: str
    name: str
    country: str
    languages: tuple[str, ...]
    timezone: str
    ownership: str
    html_lang: str
    address: str
    slogan: str
    note: str
    about: str
    feeds: tuple[DemoFeed, ...]


@dataclass(frozen=True, slots=True)
class Update:
    """What an article says from an edition on. Empty fields stay as they were."""

    edition: int
    title: str = ""
    lead: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True)
class DemoPage:
    """One invented article.

    `charset` is the encoding of its bytes, `header_charset` what the HTTP header says (wrong on purpose on one page).
    `scripted` pages are empty until a browser runs their script; they are printed only where one reads.
    `body_from` names the page (`outlet/slug`) whose wire text this one reprints after its own dateline.
    """

    outlet: str
    slug: str
    number: int
    hours: float
    title: str
    body: str = ""
    lead: str = ""
    author: str = ""
    section: str = ""
    tags: tuple[str, ...] = ()
    photo: str = ""
    credit: str = ""
    dateline: str = ""
    body_from: str = ""
    charset: str = "utf-8"
    header_charset: str = "utf-8"
    edition: int = 1
    amp: bool = False
    teaser: bool = False
    gone: bool = False
    scripted: bool = False
    folder: str = ""
    update: Update | None = None

    @property
    def id(self) -> str:
        """`outlet/slug`, as ground truth and reprints name it."""
        return f"{self.outlet}/{self.slug}"


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that the newsroom can print."""

    outlets: Mapping[str, DemoOutlet]
    pages: tuple[DemoPage, ...]

    def page(self, page_id: str) -> DemoPage:
        """Return the page `outlet/slug`; raises `ContentError` when there is none."""
        for page in self.pages:
            if page.id == page_id:
                return page
        raise ContentError(f"no page {page_id!r}")


def load() -> Content:
    """Read the packaged newspapers. Raises `ContentError`."""
    folder = files(__package__).joinpath("data")
    outlets = {outlet.id: outlet for outlet in _outlets(tomllib.loads(_read(folder, "outlets.toml")))}
    pages: list[DemoPage] = []
    for outlet_id in outlets:
        name = f"pages/{outlet_id}.toml"
        for number, raw in enumerate(tomllib.loads(_read(folder, name)).get("page", [])):
            pages.append(_page(raw, outlet_id, FIRST_NUMBER + number * NUMBER_STEP, name))
    content = Content(outlets, tuple(pages))
    return Content(outlets, tuple(_with_wire(page, content) for page in pages))


def _read(folder: Any, name: str) -> str:
    return str(folder.joinpath(name).read_text(encoding="utf-8"))


def _outlets(raw: Mapping[str, Any]) -> Iterator[DemoOutlet]:
    for index, table in enumerate(raw["outlet"]):
        where = f"outlets.toml: outlet[{index}]"
        feeds = tuple(_make(DemoFeed, feed, f"{where}.feed") for feed in table.pop("feed", []))
        yield _make(DemoOutlet, {**table, "languages": tuple(table["languages"]), "feeds": feeds}, where)


def _page(raw: Mapping[str, Any], outlet: str, number: int, name: str) -> DemoPage:
    where = f"{name}: page {raw.get('slug', '?')}"
    table = {**raw, "outlet": outlet, "number": number, "tags": tuple(raw.get("tags", ()))}
    if "update" in table:
        table["update"] = _make(Update, table["update"], f"{where}.update")
    return _make(DemoPage, table, where)


def _make(kind: type[_Record], table: Mapping[str, Any], where: str) -> _Record:
    unknown = set(table) - {field.name for field in fields(kind)}
    if unknown:
        raise ContentError(f"{where}: unknown key {sorted(unknown)[0]!r}")
    try:
        return kind(**table)
    except TypeError as problem:
        raise ContentError(f"{where}: {problem}") from problem


def _with_wire(page: DemoPage, content: Content) -> DemoPage:
    if not page.body_from:
        return page
    return replace(page, body=content.page(page.body_from).body)
