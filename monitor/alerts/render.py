"""Lay out a message: subject, text part and HTML part, from views that hold nothing unmasked.

In      a `StoryView` or `DigestView`, the footer's lines
Out     `(text, html)`; both tell the same facts, the HTML has no picture, script or address that loads by itself
Raises  jinja2.UndefinedError when a template asks for what no view has
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape
from markupsafe import Markup, escape

from monitor.alerts.message import plain
from monitor.alerts.model import DigestView, StoryView
from monitor.labels import plural

RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "ps", "ku"})


@cache
def _template(name: str) -> Template:
    environment = Environment(
        loader=PackageLoader("monitor.alerts", "templates"),
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["direction"] = lambda language: "rtl" if language in RIGHT_TO_LEFT else "auto"
    environment.filters["plural"] = plural
    environment.filters["linked"] = linked
    return environment.get_template(name)


def linked(text: str, words: str = "") -> Markup:
    """`text` escaped, with its web address (the last word, if it is one) as a link; `words` stand for the address.

    >>> str(linked("Stop it: https://monitor.example/stop/x"))
    'Stop it: <a href="https://monitor.example/stop/x" rel="noreferrer" style="color:#1f66a8">https://monitor.example/stop/x</a>'
    """
    before, blank, last = text.rpartition(" ")
    if not last.startswith(("https://", "http://")):
        return escape(text)
    made = Markup('<a href="{0}" rel="noreferrer" style="color:#1f66a8">{1}</a>').format(last, words or last)
    return escape(before + blank) + made


def story_subject(view: StoryView) -> str:
    """The subject of a story's mail: never the words of a page, so that no name and no trick can stand in it."""
    watch = view.watches[0] if view.watches else "Alert"
    more = f" +{len(view.watches) - 1}" if len(view.watches) > 1 else ""
    what = "New in a story" if view.follow_up else "New story"
    return plain(f"[{watch}{more}] {what} · {plural(view.outlets, 'outlet')} · {', '.join(view.languages[:4])}")


def digest_subject(view: DigestView) -> str:
    """The subject of a digest."""
    if not view.stories and not view.articles:
        return plain(f"No news · {view.period}")
    first = "Many at once: " if view.flood else ""
    if not view.stories:
        return plain(f"{first}{plural(view.articles, 'report')}, nothing new · {view.period}")
    return plain(
        f"{first}{plural(view.stories, 'story', 'stories')}, {plural(view.articles, 'report')} · {view.period}"
    )


def story(view: StoryView, footer: Sequence[str]) -> tuple[str, str]:
    """The two parts of a story's mail."""
    values = {"view": view, "footer": footer, "subject": story_subject(view)}
    return _template("story.txt.j2").render(values), _template("story.html.j2").render(values)


def digest(view: DigestView, footer: Sequence[str]) -> tuple[str, str]:
    """The two parts of a digest."""
    values = {"view": view, "footer": footer, "subject": digest_subject(view)}
    return _template("digest.txt.j2").render(values), _template("digest.html.j2").render(values)
