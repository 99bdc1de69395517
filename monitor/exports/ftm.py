"""FollowTheMoney entities, a JSON object a line, for Aleph and other tools that read them.

In      pieces of masked rows of articles, persons or counts
Out     `Article`; of persons, `Mention` while nobody looked, `Person` and `Documentation` once somebody confirmed or
        joined them; of counts, `Note` on the article
Limits  no topics are set: who is spoken of here may be a victim, and nobody is called a criminal by a machine
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from monitor.exports.writers import Pieces, plain_cell

DATASETS = ("articles", "persons", "counts")
_LANGUAGES = {
    "en": "eng", "uk": "ukr", "ru": "rus", "zh": "zho", "ar": "ara", "ko": "kor", "es": "spa", "fr": "fra",
    "pt": "por", "de": "deu", "tr": "tur", "hi": "hin", "ne": "nep", "fa": "fas", "he": "heb", "pl": "pol",
    "cs": "ces", "sk": "slk", "ro": "ron", "it": "ita", "sw": "swa", "am": "amh", "so": "som", "ha": "hau",
    "bn": "ben", "ur": "urd", "uz": "uzb", "kk": "kaz", "ky": "kir", "tg": "tgk", "tk": "tuk", "si": "sin",
    "ta": "tam", "vi": "vie", "ja": "jpn", "ka": "kat", "hy": "hye", "az": "aze", "be": "bel", "bg": "bul",
    "sr": "srp", "hr": "hrv", "hu": "hun", "lv": "lav", "lt": "lit", "et": "est", "fi": "fin", "el": "ell",
    "nl": "nld", "sv": "swe", "da": "dan", "no": "nor", "id": "ind", "ms": "msa", "th": "tha", "my": "mya",
    "km": "khm", "mn": "mon", "pa": "pan", "ps": "pus", "ku": "kur",
}  # fmt: skip
"""The three letters of ISO 639-3 that FollowTheMoney wants, by the two of 639-1."""

Entity = dict[str, Any]


def as_ftm(dataset: str, pieces: Pieces, installation: str) -> Iterator[bytes]:
    """Entities, each once. `installation` sets the numbers of two installations apart."""
    make: Callable[[Mapping[str, Any], str], Iterator[Entity]] = {
        "articles": _article, "persons": _person, "counts": _count,
    }[dataset]  # fmt: skip
    last: Entity | None = None
    yield b""
    for piece in pieces:
        lines = []
        for row in piece:
            for entity in make(row, installation):
                if entity != last:
                    lines.append(json.dumps(entity, ensure_ascii=False) + "\n")
                last = entity if entity["schema"] == "Article" else last
        yield "".join(lines).encode("utf-8", "replace")


def _entity(schema: str, number: str, installation: str, values: Mapping[str, Any]) -> Entity:
    properties = {key: _texts(value) for key, value in values.items()}
    kept = {key: value for key, value in properties.items() if value}
    return {"id": f"{installation}-{number}", "schema": schema, "properties": kept}


def _texts(value: Any) -> list[str]:
    every: Iterable[Any] = value if isinstance(value, (list, tuple)) else [value]
    return [str(plain_cell(one)) for one in every if one not in (None, "")]


def _country(code: str | None) -> str | None:
    return code.lower() if code else None


def _article(row: Mapping[str, Any], installation: str) -> Iterator[Entity]:
    number = row.get("article") or row["id"]
    yield _entity(
        "Article",
        f"article-{number}",
        installation,
        {
            "title": row.get("title"),
            "author": row.get("authors"),
            "publisher": row.get("outlet_name"),
            "sourceUrl": row.get("url"),
            "publishedAt": row.get("published_on") or row.get("published"),
            "retrievedAt": row.get("fetched"),
            "language": _LANGUAGES.get(row.get("language") or ""),
            "country": _country(row.get("country")),
        },
    )


def _person(row: Mapping[str, Any], installation: str) -> Iterator[Entity]:
    document = f"{installation}-article-{row['article']}"
    yield {"id": document, "schema": "Article", "properties": {"publisher": _texts(row["outlet_name"])}}
    seen = row["review"] in ("confirmed", "corrected")
    if row["person"] is None and not seen:
        yield _entity(
            "Mention",
            f"mention-{row['id']}",
            installation,
            {
                "document": document,
                "name": row["name"],
                "detectedSchema": "Person",
                "contextCountry": _country(row["nationality"]),
            },
        )
        return
    number = f"figure-{row['id']}" if row["person"] is None else f"person-{row['person']}"
    nation = _country(row["nationality"])
    yield _entity("Person", number, installation, {"name": row["name"], "nationality": nation})
    yield _entity(
        "Documentation",
        f"documentation-{row['id']}",
        installation,
        {
            "document": document,
            "entity": f"{installation}-{number}",
            "role": row["role"],
            "status": row["status"],
            "date": row["published_on"],
            "summary": row["quote"],
            "publisher": row["outlet_name"],
            "description": f"{row['review']}; a claim of the source",
        },
    )


def _count(row: Mapping[str, Any], installation: str) -> Iterator[Entity]:
    names = ("bound", "low", "high", "of", "kind", "nationality", "status", "as_of", "period")
    words = ", ".join(f"{name.replace('_', ' ')} {row[name]}" for name in names if row[name] not in (None, ""))
    denied = "denied: " if row["negated"] else ""
    yield _entity(
        "Note",
        f"count-{row['id']}",
        installation,
        {
            "entity": f"{installation}-article-{row['article']}",
            "description": f"{denied}{words}; {row['review']}; a claim of the source",
            "summary": row["quote"],
            "country": _country(row["nationality"]),
            "publisher": row["outlets"],
        },
    )
