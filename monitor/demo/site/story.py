"""One article as it stands in one edition: addresses, local times and filled texts, ready for a template.

In      `Content`, the start instant `now` (aware), base URL, edition number, instant of the edition
Out     `Story` records, newest first
Units   times are aware datetimes in the outlet's zone
Raises  `ContentError` for a link to a page that does not exist
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.demo.site.content import Content, ContentError, DemoOutlet, DemoPage
from monitor.demo.site.markup import Block, blocks
from monitor.demo.site.words import fill

TEASER_BLOCKS = 2
"""How many blocks of a page behind a paywall are shown."""


@dataclass(frozen=True, slots=True)
class Press:
    """When and where the newspapers are printed. `edition_at` is the instant of edition 2 and later; with `browser`,
    the pages that need one are printed, too."""

    now: datetime
    base_url: str
    edition: int = 1
    edition_at: datetime | None = None
    browser: bool = False

    def prints(self, page: DemoPage) -> bool:
        """Whether a page exists in this edition."""
        return page.edition <= self.edition and (self.browser or not page.scripted)


@dataclass(frozen=True, slots=True)
class Story:
    """An article of an edition. `url` is absolute, `path` starts with a slash and may carry a query."""

    page: DemoPage
    outlet: DemoOutlet
    url: str
    path: str
    title: str
    lead: str
    photo: str
    blocks: tuple[Block, ...]
    published: datetime
    modified: datetime | None

    @property
    def amp_url(self) -> str:
        """Address of the AMP variant."""
        return self.url.rstrip("/") + "/amp/"

    @property
    def seen_at(self) -> datetime:
        """The last time anything changed."""
        return self.modified or self.published


def stories(content: Content, press: Press) -> tuple[Story, ...]:
    """Return every story of this edition that exists, newest first."""
    made = [_story(page, content, press) for page in content.pages if press.prints(page)]
    return tuple(sorted(made, key=lambda story: story.published, reverse=True))


def path_of(page: DemoPage, outlet: DemoOutlet, press: Press) -> str:
    """Return the page's path with a leading slash."""
    day = published_at(page, outlet, press)
    address = outlet.address.format(Y=f"{day:%Y}", m=f"{day:%m}", d=f"{day:%d}", n=page.number, slug=page.slug)
    return f"/{outlet.id}/{page.folder}{address}"


def published_at(page: DemoPage, outlet: DemoOutlet, press: Press) -> datetime:
    """Return the instant of publication in the outlet's zone, cut to the minute."""
    start = press.now
    if page.edition > 1 and press.edition_at:
        start = press.edition_at
    return (start - timedelta(hours=page.hours)).astimezone(ZoneInfo(outlet.timezone)).replace(second=0, microsecond=0)


def _story(page: DemoPage, content: Content, press: Press) -> Story:
    outlet = content.outlets[page.outlet]
    published = published_at(page, outlet, press)
    update = page.update if page.update and page.update.edition <= press.edition else None
    title, lead, body = page.title, page.lead, page.body
    modified = None
    if update:
        title, lead, body = update.title or title, update.lead or lead, update.body or body
        modified = (press.edition_at or press.now).astimezone(ZoneInfo(outlet.timezone)).replace(microsecond=0)

    def say(text: str) -> str:
        return fill(text, outlet.languages[0], published.date())

    def address_of(slug: str) -> str:
        return path_of(content.page(f"{outlet.id}/{slug}"), outlet, press)

    path = path_of(page, outlet, press)
    made = blocks(say(f"{page.dateline}{body}"), address_of)
    shown = made[:TEASER_BLOCKS] if page.teaser else made
    return Story(
        page, outlet, press.base_url + path, path, say(title), say(lead), say(page.photo), shown, published, modified
    )


def title_of(content: Content, outlet_id: str, slug: str) -> str:
    """Return the headline of another page, for an inline teaser; raises `ContentError`."""
    title = content.page(f"{outlet_id}/{slug}").title
    if not title:
        raise ContentError(f"{outlet_id}/{slug}: no title")
    return title
