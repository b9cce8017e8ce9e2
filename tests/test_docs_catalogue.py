"""What docs/ says of the catalogue, packs, filter lists and `classify` is what the code has."""

import json
import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from bench.labels import _READERS
from bench.scores_shown import _COLUMNS
from consentinel.scanner.catalogue import captcha_parsing, parsing, pattern_parsing, regexes
from consentinel.scanner.catalogue.checking import check_core, check_overrides
from consentinel.scanner.catalogue.entries import Sign
from consentinel.scanner.catalogue.loading import CORE_FILE, read_core
from consentinel.scanner.catalogue.names import MAX_NAME, MAX_VALUE
from consentinel.scanner.catalogue.parsing import Document as CatalogueFile
from consentinel.scanner.catalogue.questions import questions_for
from consentinel.scanner.catalogue.taxonomy import RESOURCE_TYPES, Layer, parse_category
from consentinel.scanner.classifying import MAX_LINE, Item, classify_line
from consentinel.scanner.overrides import draft_overrides
from consentinel.scanner.packs import open_cookie_database, third_party_web
from consentinel.scanner.packs.sources import SOURCES
from consentinel.scanner.packs.updating import SHRINK_ALLOWED
from consentinel.scanner.report import Environment
from consentinel.scanner.settings import SETTINGS
from tests.support.cli import run_cli
from tests.support.documents import ROOT, Document, table_rows
from tests.support.observing import core_catalogue
from tests.support.reports import make_finding, make_report


def page(name: str) -> Document:
    return Document(ROOT / "docs" / name)


CATALOGUE, CLASSIFY, PACKS, FORMATS = map(page, ("catalogue.md", "classify.md", "packs.md", "formats.md"))
BENCHMARKS, LISTS = page("benchmarks.md"), page("filter-lists.md")
UNKNOWN: Mapping[str, Any] = {"category": None, "layer": "unclassified", "writer": None, "evidence": ()}


def first_cells(document: Document, title: str) -> list[str]:
    """Return what stands between backticks in the first column of a section's tables."""
    return [name for row in table_rows(document.section(title)) for name in re.findall(r"`([^`]+)`", row[0])]


def block(document: Document, start: str) -> str:
    """Return the code block that starts so."""
    return next(found for found in document.blocks if found.startswith(start))


# --- the files ---


def test_the_keys_of_the_files_are_those_of_the_parser() -> None:
    shown = re.findall(r"^(\w+):", block(CATALOGUE, "categories:"), re.MULTILINE)
    assert set(shown) == set(parsing._FILE_KEYS)
    assert set(first_cells(CATALOGUE, "The files")) == set(parsing._VENDOR_KEYS)
    names = {*first_cells(CATALOGUE, "Names"), "name", "prefix", "regex"}
    assert names == set(pattern_parsing._NAME_KEYS)
    text = CATALOGUE.section("Hosts and paths")
    assert set(re.findall(r"`(\w+)`", text)) == {
        *pattern_parsing._HOST_KEYS,
        *pattern_parsing._PATH_KEYS,
        *RESOURCE_TYPES,
    }


def test_the_keys_of_a_captcha_are_those_of_the_parser() -> None:
    text = CATALOGUE.section("CAPTCHAs")
    named = set(re.findall(r"`(\w+)`", text)) - {"captchas", "host", "name"}
    assert named == set(captcha_parsing._KEYS)


def test_the_files_of_the_core_are_where_the_page_says() -> None:
    names = {document.name for document in read_core()}
    assert {
        CORE_FILE,
        "scanner/catalogue/vendors/captchas.yaml",
        "scanner/catalogue/vendors/0-9.yaml",
    } <= names
    assert all(name == CORE_FILE or name.startswith("scanner/catalogue/vendors/") for name in names)


def test_second_signs_and_limits() -> None:
    row = next(row for row in table_rows(CATALOGUE.section("Names")) if row[0] == "`requires`")
    assert set(re.findall(r"`([\w-]+)`", row[1])) == set(get_args(Sign))
    assert f"the first {MAX_NAME} characters of a name, {MAX_VALUE:,} of a value" in " ".join(
        CATALOGUE.text.split()
    )
    assert f"more than {regexes.MAX_LENGTH} characters" in CATALOGUE.text


