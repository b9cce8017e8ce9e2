"""The lock file of the frameworks names no registry, and pins what is installed."""

import json

from tests.banner.frameworks.next_build import NPM

LOCKED = json.loads((NPM / "package-lock.json").read_bytes())["packages"]


def test_no_registry_is_named() -> None:
    assert [name for name, entry in LOCKED.items() if "resolved" in entry] == []


def test_what_is_installed_on_linux_is_checked() -> None:
    """Next.js' compilers for other systems were written in by hand: not every registry has them."""
    unchecked = [entry for name, entry in LOCKED.items() if name and "integrity" not in entry]
    assert {system for entry in unchecked for system in entry["os"]} == {"darwin", "win32"}


def test_every_direct_dependency_is_pinned_exactly() -> None:
    wanted = json.loads((NPM / "package.json").read_bytes())["dependencies"]
    assert {name: LOCKED[f"node_modules/{name}"]["version"] for name in wanted} == wanted
