"""Bytes become the right words whatever the header says. Add a row: language, text, charsets it is written in."""

import pytest

from pipelines.analysis.decode import MAX_BYTES, decode

TEXTS = [
    ("ru", "Министр заявил, что пленные вернулись домой после обмена. Ёлки и съезд.", ("cp1251", "koi8-r", "cp866")),
    ("uk", "Речник заявив, що полонені повернулися додому після обміну.", ("cp1251", "koi8-u")),
    ("zh-Hans", "外交部发言人表示，中方正在核实有关情况，我们已经要求公民远离冲突地区。", ("gb18030", "gb2312")),
    ("zh-Hant", "外交部發言人表示，中方正在核實有關情況，我們已經要求公民遠離衝突地區。", ("big5",)),
    ("ko", "정보당국은 포로 두 명을 생포했다고 밝혔다.", ("euc-kr",)),
    ("ja", "当局は、外国の兵士二人を捕虜にしたと発表した。", ("shift_jis", "euc_jp")),
    ("ar", "أعلنت السلطات أنها أسرت اثنين من المقاتلين الأجانب", ("cp1256",)),
    ("de", "Die Behörden hätten zwei ausländische Kämpfer gefangen genommen.", ("cp1252",)),
    ("el", "Οι αρχές συνέλαβαν δύο ξένους μαχητές", ("cp1253",)),
]
HEADERS = (None, "iso-8859-1", "utf-8", "windows-1251", "gb18030", "euc-kr", "no-such-charset")
CASES = [
    (text, charset, header) for _, text, charsets in TEXTS for charset in (*charsets, "utf-8") for header in HEADERS
]


@pytest.mark.parametrize(("text", "charset", "header"), CASES)
def test_a_wrong_header_does_not_matter(text: str, charset: str, header: str | None) -> None:
    page = f"<html><body><p>News of the day</p><p>{text}</p></body></html>".encode(charset)
    assert text in decode(page, header)


def test_the_markup_is_believed_before_a_guess() -> None:
    page = '<meta charset="windows-1254"><p>Yabancı savaşçı esir alındı, görüşme sürüyor.</p>'.encode("cp1254")
    assert "savaşçı" in decode(page, None)


@pytest.mark.parametrize("name", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_decides(name: str) -> None:
    assert decode("<p>Полон</p>".encode(name), "windows-1252") == "<p>Полон</p>"


@pytest.mark.parametrize(
    "junk", [b"", b"\0\0\0", b"\xff\xfe", b"\xff" * 500, bytes(range(256)) * 8, b"\x80abc", b"<p>\xd0"]
)
def test_any_bytes_give_text(junk: bytes) -> None:
    assert "\0" not in decode(junk, "utf-16")


def test_length_is_bounded() -> None:
    assert len(decode(b"a" * (MAX_BYTES + 10), None)) == MAX_BYTES