def test_the_lifetimes_that_are_named_are_understood() -> None:
    units = re.findall(r"`(second|minute|hour|day|week|month|year)`", CATALOGUE.section("Names"))
    examples = ["session", "until deleted", "30 minutes", "13 months", *(f"9999 {unit}s" for unit in units)]
    assert len(units) == 7
    assert all(pattern_parsing._LIFETIME.fullmatch(text) for text in examples)
    assert not pattern_parsing._LIFETIME.fullmatch("10000 days")


def test_the_regexes_that_are_named_are_refused_and_the_others_not() -> None:
    text = CATALOGUE.section("Regular expressions")
    refused = (r"(a+)+", r"(a|b)*", r".*.*.*")
    taken = r"\d+\.\d+\.\d+"
    assert all(f"`{regex}`" in text for regex in (*refused, taken))
    for regex in refused:
        with pytest.raises(regexes.UnsafeRegexError):
            regexes.compile_safe(regex)
    assert regexes.compile_safe(taken)


def test_the_other_words_for_categories_are_understood() -> None:
    row = next(row for row in table_rows(CATALOGUE.section("The files")) if row[0] == "`category`")
    words = re.findall(r"`(\w+)`", row[1])
    assert words
    assert all(map(parse_category, words))


# --- decisions ---


def test_the_questions_are_asked_as_the_page_says() -> None:
    text = " ".join(CATALOGUE.section("How a decision is made").lower().split())
    layers = core_catalogue().layers
    questions = {question.text for asked in questions_for(layers).values() for question in asked}
    for sentence in questions - {
        "Is it a known CAPTCHA?",
        "Is it a third party's, of a known vendor's host?",
    }:
        words = sentence.lower().removeprefix("is it ").rstrip("?")
        assert words in text, sentence
    order = [question.text for question in questions_for(layers)["cookie"]]
    places = [
        text.find(words) for words in ("captcha's name", "vendor's name", "other store", "script write")
    ]
    assert places == sorted(places)
    assert -1 not in places
    assert len(order) == 5


def test_the_layers_are_explained() -> None:
    assert first_cells(FORMATS, "What decided")[:1] == ["override"]
    layers = [row[0].strip("`") for row in table_rows(FORMATS.section("What decided"))]
    assert layers == list(get_args(Layer))


def test_the_rules_that_are_named_exist() -> None:
    rules = re.findall(r"`(core:[^`]+)`", CATALOGUE.text + FORMATS.text)
    core = core_catalogue().sheets[-1]
    known = {pattern.decision.rule for pattern in core.names}
    known |= {pattern.decision.rule for pattern in core.hosts}
    known |= {product.decision.rule for product in core.captchas}
    assert rules
    assert set(rules) <= known


def test_the_explanation_is_the_one_that_is_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("our.yaml").write_text(block(CATALOGUE, "vendors:"), encoding="utf-8")
    command = shlex.split(block(CATALOGUE, "consentinel catalogue show"))[1:]
    printed = run_cli(*command, env={"COLUMNS": "120"}).stdout
    assert printed.split() == block(CATALOGUE, "cookie shop_s_1").split()


# --- overrides ---


@pytest.mark.parametrize("name", ["catalogue.md", "settings.md"])
def test_the_override_files_are_right(name: str) -> None:
    core = check_core(read_core()).sheet
    texts = [text for text in page(name).blocks if re.search(r"^\s*vendors:\s*$", text, re.MULTILINE)]
    assert texts
    for text in texts:
        content = re.sub(r"^(site|scan):.*\n(  .*\n)*", "", text, flags=re.MULTILINE)
        assert check_overrides(CatalogueFile(name, content.encode()), core).problems == ()


def test_the_draft_of_overrides_is_the_one_that_is_written() -> None:
    basket = make_finding(**UNKNOWN, name="basket_v2", attributes={"lifetime": "session", "length": "25-64"})
    uid = make_finding(
        **UNKNOWN,
        name="uid_*",
        host="t.stranger.example",
        party="third",
        attributes={"lifetime": "365 days", "length": "25-64"},
    )
    pixel = make_finding(
        **UNKNOWN,
        kind="pixel",
        name="t.stranger.example/p.gif",
        host="t.stranger.example",
        party="third",
        attributes={},
    )
    draft = draft_overrides(make_report(basket, uid, pixel))
    assert block(CATALOGUE, "# What a scan of").strip() == draft.strip()


