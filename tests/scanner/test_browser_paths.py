import json
from pathlib import Path

import pytest

from consentinel.scanner import browser_paths
from consentinel.scanner.browser_paths import FoundBrowser, find_browser, find_browsers
from consentinel.scanner.errors import BrowserError


def executable(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n", encoding="utf-8")
    path.chmod(0o700)
    return path


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any browser; returns its root, with `bin` on PATH."""
    package = tmp_path / "package"
    package.mkdir()
    browsers = {"browsers": [{"name": "firefox", "revision": "9"}, {"name": "chromium", "revision": "7"}]}
    (package / "browsers.json").write_text(json.dumps(browsers), encoding="utf-8")
    monkeypatch.setattr(browser_paths, "_playwright_package", lambda: package)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "cache"))
    monkeypatch.delenv("CONSENTINEL_BROWSER", raising=False)
    return tmp_path


def playwright_chromium(cache: Path, *, complete: bool = True) -> Path:
    path = executable(cache / "chromium-7" / "chrome-linux64" / "chrome")
    if complete:
        (cache / "chromium-7" / "INSTALLATION_COMPLETE").touch()
    return path


def test_no_browser_says_what_to_do(machine: Path) -> None:
    with pytest.raises(BrowserError, match="run `consentinel install`"):
        find_browser()


def test_order_of_system_browsers(machine: Path) -> None:
    for name in ("microsoft-edge", "google-chrome", "chromium-browser", "chromium"):
        executable(machine / "bin" / name)
    names = [found.path.name for found in find_browsers()]
    assert names == ["chromium", "chromium-browser", "google-chrome", "microsoft-edge"]


def test_playwright_comes_before_the_system(machine: Path) -> None:
    executable(machine / "bin" / "chromium")
    path = playwright_chromium(machine / "cache")
    assert find_browser() == FoundBrowser(path, "playwright")


def test_half_a_download_is_no_browser(machine: Path) -> None:
    playwright_chromium(machine / "cache", complete=False)
    assert find_browsers() == []


@pytest.mark.parametrize(
    ("variables", "cache"),
    [
        ({"PLAYWRIGHT_BROWSERS_PATH": "0"}, "package/.local-browsers"),
        ({"PLAYWRIGHT_BROWSERS_PATH": "", "XDG_CACHE_HOME": ""}, "home/.cache/ms-playwright"),
    ],
)
def test_places_of_playwrights_downloads(
    machine: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], cache: str
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    path = playwright_chromium(machine / cache)
    assert find_browser().path == path


def test_the_named_browser_comes_first_and_alone(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    playwright_chromium(machine / "cache")
    path = executable(machine / "elsewhere" / "my browser")
    monkeypatch.setenv("CONSENTINEL_BROWSER", str(path))
    assert find_browsers() == [FoundBrowser(path, "CONSENTINEL_BROWSER")]


def test_a_named_browser_that_is_missing_is_an_error(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    executable(machine / "bin" / "chromium")
    monkeypatch.setenv("CONSENTINEL_BROWSER", "/no/such/file")
    with pytest.raises(BrowserError, match="CONSENTINEL_BROWSER=/no/such/file is not an executable file"):
        find_browser()


def test_applications_of_macos(machine: Path) -> None:
    path = executable(machine / "home/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
    assert find_browser() == FoundBrowser(path, "system")


def test_the_installed_playwright_has_a_revision(monkeypatch: pytest.MonkeyPatch) -> None:
    package = browser_paths._playwright_package()
    assert package is not None
    assert browser_paths._playwright_revision(package).isdecimal()
