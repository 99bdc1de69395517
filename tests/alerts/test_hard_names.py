"""Names written so that a mask may miss them: none of it leaves by mail, webhook, feed or log. All of it is invented."""

from __future__ import annotations

import logging
import re
import unicodedata

import pytest

from tests.alerts.leaks import everything_sent

LOOKS_LIKE = str.maketrans("аеоріснкхуԁ", "aeopichkxyd")
PLACE = "https://post.example/news/"

# language, title, text, address, names the machine found, what may stand nowhere
ARTICLES = [
    ("en", "Captured man speaks", "The captured man is Ivan Smilenko.", "ivan-smilenko-speaks", [], "smilenko"),
    ("en", "Captured: #FreeIvanSmilenko", "Friends of the captured man write #freesmilenko.", "1", [], "smilenko"),
    ("en", "army shows captured smilenko", "smilenko, captured, wants to go home.", "?q=smilenko", [], "smilenko"),
    (
        "en",
        "Smi\u00adlenko captured",
        "The captured Smi\u200blenko and Smi2lenko spoke.",
        "Smi%C2%ADlenko",
        [],
        "lenko",
    ),
    ("en", "Smilеnkо captured", "The captured Smilеnkо wept.", "smil%D0%B5nk%D0%BE", [], "smilenko"),
    ("en", "CAPTURED SMILENKO WEEPS", "His mother OLHA SMILENKO waits.", "a/b/SMILENKO.html", [], "smilenko olha"),
    ("en", "Captured man’s antismilenko song", "The Smilenkoist sang.", "smilenkoist", ["Ivan Smilenko"], "smilenko"),
    (
        "en",
        "Captured I. Smilenko",
        "He said: «Я Іван Сміленко, мене взяли в полон».",
        "i.smilenko",
        [],
        "smilenko сміленко",
    ),
    (
        "uk",
        "Полонений заговорив",
        "Сміленкова дружина чекає; сміленківський голос.",
        "smilenkova",
        ["Іван Сміленко"],
        "сміленк smilenk",
    ),
    (
        "de",
        "Gefangener spricht",
        "Smilenkos Mutter und die Smilenko-Brigade warten.",
        "smilenkos-mutter",
        [],
        "smilenko",
    ),
    ("zh", "被俘士兵说话", "他说：“我叫周安平。”", "zhou-anping", [], "周安平 安平 anping"),
    ("zh", "两名士兵被俘", "被俘的周安平和李晓宁在医院说话。", "zh-0", ["周安平"], "周安平 晓宁 李晓"),
    (
        "zh",
        "被俘的士兵",
        "卢德胜在医院，卢德胜说他想回家，赵鹏程序员出身。",
        "zh-1",
        ["卢德", "赵鹏"],
        "卢德胜 德胜 胜在 胜说 程序",
    ),
    ("ko", "포로가 말했다", "포로 김가람과박서준은 북한군 병사라고 말했다.", "zh-2", ["김가람"], "김가람 박서준"),
    ("ar", "أسر مقاتل", "قال الأسير سامح الغزلاني إنه من مصر.", "sameh-ghazlani", [], "سامح الغزلاني ghazlani"),
    (
        "hi",
        "युद्धबंदी ने कहा",
        "कैदी विवेक सुनुवारी ने कहा कि वह घर जाना चाहता है।",
        "vivek-sunuwari",
        [],
        "विवेक सुनुवारी sunuwari",
    ),
    ("ko", "포로가 말했다", "포로 김가람은 북한군 병사라고 말했다.", "kim-garam", [], "김가람 가람 garam"),
]


ONLY_WHEN_FOUND = {"Captured man’s antismilenko song", "Полонений заговорив"}
"""Words in small letters made of a name: nobody sees one in them who does not know the name."""


def squeezed(text: str) -> str:
    """Letters alone, small, without accents and what nobody sees, look-alikes as what they look like."""
    flat = unicodedata.normalize("NFKD", text).casefold()
    return re.sub(r"[^\w\u0900-\u0dff]|[\d_\u0300-\u036f]", "", flat)


@pytest.mark.parametrize("known", [False, True], ids=["found by nobody", "found by the machine"])
def test_no_spelling_leaves(engine, caplog, known):
    caplog.set_level(logging.DEBUG)
    rows = [{"lang": a[0], "title": a[1], "text": a[2], "url": PLACE + a[3], "persons": ()} for a in ARTICLES]
    names = iter(article[4] for article in ARTICLES)

    def finder(title, body, language):
        return [{"name": name, "role": "captive"} for name in next(names)] if known else ()

    sent = everything_sent(engine, rows, finder)
    for (_, title, *_, hidden), text in zip(ARTICLES, sent, strict=True):
        assert "Foreign fighters" in text, "something was told"
        if known or title not in ONLY_WHEN_FOUND:
            ways = (squeezed(text), squeezed(text).translate(LOOKS_LIKE))
            assert not [name for name in hidden.split() for way in ways if squeezed(name) in way], title
    logged = squeezed(caplog.text)
    assert not [name for *_, hidden in ARTICLES for name in hidden.split() if squeezed(name) in logged]