# --- classify ---


def test_the_fields_of_classify_are_those_of_the_code() -> None:
    fields = {field.encode_name for field in msgspec.structs.fields(Item)}
    assert set(first_cells(CLASSIFY, "In")) == fields
    answered = json.loads(classify_line(b'{"kind":"cookie","name":"a"}', core_catalogue()).line)
    assert set(first_cells(CLASSIFY, "Out")) == answered.keys() - {"kind", "name"}
    assert f"longer than {MAX_LINE:,} bytes" in CLASSIFY.text


def test_the_answers_of_classify_are_those_that_are_shown() -> None:
    questions = re.findall(r"^  '(\{.*\})'", block(CLASSIFY, "printf"), re.MULTILINE)
    answers = [json.loads(line) for line in block(CLASSIFY, "{").splitlines()]
    for question, answer in zip(questions, answers, strict=True):
        given = json.loads(classify_line(question.encode(), core_catalogue()).line)
        # the core's sentences may be put better any day
        assert list(given) == list(answer)
        assert {**given, "purpose": ""} == {**answer, "purpose": ""}


def test_the_exit_statuses_of_classify() -> None:
    listed = [row[0] for row in table_rows(CLASSIFY.section("Lines that cannot be read"))]
    assert listed == ["0", "1", "2"]


# --- packs and filter lists ---


def test_the_packs_are_those_of_the_code() -> None:
    rows = [(row[0].strip("`"), row[1], row[2]) for row in table_rows(PACKS.section("Packs"))]
    assert rows == [(source.id, source.gives, source.licence) for source in SOURCES]
    assert all(f"`{source.file}`" in PACKS.text for source in SOURCES)
    assert f"more than {100 * SHRINK_ALLOWED:g} %" in PACKS.text


@pytest.mark.parametrize(
    ("heading", "categories"),
    [("Analytics", open_cookie_database._CATEGORIES), ("ad", third_party_web._CATEGORIES)],
)
def test_the_words_of_a_pack_mean_what_the_page_says(heading: str, categories: Mapping[str, Any]) -> None:
    rows = table_rows(PACKS.section("What a pack may decide"))
    first = next(at for at, row in enumerate(rows) if row[0] == heading)
    told = {word.strip().lower(): row[1] for row in rows[first:] for word in row[0].split(",")}
    for word, meaning in categories.items():
        category = meaning if isinstance(meaning, str) else meaning[0]
        hint = category == "strictly-necessary"
        assert told[word].startswith("a hint") if hint else told[word].startswith(f"`{category}`")


def test_how_lists_are_asked_is_told_as_in_the_report() -> None:
    source = (ROOT / "scanner" / "knowledge.py").read_text("utf-8")
    told = re.findall(r'"(filter lists asked [^"]+)"', source)
    assert len(told) == 2
    assert all(f"`{text}`" in " ".join(LISTS.text.split()) for text in told)


def test_the_environment_is_explained() -> None:
    fields = [field.encode_name for field in msgspec.structs.fields(Environment)]
    assert first_cells(FORMATS, "Environment") == fields


# --- settings and benchmarks ---


def test_packs_can_be_left_out_as_the_pages_say() -> None:
    ignore = next(setting for setting in SETTINGS if setting.field == "ignore_packs")
    assert ignore.variable in CLASSIFY.text
    assert ignore.flag in PACKS.text


def test_the_label_files_are_those_that_the_bench_reads() -> None:
    rows = [row for row in table_rows(BENCHMARKS.section("Accuracy")) if "`" in row[0]]
    needed = [frozenset(re.findall(r"`(\w+)`", row[0].partition("; perhaps")[0])) for row in rows]
    assert sorted(map(sorted, needed)) == sorted(sorted(columns) for columns, _ in _READERS)


def test_the_columns_of_the_accuracy_table_are_explained() -> None:
    cells = [row[0] for row in table_rows(BENCHMARKS.section("Accuracy"))]
    assert {column.replace("_", " ") for column in _COLUMNS} <= set(cells)
