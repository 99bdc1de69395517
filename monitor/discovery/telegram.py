"""Read the public preview page of a Telegram channel (`t.me/s/<channel>`): each message is a listing.

In      bytes of the page, its URL
Out     `FeedReading` of kind telegram, newest last as on the page; `next_url` leads to older messages
Units   `published` is the raw ISO stamp of the message; `title` its first line; `summary` its whole text
Raises  nothing
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from monitor.discovery.markup import Element
from monitor.discovery.page import classes, parse_page, words
from monitor.discovery.reading import MAX_SUMMARY, MAX_TAGS, MAX_TITLE, FeedReading
from monitor.discovery.text import plain
from pipelines.records import FeedKind, Listing

_POST = re.compile(r"^[A-Za-z]\w{3,31}/\d{1,12}$")
_CHANNEL = re.compile(r"^/(?:s/)?([A-Za-z]\w{3,31})(?:/\d+)?/?$")
_HASHTAG = re.compile(r"#(\w{2,60})")
_LINE_END = re.compile(r"\n|(?<=[.!?…。！？])\s")
_TITLE = 200
HOSTS = frozenset({"t.me", "telegram.me", "telegram.dog"})


def preview_url(url: str) -> str | None:
    """Return the preview page of a channel address, None for anything else.

    >>> preview_url("https://t.me/some_channel/120")
    'https://t.me/s/some_channel'
    """
    try:
        parts = urlsplit(url if "//" in url else f"https://{url}")
    except ValueError:
        return None
    found = _CHANNEL.match(parts.path)
    if (
        (parts.hostname or "").lower() not in HOSTS
        or not found
        or found.group(1).lower() in ("joinchat", "addstickers", "share")
    ):
        return None
    return f"https://t.me/s/{found.group(1)}"


def parse(content: bytes, url: str, outlet_id: str = "", *, charset: str | None = None) -> FeedReading:
    """Return the messages of a channel preview. Never raises."""
    root, _ = parse_page(content, url, charset)
    if root is None:
        return FeedReading(problem="the page is empty", kind="telegram")
    messages = [node for node in root.iter("div") if node.get("data-post") and "tgme_widget_message" in classes(node)]
    found = (_message(node, url, outlet_id) for node in messages)
    listings = tuple(dict.fromkeys(item for item in found if item))
    heading = _first(root, "tgme_channel_info_header_title", "tgme_page_title")
    if heading is None and not messages:
        return FeedReading(problem="not a channel preview", kind="telegram")
    problem = None if listings else "the channel shows no preview, or has no messages with words"
    return FeedReading(
        listings=listings,
        title=plain(words(heading), MAX_TITLE) if heading is not None else None,
        problem=problem,
        kind="telegram",
        next_url=_older(root, url, messages),
    )


def _first(node: Element, *names: str) -> Element | None:
    return next(
        (below for below in node.iter() if isinstance(below.tag, str) and not classes(below).isdisjoint(names)), None
    )


def _message(node: Element, url: str, outlet_id: str) -> Listing | None:
    post = node.get("data-post").strip()
    written = [part for part in node.iter("div") if "tgme_widget_message_text" in classes(part)]
    # a reply quotes the message it answers in a block of the same class
    own = [
        part for part in written if not any("tgme_widget_message_reply" in classes(up) for up in part.iterancestors())
    ]
    if not _POST.match(post) or not own:
        return None
    lines = _lines(own[-1])
    text = plain(" ".join(lines), MAX_SUMMARY)
    if not text:
        return None
    stamps = [stamp.get("datetime") for stamp in node.iter("time") if stamp.get("datetime")]
    head = plain(_LINE_END.split(lines[0].strip(), maxsplit=1)[0], _TITLE)
    return Listing(
        outlet_id=outlet_id,
        url=f"https://t.me/{post}",
        title=head or text[:_TITLE],
        summary=text,
        published=stamps[-1][:100] if stamps else None,
        feed_url=url,
        feed_kind=FeedKind.TELEGRAM,
        tags=tuple(dict.fromkeys(_HASHTAG.findall(text)))[:MAX_TAGS],
    )


def _lines(node: Element) -> list[str]:
    """The text of a message by lines; words are joined as they stand, since markup cuts through them."""
    parts: list[str] = []
    for below in node.iter():
        if below.tag == "br":
            parts.append("\n")
        elif isinstance(below.tag, str) and below.text:
            parts.append(below.text)
        if below is not node and below.tail:
            parts.append(below.tail)
    return [line for line in "".join(parts).split("\n") if line.strip()] or [""]


def _older(root: Element, url: str, messages: list[Element]) -> str | None:
    more = [node.get("data-before") for node in root.iter("a") if node.get("data-before")]
    channel = preview_url(url)
    numbers = [int(post) for node in messages if (post := node.get("data-post").rpartition("/")[2]).isdigit()]
    if channel is None or not numbers or (not more and min(numbers) <= 1):
        return None
    before = next((value for value in more if value.isdigit()), str(min(numbers)))
    return f"{channel}?before={before}"
