"""Watch files: the packaged ones keep their promises, and every mistake is named with file, key and nearest word."""

from __future__ import annotations

import json
import tomllib
from functools import cache
from pathlib import Path

import pytest

from monitor.watches import PACKAGED, Example, WatchError, load_examples, load_watches
from pipelines.analysis.rules import RuleBook, compile_watches
from pipelines.records import LANGUAGES
from tests.rules.conftest import article

PACKS = ("foreign-fighters", "mistreatment", "prisoner-exchange", "prisoners-of-war", "recruitment-abroad")
FILES = sorted(path for path in PACKAGED.glob("*.toml") if not path.name.startswith("lists-"))
EXAMPLES = [example for path in FILES for example in load_examples(path)]
GOOD = 'id = "mine"\nname = "Mine"\nlanguages = ["en"]\n[[rules]]\nid = "a"\nquery = "$merc AND title:war"\n'
BAD = [
    ("id = ", "is not TOML"),
    (GOOD.replace("name =", "nmae ="), "nmae: is no key; the nearest is name"),
    (GOOD.replace('id = "mine"\n', ""), "id: is missing"),
    (GOOD.replace("mine", "My Watch"), "may have small letters"),
    (GOOD.replace("$merc", "$mrec"), "$mrec is no list; the nearest is $merc"),
    (GOOD.replace("title:", "titel:"), "titel: is no field; the nearest is title"),
    (GOOD.replace('"$merc AND', '"$merc AND )'), "should stand here"),
    (GOOD.replace("[[rules]]", 'rate = "hurly"\n[[rules]]'), "the nearest is hourly"),
    (GOOD + '[[recipients]]\naddress = "nobody"\n', "recipients[0].address: 'nobody' is no mail address"),
    (GOOD + '[[rules]]\nid = "a"\nquery = "x1"\n', "two rules have the id a.en"),
    (GOOD + "score = 0\n", "score of 0"),
    (GOOD + 'score = "high"\n', "not of the right kind"),
    (GOOD.replace('["en"]', '["english"]'), "is no language code"),
    (GOOD + '[lists]\nempty = ""\n', "lists.empty: is empty"),
]


@cache
def book_of(watch: str) -> RuleBook:
    """One packaged watch, compiled."""
    return compile_watches([load_watches()[watch]])


def test_the_packs_are_there_without_recipients() -> None:
    watches = load_watches(check_all=True)  # what every start leaves out
    assert set(PACKS) <= set(watches)
    assert not any(watch.recipients for watch in watches.values())
    for name in PACKS:
        assert {language for rule in watches[name].rules for language in rule.languages} >= set(LANGUAGES)


@pytest.mark.parametrize("pack", PACKS)
def test_every_language_has_sentences_that_must_and_must_not_match(pack: str) -> None:
    mine = [example for example in EXAMPLES if example.watch == pack]
    for language in LANGUAGES:
        assert {example.match for example in mine if example.language == language} == {True, False}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.watch}-{example.language}-{example.match}")
def test_example(example: Example) -> None:
    found = book_of(example.watch).match(article(example.text, language=example.language))
    assert bool(found) is example.match, [match.reason for match in found]
    assert book_of(example.watch).on_topic(example.text) or not example.match


@pytest.mark.parametrize(("text", "said"), BAD, ids=[said[:30] for _, said in BAD])
def test_a_bad_file_is_named_with_place_and_mend(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "watchlists").mkdir()
    path = tmp_path / "watchlists" / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WatchError) as caught:
        load_watches(tmp_path)
    assert str(path) in caught.value.faults[0]
    assert said in str(caught.value)
    assert "foreign-fighters" in caught.value.watches  # the others go on


def test_a_workspace_adds_and_overrides(tmp_path: Path) -> None:
    (tmp_path / "watchlists").mkdir()
    (tmp_path / "watchlists" / "mine.toml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "watchlists" / "lists-en.toml").write_text(
        'language = "en"\nstatus = "checked"\n[lists]\nmerc = "hired gun*"\n', encoding="utf-8"
    )
    other = GOOD.replace("mine", "mistreatment").replace("$merc", "$nat")
    (tmp_path / "watchlists" / "zz.toml").write_text(other, encoding="utf-8")
    watches = load_watches(tmp_path)
    assert dict(watches["mine"].lists)["merc_en"] == ("hired gun*",)
    assert [rule.id for rule in watches["mistreatment"].rules] == ["a.en"]


def test_drafts_say_so() -> None:
    watch = load_watches()["foreign-fighters"]
    assert "ko" in watch.draft_languages
    assert "en" not in watch.draft_languages


def test_the_schema_knows_every_key_that_files_use() -> None:
    schema = json.loads((PACKAGED / "schema.json").read_text(encoding="utf-8"))
    for path in FILES:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        assert set(table) <= set(schema["properties"])
        for rule in table.get("rules", ()):
            assert set(rule) <= set(schema["$defs"]["rule"]["properties"])


def test_packaged_rules_are_checked_again_with_the_lists_of_a_workspace(tmp_path: Path) -> None:
    (tmp_path / "watchlists").mkdir()
    words = 'language = "en"\nstatus = "checked"\n[lists]\nmerc = ["*"]\n'
    (tmp_path / "watchlists" / "lists-en.toml").write_text(words, encoding="utf-8")
    with pytest.raises(WatchError, match="foreign-fighters"):
        load_watches(tmp_path)
