"""Cite an article, or a reading of one: who published what when, and which bytes prove it.

In      an open session, a target (`article:5` or `5`, `match:3`, `figure:12`, `count:7`), a `Policy`, the instant
Out     a `Citation`; as text, as CSL-JSON for reference managers, as RIS
Masked  names of protected persons, authors with them, unless the policy shows names; a citation says that it is masked
Raises  ReviewError for a target that is not there
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.exports.boundary import Beside, Boundary, everyday, names_beside, texts_of
from monitor.labels import MACHINE, label
from monitor.protection import Policy
from monitor.query import published_text
from monitor.review.target import ReviewError, Target, parse, row_of
from pipelines.store.schema import ArticleRow, EvidenceRow, MatchRow, OutletRow, RevisionRow, StoryRow

FORMS = ("text", "csl-json", "ris")


@dataclass(frozen=True, slots=True)
class Citation:
    """Everything a reader needs to find and to check a report. None = not known.

    published   as the outlet says, with its zone, or the bare day · accessed: when our copy was fetched, UTC
    sha256      of the bytes as received · archive: the WARC file, offset and length that hold them
    front       whether `url` is the outlet's front page, since the article's own address may name somebody
    label       `machine reading`, or who reviewed what is cited, and when; None where only the article is cited
    """

    target: str
    article: int
    quote: str | None
    outlet: str
    title: str | None
    authors: tuple[str, ...]
    published: str | None
    accessed: datetime
    url: str | None
    language: str | None
    revision: int
    sha256: str | None
    archive: str | None
    content_hash: str
    label: str | None
    masked: bool
    front: bool = False
    gone: datetime | None = None

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        return {**plain, "authors": list(self.authors), "accessed": _utc(self.accessed),
                "gone": _utc(self.gone) if self.gone else None}  # fmt: skip


def citation(session: Session, target: str | int, policy: Policy) -> Citation:
    """The citation of an article, match, person or count. Raises ReviewError."""
    asked = parse(str(target)) if ":" in str(target) else parse(f"article:{target}")
    row = row_of(session, asked)
    if isinstance(row, StoryRow):
        raise ReviewError("a story has no words of its own; cite one of its articles")
    article = row if isinstance(row, ArticleRow) else session.get_one(ArticleRow, row.article_id)
    revision = article.revision if row is article else row.revision
    return _made(session, asked, article, None if row is article else row, revision, Boundary(policy))


def _made(
    session: Session, asked: Target, article: ArticleRow, reading: Any, number: int, boundary: Boundary
) -> Citation:
    revision = session.scalar(
        select(RevisionRow).where(RevisionRow.article_id == article.id, RevisionRow.number == number)
    )
    kept = revision or article
    evidence = session.get(EvidenceRow, kept.evidence_id) if kept.evidence_id else None
    outlet = session.get(OutletRow, article.outlet_id)
    names = names_beside(session, [article.id]).get(article.id, ())
    beside = Beside(names, everyday(texts_of(session, [article.id]).values()))
    quote = _quote(session, article, reading, number)
    shown = {"title": kept.title, "quote": quote}
    texts = {key: boundary.value(value, "text", beside) for key, value in shown.items()}
    own = boundary.value(article.canonical_url, "url", beside)
    url = own or (outlet.homepage if outlet else None) or None
    authors = tuple(str(one) for one in article.authors) if boundary.policy.names_cleared else ()
    masked = any(texts[key] != shown[key] for key in shown) or url != article.canonical_url
    return Citation(
        target=str(asked),
        article=article.id,
        quote=texts["quote"],
        outlet=outlet.name if outlet else article.outlet_id,
        title=texts["title"],
        authors=authors,
        published=published_text(article),
        accessed=kept.fetched_at,
        url=url,
        language=article.language,
        revision=number,
        sha256=evidence.sha256 if evidence else None,
        archive=f"{evidence.warc}, offset {evidence.offset}, length {evidence.length}" if evidence else None,
        content_hash=kept.content_hash,
        label=label(reading.reviewed) if reading is not None else None,
        masked=masked or bool(article.authors and not authors),
        front=own is None and url is not None,
        gone=article.gone_at,
    )


def _quote(session: Session, article: ArticleRow, reading: Any, revision: int) -> str | None:
    """The sentence of the reading; of an article, that of its strongest match, else how its text begins."""
    if reading is not None:
        found = getattr(reading, "quote", None) or getattr(reading, "text", None)
        return str(found) if found else None
    best = session.scalar(
        select(MatchRow.quote)
        .where(MatchRow.article_id == article.id, MatchRow.revision == revision, MatchRow.quote.is_not(None))
        .order_by(MatchRow.score.desc(), MatchRow.id)
        .limit(1)
    )
    start = article.lead or article.body.partition("\n")[0]
    return best or (start[:300] or None)


def as_text(made: Citation) -> str:
    """The citation in words, a line for each thing to check."""
    head = [
        "; ".join(made.authors),
        f"“{made.title}”" if made.title else "(no title)",
        made.outlet,
        made.published or "no date of publication",
    ]
    lines = [", ".join(part for part in head if part) + "."]
    lines += [f"“{made.quote}”"] if made.quote else []
    page = f"front page of the outlet: {made.url}" if made.front else made.url or "address withheld"
    lines += [f"{page} (accessed {_utc(made.accessed)}, revision {made.revision})"]
    lines += [f"The page is gone since {_utc(made.gone)}."] if made.gone else []
    lines += [f"SHA-256 of the bytes received: {made.sha256}", f"Archived: {made.archive}"] if made.sha256 else []
    lines += [_unkept(made)] if not made.sha256 else []
    lines += [f"Reading: {made.label}"] if made.label else []
    lines += ["Names of protected persons are masked; the article is not."] if made.masked else []
    return "\n".join(lines)


def _unkept(made: Citation) -> str:
    if not made.content_hash:
        return "The page itself was not read: the outlet's list of links named it."
    return f"The bytes were not kept; hash of title and text: {made.content_hash}"


def as_csl(made: Citation) -> dict[str, Any]:
    """One item of CSL-JSON."""
    item: dict[str, Any] = {
        "id": f"monitor-{made.target.replace(':', '-')}",
        "type": "article-newspaper",
        "title": made.title or "(no title)",
        "container-title": made.outlet,
        "accessed": {"date-parts": [_parts(made.accessed.astimezone(UTC).date())]},
        "note": _note(made),
    }
    if made.authors:
        item["author"] = [{"literal": name} for name in made.authors]
    if made.published:
        item["issued"] = {"date-parts": [_parts(date.fromisoformat(made.published[:10]))]}
    if made.archive and made.sha256:
        item |= {"archive": "WARC", "archive_location": f"{made.archive}; sha256:{made.sha256}"}
    more = {"URL": made.url, "language": made.language, "abstract": made.quote}
    return {**item, **{key: value for key, value in more.items() if value}}


def as_ris(made: Citation) -> str:
    """One record of RIS, lines ended by CR LF."""
    published = date.fromisoformat(made.published[:10]) if made.published else None
    fields: list[tuple[str, str | None]] = [
        ("TY", "NEWS"),
        *(("AU", name) for name in made.authors),
        ("TI", made.title or "(no title)"),
        ("T2", made.outlet),
        ("PY", str(published.year) if published else None),
        ("DA", f"{published:%Y/%m/%d}/" if published else None),
        ("AB", made.quote),
        ("UR", made.url),
        ("Y2", f"{made.accessed.astimezone(UTC):%Y/%m/%d}/"),
        ("LA", made.language),
        ("AN", f"sha256:{made.sha256}" if made.sha256 else None),
        ("AV", made.archive),
        ("N1", _note(made)),
    ]
    lines = [f"{tag}  - {' '.join(value.split())}" for tag, value in fields if value]
    return "\r\n".join([*lines, "ER  - "]) + "\r\n"


def _note(made: Citation) -> str:
    parts = [
        f"accessed {_utc(made.accessed)}",
        f"revision {made.revision}",
        f"sha256 {made.sha256}" if made.sha256 else _unkept(made),
        f"archived in {made.archive}" if made.archive else "",
        f"reading: {made.label}" if made.label and made.label != MACHINE else made.label or "",
        "the address is the outlet's front page" if made.front else "",
        "names of protected persons are masked" if made.masked else "",
    ]
    return "; ".join(part for part in parts if part)


def _parts(day: date) -> list[int]:
    return [day.year, day.month, day.day]


def _utc(when: datetime) -> str:
    return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


__all__ = ["FORMS", "Citation", "as_csl", "as_ris", "as_text", "citation"]
