"""What the wheel and the sdist hold. A wheel that lacks a file builds without a word."""

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("scanner", "banner", "server")


def build(source: Path, out: Path, *kinds: str) -> Path:
    """Build `source` and return the one wheel that came out."""
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), *kinds, str(source)]
    ended = subprocess.run(command, check=False, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    (wheel,) = out.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an sdist, and the wheel that was built from it."""
    out = tmp_path_factory.mktemp("built")
    build(ROOT, out)
    return out


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (found,) = built.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    return names_in(wheel)


@pytest.fixture(scope="module")
def sdist_names(built: Path) -> set[str]:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


def names_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def files_of_the_tree() -> set[str]:
    """Return every file of the product that is not a by-product."""
    by_products = {"__pycache__", "node_modules"}
    files = (path for package in PACKAGES for path in (ROOT / package).rglob("*") if path.is_file())
    kept = (path.relative_to(ROOT) for path in files)
    return {path.as_posix() for path in kept if not by_products & set(path.parts)}


def test_the_wheel_holds_every_file_of_the_product(names: set[str]) -> None:
    wanted = {f"consentinel/{name}" for name in files_of_the_tree()} | {"consentinel/categories.yaml"}
    assert wanted - names == set()


def test_the_wheel_puts_nothing_else_at_the_root_of_site_packages(names: set[str]) -> None:
    assert {name.partition("/")[0] for name in names} == {"consentinel", "consentinel-0.1.0.dist-info"}


def test_the_wheel_holds_nothing_but_the_product(names: set[str]) -> None:
    product = {f"consentinel/{name}" for name in files_of_the_tree()} | {"consentinel/categories.yaml"}
    assert {name for name in names if name.startswith("consentinel/")} - product == set()


@pytest.mark.parametrize(
    "name",
    [
        *(f"consentinel/{package}/py.typed" for package in PACKAGES),
        "consentinel/categories.yaml",
        "consentinel-0.1.0.dist-info/licenses/LICENSE",
        "consentinel-0.1.0.dist-info/entry_points.txt",
    ],
)
def test_the_wheel_has(names: set[str], name: str) -> None:
    assert name in names


@pytest.mark.parametrize("suffix", [".js", ".yaml", ".html.j2", ".css"])
def test_data_files_go_with_the_code(names: set[str], suffix: str) -> None:
    assert [name for name in names if name.startswith("consentinel/scanner/") and name.endswith(suffix)]


@pytest.mark.parametrize("name", ["dist/head.js", "dist/ask.js", "locales/en.json", "regimes.yaml"])
def test_the_banner_is_built_without_node(names: set[str], name: str) -> None:
    assert f"consentinel/banner/{name}" in names


def test_the_report_schema_is_in_the_package(names: set[str]) -> None:
    assert [name for name in names if name.startswith("consentinel/scanner/") and "schema" in name]


def test_a_wheel_made_from_the_checkout_is_the_same(tmp_path: Path, names: set[str]) -> None:
    assert names_in(build(ROOT, tmp_path, "--wheel")) == names


@pytest.mark.parametrize(
    "name",
    [
        "Makefile",
        "README.md",
        "constraints.txt",
        "pyproject.toml",
        "categories.yaml",
        "banner/dist/head.js",
        "banner/src/head.js",
        "scanner/browser.py",
        "tests/test_packaging.py",
        "tests/npm/package-lock.json",
    ],
)
def test_the_sdist_has(sdist_names: set[str], name: str) -> None:
    assert name in sdist_names


def test_the_sdist_has_no_by_products(sdist_names: set[str]) -> None:
    by_products = {"node_modules", "__pycache__", ".venv", ".git", "dist"}
    kept = [name for name in sdist_names if not Path(name).is_relative_to("banner/dist")]
    assert [name for name in kept if by_products & set(Path(name).parts)] == []


def test_the_wheel_runs_by_itself(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    code = "import consentinel.scanner.party as p, consentinel.server.cli as c; print(p.__file__, c.__file__)"
    ended = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert [Path(file).is_relative_to(tmp_path) for file in ended.stdout.split()] == [True, True]
