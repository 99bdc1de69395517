"""Print the newspapers of the demo: every address of the newsroom with its bytes, for one edition.

In      `Content`, `Press` (start instant, base URL, edition)
Out     mapping path (with query where the outlet has one) -> `Resource`
Raises  `ContentError`, jinja2's errors (a template asks for a name that does not exist)
Limits  everything is held in memory: some sixty small pages
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from monitor.demo.site.content import Content, DemoFeed, DemoOutlet
from monitor.demo.site.story import Press, Story, stories, title_of

_FEED_TYPES = {
    "rss": "application/rss+xml",
    "atom": "application/atom+xml",
    "sitemap": "application/xml",
    "section": "text/html",
}
_PLAIN = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Resource:
    """What one address answers. `location` is set for redirects; `etag` stands in its quotes."""

    body: bytes
    content_type: str
    last_modified: datetime
    status: int = 200
    location: str | None = None

    @property
    def etag(self) -> str:
        """A weak validator made of the bytes."""
        return f'W/"{hashlib.sha256(self.body).hexdigest()[:20]}"'


def build(content: Content, press: Press) -> Mapping[str, Resource]:
    """Return every resource of the edition by its path."""
    environment = _environment()
    every = stories(content, press)
    site: dict[str, Resource] = {"/robots.txt": _robots(content, press)}
    for outlet in content.outlets.values():
        own = tuple(story for story in every if story.outlet.id == outlet.id)
        site.update(_outlet_pages(environment, content, press, outlet, own))
    return site


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("monitor.demo.site", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["rfc822"] = lambda when: format_datetime(when.replace(microsecond=0))
    environment.filters["zulu"] = lambda when: when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return environment


def _outlet_pages(
    environment: Environment, content: Content, press: Press, outlet: DemoOutlet, own: tuple[Story, ...]
) -> Iterator[tuple[str, Resource]]:
    home = f"/{outlet.id}/"
    shared: dict[str, Any] = {
        "outlet": outlet,
        "home": home,
        "base": press.base_url,
        "all": own,
        "now": press.now,
        "title_of": lambda slug: title_of(content, outlet.id, slug),
        "path_of": lambda slug: next(story.path for story in own if story.page.slug == slug),
    }
    newest = max((story.seen_at for story in own), default=press.now)
    for story in own:
        yield from _story_pages(environment, shared, story)
    for feed in outlet.feeds:
        yield f"{home}{feed.path}", _feed(environment, shared, feed, newest)
    front = environment.get_template(f"{outlet.id}/list.html.j2").render(shared, feed=None)
    yield home, _html(front, newest)
    yield f"{home}about/", _html(environment.get_template("about.html.j2").render(shared), press.now)


def _story_pages(environment: Environment, shared: Mapping[str, Any], story: Story) -> Iterator[tuple[str, Resource]]:
    if story.page.gone:
        return
    related = tuple(other for other in shared["all"] if other is not story and not other.page.folder)
    if story.page.scripted:
        shell = environment.get_template("app.html.j2").render(shared, story=story)
        yield story.path, _html(shell, story.seen_at)
        text = environment.get_template("app_story.html.j2").render(shared, story=story)
        yield f"{story.path}.json", Resource(json.dumps({"html": text}).encode(), "application/json", story.seen_at)
        return
    template = environment.get_template(f"{story.outlet.id}/article.html.j2")
    text = template.render(shared, story=story, related=related[: 3 + story.page.number % 3])
    kind = f"text/html; charset={story.page.header_charset}"
    yield story.path, Resource(text.encode(story.page.charset, "xmlcharrefreplace"), kind, story.seen_at)
    if story.page.amp:
        text = environment.get_template("amp.html.j2").render(shared, story=story)
        yield f"{story.path.rstrip('/')}/amp/", _html(text, story.seen_at)


def _feed(environment: Environment, shared: Mapping[str, Any], feed: DemoFeed, newest: datetime) -> Resource:
    name = f"{shared['outlet'].id}/list.html.j2" if feed.kind == "section" else f"feed/{feed.kind}.xml.j2"
    text = environment.get_template(name).render(shared, feed=feed, newest=newest)
    kind = f"{_FEED_TYPES[feed.kind]}; charset={feed.encoding}"
    return Resource(text.encode(feed.encoding, "xmlcharrefreplace"), kind, newest)


def _html(text: str, changed: datetime) -> Resource:
    return Resource(text.encode(), "text/html; charset=utf-8", changed)


def _robots(content: Content, press: Press) -> Resource:
    folders = sorted({f"/{page.outlet}/{page.folder}" for page in content.pages if page.folder})
    lines = ["User-agent: *", *(f"Disallow: {folder}" for folder in folders), "Disallow: /_newsroom/", "Allow: /", ""]
    return Resource("\n".join(lines).encode(), _PLAIN, press.now)
