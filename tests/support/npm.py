"""Packages that nobody here wrote: tests/npm/package-lock.json, installed on demand.

Tracker SDKs, banners and axe-core are inputs of the tests. They are pinned by the lock file, never committed,
and no install script of theirs runs.
"""

import fcntl
import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "npm"
INSTALL = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
TIMEOUT_S = 200.0
STAMP = ".installed-from"


class NpmError(RuntimeError):
    """The packages could not be installed, or a file of one is missing."""


@cache
def npm_root() -> Path:
    """Return tests/npm/node_modules, complete as the lock file says; raise NpmError when npm cannot do it.

    The first caller of all test workers installs, the others wait for it.
    """
    return installed(FOLDER)


def package_file(package: str, path: str) -> Path:
    """Return a file of an installed package, e.g. `("klaro", "dist/klaro.js")`; raise NpmError without it."""
    file = npm_root() / package / path
    if not file.is_file():
        raise NpmError(f"{package} has no file {path}: its layout changed, look into {file.parent}")
    return file


def package_version(package: str) -> str:
    """Return the pinned version of a direct dependency as package-lock.json says."""
    lock = json.loads((FOLDER / "package-lock.json").read_bytes())
    return str(lock["packages"][f"node_modules/{package}"]["version"])


def installed(folder: Path, npm: str = "npm") -> Path:
    """Run `npm ci` in `folder` unless node_modules was made from this very lock file; return node_modules."""
    lock_file = folder / "package-lock.json"
    modules = folder / "node_modules"
    wanted = hashlib.sha256(lock_file.read_bytes()).hexdigest()
    with _alone(lock_file):
        if _stamp(modules) != wanted:
            _install(folder, npm)
            (modules / STAMP).write_text(wanted, encoding="ascii")
    return modules


def _stamp(modules: Path) -> str | None:
    try:
        return (modules / STAMP).read_text(encoding="ascii")
    except FileNotFoundError:
        return None


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Hold the lock of `file` among all processes of this machine; the kernel drops it when a worker dies."""
    with file.open("rb") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _install(folder: Path, npm: str) -> None:
    program = shutil.which(npm)
    if program is None:
        raise NpmError("npm was not found: install Node.js 20 or newer, the tests need its packages")
    try:
        done = subprocess.run(
            [program, *INSTALL], cwd=folder, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise NpmError(
            f"`npm ci` in {folder} took longer than {TIMEOUT_S:.0f} s: is there a registry?"
        ) from None
    if done.returncode != 0:
        raise NpmError(f"`npm ci` in {folder} failed:\n{done.stderr.strip()[-2000:]}")
    (folder / "node_modules").mkdir(exist_ok=True)  # a lock without packages leaves no folder
