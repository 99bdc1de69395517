"""All rules of all watches, run over an article in one pass.

In      `Article` and its outlet's `Context`
Out     `Match`es of every watch whose score reaches a threshold: words found, fields, sentence, score and its parts
Score   rules add up to at most two points above the alert threshold (three with a title) or to the best rule alone, for
        several rules often rest on the same words; a hit in the title counts double; rules of a negative score are
        vetoes and take away, but never push a watch with a strong rule (two above the alert threshold) below it
Gate    `on_topic` asks every rule too kindly and counts no veto: it never refuses what `match` would find in the text
Raises  nothing once compiled
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field, replace

from pipelines.analysis.rules.compiled import CompiledRule, CompiledWatch, compile_all
from pipelines.analysis.rules.evaluate import Hit, Meta, holds
from pipelines.analysis.rules.evidence import Weighing, might, weigh
from pipelines.analysis.rules.gate import TITLE_WEIGHT, Gate
from pipelines.analysis.rules.report import leaves_of, quote_of, reason_of, weighed
from pipelines.analysis.rules.scan import Doc
from pipelines.analysis.rules.syntax import PERSON_FIELDS
from pipelines.records import LANGUAGES, Article, Context, Match, Watch

STRONG_ABOVE_ALERT = 2.0
MOST_ABOVE_ALERT = 2.0
LATE_ABOVE_ALERT = 5.0
LATELY = 3
"""Articles that a book remembers: one is read while another waits for its persons."""


@dataclass(frozen=True, slots=True)
class Fired:
    """A rule that holds, where, and what it adds to the score."""

    rule: CompiledRule
    hits: tuple[Hit, ...]
    points: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one watch says to one article; `level` is `None` below both thresholds."""

    watch: Watch
    fired: tuple[Fired, ...]
    score: float
    level: str | None
    kept: bool = field(default=False)
    weighing: Weighing | None = None


class Asked:
    """One article and what its words say, kept until the next is asked about: a crawl asks twice of each."""

    def __init__(self, book: RuleBook, article: Article, doc: Doc, meta: Meta) -> None:
        self.book, self.article, self.doc, self.meta = book, article, doc, meta
        self.known: dict[int, Verdict] = {}

    def of(self, article: Article, meta: Meta) -> bool:
        """Whether this is what an article reads like, whatever persons were found in it since."""
        mine = self.article
        same = (mine.title, mine.lead, mine.body, mine.language) == (
            article.title,
            article.lead,
            article.body,
            article.language,
        )
        return same and all(self.meta[name] == values for name, values in meta.items() if name not in PERSON_FIELDS)

    def with_persons(self, meta: Meta) -> Asked:
        """The same with its persons; what was said without them stands where no rule asks for them."""
        free = [watch for watch in self.book.watches if not watch.asks_persons]
        kept = len(free) == len(self.book.watches)
        found = Asked(self.book, self.article, self.doc if kept else Doc(self.doc.zones, self.doc.hits), meta)
        found.known = {id(watch): self.known[id(watch)] for watch in free if id(watch) in self.known}
        return found

    def verdict(self, watch: CompiledWatch) -> Verdict:
        """What one watch says."""
        found = self.known.get(id(watch))
        if found is None:
            found = self.known[id(watch)] = self.book.judge(watch, self.doc, self.meta, self.article.language)
        return found


class RuleBook:
    """Compiled watches. Costly to make, cheap to ask; keeps what it found in the articles asked about last."""

    lately: tuple[Asked, ...] = ()

    def __init__(self, watches: Sequence[Watch]) -> None:
        self.watches, self.scanner = compile_all(watches)
        self.gate = Gate(self.watches)

    def told_by(self, watches: Sequence[Watch]) -> RuleBook:
        """Return this book for watches of the same rules, in the same order, whose other properties may differ."""
        book = copy(self)
        book.lately = ()
        book.watches = tuple(replace(own, watch=watch) for own, watch in zip(self.watches, watches, strict=True))
        return book

    def on_topic(self, text: str, language: str | None = None) -> bool:
        """Say whether any watch might match an article of this text; `True` whenever a rule needs no word at all."""
        if self.gate.always:
            return True
        doc = self.scanner.read([("body", text)])
        return self.gate.opens(doc.hits.keys()) or any(self._weighs(watch, doc, language) for watch in self.watches)

    def _weighs(self, watch: CompiledWatch, doc: Doc, language: str | None) -> bool:
        least = min(watch.watch.possible_threshold, watch.watch.alert_threshold)
        return watch.evidence is not None and might(watch.evidence, doc, language, least)

    def may_match(self, article: Article, context: Context | None = None) -> bool:
        """Say whether `match` could find anything once the persons of this closely read article are known, too."""
        asked = self._asked(article, context)
        return any(watch.asks_persons or asked.verdict(watch).level is not None for watch in self.watches)

    def match(self, article: Article, context: Context | None = None) -> tuple[Match, ...]:
        """Return the matches of every watch that the article reaches, best rule of each watch first."""
        asked = self._asked(article, context)
        verdicts = (asked.verdict(watch) for watch in self.watches)
        return tuple(match for verdict in verdicts if verdict.level for match in _matches(verdict, asked.doc))

    def _asked(self, article: Article, context: Context | None) -> Asked:
        """What was found before, where the same article is asked about again once its persons are known."""
        meta = properties(article, context or Context())
        before = next((one for one in self.lately if one.of(article, meta)), None)
        if before is not None:
            return before.with_persons(meta)
        made = Asked(self, article, self.read(article), meta)
        self.lately = (made, *self.lately[: LATELY - 1])
        return made

    def read(self, article: Article) -> Doc:
        """Scan the texts of an article."""
        texts = (("title", article.title), ("lead", article.lead), ("body", article.body))
        return self.scanner.read([(name, text) for name, text in texts if text])

    def judge(self, watch: CompiledWatch, doc: Doc, meta: Meta, language: str | None) -> Verdict:
        """Return what one watch says."""
        base = (language or "").split("-")[0].lower() or None
        asked = base if base in LANGUAGES or base in watch.languages else None
        fired = tuple(self._fired(watch, doc, meta, asked))
        limits = watch.watch
        titled = any(one.points > one.rule.text.score for one in fired)
        most = limits.alert_threshold + MOST_ABOVE_ALERT + (1 if titled else 0)
        score = _score([one.points for one in fired], most)
        strong = any(one.rule.text.score >= limits.alert_threshold + STRONG_ABOVE_ALERT for one in fired)
        kept = strong and score < limits.alert_threshold
        score = limits.alert_threshold if kept else score
        reached = "possible" if score >= limits.possible_threshold else None
        reached = "alert" if score >= limits.alert_threshold else reached
        verdict = Verdict(limits, fired, score, reached if any(one.points > 0 for one in fired) else None, kept)
        return _with_evidence(verdict, weigh(watch.evidence, doc, asked)) if watch.evidence else verdict

    def _fired(self, watch: CompiledWatch, doc: Doc, meta: Meta, language: str | None) -> Iterator[Fired]:
        found = doc.hits.keys()
        for rule in watch.speaking(language):
            if rule.anchors is not None and rule.anchors.isdisjoint(found):
                continue
            hits = holds(rule.node, doc, meta)
            if hits is not None:
                yield Fired(rule, hits, rule.text.score * (TITLE_WEIGHT if _in_title(rule, hits, doc) else 1.0))


