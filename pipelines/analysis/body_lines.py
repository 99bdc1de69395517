"""Take out of an article's paragraphs what is not its text.

In      paragraphs in order, the article's title
Out     those that are the article's own words, in order
Raises  nothing
"""

from __future__ import annotations

from pipelines.analysis.titles import squeeze


def clean_lines(lines: list[str], title: str | None = None) -> list[str]:
    """The paragraphs without empty ones, repeated ones and the title."""
    bare_title = squeeze(title) if title else None
    kept: list[str] = []
    seen: set[str] = set()
    for line in lines:
        text = line.strip()
        bare = squeeze(text)
        if not bare or bare == bare_title or (len(bare) > 40 and bare in seen):
            continue
        seen.add(bare)
        kept.append(text)
    return kept
