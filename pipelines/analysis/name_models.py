"""Which models find names in which language: the packaged ones, and better ones where the user installed them.

In      the installed packages
Out     names of models, by language (ISO 639-1); nothing is loaded for it
Raises  nothing
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

PACKAGED = {
    "en": "spaCy en_core_web_sm + Latin CRF",
    "ru": "slovnet news",
    "uk": "slovnet on mapped text + Ukrainian CRF",
    "zh": "character CRF + jieba",
    "ko": "syllable CRF",
    "ne": "Devanagari CRF",
    "hi": "Devanagari CRF",
    "ar": "Arabic CRF",
    "de": "Latin CRF",
    "es": "Latin CRF",
    "fr": "Latin CRF",
    "pt": "Latin CRF",
    "tr": "Latin CRF",
}

BETTER = {
    "en": ("en_core_web_trf", "en_core_web_lg", "en_core_web_md"),
    "uk": ("uk_core_news_trf", "uk_core_news_lg", "uk_core_news_md", "uk_core_news_sm"),
    "de": ("de_core_news_lg", "de_core_news_md", "de_core_news_sm"),
    "es": ("es_core_news_lg", "es_core_news_md", "es_core_news_sm"),
    "fr": ("fr_core_news_lg", "fr_core_news_md", "fr_core_news_sm"),
    "pt": ("pt_core_news_lg", "pt_core_news_md", "pt_core_news_sm"),
    "zh": ("zh_core_web_trf", "zh_core_web_lg", "zh_core_web_md"),
    "ko": ("ko_core_news_lg", "ko_core_news_md", "ko_core_news_sm"),
}
"""spaCy's models that a user may install; the first one found is read beside the packaged finder."""

_UNUSED = ["tagger", "parser", "attribute_ruler", "lemmatizer", "senter", "morphologizer"]


@cache
def installed(language: str) -> str | None:
    """Name of a better model that the user installed for a language."""
    return next((name for name in BETTER.get(language, ()) if find_spec(name)), None)


@cache
def load(name: str) -> tuple[Any, str]:
    """A user's model and an empty word; None and what is wrong with it when it cannot be loaded."""
    try:
        return import_module(name).load(exclude=_UNUSED), ""
    except (ImportError, OSError, ValueError, AttributeError) as error:
        return None, f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no word why'}"


def active_models() -> dict[str, str]:
    """Language -> the finder that reads it: the packaged one, with a better model where the user installed one."""
    return {
        language: name + (f" + {better}" if (better := installed(language)) else "")
        for language, name in PACKAGED.items()
    }
