"""tests.support.npm: installed once, again after the lock changed, a clear word when it cannot be."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.npm import FOLDER, STAMP, NpmError, installed, package_file, package_version

EMPTY_LOCK = {"name": "x", "version": "1.0.0", "lockfileVersion": 3, "requires": True, "packages": {"": {}}}
COUNTING_NPM = """#!/bin/sh
echo run >> runs
sleep 0.3
rm -rf node_modules
mkdir node_modules
"""


def project(folder: Path) -> Path:
    (folder / "package-lock.json").write_text(json.dumps(EMPTY_LOCK), encoding="utf-8")
    return folder


def fake_npm(folder: Path, script: str) -> str:
    program = folder / "fake-npm"
    program.write_text(script, encoding="utf-8")
    program.chmod(0o755)
    return str(program)


def runs(folder: Path) -> int:
    return len((folder / "runs").read_text(encoding="utf-8").splitlines())


def test_workers_install_exactly_once(tmp_path: Path) -> None:
    folder, npm = project(tmp_path), fake_npm(tmp_path, COUNTING_NPM)
    with ThreadPoolExecutor(3) as callers:  # flock belongs to the open file: threads wait like processes do
        roots = list(callers.map(installed, [folder] * 3, [npm] * 3))
    assert roots == [folder / "node_modules"] * 3
    assert runs(folder) == 1


def test_a_changed_lock_installs_again(tmp_path: Path) -> None:
    folder, npm = project(tmp_path), fake_npm(tmp_path, COUNTING_NPM)
    installed(folder, npm)
    (folder / "package-lock.json").write_text(json.dumps(EMPTY_LOCK | {"version": "2.0.0"}), encoding="utf-8")
    installed(folder, npm)
    assert runs(folder) == 2


def test_a_missing_npm_fails_and_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NpmError, match=r"npm was not found: install Node\.js"):
        installed(project(tmp_path), npm="no-such-npm")


def test_a_failing_npm_fails_with_its_own_words_and_leaves_no_stamp(tmp_path: Path) -> None:
    npm = fake_npm(tmp_path, "#!/bin/sh\necho 'ETARGET no such version' >&2\nexit 1\n")
    with pytest.raises(NpmError, match="ETARGET no such version"):
        installed(project(tmp_path), npm)
    assert not (tmp_path / "node_modules" / STAMP).exists()


@pytest.mark.npm
def test_the_real_packages_are_there_in_the_pinned_version() -> None:
    pinned = json.loads((FOLDER / "package.json").read_bytes())["dependencies"]
    for package, version in pinned.items():
        manifest = json.loads(package_file(package, "package.json").read_bytes())
        assert manifest["version"] == version == package_version(package)


@pytest.mark.npm
def test_a_file_that_a_package_does_not_have_is_an_error() -> None:
    with pytest.raises(NpmError, match="klaro has no file nope\\.js"):
        package_file("klaro", "nope.js")


def test_the_lock_file_names_no_registry() -> None:
    packages = json.loads((FOLDER / "package-lock.json").read_bytes())["packages"]
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert [name for name, entry in packages.items() if name and "integrity" not in entry] == []
    assert "omit-lockfile-registry-resolved=true" in (FOLDER / ".npmrc").read_text(encoding="utf-8").split()


def test_every_direct_dependency_is_pinned_exactly() -> None:
    pinned = json.loads((FOLDER / "package.json").read_bytes())["dependencies"]
    assert [name for name, version in pinned.items() if not version[0].isdigit()] == []
