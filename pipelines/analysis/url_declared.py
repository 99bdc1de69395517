"""Whether the address that a page declares for itself may be believed.

In      the cleaned address that was fetched, the declared one, the outlet's home page
Out     None when it may be shown, else the reason why not, in words
Raises  nothing
"""

from __future__ import annotations

import re

from pipelines.analysis.url_parts import Parts, parse
from pipelines.analysis.url_rules import plain_host, split_host

# Words that name a language edition in a path or sub-domain, `ua` and `cn` as publishers write them.
_LANGUAGE_WORDS = """
en uk ua ru fr es pt de ar ko kr ne np hi tr zh cn ja jp it pl he fa ro bg sr hr cs sk hu el ka hy
az kk uz be lt lv et fi sv no nb da nl id vi th ur bn ta eng ukr rus fra deu spa zho hans hant zh-
hans zh-hant zh-cn zh-tw en-us en-gb pt-br es-419 simp trad english russian ukrainian arabic
francais espanol
"""
_LANGUAGES = frozenset(_LANGUAGE_WORDS.split())
_SCRIPT = re.compile(r"(?i)\.(?:php\d?|aspx?|jsp|do|cgi|cfm|pl|html?)$")
_ID = re.compile(r"(?i)^(?:id|p|nid|aid|sid|tid|news_?id|article_?id|story_?id|post_?id|art|item|object_?id)$")


def refusal(fetched: Parts, declared: Parts, home: str | None) -> str | None:
    """Return why `declared` is not to be shown for `fetched`, None when it is."""
    ours = {split_host(fetched.host)[1]}
    front = parse(home) if home else None
    if front is not None:
        ours.add(split_host(front.host)[1])
    if split_host(declared.host)[1] not in ours:
        return "another site"
    if re.search(r"%7B|\{|%24|undefined|%3C", declared.path):
        return "a template that was not filled in"
    if _is_front(declared) or (front is not None and _same_place(front, declared)):
        return None if _is_front(fetched) and not fetched.query else "a front page"
    if _edition(fetched) and _edition(fetched) != _edition(declared):
        return "another language edition"
    if _is_section_of(declared, fetched):
        return "a section page"
    return "an address that lost the article's number" if _lost_number(fetched, declared) else None


def _segments(parts: Parts) -> list[str]:
    return [segment for segment in parts.path.split("/") if segment]


def _same_place(one: Parts, other: Parts) -> bool:
    return plain_host(one.host) == plain_host(other.host) and _segments(one) == _segments(other) and not other.query


def _is_front(parts: Parts) -> bool:
    """Say whether the path is empty, an index file or only names a language; `?p=12` makes it an article again."""
    words = [
        word.casefold() for word in _segments(parts) if not re.match(r"(?i)(?:index|default|home)(?:\.\w+)?$", word)
    ]
    return not parts.query and not parts.fragment and all(word in _LANGUAGES for word in words)


def _edition(parts: Parts) -> str:
    """Return the language that the sub-domain, the path or `lang=` names, "" when none does."""
    words = [*split_host(parts.host)[0].split("."), *_segments(parts)[:2]]
    words += [
        value for name, value in parts.query if name.casefold() in {"lang", "language", "hl", "variant", "locale"}
    ]
    return ",".join(sorted({word.casefold() for word in words if word.casefold() in _LANGUAGES}))


def _is_section_of(declared: Parts, fetched: Parts) -> bool:
    """Say whether the declared path is a word above the fetched one: `/news/world` of `/news/world/two-men-held`."""
    above, whole = _segments(declared), _segments(fetched)
    if declared.query or not len(above) < len(whole) or whole[: len(above)] != above or not above:
        return False
    return not re.search(r"\d{3}|-\w+-|_\w+_|%", above[-1]) and whole[-1].casefold() not in {"amp", "print", "mobile"}


def _lost_number(fetched: Parts, declared: Parts) -> bool:
    """Say whether the article's number stood in the query and the declared address has none."""
    numbers = [pair for pair in fetched.query if _ID.match(pair[0])]
    bare = not declared.query and not re.search(r"\d{3}|-\w+-|%", _SCRIPT.sub("", "/".join(_segments(declared)[-1:])))
    same = _segments(fetched) == _segments(declared)
    return bool(fetched.query) and bare and (same or bool(numbers))
