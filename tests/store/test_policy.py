"""What may be kept of an outlet's text, and that spans still point at their words."""

from __future__ import annotations

from datetime import UTC, datetime

from pipelines.analysis.tokens import sentences
from pipelines.records import Article, Figure, FigureMention, Keep, Match, ReportedCount, Span
from pipelines.store.policy import MAX_SENTENCE, under_policy

BODY = (
    "The council met on Monday. Two fighters were captured near the river, among them Zhou Anping. "
    "Bread became dearer.\n\n" + "Long ago, " * 60 + "captured men spoke, " + "and so on " * 60 + "to the end."
)


def span(word: str, after: int = 0, field: str = "body") -> Span:
    text = BODY if field == "body" else "Two captured"
    start = text.index(word, after)
    return Span(start, start + len(word), field, word)


def make() -> Article:
    name, bread = span("Zhou Anping"), span("Bread")
    return Article(
        outlet_id="daily", url="https://news.example/a", fetched_at=datetime(2026, 3, 4, tzinfo=UTC), title="Two captured",
        lead="A lead without anything.", body=BODY, language="en", content_hash="h",
        figures=(
            Figure("Zhou Anping", mentions=(FigureMention(name.start, name.end, "Zhou Anping"),)),
            Figure("Nobody Kept", mentions=(FigureMention(bread.start, bread.end, "Bread"),)),
        ),
        counts=(ReportedCount(span("Two").start, span("Two").end, 2, 2, "Two fighters"),),
        matches=(
            Match("w", "r", 4.0, quote="x" * 900, spans=(
                span("captured", field="title"), span("captured"), span("captured", span("captured").end),
            )),
        ),
    )  # fmt: skip


def test_full_is_untouched() -> None:
    assert under_policy(make(), Keep.FULL, sentences) == make()


def test_an_excerpt_holds_the_matching_sentences_and_its_spans_point_at_them() -> None:
    kept = under_policy(make(), Keep.EXCERPT, sentences)
    parts = kept.body.split("\n\n")
    assert parts[0] == "Two fighters were captured near the river, among them Zhou Anping."
    assert [len(part) <= MAX_SENTENCE for part in parts] == [True, True]
    assert "council" not in kept.body
    assert "Bread" not in kept.body
    assert (kept.lead, kept.content_hash, kept.title) == (None, "h", "Two captured")
    texts = {"title": kept.title or "", "body": kept.body}
    spans = kept.matches[0].spans
    assert [texts[one.field][one.start : one.end] for one in spans] == ["captured"] * 3
    assert [one.name for one in kept.figures] == ["Zhou Anping"]
    mention = kept.figures[0].mentions[0]
    assert kept.body[mention.start : mention.end] == "Zhou Anping"
    assert [kept.body[one.start : one.end] for one in kept.counts] == ["Two"]
    assert len(kept.matches[0].quote or "") <= MAX_SENTENCE


def test_a_link_is_title_and_address_alone() -> None:
    kept = under_policy(make(), Keep.LINK_ONLY, sentences)
    assert (kept.body, kept.lead, kept.figures, kept.counts) == ("", None, (), ())
    assert [one.field for one in kept.matches[0].spans] == ["title"]
    assert kept.matches[0].quote is None
    assert kept.content_hash == "h"
