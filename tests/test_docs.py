"""What README.md and docs/ say of commands, settings, files and formats is what the code has."""

import ast
import re
from pathlib import Path
from typing import get_args

import click
import msgspec
import pytest

from bench.labels import LABELS_VARIABLE
from consentinel.scanner.browser_paths import BROWSER_VARIABLE
from consentinel.scanner.catalogue.taxonomy import KINDS, STATES
from consentinel.scanner.collectors.storage import _AREAS
from consentinel.scanner.fleet import SCHEMA, Index, IndexEntry
from consentinel.scanner.packs.places import DATA_VARIABLE
from consentinel.scanner.rendering.formats import format_for_suffix
from consentinel.scanner.settings import SETTINGS, resolve_settings
from consentinel.scanner.walls import WallKind
from consentinel.server.cli import COMMANDS
from consentinel.server.settings import SETTINGS as SERVER_SETTINGS
from tests.server.postgres import VARIABLE as TEST_VARIABLE
from tests.support.documents import ROOT, Document, command_line, documents, table_rows

DOCUMENTS = documents()
FORMATS = Document(ROOT / "docs" / "formats.md")
SCANNING = Document(ROOT / "docs" / "scanning.md")
README = Document(ROOT / "README.md")

each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)


def source_files() -> list[Path]:
    return [path for package in ("scanner", "banner", "server") for path in (ROOT / package).rglob("*.py")]


def check_command(words: list[str]) -> None:
    """Parse a command line as the program would, without running it; raises what is wrong with it."""
    name, *arguments = words
    assert name in COMMANDS, f"there is no `consentinel {name}`"
    command = COMMANDS[name].load()
    while isinstance(command, click.Group) and arguments:
        name, *arguments = arguments
        assert name in command.commands, f"there is no `consentinel {command.name} {name}`"
        command = command.commands[name]
    if not arguments:  # the command is only spoken of
        return
    context = command.make_context(name, arguments)
    if name == "scan":
        resolve_settings(context.params, environ=secrets_of(context))
        for path in context.params["paths"]:
            format_for_suffix(path)


def secrets_of(context: click.Context) -> dict[str, str]:
    """Return the environment that the flags of a command line ask for."""
    headers = [text.partition("=")[2] for text in context.params["header"]]
    return dict.fromkeys([*headers, context.params["http_auth"] or ""], "user:password")


# --- commands ---


