"""Which browser the tests drive."""

import os
import shutil
from pathlib import Path

_SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> Path | None:
    """Return the browser to test with: CONSENTINEL_BROWSER, Playwright's own, else the system's."""
    named = os.environ.get("CONSENTINEL_BROWSER")
    return Path(named) if named else (_playwright_chromium() or _system_chromium())


def launch_flags() -> list[str]:
    """Return the flags each launch needs here: root has no user namespace to build a sandbox in."""
    return ["--no-sandbox"] if os.geteuid() == 0 else []


def _playwright_chromium() -> Path | None:
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    found = [path for path in cache.glob("chromium-*/chrome-linux*/chrome") if os.access(path, os.X_OK)]
    return max(found, key=_revision, default=None)


def _revision(executable: Path) -> int:
    return int(executable.parent.parent.name.removeprefix("chromium-"))


def _system_chromium() -> Path | None:
    paths = (shutil.which(name) for name in _SYSTEM_NAMES)
    return next((Path(path) for path in paths if path), None)
