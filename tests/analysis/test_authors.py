"""Authors: people, once, without their roles. Add a row: bylines as a page states them, names."""

import pytest
from lxml.html import document_fromstring

from pipelines.analysis.authors import find_authors, split_names
from pipelines.analysis.metadata import read_metadata

LINES = [
    ("By Anna Sample", ("Anna Sample",)),
    ("Von Anna Muster und Jan Beispiel", ("Anna Muster", "Jan Beispiel")),
    ("Par Anne Exemple et Luc Modèle", ("Anne Exemple", "Luc Modèle")),
    ("Автор: Іван Зразок", ("Іван Зразок",)),
    ("Anna Sample, Jan Example and Li Probe", ("Anna Sample", "Jan Example", "Li Probe")),
    ("ANNA SAMPLE", ("Anna Sample",)),
    ("Anna Sample (Kyiv)", ("Anna Sample",)),
    ("Anna Sample, Senior Correspondent", ("Anna Sample",)),
    ("Dr. Anna Sample", ("Anna Sample",)),
    ("Anna von Muster", ("Anna von Muster",)),
    ("world von Anna Muster", ("Anna Muster",)),
    ("Ana Muestra Modelo Hace", ("Ana Muestra Modelo",)),
    ("김보기 기자", ("김보기",)),
    ("Ana de los Ángeles Muestra", ("Ana de los Ángeles Muestra",)),
    ("Klänge im Nachtschrank", ()),
    ("Reuters", ()),
    ("The Sample Times", ()),
    ("Редакція", ()),
    ("News Desk", ()),
    ("https://example.org/author/anna", ()),
    ("Sample Outlet", ()),
    ("张三", ("张三",)),
    ("新华社", ()),
]
LD = '<script type="application/ld+json">{"@type":"NewsArticle","headline":"h",%s}</script>'
PAGES = [
    (
        LD % '"author":[{"@type":"Person","name":"Anna Sample"}]',
        "",
        ("Anna Sample",),
    ),
    (
        LD % '"author":{"@type":"Organization","name":"Anna Group"}',
        "",
        (),
    ),
    ('<meta name="author" content="Anna Sample">', "", ("Anna Sample",)),
    ("", '<div class="byline">By <a rel="author">Anna Sample</a></div>', ("Anna Sample",)),
    ("", '<a rel="author">annas</a>', ("annas",)),
    ("", "<p><em>Von Anna Muster</em></p>", ("Anna Muster",)),
    ("", '<aside><a rel="author">Jan Other</a></aside>', ()),
]


@pytest.mark.parametrize(("line", "names"), LINES)
def test_split_names(line: str, names: tuple[str, ...]) -> None:
    assert split_names([line], {"sampleoutlet"}) == names


@pytest.mark.parametrize(("head", "body", "names"), PAGES)
def test_find_authors(head: str, body: str, names: tuple[str, ...]) -> None:
    tree = document_fromstring(f"<html><head>{head}</head><body><h1>h</h1>{body}<p>text</p></body></html>")
    assert find_authors(read_metadata(tree, "https://example.org/a"), tree) == names
