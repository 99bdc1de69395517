"""Tell the notice that an outlet leaves in the place of an article it took down, on a page that answers as ever.

In      title and body of a page, as read
Out     whether the page says of itself that its article is gone, and nothing else
How     the patterns of `data/removed.toml`; only a body of a few lines is looked at, and the notice opens it: a report
        about something removed goes on, and a correction says what is corrected
Raises  nothing
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources

LONGEST = 420
"""Characters of a notice with its reason and where to turn. A character of an unspaced script counts threefold."""
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_SPACES = re.compile(r"\s+")
_HEADED = 140
"""A title may be the notice, where no more text than this follows."""


def says_removed(title: str | None, body: str) -> bool:
    """Whether a page's text is the notice that its article was taken down.

    >>> says_removed("Two held", "This article has been removed at the request of the author.")
    True
    >>> says_removed("Video removed", "The video was removed by the platform on Monday, the ministry said.")
    False
    """
    if _size(body) > LONGEST:
        return False
    text = _plain(body)
    if text:
        return bool(_notice().match(text))
    return bool(title) and len(title or "") <= _HEADED and bool(_notice().match(_plain(title or "")))


def _size(text: str) -> int:
    """Length, as one would read it in a spaced script."""
    return len(text) if len(text) > LONGEST or text.isascii() else len(text) + 2 * len(_UNSPACED.findall(text))


def _plain(text: str) -> str:
    """One line in lower case, without quotation marks, dashes and brackets in front."""
    return _SPACES.sub(" ", text.replace("İ", "i").lower()).lstrip(" \"'“”«»„([*-–—")


@cache
def _notice() -> re.Pattern[str]:
    """The patterns, compiled at first use."""
    raw = tomllib.loads(resources.files("pipelines.analysis").joinpath("data/removed.toml").read_text("utf-8"))
    ways = []
    for language, what in raw["what"].items():
        between = "[,:]? ?(?!(?:of|about|on|de|des|du|von|über)\\b)(?:\\w+ ){0,3}?" if language != "zh" else ".{0,6}?"
        ways.append(f"(?:{raw['before'][language]})*{what}{between}(?:{raw['gone'][language]})")
        if language in raw["instead"]:
            ways.append(f"(?:{raw['before'][language]})*{raw['instead'][language]}")
    return re.compile("|".join(f"(?:{way})" for way in ways))
