import os
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from consentinel.scanner.catalogue.composing import section_of
from consentinel.scanner.catalogue.loading import (
    CORE_FILE,
    catalogue_from,
    has_catalogue_section,
    load_catalogue,
    read_core,
)
from consentinel.scanner.catalogue.matching import Catalogue
from consentinel.scanner.catalogue.parsing import Document, includes_of, parse_sheet
from consentinel.scanner.catalogue.subject import Subject
from consentinel.scanner.errors import CatalogueError

Build = Callable[..., Catalogue]
HEAD = (
    "vendors:\n  - id: acme\n    vendor: Acme\n    category: targeting\n    purpose: Shows.\n    check: x\n"
)
ENTRY = "  - {id: b, vendor: B, category: targeting, purpose: Shows., check: x%s}\n"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "empty"),
        ("vendors: [", 2, "not YAML"),
        ("- a\n", 1, "must be a mapping"),
        ("vendor: []\n", 1, "unknown key 'vendor'"),
        ("vendors: 3\n", 1, "must be a list"),
        (HEAD + "    hosts: []\n    colour: red\n", 8, "unknown key 'colour'"),
        (HEAD + "    purpose: again\n", 7, "twice"),
        (HEAD.replace("    category: targeting\n", ""), 2, "no 'category'"),
        (HEAD.replace("    vendor: Acme\n", ""), 2, "no 'vendor'"),
        (HEAD.replace("    purpose: Shows.\n", ""), 2, "no 'purpose'"),
        (HEAD.replace("    check: x\n", ""), 2, "no 'check'"),
        (HEAD.replace("targeting", "tracking"), 4, "unknown category 'tracking'"),
        (HEAD.replace("Acme", "''"), 3, "empty"),
        (HEAD.replace("id: acme", "id: Acme Inc"), 2, "not an id"),
        (HEAD + ENTRY % "" + ENTRY % "", 8, "entry 'b' is already at"),
        (HEAD + "    cookies:\n      - a\n      - a\n", 9, "pattern 'a' is already at f.yaml:8"),
        (HEAD + "    cookies:\n      - a\n" + ENTRY % ", cookies: [a]", 9, "already at f.yaml:8"),
        (HEAD + "    cookies:\n      - {regex: '('}\n", 8, "bad regex"),
        (HEAD + "    cookies:\n      - {regex: '(a+)+'}\n", 8, "nested quantifiers"),
        (HEAD + "    cookies:\n      - {regex: 'a|b'}\n", 8, "must not be a choice"),
        (HEAD + "    cookies:\n      - {name: a, value: '(a|a)*'}\n", 8, "nested quantifiers"),
        (HEAD + "    cookies:\n      - {name: a, prefix: b}\n", 8, "exactly one of"),
        (HEAD + "    cookies:\n      - {name: a, requires: [magic]}\n", 8, "unknown sign 'magic'"),
        (HEAD + "    cookies:\n      - {name: a, domain: 'a b'}\n", 8, "not a host name"),
        (HEAD + "    cookies:\n      - '*'\n", 8, "must not be empty"),
        (HEAD + "    cookies:\n      - ~\n", 8, "must be a mapping"),
        (HEAD + "    hosts:\n      - 'https://x'\n", 8, "not a host name"),
        (HEAD + "    hosts:\n      - a.example\n      - A.example\n", 9, "is already at"),
        (HEAD + "    paths:\n      - {ends: x.js}\n", 8, "leading `/`"),
        (HEAD + "    contested: maybe\n", 7, "true or false"),
        (HEAD + "---\na: b\n", 7, "second document"),
        ("vendors: &a\n  - *a\n", 2, "alias"),
        ("vendors: !x []\n", 1, "tag"),
        ("a: 1\n? [b]\n: 2\n", 1, "unknown key"),
        ("[a]: 1\n", 1, "a key must be a text"),
        (HEAD.replace("vendors", "conventions") + "    cookies:\n      - sid\n", 8, "second sign"),
        (HEAD.replace("vendors", "conventions") + "    cookies:\n      - {name: sid}\n", 8, "second sign"),
        ("captchas:\n  - id: c\n", 2, "no 'product'"),
    ],
)
def test_every_error_names_file_and_line(text: str, line: int, said: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        catalogue_from([Document("f.yaml", text.encode())])
    assert str(caught.value).startswith(f"f.yaml:{line}: ")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_invalid_utf8_names_its_line() -> None:
    with pytest.raises(CatalogueError, match=r"^f\.yaml:2: not UTF-8; "):
        catalogue_from([Document("f.yaml", b"vendors:\n  - \xff\n")])


def test_deep_nesting_is_an_error_and_not_a_crash() -> None:
    for text in (b"[" * 50_000, b"- " * 50_000, b"{a: " * 50_000):
        with pytest.raises(CatalogueError, match=r"^f\.yaml:1: "):
            catalogue_from([Document("f.yaml", text)])


def test_deep_nesting_in_one_section_is_an_error() -> None:
    deep = b"site: https://a.example/\nbanner: " + b"[" * 300
    with pytest.raises(CatalogueError, match=r"^f\.yaml:2: nested too deeply; "):
        section_of(deep, "f.yaml", "banner", ("site", "banner"))


def test_absent_and_unreadable_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="No such file"):
        load_catalogue([tmp_path / "none.yaml"])
    with pytest.raises(CatalogueError, match="Is a directory"):
        load_catalogue([tmp_path])


