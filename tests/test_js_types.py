"""The type checker for JavaScript sees all of it, and its lock file names no registry."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TOOLS = ROOT / ".tools" / "js"
# The demo's scripts stand in for those of other people's sites, which nobody checks either.
CHECKED = [
    path
    for package in ("scanner", "banner", "server")
    for path in sorted((ROOT / package).rglob("*.js"))
    if not path.is_relative_to(ROOT / "scanner" / "demo") and "node_modules" not in path.parts
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


def test_nothing_stale_is_left(programs: dict[str, str]) -> None:
    assert "removed_hook.js" not in programs


def test_the_checker_is_pinned_and_no_registry_is_named() -> None:
    wanted = json.loads((TOOLS / "package.json").read_bytes())["devDependencies"]
    locked = json.loads((TOOLS / "package-lock.json").read_bytes())["packages"]
    assert {name: locked[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert all("integrity" in package for name, package in locked.items() if name)
    assert not any("resolved" in package for package in locked.values())
