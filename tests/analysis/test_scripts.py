"""A page is parsed without its long scripts, and no word that readers see goes with them."""

from __future__ import annotations

import pytest

from pipelines.analysis.page import parse, without_scripts

LONG = "var a = 1; " * 300
TEXT = "<p>Two Nepali citizens were captured near Donetsk, officials said on Monday.</p>"
PAGES = [
    # markup before the text, whether a script is left out
    (f"<script>{LONG}</script>", True),
    (f"<script type='text/javascript' async>{LONG}</script>", True),
    (f"<script>{LONG}</script><script>{LONG}</script>", True),
    ("<script>short()</script>", False),
    (f"<script type='application/ld+json'>{LONG}</script>", False),
    (f"<SCRIPT>{LONG}</SCRIPT>", True),
    (f"<script>{LONG}</Script>{TEXT}<script>1</script>", True),
    (f"<script>if (a<b) {{ {LONG} }}</script>", True),
    (f"<SCRIPT type='application/LD+JSON'>{LONG}</SCRIPT>", False),
    (f"<!-- <script> -->{TEXT}<!-- {LONG} --><script>1</script>", False),
    (f"<div data-x='<script>'>{TEXT}<b>{LONG}</b></div><script>1</script>", False),
    (f"<div onclick='write(\"<script src=x><\\/script>\")'>{TEXT}<b>{LONG}</b></div><script>1</script>", False),
    (f'<script data-x="a>b">{LONG}</script>', False),
    (f"<script-box>{TEXT}<b>{LONG}</b></script-box>", False),
    (f"<script src=x />{TEXT}<b>{LONG}</b></script>", False),
    (f"<script>{LONG}", False),
    (f"<script>document.write('<script>x<\\/script>'); {LONG}</script>", False),
]


@pytest.mark.parametrize(("before", "left_out"), PAGES)
def test_what_is_seen_stays(before: str, left_out: bool) -> None:
    page = f"<html><head><title>Captured</title></head><body>{before}{TEXT}</body></html>"
    assert (len(without_scripts(page.encode())) < len(page)) is left_out
    shown = []
    for read in (page, without_scripts(page.encode()).decode()):
        tree = parse(read)
        assert tree is not None
        for script in list(tree.iter("script")):
            script.text = None
        shown.append(tree.text_content())
    assert shown[0] == shown[1]
