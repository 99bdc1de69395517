"""Titles: once, and without the site. Add a row: what, markup of head, markup of body, title."""

import pytest
from lxml.html import document_fromstring

from pipelines.analysis.metadata import read_metadata
from pipelines.analysis.titles import choose_title

H = "Two captured fighters returned home"
CASES = [
    ("site suffix", f"<title>{H} - Sample Herald</title>", "", H),
    ("site suffix by name", f'<title>{H} | The Paper</title><meta property="og:site_name" content="The Paper">', "", H),
    ("site prefix", f'<title>The Paper » {H}</title><meta property="og:site_name" content="The Paper">', "", H),
    ("dash in title stays", f"<title>{H} – again</title>", "", f"{H} – again"),
    ("og and h1", f'<title>x</title><meta property="og:title" content="{H}">', f"<h1>{H}</h1>", H),
    ("kicker in h1", f'<meta property="og:title" content="{H}">', f"<h1><span>War</span> {H}</h1>", H),
    ("site in h1", f'<meta property="og:title" content="{H}">', f"<h1>Sample Herald</h1><h2>{H}</h2>", H),
    ("quoted start stays", f'<meta property="og:title" content="{H}">', f"<h1>Pure joy: {H}</h1>", f"Pure joy: {H}"),
    ("date in h1", f'<meta property="og:title" content="{H}">', f"<h1>{H} 02.02.2022 News desk</h1>", H),
    ("blog archive", f"<title>Sample » Blog Archive » {H}</title>", "", H),
    ("only h1", "", f"<h1>{H}</h1>", H),
    (
        "entities twice",
        '<meta property="og:title" content="Cats &amp;amp; dogs return home">',
        "",
        "Cats & dogs return home",
    ),
    ("nothing", "", "<p>text</p>", None),
    ("error page", "<title>404</title>", "", None),
]


@pytest.mark.parametrize(("what", "head", "body", "title"), CASES, ids=[case[0] for case in CASES])
def test_choose_title(what: str, head: str, body: str, title: str | None) -> None:
    tree = document_fromstring(f"<html><head>{head}</head><body>{body}<p>x</p></body></html>")
    meta = read_metadata(tree, "https://www.sample-herald.example.com/a")
    assert choose_title(meta, tree, "www.sampleherald.com") == title
