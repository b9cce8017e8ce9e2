import json
import os
import subprocess
from pathlib import Path

import pytest

from consentinel.scanner.browser_process import (
    DRIVER_ENVIRONMENT,
    browser_environment,
    browser_wrapper,
    driver_environment,
)

ECHO = '#!/bin/sh\nfor argument do printf "%s\\n" "$argument"; done\n'


@pytest.fixture
def echo(tmp_path: Path) -> Path:
    """An executable that prints its arguments, in a folder with a name that needs quoting."""
    folder = tmp_path / "it's here"
    folder.mkdir()
    path = folder / "echo"
    path.write_text(ECHO, encoding="utf-8")
    path.chmod(0o700)
    return path


def run(wrapper: Path, *arguments: str) -> list[str]:
    return subprocess.run(
        [wrapper, *arguments], check=True, capture_output=True, text=True
    ).stdout.splitlines()


def preferences(profile: Path) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = json.loads((profile / "Default" / "Preferences").read_text("utf-8"))
    return found


@pytest.mark.parametrize(("allowed", "mode"), [(True, 0), (False, 1)])
def test_profile_is_seeded(echo: Path, tmp_path: Path, allowed: bool, mode: int) -> None:
    profile = tmp_path / "a profile"
    with browser_wrapper(echo, third_party_cookies=allowed) as wrapper:
        run(wrapper, f"--user-data-dir={profile}")
    assert preferences(profile)["profile"] == {
        "block_third_party_cookies": not allowed,
        "cookie_controls_mode": mode,
    }


def test_arguments_arrive_unchanged_and_in_order(echo: Path) -> None:
    arguments = ["--blink-settings=a=1,b=2", "--proxy-bypass-list=<-loopback>", "with space", "$HOME `x`", ""]
    with browser_wrapper(echo, third_party_cookies=True) as wrapper:
        first, *rest = run(wrapper, *arguments)
    assert first.startswith("--disable-features=IsolateOrigins,site-per-process,")
    assert rest == arguments


def test_disabled_features_are_joined_into_one_flag(echo: Path) -> None:
    with browser_wrapper(echo, third_party_cookies=True) as wrapper:
        lines = run(wrapper, "--disable-features=One,Two", "--x", "--disable-features=Three")
    assert len(lines) == 2
    assert lines[0].endswith(",One,Two,Three")
    assert lines[1] == "--x"


def test_wrapper_is_private_and_gone_afterwards(echo: Path) -> None:
    with browser_wrapper(echo, third_party_cookies=True) as wrapper:
        assert wrapper.parent.stat().st_mode & 0o077 == 0
    assert not wrapper.parent.exists()


def test_the_browser_sees_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREVIEW_TOKEN", "canary")
    monkeypatch.setenv("LC_TIME", "C")
    environment = browser_environment()
    assert "canary" not in environment.values()
    assert environment["LC_TIME"] == "C"
    assert environment["PATH"] == os.environ["PATH"]


def test_driver_environment_ends_with_its_block(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in DRIVER_ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    before = dict(os.environ)
    with driver_environment():
        assert dict(os.environ) == before | DRIVER_ENVIRONMENT
    assert dict(os.environ) == before


def test_driver_environment_leaves_what_the_operator_has_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NODE_OPTIONS", "--use-openssl-ca")
    with driver_environment():
        assert os.environ["NODE_OPTIONS"] == "--use-openssl-ca"
    assert os.environ["NODE_OPTIONS"] == "--use-openssl-ca"


def test_browser_does_not_get_the_options_of_the_driver() -> None:
    with driver_environment():
        assert not set(browser_environment()) & set(DRIVER_ENVIRONMENT)
