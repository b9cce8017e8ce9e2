"""Fixtures for the whole suite."""

from collections.abc import Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import hypothesis
import pytest
from starlette.types import ASGIApp

from consentinel.scanner.demo.loopback import LoopbackServer, TlsFiles
from consentinel.scanner.packs.places import DATA_VARIABLE
from tests.support.browsers import find_chromium, launch_flags
from tests.support.loops import no_loop_of_playwright
from tests.support.sites import Site
from tests.support.tls import make_tls_files

# No test of ours is timed: machines are shared.
hypothesis.settings.register_profile("steady", deadline=None)
hypothesis.settings.load_profile("steady")


class Serve(Protocol):
    """Start a server for an application; a `Site` that begins with https gets a certificate by itself."""

    def __call__(self, app: ASGIApp, *, tls: TlsFiles | None = None) -> LoopbackServer: ...


class MakeTlsFiles(Protocol):
    """Make a CA and a certificate for hosts."""

    def __call__(self, *hosts: str) -> TlsFiles: ...


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Let `asyncio.run` work in tests after one that used `page`."""
    if not isinstance(item, pytest.Function) or "playwright" in item.fixturenames:
        return (yield)
    with no_loop_of_playwright():
        return (yield)


@pytest.fixture(scope="session", autouse=True)
def _no_installed_packs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep packs that somebody has installed on this machine out of all tests, and of what they start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(DATA_VARIABLE, str(tmp_path_factory.mktemp("no-packs")))
        yield


@pytest.fixture
def tls_files(tmp_path_factory: pytest.TempPathFactory) -> MakeTlsFiles:
    def make(*hosts: str) -> TlsFiles:
        return make_tls_files(tmp_path_factory.mktemp("tls"), hosts)

    return make


@pytest.fixture
def serve(tls_files: MakeTlsFiles) -> Iterator[Serve]:
    with ExitStack() as servers:

        def start(app: ASGIApp, *, tls: TlsFiles | None = None) -> LoopbackServer:
            if tls is None and isinstance(app, Site) and app.secure:
                tls = tls_files(*app.hosts)
            return servers.enter_context(LoopbackServer(app, tls=tls))

        yield start


@pytest.fixture(scope="session")
def chromium_executable() -> Path:
    executable = find_chromium()
    if executable is None:
        pytest.fail("no Chromium: set CONSENTINEL_BROWSER or run `consentinel install`", pytrace=False)
    return executable


@pytest.fixture(scope="session")
def base_url() -> str:
    """Replace pytest-base-url's fixture, which warns under pytest 9; tests name their own addresses."""
    return ""


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: dict[str, object], chromium_executable: Path
) -> dict[str, object]:
    return {
        **browser_type_launch_args,
        "executable_path": str(chromium_executable),
        "args": launch_flags(),
    }