@each_document
def test_every_command_line_can_be_parsed(
    document: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for words in document.command_lines:
        check_command(words)


@pytest.mark.parametrize(
    "line",
    [
        "consentinel scan https://a.example --no-such-flag",
        "consentinel scan https://a.example --max-pages many",
        "consentinel scan https://a.example --states later",
        "consentinel scan https://a.example --header X-Token",
        "consentinel scan https://a.example -o report.pdf",
        "  - run: .venv/bin/consentinel diff old.json",
        "a && consentinel diff old.json new.json --format html > x",
        "consentinel sacn https://a.example",
        "consentinel catalogue chekc",
        "consentinel catalogue check --no-such-flag",
        "consentinel classify one.jsonl two.jsonl",
    ],
)
def test_a_wrong_command_line_is_seen(line: str) -> None:
    words = command_line(line)
    assert words is not None
    with pytest.raises(Exception, match=r"\w"):
        check_command(words)


def test_command_lines_are_found() -> None:
    named = {words[0] for words in README.command_lines}
    assert named == {
        *("banner", "catalogue", "classify", "diff", "install", "publish", "scan", "serve", "verify")
    }
    assert command_line("15 2 * * * bin/consentinel diff \"$(date)/a\" 'b c' >> log 2>&1") == [
        "diff",
        "$(date)/a",
        "b c",
    ]
    assert command_line("consentinel: error: no URL") is None


def test_every_command_is_explained() -> None:
    text = "".join(document.text for document in DOCUMENTS)
    assert [
        name for name in every_command() if not re.search(rf"`{name}`|consentinel {name}|make {name}", text)
    ] == []


def every_command() -> dict[str, click.Command]:
    """Return all commands by name, those of groups as `catalogue check`."""
    found: dict[str, click.Command] = {}
    for name, entry in COMMANDS.items():
        command = entry.load()
        found[name] = command
        if isinstance(command, click.Group):
            found |= {f"{name} {part}": member for part, member in command.commands.items()}
    return found


@each_document
def test_every_flag_between_backticks_exists(document: Document) -> None:
    if "decisions" in document.name:  # these speak of Chromium's flags as well
        return
    spans = [span for span in document.spans if not span.startswith("--consentinel-")]  # CSS properties
    flags = [re.split("[ =]", span)[0] for span in spans if re.match("--[a-z]", span)]
    assert [flag for flag in flags if flag not in known_flags() and "…" not in flag] == []


def known_flags() -> set[str]:
    options = [parameter for command in every_command().values() for parameter in command.params]
    return {flag for option in options for flag in (*option.opts, *option.secondary_opts)}


@each_document
def test_every_make_target_exists(document: Document) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    code = "\n".join((*document.blocks, *document.spans))
    assert set(re.findall(r"\bmake ([a-z-]+)\b", code)) <= targets


# --- settings and files ---


@each_document
def test_every_variable_is_known(document: Document) -> None:
    named = set(re.findall(r"CONSENTINEL_[A-Z][A-Z_]*", document.text))
    rows = (*SETTINGS, *SERVER_SETTINGS)
    assert named <= {BROWSER_VARIABLE, LABELS_VARIABLE, TEST_VARIABLE, *(row.variable for row in rows)}


def test_every_variable_and_flag_is_documented() -> None:
    pages = [Document(ROOT / "docs" / name) for name in ("settings.md", "server-settings.md")]
    text = README.text + "".join(page.text for page in pages)
    literal = {name for path in source_files() for name in variables_in(path.read_text("utf-8"))}
    assert literal >= {BROWSER_VARIABLE, DATA_VARIABLE}
    assert [name for name in literal if name not in text] == []
    assert [
        name for row in (*SETTINGS, *SERVER_SETTINGS) for name in (row.flag, row.variable) if name not in text
    ] == []


def variables_in(source: str) -> list[str]:
    return re.findall(r"\bCONSENTINEL_[A-Z][A-Z_]*", source)


@each_document
def test_every_link_leads_somewhere(document: Document) -> None:
    assert [target for target in document.targets if not leads_somewhere(document, target)] == []


def leads_somewhere(document: Document, target: str) -> bool:
    if target.startswith(("https://", "http://")):
        return True
    file, _, anchor = target.partition("#")
    path = (document.path.parent / file).resolve() if file else document.path
    is_inside = path.is_relative_to(ROOT.resolve()) and path.exists()
    return is_inside and (not anchor or anchor in Document(path).anchors)


def test_a_dead_link_is_seen() -> None:
    assert leads_somewhere(README, "docs/formats.md#attributes")
    for target in ("docs/no.md", "docs/formats.md#no-such-part", "../outside.md", "#nothing"):
        assert not leads_somewhere(README, target)


def test_every_page_is_in_the_index() -> None:
    index = Document(ROOT / "docs" / "README.md")
    pages = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert pages - set(index.targets) == {"README.md"}


def test_pictures_are_small_enough_for_a_readme() -> None:
    pictures = [target for target in README.targets if target.endswith((".png", ".svg"))]
    assert pictures
    assert all((ROOT / picture).stat().st_size < 300_000 for picture in pictures)


# --- exit statuses, states, gaps ---


def test_the_exit_statuses_are_those_of_the_help() -> None:
    listed = {(row[0].strip("`"), row[1]) for row in table_rows(SCANNING.section("Exit statuses"))}
    assert listed == {(name, status) for name in every_command() for status in statuses(name)}


def statuses(name: str) -> list[str]:
    help_text = every_command()[name].help or ""
    return re.findall(r"\b\d+\b", help_text.partition("Exit status:")[2].partition("\n\n")[0])


def test_the_readme_has_the_exit_statuses_of_scan_and_diff() -> None:
    for title, name in (("Scan a site", "scan"), ("What changed", "diff")):
        first = [row[0] for row in table_rows(README.section(title)) if row[0][0].isdigit()]
        assert re.findall(r"\d+", " ".join(first)) == statuses(name)


def test_the_states_are_those_that_can_be_asked_for() -> None:
    named = [row[0].strip("`") for row in table_rows(README.section("Scan a site")) if row[0][0] == "`"]
    assert named == list(STATES)
    cells = [row[0] for row in table_rows(SCANNING.section("States"))]
    assert re.findall(r"`([\w-]+)`", " ".join(cells)) == list(STATES)


def test_every_kind_of_gap_is_explained() -> None:
    listed = [row[0].strip("`") for row in table_rows(SCANNING.section("Gaps"))]
    found = {kind for path in source_files() for kind in gap_kinds(ast.parse(path.read_text("utf-8")))}
    assert set(listed) == found | set(get_args(WallKind))
    assert len(listed) == len(set(listed))


def gap_kinds(tree: ast.Module) -> set[str]:
    """Return the kinds of `Gap(kind=…)` and `self._gap(result, kind, …)`; another form is an error."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    kinds: set[str] = set()
    for call in calls:
        if ast.unparse(call.func) == "Gap":
            kinds |= kinds_of(next(word.value for word in call.keywords if word.arg == "kind"), tree)
        elif isinstance(call.func, ast.Attribute) and call.func.attr == "_gap":
            kinds |= kinds_of(call.args[1], tree)
    return kinds


def kinds_of(value: ast.expr, tree: ast.Module) -> set[str]:
    if isinstance(value, ast.Constant):
        return {str(value.value)}
    if isinstance(value, ast.Starred) and isinstance(value.value, ast.Call):
        return first_words_of(ast.unparse(value.value.func), tree)
    # the parameter that `_gap` hands on; a wall's kind is one of WallKind
    assert ast.unparse(value) in ("kind", "result.wall.kind"), ast.unparse(value)
    return set()


def first_words_of(function: str, tree: ast.Module) -> set[str]:
    """Return what the tuples begin with that a function returns."""
    bodies = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == function]
    tuples = [node.value for body in bodies for node in ast.walk(body) if isinstance(node, ast.Return)]
    assert tuples
    return {ast.literal_eval(value.elts[0]) for value in tuples if isinstance(value, ast.Tuple)}


def test_the_search_for_gaps_sees_all_forms() -> None:
    code = """
def f(self): self._gap(result, "a", why); self._gap(result, *_g(x)); Gap(kind="d", where="")
def _g(x):
    if x:
        return "b", "why"
    return "c", "why"
"""
    assert gap_kinds(ast.parse(code)) == {"a", "b", "c", "d"}


# --- formats ---


def test_the_attributes_are_those_of_the_collectors() -> None:
    cells = [row[0] for row in table_rows(FORMATS.section("Attributes"))]
    assert set(re.findall(r"`(\w+)`", " ".join(cells))) == attribute_keys()


def attribute_keys() -> set[str]:
    files = [*(ROOT / "scanner" / "collectors").glob("*.py"), ROOT / "scanner" / "classify.py"]
    keys = {key for path in files for key in keys_in(ast.parse(path.read_text("utf-8")))}
    assert "max_age_s" in keys
    return keys - {"max_age_s"}  # classify leaves it out: it differs between two scans


def keys_in(tree: ast.Module) -> set[str]:
    """Return the keys that a file gives attributes: `attributes = {…}`, `attributes[…] = `, `attributes={…}`.

    And those of the pairs that `_shape` returns.
    """
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign | ast.Assign | ast.keyword) and is_attributes(node):
            found |= dict_keys(node.value)
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "attributes":
            found |= {ast.literal_eval(node.slice)}
        elif isinstance(node, ast.FunctionDef) and node.name == "_shape":
            pairs = [pair for pair in ast.walk(node) if isinstance(pair, ast.Tuple)]
            found |= {
                ast.literal_eval(pair.elts[0]) for pair in pairs if isinstance(pair.elts[0], ast.Constant)
            }
    return found


def is_attributes(node: ast.AnnAssign | ast.Assign | ast.keyword) -> bool:
    if isinstance(node, ast.keyword):
        return node.arg == "attributes"
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return any(ast.unparse(target) == "attributes" for target in targets)


def dict_keys(value: ast.expr | None) -> set[str]:
    return {ast.literal_eval(key) for key in value.keys if key} if isinstance(value, ast.Dict) else set()


def test_the_search_for_attributes_sees_all_forms() -> None:
    code = "attributes: D = {'a': 1}; attributes = {'b': 1}; attributes['c'] = 1; f(attributes={'d': 1})"
    assert keys_in(ast.parse(code)) == {"a", "b", "c", "d"}


def test_the_areas_of_storage_are_listed() -> None:
    row = next(row for row in table_rows(FORMATS.section("Attributes")) if row[0] == "`area`")
    assert tuple(re.findall(r"`(\w+)`", row[2])) == _AREAS


def test_the_kinds_of_findings_are_listed() -> None:
    row = next(row for row in table_rows(FORMATS.section("A finding")) if row[0] == "`kind`")
    assert re.findall(r"`([\w-]+)`", row[1]) == list(KINDS)


def test_the_index_of_many_sites_is_explained() -> None:
    text = FORMATS.section("Many sites: index.json")
    named = {name for row in table_rows(text) for name in re.findall(r"`(\w+)`", row[0])}
    structs = (Index, IndexEntry)
    assert named == {field.encode_name for struct in structs for field in msgspec.structs.fields(struct)}
    results = next(row[1] for row in table_rows(text) if row[0] == "`result`")
    assert set(re.findall(r"`(\w+)`", results)) == {"ok", "gaps", "failed", "pending"}
    assert SCHEMA in text
