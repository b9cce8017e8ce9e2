"""`consentinel verify` from end to end, on a site whose banner has the API of ours."""

import json
import re
import socket
from pathlib import Path

import pytest

from consentinel.banner.commands.verify import command
from consentinel.banner.verify.evidence import Operator
from consentinel.scanner.commands.scan import command as scanning
from consentinel.scanner.errors import InputError
from tests.conftest import Serve
from tests.sites.own_banner import TRACKER, own_banner_site
from tests.support.cli import mapped_to, run_cli
from tests.support.sites import Site

QUICK = ("--watch", "0", "--insecure", "--quiet")


@pytest.mark.browser
def test_a_sound_site_is_clean(serve: Serve) -> None:
    site = own_banner_site(reloads=True)
    result = run_cli("verify", site.start, *mapped_to(serve(site)), *QUICK, "--states", "gpc")
    assert result.exit_code == 0, result.output
    states = "states no-choice, reject, accept, withdrawn, gpc"
    assert f"Clean: nothing that needs consent was there without it (2 pages, {states})." in result.stdout


@pytest.mark.browser
def test_what_outlives_the_withdrawal_is_told_and_fails(serve: Serve, tmp_path: Path) -> None:
    site, file = own_banner_site(forgets=False), tmp_path / "verification.json"
    result = run_cli("verify", site.start, *mapped_to(serve(site)), *QUICK, "-o", file)
    assert (result.exit_code, result.stdout) == (1, "")
    told = json.loads(file.read_text())
    assert [(leak["name"], leak["how"], leak["states"]) for leak in told["leaks"]] == [
        ("_uetvid", "left-behind", ["withdrawn"])
    ]


@pytest.mark.browser
@pytest.mark.parametrize(
    ("file", "named"), [("banner.yaml", ("--config", "banner.yaml")), ("consentinel.yaml", ())]
)
def test_a_rule_of_the_operator_counts(
    file: str, named: tuple[str, ...], serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = own_banner_site(forgets=False)
    (tmp_path / file).write_text(
        f"site: {site.start}\nbanner:\n  rules: [{{cookie: _uetvid, category: strictly-necessary}}]\n"
    )
    monkeypatch.chdir(tmp_path)
    result = run_cli("verify", site.start, *mapped_to(serve(site)), *QUICK, *named)
    assert result.exit_code == 0, result.output


@pytest.mark.browser
def test_the_leaking_request_is_shown(serve: Serve) -> None:
    site = own_banner_site()
    head = '<script>new Image().src = "//bat.bing.com/action/0?id=1";</script>'
    site.page("/more", "<p>Forgotten.</p>", head=head)
    result = run_cli("verify", site.start, *mapped_to(serve(site)), *QUICK)
    assert result.exit_code == 1
    assert "targeting pixel bat.bing.com/action/0 (" in result.stdout
    assert "request: https://bat.bing.com/action/0?id=" in result.stdout
    assert f"when:    no-choice, reject, withdrawn\n   how:     a script: {site.start}more" in result.stdout
    assert f"nothing is held back there and nobody can withdraw: {site.start}more" in result.stdout


@pytest.mark.browser
@pytest.mark.parametrize(
    ("rule", "status", "says"),
    [
        ("", 0, "take out what asks for gone.nobody-knows.example:443."),
        (
            "{host: nobody-knows.example, category: targeting}",
            1,
            "request: https://gone.nobody-knows.example/",
        ),
    ],
)
def test_a_tag_of_a_host_that_does_not_exist_is_judged(
    rule: str, status: int, says: str, serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = own_banner_site()
    head = '<script async src="https://gone.nobody-knows.example/x.js"></script>'
    site.page("/more", "<p>Forgotten.</p>", head=head)
    address = serve(site).address
    mapped = [part for host in ("www.site.example", TRACKER) for part in ("--resolve", f"{host}={address}")]
    (tmp_path / "banner.yaml").write_text(f"site: {site.start}\nbanner:\n  rules: [{rule}]\n")
    monkeypatch.setattr(socket, "getaddrinfo", knows_nobody)
    config = ("--config", str(tmp_path / "banner.yaml"))
    result = run_cli("verify", site.start, *mapped, *QUICK, *config)
    assert result.exit_code == status, result.output
    assert says in " ".join(result.stdout.split())


def knows_nobody(*_arguments: object, **_options: object) -> None:
    raise socket.gaierror(socket.EAI_NONAME, "no such name")


@pytest.mark.browser
def test_a_site_without_a_banner_proves_nothing(serve: Serve) -> None:
    site = Site().page("/", "<p>We have no banner.</p>")
    result = run_cli("verify", site.start, *mapped_to(serve(site)), *QUICK, "--format", "md")
    assert result.exit_code == 2
    assert "There is no banner of consentinel on" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "no URL given"),
        (("https://a.example", "--fail-on", "gaps"), "--fail-on is for `consentinel scan`"),
        (("https://a.example", "-o", "x.pdf"), "x.pdf: unknown output format"),
        (("https://a.example", "--config", "no-such.yaml"), "no-such.yaml"),
    ],
)
def test_what_cannot_be_used_is_said(
    arguments: tuple[str, ...], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run_cli("verify", *arguments)
    assert result.exit_code == 2
    assert says in result.stderr
    assert result.stderr.count("\n") == 1


def test_the_settings_file_of_another_site_is_left_out_with_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("consentinel.yaml").write_text("site: https://a.example/\nbanner: {mode: strict}\n")
    monkeypatch.setattr("consentinel.banner.commands.verify.verify", refuse)
    result = run_cli("verify", "https://b.example/")
    assert result.stderr.splitlines() == [
        "consentinel: warning: consentinel.yaml is about https://a.example/, not https://b.example/, so its "
        "`banner:` does not count: name it with --config where it should",
        "consentinel: error: mode ''",
    ]


async def refuse(*_urls: object, operator: Operator, **_options: object) -> None:
    """Stand in for a verification: say what it would have been told."""
    raise InputError(f"mode {operator.mode!r}")


def test_the_document_names_each_option_of_a_scan_that_is_none_here() -> None:
    scan, verify = (
        {flag for option in found.params for flag in option.opts} for found in (scanning, command)
    )
    text = Path(__file__).parents[3].joinpath("docs/verify.md").read_text("utf-8")
    (sentence,) = (part for part in text.split("\n\n") if "options of `consentinel scan`" in part)
    named = set(re.findall(r"`(--[a-z-]+)`", sentence.partition("`--config`")[0]))
    assert named == {flag for flag in scan - verify if flag.startswith("--")} | {"--fail-on"}


def test_the_settings_file_at_hand_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("consentinel.yaml").write_text("site: https://a.example/\nbanner: {mode: strikt}\n")
    result = run_cli("verify")
    assert result.exit_code == 2
    assert "consentinel.yaml:2: 'mode' cannot be 'strikt'; did you mean 'strict'?" in result.stderr