def test_override_file_wins_over_core_and_a_later_one_over_an_earlier(tmp_path: Path) -> None:
    files = [tmp_path / "one.yaml", tmp_path / "two.yaml"]
    for file, category in zip(files, ("functional", "strictly-necessary"), strict=True):
        file.write_text(
            f"vendors:\n- {{id: own, vendor: We, category: {category}, purpose: Ours., cookies: [_ga]}}\n"
        )
    decision = load_catalogue(files).decide(Subject(kind="cookie", name="_ga", host="shop.example"))
    assert (decision.category, decision.layer) == ("strictly-necessary", "override")
    assert decision.rule == "override:own/cookie:_ga"
    assert decision.confidence == 1.0


def test_version_changes_with_content_only(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("vendors: []\n")
    assert load_catalogue().version == load_catalogue().version
    assert load_catalogue([own]).version != load_catalogue().version


def test_operator_may_change_only_the_verdict_on_a_captcha(acme: Build, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(
        "captchas:\n  - {id: recaptcha-v2, category: strictly-necessary, contested: false}\n"
        "  - {id: datadome, category: functional}\n"
    )
    decision = load_catalogue([own]).decide(
        Subject(kind="script", url="https://www.google.com/recaptcha/api.js", host="www.google.com")
    )
    assert decision.rule == "override:captcha/recaptcha-v2"
    assert not decision.contested
    cookie = load_catalogue([own]).decide(Subject(kind="cookie", name="datadome", host="www.shop.example"))
    assert (cookie.layer, cookie.category) == ("override", "functional")


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
@settings(max_examples=200)
def test_arbitrary_bytes_raise_nothing_but_catalogue_errors(data: bytes) -> None:
    _load_or_refuse(data)


_LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
_WORDS = st.sampled_from(
    [
        *("vendors", "conventions", "captchas", "categories", "id", "vendor", "category", "purpose", "check"),
        *("cookies", "storage", "hosts", "paths", "name", "prefix", "regex", "domain", "value", "requires"),
        *("host", "starts", "ends"),
    ]
)
_TREES = st.recursive(
    _LEAVES | _WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=5),
    max_leaves=20,
)


@given(st.dictionaries(_WORDS, _TREES, max_size=4))
@settings(max_examples=200)
def test_arbitrary_trees_raise_nothing_but_catalogue_errors(tree: object) -> None:
    _load_or_refuse(yaml.safe_dump(tree, allow_unicode=True).encode())


def _load_or_refuse(data: bytes) -> None:
    said = "f.yaml:"
    try:
        catalogue_from([Document("f.yaml", data)])
    except CatalogueError as error:
        said = str(error)
    assert said.startswith("f.yaml:")
    assert "\n" not in said


@pytest.mark.parametrize("place", ["../secret.yaml", "/etc/x.yaml", "a.txt", "a/../b.yaml", "''", "[a]"])
def test_an_include_names_a_file_of_the_catalogue(place: str) -> None:
    with pytest.raises(CatalogueError, match=r"^core\.yaml:2: "):
        list(includes_of(Document("core.yaml", f"includes:\n  - {place}\n".encode())))


def test_includes_come_with_their_lines() -> None:
    text = b"vendors: []\nincludes:\n  - scanner/catalogue/vendors/a.yaml\n  - b.yaml\n"
    assert list(includes_of(Document("c.yaml", text))) == [
        ("scanner/catalogue/vendors/a.yaml", 3),
        ("b.yaml", 4),
    ]


def test_the_core_is_its_entry_file_and_what_that_includes() -> None:
    documents = read_core()
    assert documents[0].name == CORE_FILE
    assert [document.name for document in documents[1:]] == [place for place, _ in includes_of(documents[0])]


def test_what_stands_in_two_files_is_found() -> None:
    with pytest.raises(CatalogueError, match=r"^two\.yaml:2: entry 'acme' is already at one\.yaml:2; "):
        catalogue_from([Document("one.yaml", HEAD.encode()), Document("two.yaml", HEAD.encode())])


def test_an_override_file_includes_nothing(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("includes:\n  - other.yaml\n")
    with pytest.raises(CatalogueError, match=r"own\.yaml:2: .*--catalogue"):
        load_catalogue([own])


def test_with_a_list_for_problems_all_are_gathered_and_the_rest_is_kept() -> None:
    problems: list[CatalogueError] = []
    lines = "    cookies:\n      - ok\n      - {regex: '('}\n      - {name: a, lifetme: x}\n      - fine\n"
    sheet = parse_sheet([Document("f.yaml", (HEAD + lines).encode())], "core", {}, problems)
    assert [name.text for name in sheet.names] == ["ok", "fine"]
    assert [str(problem).partition(": ")[0] for problem in problems] == ["f.yaml:9", "f.yaml:10"]


def test_an_included_file_includes_nothing() -> None:
    with pytest.raises(CatalogueError, match=r"^two\.yaml:2: an included file includes no others; "):
        catalogue_from(
            [Document("one.yaml", HEAD.encode()), Document("two.yaml", b"includes:\n  - c.yaml\n")]
        )


def test_a_settings_file_without_overrides_says_so(tmp_path: Path) -> None:
    own = tmp_path / "consentinel.yaml"
    own.write_text("site: https://x.example\n")
    with pytest.raises(CatalogueError, match=r"consentinel\.yaml:1: has no `catalogue:` section; "):
        load_catalogue([own])


OWN = "{id: own, vendor: We, category: functional, purpose: Ours., cookies: [_ga]}"


@pytest.mark.parametrize(
    "text",
    [
        f'"catalogue":\n  vendors:\n  - {OWN}\n',
        f"site: https://é.example/\ncatalogue :\n  # why\n  vendors:\n  - {OWN}\nscan:\n  tabs: 1\n",
        f"{{site: x, catalogue: {{vendors: [{OWN}]}}, scan: {{tabs: 1}}}}",
        f"\ufeffcatalogue:\n  vendors: [{OWN}]\n",
        f"? catalogue\n: vendors:\n  - {OWN}\n",
        f"catalogue: {{vendors: [\n{OWN}]}}\r\nbanner: {{}}\r\n",
    ],
)
@pytest.mark.parametrize("name", ["consentinel.yaml", "other.yaml"])
def test_the_section_is_found_however_it_is_written(text: str, name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_text(text, "utf-8", newline="")
    assert has_catalogue_section(file)
    decision = load_catalogue([file]).decide(Subject(kind="cookie", name="_ga", host="shop.example"))
    assert decision.layer == "override"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("site: x\n\ncatalogue:\n  vendor: []\n", "4: unknown key 'vendor'"),
        ("site: x\ncatalogue: {vendors: [],\n\n  hosts: []}\n", "4: unknown key 'hosts'"),
        ("vendors: []\ncatalogue: {}\n", "1: unknown key 'vendors' beside `catalogue`; use one of site,"),
        ("catalogue: {}\ncatalogue: {}\n", "2: key 'catalogue' twice"),
        ("catalogue: {}\n---\nsite: x\n", "2: a second document"),
        ("catalogue:\nsite: x\n", "1: empty"),
        ("site: [\n", "2: not YAML"),
        ("site: 'catalogue: x'\n", "1: has no `catalogue:` section"),
    ],
)
def test_a_mistake_in_a_settings_file_keeps_its_line(text: str, said: str, tmp_path: Path) -> None:
    own = tmp_path / "consentinel.yaml"
    own.write_text(text)
    with pytest.raises(CatalogueError) as caught:
        load_catalogue([own])
    assert str(caught.value).startswith(f"{own}:{said}")


def test_other_sections_do_not_change_the_version(tmp_path: Path) -> None:
    own = tmp_path / "consentinel.yaml"
    versions = set()
    for tabs in (1, 2):
        own.write_text(f"scan: {{tabs: {tabs}}}\ncatalogue:\n  vendors: [{OWN}]\n")
        versions.add(load_catalogue([own]).version)
    assert len(versions) == 1


def test_only_regular_files_of_some_size_are_read(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"^/dev/zero:1: is no regular file; "):
        load_catalogue([Path("/dev/zero")])
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(CatalogueError, match=r"pipe:1: is no regular file; "):
        load_catalogue([tmp_path / "pipe"])
    with (tmp_path / "large.yaml").open("wb") as large:
        large.truncate(16 * 1024 * 1024 + 1)
    with pytest.raises(CatalogueError, match=r"large\.yaml:1: larger than 16 MB; "):
        load_catalogue([tmp_path / "large.yaml"])


def test_an_expression_too_slow_to_be_searched_stops_the_loading(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(f"vendors:\n- {OWN[:-1]}, paths: [{{ends: /x, query: 'a.*b.*c'}}]}}\n")
    with pytest.raises(CatalogueError, match=r"own\.yaml:2: 'query' 'a\.\*b\.\*c': .*\^"):
        load_catalogue([own])


def test_an_error_survives_being_pickled() -> None:
    error = CatalogueError("a:b.yaml", 3, "wrong; correct it")
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.file, again.line, again.problem) == (
        str(error),
        "a:b.yaml",
        3,
        "wrong; correct it",
    )
