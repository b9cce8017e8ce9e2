"""The floors of the house, read from the imports of every file; nothing is imported for it."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("scanner", "banner", "server")
MAX_LINES = 400
# One file on purpose: it is copied to where consentinel is not.
MAX_LINES_ALONE = {"consentinel.server.ledger.verify": 500}
FORBIDDEN_ROOMS = {"common", "helpers", "managers", "utils"}

# What each floor may import of the others. Longest prefix decides; a floor may always import itself.
MAY_IMPORT = {
    "consentinel.scanner": ("consentinel.scanner",),
    "consentinel.banner": (
        "consentinel.banner",
        "consentinel.scanner.catalogue",
        "consentinel.scanner.errors",
        "consentinel.scanner.report",
        # what is plain knowledge or writing, see docs/decisions/0011-what-the-banner-may-import.md
        "consentinel.scanner.commands.path_option",
        "consentinel.scanner.commands.warning",
        "consentinel.scanner.config_file",
        "consentinel.scanner.packs.durable",
        "consentinel.scanner.party",
        "consentinel.scanner.site_rules",
        "consentinel.scanner.site_rules_file",
        "consentinel.scanner.suggestion",
    ),
    "consentinel.banner.verify": ("consentinel.banner", "consentinel.scanner"),
    "consentinel.banner.commands.verify": ("consentinel.banner", "consentinel.scanner"),
    "consentinel.server": ("consentinel.server", "consentinel.banner", "consentinel.scanner"),
}
NOT_IN_THE_WEB_PROCESS = tuple(
    f"consentinel.scanner.{name}" for name in ("browser", "visit", "collectors", "egress")
)
BROWSER_OR_NETWORK = {"playwright", "socket", "ssl", "http", "urllib.request", "asyncio", "h11", "httpx2"}


@dataclass(frozen=True)
class Import:
    """`module` names a module or something in it; `top` is false inside functions and `if TYPE_CHECKING`."""

    module: str
    line: int
    top: bool


@dataclass(frozen=True)
class Source:
    """A file of the product."""

    path: Path
    module: str

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.path.read_text(encoding="utf-8"))


def sources() -> list[Source]:
    files = (path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")))
    return [Source(path, module_of(path)) for path in files if "node_modules" not in path.parts]


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(("consentinel", *parts)).removesuffix(".__init__")


def imports(tree: ast.AST, *, top: bool = True) -> Iterator[Import]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno, top) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (Import(f"{node.module}.{alias.name}", node.lineno, top) for alias in node.names)
        else:
            yield from imports(node, top=top and not is_deferred(node))


def is_deferred(node: ast.AST) -> bool:
    if isinstance(node, ast.If):
        return "TYPE_CHECKING" in ast.unparse(node.test)
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)


def within(module: str, roots: tuple[str, ...] | set[str]) -> bool:
    return any(module == root or module.startswith(f"{root}.") for root in roots)


def allowed_for(module: str) -> tuple[str, ...]:
    return MAY_IMPORT[max((prefix for prefix in MAY_IMPORT if within(module, (prefix,))), key=len)]


def violations(source: Source) -> list[str]:
    """Return what `source` imports and may not, one line each."""
    found = list(imports(source.tree))
    return [f"{source.module}:{item.line} imports {item.module}" for item in found if breaks(source, item)]


def breaks(source: Source, item: Import) -> bool:
    if within(item.module, ("playwright",)):
        return source.module != "consentinel.scanner.browser"
    if within(source.module, ("consentinel.scanner.catalogue",)) and within(item.module, BROWSER_OR_NETWORK):
        return True
    if (
        within(source.module, ("consentinel.server",))
        and item.top
        and within(item.module, NOT_IN_THE_WEB_PROCESS)
    ):
        return True
    return within(item.module, ("consentinel",)) and not within(item.module, allowed_for(source.module))


@pytest.mark.parametrize("source", sources(), ids=lambda source: source.module)
def test_imports_go_downwards_only(source: Source) -> None:
    assert violations(source) == []


@pytest.mark.parametrize(
    ("module", "code"),
    [
        ("consentinel.scanner.scan", "import consentinel.banner.rules"),
        ("consentinel.scanner.scan", "from consentinel.server import app"),
        ("consentinel.scanner.visit", "from playwright.async_api import Page"),
        ("consentinel.scanner.visit", "def f():\n    import playwright"),
        ("consentinel.scanner.catalogue.matching", "import socket"),
        ("consentinel.scanner.catalogue.matching", "from urllib import request"),
        ("consentinel.banner.rules", "from consentinel.scanner import scan"),
        ("consentinel.banner.rules", "from consentinel.scanner.browser import launch"),
        ("consentinel.server.app", "from consentinel.scanner.visit import visit"),
        ("consentinel.server.app", "if True:\n    import consentinel.scanner.egress"),
    ],
)
def test_the_test_sees_a_wrong_import(tmp_path: Path, module: str, code: str) -> None:
    path = tmp_path / "wrong.py"
    path.write_text(code, encoding="utf-8")
    assert len(violations(Source(path, module))) == 1


@pytest.mark.parametrize(
    ("module", "code"),
    [
        ("consentinel.scanner.browser", "from playwright.async_api import Page"),
        ("consentinel.scanner.catalogue.matching", "from urllib.parse import urlsplit"),
        ("consentinel.banner.verify", "from consentinel.scanner.scan import scan"),
        ("consentinel.server.cli", "def f():\n    from consentinel.scanner.visit import visit"),
        ("consentinel.server.app", "from consentinel.scanner.report import Report"),
    ],
)
def test_the_test_lets_right_imports_pass(tmp_path: Path, module: str, code: str) -> None:
    path = tmp_path / "right.py"
    path.write_text(code, encoding="utf-8")
    assert violations(Source(path, module)) == []


def loaded_by(module: str) -> set[str]:
    """Return all modules in memory after `module` was imported in a fresh interpreter."""
    code = f"import sys, {module}; print(*sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return set(ended.stdout.split())


def test_the_catalogue_brings_no_browser_and_no_server_with_it() -> None:
    loaded = loaded_by("consentinel.scanner.catalogue.loading")
    assert [name for name in loaded if within(name, {"playwright", *NOT_IN_THE_WEB_PROCESS})] == []


def test_the_command_line_opens_no_browser_at_import() -> None:
    loaded = loaded_by("consentinel.server.cli")
    assert [name for name in loaded if within(name, {"playwright", *NOT_IN_THE_WEB_PROCESS})] == []


def test_no_rooms_for_odds_and_ends() -> None:
    odd = [source.module for source in sources() if FORBIDDEN_ROOMS & set(source.module.split("."))]
    assert odd == []


@pytest.mark.parametrize("source", sources(), ids=lambda source: source.module)
def test_files_are_short_and_validate_without_assert(source: Source) -> None:
    most = MAX_LINES_ALONE.get(source.module, MAX_LINES)
    assert len(source.path.read_text(encoding="utf-8").splitlines()) <= most
    asserts = [node.lineno for node in ast.walk(source.tree) if isinstance(node, ast.Assert)]
    assert asserts == [], "python -O drops them: raise an error instead"


def test_functions_are_short() -> None:
    """DESIGN.md, style: the median of all functions is at most 10 lines (without the docstring)."""
    lengths = sorted(length for source in sources() for length in function_lengths(source.tree))
    assert lengths[len(lengths) // 2] <= 10


def function_lengths(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            yield (node.end_lineno or node.lineno) - body[0].lineno + 2 if body else 1


def test_every_suppression_has_a_reason() -> None:
    bare = re.compile(r"#\s*(noqa(:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*)?|type:\s*ignore(\[[^\]]*\])?)\s*$")
    found = [
        f"{source.module}:{number}"
        for source in sources()
        for number, line in enumerate(source.path.read_text(encoding="utf-8").splitlines(), 1)
        if bare.search(line)
    ]
    assert found == []
