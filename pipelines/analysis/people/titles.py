"""Titles and roles that stand before or after a person's mentions.

In      an article's `Evidence`, a person
Out     `Claim`s whose value is a role, with a score
Raises  nothing
"""

from __future__ import annotations

import re

from pipelines.analysis.people.cues import CueHit
from pipelines.analysis.people.evidence import Claim, Evidence
from pipelines.analysis.people.group import Person
from pipelines.analysis.people.role_rules import ACCUSES, CALLED, HEAD_FIRST, KIN_OF_NAMED, OF, RECRUITS, REPORTING
from pipelines.analysis.people.spans import NameSpan

JOINING = frozenset(
    [
        "of",
        "the",
        "for",
        "and",
        "on",
        "de",
        "la",
        "del",
        "du",
        "des",
        "da",
        "do",
        "dos",
        "los",
        "las",
        "et",
        "y",
        "e",
        "з",
        "та",
        "і",
        "и",
        "по",
        "у",
        "в",
        "für",
        "der",
    ]
)
"""Small-letter words that may stand inside a title."""


class Titles(Evidence):
    """Reads the titles of persons."""

    def titles(self, person: Person) -> list[Claim]:
        """Titles and roles that stand before or after the person's mentions."""
        found: list[Claim] = []
        for span in person.spans:
            number = self.text.sentence_at(span.start)
            cues = [c for c in self.by_sentence.get(number, []) if c.kind == "title"]
            if KIN_OF_NAMED.match(self.text.text[span.end : span.end + 40]):
                found.append(Claim("family", 0.9, number))
            found += self._spouse(span, cues, number) or self._before(span, cues, number)
            found += self._after(span, cues, number)
        return found

    def accused_of_recruiting(self, person: Person) -> list[Claim]:
        """ "A court charged Jane Roe with recruiting 22 men": whoever is accused of it is an alleged recruiter."""
        found = []
        for span in person.spans:
            number = self.text.sentence_at(span.start)
            start, end = self.text.sentences[number]
            act = RECRUITS.match(self.text.text[span.end : end])
            if act and not self._between(span.end, span.end + act.end()):
                said = ACCUSES.search(self.text.text[start : span.end + act.end()])
                found += [Claim("recruiter", 0.95, number)] if said else []
        return found

    def _spouse(self, span: NameSpan, cues: list[CueHit], number: int) -> list[Claim]:
        """ "The wife of missing guard Ostap Lis, Olha Lis,": the second name is hers."""
        whole = self.text.text
        joined = whole[max(0, span.start - 2) : span.start] in (", ", "، ")
        first = next((s for s in self.spans if s.end == span.start - 2), None) if joined else None
        owner = next((cue for cue in cues if first and self._kin_of(cue, first)), None)
        return [Claim(owner.value, 0.97, number)] if owner else []

    def _kin_of(self, cue: CueHit, span: NameSpan) -> bool:
        """Whether `span` is not the relative of the cue but whose relative it is."""
        gap = self.text.text[cue.end : span.start]
        named = next((p for p in self.people if any(s is span or s == span for s in p.spans)), None)
        again = cue.value == "lawyer" and named is not None and len(named.spans) > 1 and span != named.spans[0]
        slavic = self.language in {"uk", "ru"} and (bool(gap.strip()) or again)
        return (
            cue.value in {"family", "lawyer"}
            and cue.end <= span.start
            and len(gap) <= 60
            and "," not in gap
            and (slavic or bool(OF.match(gap[:5])))
            and not self._between(cue.end, span.start)
        )

    def _before(self, span: NameSpan, cues: list[CueHit], number: int) -> list[Claim]:
        whole = self.text.text
        chain: list[tuple[CueHit, float]] = []
        followed = whole[span.end : span.end + 2] in (", ", "، ") and any(s.start == span.end + 2 for s in self.spans)
        for cue in cues:
            if followed and self._kin_of(cue, span):
                continue
            gap = CALLED.sub("", whole[cue.end : span.start])
            if (
                cue.end > span.start
                or len(gap) > 90
                or self._between(cue.end, span.start)
                or re.search(r"[;:.]\s|[()（]", gap.rstrip("(（:"))
            ):
                continue
            if self._named_before(cue, gap):
                chain.append((cue, 0.88))
            elif not gap.strip(' ,"“«:') and not OF.search(gap):
                score = 1.0 if cue.value != "family" or not gap.strip() or "," in gap else 0.9
                chain.append((cue, score))
            elif not OF.search(gap) and self._title_words(gap):
                chain.append((cue, 0.85 - 0.003 * len(gap)))
        if not chain:
            return []
        strong = [c for c in chain if c[0].value not in {"fighter", "captive", "recruit"}] or chain
        best = (
            min(strong, key=lambda c: c[0].start)
            if self.language in HEAD_FIRST
            else max(strong, key=lambda c: (c[0].end, c[0].end - c[0].start))
        )
        longer = [c for c in chain if c[0].start <= best[0].start and c[0].end >= best[0].end and c[0] != best[0]]
        best = max([best, *longer], key=lambda c: c[0].end - c[0].start)
        if (
            self.language in {"zh", "ko", "ne", "hi", "tr"}
            and best[1] < 0.9
            and len(whole[best[0].end : span.start]) > 20
        ):
            return []
        return [Claim(best[0].value, best[1], number, best[0])]

    def _named_before(self, cue: CueHit, gap: str) -> bool:
        """`Nepal's ambassador to Germany, Jane Roe,`: a title with its complement, then a comma and the name; `recruited by Russian national Jane Roe`."""  # noqa: E501
        if (
            cue.value == "recruiter"
            and len(gap) <= 34
            and self.text.text[cue.start : cue.end].lower().endswith((" by", " por", " par", " von"))
            and "," not in gap
        ):
            return True
        bare = gap.rstrip()
        if (
            not bare.endswith((",", "，"))
            or "," in bare[:-1]
            or len(bare) < 4
            or cue.value in {"captive", "fighter", "recruit"}
        ):
            return False
        start = self.text.sentences[self.text.sentence_at(cue.start)][0]
        before = self.text.text[start : cue.start]
        return (
            len(before.split()) <= 7
            and "," not in before
            and not any(self._is_say(w, "S" if cue.value == "family" else "SK") for w in bare.split())
        )

    def _title_words(self, gap: str) -> bool:
        """Whether the words between a title and a name belong to the title: capitalised or joining words, or a short genitive."""  # noqa: E501
        if "," in gap:
            return False
        words = gap.split()
        if not words or len(words) > 8:
            return False
        if self.language in {"zh", "ko"}:
            return len(gap) <= 8
        if self.language in {"ar", "ne", "hi"}:
            return len(words) <= 3 and not any(self._is_say(w) for w in words)
        lower = [w for w in words if w[:1].islower() and w.lower() not in JOINING]
        allowed = {"uk": 3, "ru": 3, "es": 2, "fr": 2, "pt": 2}.get(self.language, 0)
        return len(lower) <= allowed and not any(self._is_say(w, "S" if allowed == 3 else "SK") for w in words)

    def _of_next(self, cue: CueHit, span: NameSpan) -> bool:
        """Whether a title after one name stands before another: `Jane Roe, spokesman John Doe said`."""
        whole = self.text.text
        following = next((s for s in self.spans if s.start >= cue.end), None)
        if following is None or following.start - cue.end > 24:
            return False
        gap = whole[cue.end : following.start]
        return "," in whole[span.end : cue.start] and not CALLED.sub("", gap).strip()

    def _after(self, span: NameSpan, cues: list[CueHit], number: int) -> list[Claim]:
        whole = self.text.text
        rest = whole[span.end : span.end + 2]
        genitive = self.language in {"ne", "hi"} and whole[span.start : span.end].endswith(("का", "की", "को", "के"))
        if rest in ("'s", "’s") or genitive:
            return []
        korean = self.language in {"ko", "ne", "hi"}
        opened = re.match(
            r"\s*(?:,|\(|（|，|–|—|-\s|،|是|of\b|from\b|is\b|was\b|ist\b|est\b|es\b|é\b)",
            whole[span.end : span.end + 8],
        )
        best: Claim | None = None
        for cue in cues:
            gap = whole[span.end : cue.start]
            if cue.start < span.end or self._between(span.end, cue.start) or self._of_next(cue, span):
                continue
            if not gap.strip() and (
                korean or "_" in cue.value or len(whole[cue.start : cue.end].split()) > 2 or self.language == "ar"
            ):
                score = 0.95
            elif (
                opened
                and len(gap) <= 60
                and not re.search(r"[;.]\s|[)）](?!\s*,)", gap)
                and not re.search(r",\s+(?:and|y|et|und|та|и)\s", gap)
            ):
                score = 0.9 - 0.006 * len(gap)
                if REPORTING.search(gap):
                    continue
                if any(c.kind == "say" and span.end <= c.start < cue.start for c in self.by_sentence.get(number, [])):
                    continue
                if cue.value == "family" and re.search(
                    r"\b(?:his|her|their|whose|seine?|ihre?|su|sa|son|його|її|его|ее|чия|чья)\s*$", gap
                ):
                    continue
            else:
                continue
            if best is None or score > best.score:
                best = Claim(cue.value, score, number, cue)
        return [best] if best else []