def _with_evidence(verdict: Verdict, weighing: Weighing | None) -> Verdict:
    """Return the verdict of rules and evidence together: the higher of both."""
    level = _level(weighing, verdict.watch)
    if weighing is None or (level is None and verdict.level is not None):
        return verdict
    score = max(verdict.score, weighing.score) if verdict.fired else weighing.score
    best = "alert" if "alert" in (level, verdict.level) else level or verdict.level
    return replace(verdict, score=score, level=best, weighing=weighing)


def _level(weighing: Weighing | None, limits: Watch) -> str | None:
    """Late in a text, or in a language without lists, words of many kinds meet by chance: only much evidence alerts."""
    if weighing is None or weighing.score < limits.possible_threshold:
        return None
    much = weighing.opening or weighing.score >= limits.alert_threshold + LATE_ABOVE_ALERT
    return "alert" if much and weighing.known and weighing.score >= limits.alert_threshold else "possible"


def _score(points: Sequence[float], most: float) -> float:
    """Return what rules are worth together: what speaks for a match up to `most` or its best rule, less the vetoes."""
    gains = [one for one in points if one > 0]
    return min(sum(gains), max([most, *gains])) + sum(one for one in points if one < 0)


def _in_title(rule: CompiledRule, hits: tuple[Hit, ...], doc: Doc) -> bool:
    """Say whether one of the words that the rule cannot do without (not only its surroundings) stands in the title."""
    needed = rule.anchors or frozenset()
    title = next((zone for zone in doc.zones if zone.name == "title"), None)
    if title is None:
        return False
    end = title.base + len(title.tokens)
    in_title = (hit for hit in hits if title.base <= hit.start < end)
    return any(term.number in needed for hit in in_title for term, _ in hit.leaves)


def properties(article: Article, context: Context) -> Meta:
    """Return what the fields that are no text hold."""
    codes = [figure.nationality for figure in article.figures] + [count.nationality for count in article.counts]
    names = [name for figure in article.figures for name in (figure.name, *figure.aliases)]
    given = {
        "section": (article.section,),
        "outlet": (article.outlet_id,),
        "tag": (*article.tags, *context.tags),
        "country": (context.country,),
        "ownership": (context.ownership,),
        "lang": (article.language,),
        "nationality": tuple(codes),
        "figure": tuple(names),
    }
    return {name: tuple(value for value in values if value) for name, values in given.items()}


def _matches(verdict: Verdict, doc: Doc) -> Iterator[Match]:
    level = _level(verdict.weighing, verdict.watch)
    if verdict.weighing is not None and verdict.watch.evidence is not None and level is not None:
        reason, spans, quote = weighed(verdict.weighing, doc)
        yield Match(
            watch=verdict.watch.id,
            rule="evidence",
            score=round(verdict.weighing.score, 2),
            level="alert" if level == "alert" else "possible",
            reason=reason,
            spans=spans,
            quote=quote,
            topic=verdict.watch.evidence.topic,
            parts=verdict.weighing.parts,
            watch_version=verdict.watch.version,
        )
    parts = tuple((one.rule.text.id, one.points) for one in verdict.fired)
    rest = verdict.score - sum(points for _, points in parts)
    if rest:
        parts += (("strong" if verdict.kept else "ceiling", rest),)
    positive = sorted((one for one in verdict.fired if one.points > 0), key=lambda one: -one.points)
    for one in positive:
        leaves = leaves_of(one.hits, doc)
        yield Match(
            watch=verdict.watch.id,
            rule=one.rule.text.id,
            score=round(verdict.score, 2),
            level="alert" if verdict.level == "alert" else "possible",
            reason=reason_of(one.rule.text, leaves, verdict.score, parts, one.rule.anchors),
            spans=tuple(span for span, _ in leaves),
            quote=quote_of(leaves, doc, one.rule.anchors),
            topic=one.rule.text.topic,
            parts=parts,
            watch_version=verdict.watch.version,
        )
