"""Where on this machine a Chromium is. Looks only at the file system; starts nothing."""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import util
from pathlib import Path
from typing import Literal

from consentinel.scanner.errors import BrowserError

__all__ = ["INSTALL_HINT", "FoundBrowser", "find_browser", "find_browsers"]

Source = Literal["CONSENTINEL_BROWSER", "playwright", "system"]

BROWSER_VARIABLE = "CONSENTINEL_BROWSER"
INSTALL_HINT = "run `consentinel install`"
SYSTEM_COMMANDS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "microsoft-edge-stable",
)
MACOS_APPLICATIONS = ("Chromium", "Google Chrome", "Microsoft Edge")
# Layout of Playwright's download directory (its registry/index.ts): one folder per browser and revision with
# a marker file that is written last, inside it one folder per platform.
PLAYWRIGHT_MARKER = "INSTALLATION_COMPLETE"
PLAYWRIGHT_EXECUTABLES = ("chrome-linux*/chrome", "chrome-mac*/*.app/Contents/MacOS/*")


@dataclass(frozen=True)
class FoundBrowser:
    """An executable that should be a Chromium, and where it was found."""

    path: Path
    source: Source


def find_browser() -> FoundBrowser:
    """Return the browser to use: CONSENTINEL_BROWSER, else Playwright's Chromium, else the system's.

    Raises BrowserError if CONSENTINEL_BROWSER names no executable, or if there is no browser at all.
    """
    found = find_browsers()
    if not found:
        raise BrowserError(f"no Chromium or Chrome on this machine: {INSTALL_HINT}")
    return found[0]


def find_browsers() -> list[FoundBrowser]:
    """Return all browsers in the order of preference; CONSENTINEL_BROWSER, when set, is the only one.

    Raises BrowserError if CONSENTINEL_BROWSER names no executable.
    """
    chosen = os.environ.get(BROWSER_VARIABLE)
    if chosen:
        return [FoundBrowser(_executable(chosen), "CONSENTINEL_BROWSER")]
    downloaded = [FoundBrowser(path, "playwright") for path in _playwright_paths()]
    return downloaded + [FoundBrowser(path, "system") for path in _system_paths()]


def _executable(chosen: str) -> Path:
    found = shutil.which(chosen)
    if found is None:
        raise BrowserError(f"{BROWSER_VARIABLE}={chosen} is not an executable file: correct or unset it")
    return Path(found)


def _playwright_paths() -> Iterator[Path]:
    package = _playwright_package()
    if package is None:
        return
    folder = _playwright_cache(package) / f"chromium-{_playwright_revision(package)}"
    if (folder / PLAYWRIGHT_MARKER).exists():
        for pattern in PLAYWRIGHT_EXECUTABLES:
            yield from (path for path in sorted(folder.glob(pattern)) if os.access(path, os.X_OK))


def _playwright_package() -> Path | None:
    spec = util.find_spec("playwright")
    return Path(spec.origin).parent / "driver" / "package" if spec and spec.origin else None


def _playwright_revision(package: Path) -> str:
    browsers = json.loads((package / "browsers.json").read_text(encoding="utf-8"))["browsers"]
    return next((str(entry["revision"]) for entry in browsers if entry["name"] == "chromium"), "")


def _playwright_cache(package: Path) -> Path:
    """Return the download directory by Playwright's own rules (PLAYWRIGHT_BROWSERS_PATH, else the cache)."""
    chosen = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    if chosen == "0":
        return package / ".local-browsers"
    if chosen:
        return Path(chosen)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "ms-playwright"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ms-playwright"


def _system_paths() -> Iterator[Path]:
    for command in SYSTEM_COMMANDS:
        if found := shutil.which(command):
            yield Path(found)
    for root in (Path("/Applications"), Path.home() / "Applications"):
        for name in MACOS_APPLICATIONS:
            path = root / f"{name}.app" / "Contents" / "MacOS" / name
            if path.exists():
                yield path
