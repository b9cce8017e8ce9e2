"""The type checker for JavaScript sees all of it, and its lock file names no registry."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TOOLS = ROOT / ".tools" / "js"
# Modules, which are programs as they stand.
MODULES = (ROOT / "banner" / "src", ROOT / "banner" / "hosting")
# The demo's scripts stand in for those of other people's sites; the bundles are made of the modules.
UNCHECKED = (ROOT / "scanner" / "demo", ROOT / "banner" / "dist")
CHECKED = [
    path
    for package in ("scanner", "banner", "server")
    for path in sorted((ROOT / package).rglob("*.js"))
    if "node_modules" not in path.parts
    and not any(path.is_relative_to(folder) for folder in (*MODULES, *UNCHECKED))
]


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("js") / "build"
    folder.mkdir()
    (folder / "removed_hook.js").write_text("stale")
    subprocess.run([sys.executable, TOOLS / "assemble.py", folder], check=True)
    return {path.name: path.read_text("utf-8") for path in folder.iterdir()}


@pytest.mark.parametrize("file", CHECKED, ids=lambda path: path.name)
def test_every_script_is_part_of_a_program(file: Path, programs: dict[str, str]) -> None:
    text = file.read_text("utf-8").strip().removesuffix(";")
    assert [name for name, program in programs.items() if text in program]


@pytest.fixture(scope="module")
def modules() -> set[Path]:
    """The files that the type checker reads for the banner."""
    compiler, project = TOOLS / "node_modules" / ".bin" / "tsc", TOOLS / "banner.tsconfig.json"
    command = [str(compiler), "--project", str(project), "--listFilesOnly"]
    ended = subprocess.run(command, check=True, capture_output=True, text=True)
    return {Path(line).resolve() for line in ended.stdout.splitlines()}


@pytest.mark.parametrize("folder", MODULES, ids=lambda path: path.name)
def test_every_module_of_the_banner_is_checked(folder: Path, modules: set[Path]) -> None:
    files = {path.resolve() for suffix in ("*.js", "*.mjs") for path in folder.rglob(suffix)}
    assert files
    assert files - modules == set()


def test_nothing_stale_is_left(programs: dict[str, str]) -> None:
    assert "removed_hook.js" not in programs


def test_the_checker_is_pinned_and_no_registry_is_named() -> None:
    wanted = json.loads((TOOLS / "package.json").read_bytes())["devDependencies"]
    locked = json.loads((TOOLS / "package-lock.json").read_bytes())["packages"]
    assert {name: locked[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert all("integrity" in package for name, package in locked.items() if name)
    assert not any("resolved" in package for package in locked.values())
