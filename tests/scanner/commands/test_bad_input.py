"""What cannot be done is one line on standard error, nothing on standard output, and exit status 2."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Serve
from tests.sites import challenge, error_pages, login_wall, not_html, redirect_loop
from tests.support.cli import mapped_to, run_cli
from tests.support.sites import Site

URL = "http://www.site.example/"


def refused(*arguments: str | Path, env: dict[str, str] | None = None) -> str:
    """Return the one line that the command leaves."""
    result = run_cli("scan", *arguments, "--watch", "0", env=env)
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    (line,) = result.stderr.splitlines()
    return line.removeprefix("consentinel: error: ")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    yield
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("htp://www.site.example", "only http:// and https://"),
        ("example", "has no scheme: write 'https://example'"),
        ("file:///etc/passwd", "only http:// and https://"),
        ("http://", "has no host"),
        ("http://a b/", "no valid host name"),
        ("http://x.example:99999/", "bad port"),
        ("https://user:secret@x.example/", "name that with --http-auth"),
        ("http://x.example/\x1b[31m", "control characters"),
    ],
)
def test_urls(url: str, problem: str) -> None:
    line = refused(url)
    assert problem in line
    assert "secret" not in line
    assert line.isprintable()


def test_the_site_of_the_settings_file_is_scanned_where_no_url_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "consentinel.yaml").write_text("site: http://127.0.0.1:9/\n")
    assert "127.0.0.1" in refused()


def test_no_url() -> None:
    assert "no URL given" in refused()


def test_two_sites() -> None:
    assert "different sites (a.example, b.example)" in refused("http://a.example/", "http://b.example/")


def test_a_catalogue_that_cannot_be_read(tmp_path: Path) -> None:
    assert refused(URL, "--catalogue", tmp_path / "none.yaml").startswith(f"{tmp_path / 'none.yaml'}:1: ")
    (tmp_path / "bad.yaml").write_text("vendors:\n  - x: [1\n")
    assert "bad.yaml:3: not YAML" in refused(URL, "--catalogue", "bad.yaml")


def test_a_setting_that_makes_no_sense() -> None:
    assert "--states must be one of no-choice" in refused(URL, "--states", "maybe")


def test_no_browser() -> None:
    line = refused(URL, env={"CONSENTINEL_BROWSER": "/nonexistent/chromium"})
    assert line.startswith("CONSENTINEL_BROWSER=/nonexistent/chromium is not")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("-o", "none/report.json"), "none/report.json: there is no directory"),
        (("-o", "report.docx"), "report.docx: unknown output format"),
        (("-o", "folder.json"), "folder.json: this is a directory"),
        (("-o", "a.json", "-o", "../{here}/a.json"), "named twice"),
        (("--har", "file"), "file: File exists"),
        (("--har", "file/har"), "file/har: Not a directory"),
    ],
)
def test_places_that_cannot_be_written_are_found_before_the_scan(
    arguments: tuple[str, ...], problem: str, tmp_path: Path
) -> None:
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "file").touch()
    named = [argument.format(here=tmp_path.name) for argument in arguments]
    assert problem in refused("http://nobody.asks.invalid/", *named)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--sites", "sites.txt"), "--sites needs --out-dir DIR"),
        ((URL, "--sites", "sites.txt", "--out-dir", "out"), "not with a URL"),
        (("--sites", "sites.txt", "--out-dir", "out", "-o", "a.json"), "not with a URL, -o, --format"),
        ((URL, "--out-dir", "out"), "go with --sites FILE"),
        ((URL, "--jobs", "2"), "go with --sites FILE"),
        (("--sites", "none.txt", "--out-dir", "out"), "none.txt: No such file"),
    ],
)
def test_options_that_do_not_go_together(arguments: tuple[str, ...], problem: str) -> None:
    assert problem in refused(*arguments)


@pytest.mark.browser
def test_an_unknown_host() -> None:
    assert "the host nowhere.invalid is unknown" in refused("http://nowhere.invalid/")


@pytest.mark.browser
def test_a_refused_connection() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        line = refused(URL, "--resolve", f"*=127.0.0.1:{unused.getsockname()[1]}")
    assert "www.site.example:80 refused the connection" in line


@pytest.mark.browser
def test_a_private_address() -> None:
    assert "not at a public address" in refused("http://127.0.0.1/")


@pytest.mark.browser
def test_a_certificate_that_is_not_valid(serve: Serve) -> None:
    site = Site("https://www.site.example/").page("/", "x")
    line = refused(site.start, *mapped_to(serve(site)))
    assert "the TLS certificate is not valid" in line
    assert "--insecure" in line


@pytest.mark.browser
@pytest.mark.parametrize(
    ("site", "problem"),
    [
        pytest.param(not_html.site(), "application/pdf, not HTML", id="pdf"),
        pytest.param(not_html.json_site(), "application/json, not HTML", id="json"),
        pytest.param(not_html.image_site(), "image/gif, not HTML", id="image"),
        pytest.param(error_pages.site(), "status 404", id="404"),
        pytest.param(error_pages.broken(), "status 500", id="500"),
        pytest.param(redirect_loop.site(), "redirects in a loop", id="loop"),
        pytest.param(challenge.site(), "proof of a human visitor", id="challenge"),
        pytest.param(login_wall.site(), "login page", id="login"),
    ],
)
def test_start_pages_that_cannot_be_scanned(site: Site, problem: str, serve: Serve) -> None:
    line = refused(site.start, *mapped_to(serve(site)), "-o", "report.json")
    assert line.startswith(site.start)
    assert problem in line
    assert not Path("report.json").exists()
