"""`consentinel scan` on small sites, with a real browser."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import psutil
import pytest

from consentinel.scanner import report as reports
from consentinel.scanner.demo.loopback import LoopbackServer
from consentinel.scanner.report import Report
from tests.conftest import Serve
from tests.support.cli import mapped_to, run_cli, start_cli
from tests.support.installed_packs import damage, install_packs
from tests.support.sites import Site

pytestmark = pytest.mark.browser

SCHEMA = json.loads(resources.files("consentinel.scanner").joinpath("report.schema.json").read_text("utf-8"))
QUICK = ("--watch", "0", "--settle-cap", "1")
SECRET = "s3cr3t-canary-0123456789"


def site(pages: int = 3) -> Site:
    links = "".join(f'<a href="/p{number}">Page {number}</a> ' for number in range(pages))
    built = Site().page("/", links, cookies=(f"_ga=GA1.2.{SECRET}; Path=/; Max-Age=63072000",))
    for number in range(pages):
        built.page(f"/p{number}", f"Page {number}", cookies=(f"page{number}=1; Path=/",))
    return built


def valid_report(path: Path) -> Report:
    content = path.read_bytes()
    jsonschema.validate(json.loads(content), SCHEMA)
    return reports.decode(content)


def wait_for_end(process: subprocess.Popen[str]) -> tuple[str, str]:
    try:
        return process.communicate(timeout=60)
    finally:
        process.kill()


def test_a_scan_prints_and_writes_every_format_and_says_how_it_goes_on(serve: Serve, tmp_path: Path) -> None:
    files = [f"report.{suffix}" for suffix in ("json", "html", "md", "csv", "txt")]
    outputs = [part for name in files for part in ("-o", name)]
    server = serve(site())
    process = start_cli("scan", site().start, *mapped_to(server), *QUICK, *outputs, directory=tmp_path)
    printed, said = wait_for_end(process)
    assert process.returncode == 0, said
    *pages, wrote = said.splitlines()
    assert wrote == f"wrote {', '.join(files)}"
    assert [line.split(" ", 2)[:2] for line in pages] == [
        ["[no-choice", f"{number}/25]"] for number in (1, 2, 3, 4)
    ]
    assert pages[0].startswith("[no-choice 1/25] http://www.site.example/ 200 · 1 request · 1 finding · ")
    report = valid_report(tmp_path / "report.json")
    assert {finding.name for finding in report.findings} == {"_ga", "page0", "page1", "page2"}
    assert not report.scanned.truncated
    assert printed == (tmp_path / "report.txt").read_text()
    assert "need consent but are set before any choice" in printed
    for name in files:
        content = (tmp_path / name).read_text()
        assert "_ga" in content
        assert SECRET not in content
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(files)


def test_format_and_quiet(serve: Serve) -> None:
    result = run_cli("scan", site().start, *mapped_to(serve(site(0))), *QUICK, "--format", "json", "--quiet")
    assert (result.exit_code, result.stderr) == (0, "")
    assert reports.decode(result.stdout_bytes).site == site().start


@pytest.mark.parametrize(
    ("rule", "status", "said"),
    [
        ("performance", 1, "consentinel: failed: 1 performance findings without the consent they need\n"),
        ("targeting", 0, ""),
    ],
)
def test_fail_on(rule: str, status: int, said: str, serve: Serve) -> None:
    server = serve(site(0))
    result = run_cli("scan", site().start, *mapped_to(server), *QUICK, "--quiet", "--fail-on", rule)
    assert (result.exit_code, result.stderr) == (status, said)
    assert "_ga" in result.stdout


@pytest.mark.parametrize("values", [False, True])
def test_har(values: bool, serve: Serve, tmp_path: Path) -> None:
    flags = ["--har-values"] if values else []
    directory = tmp_path / "new" / "har"
    result = run_cli("scan", site().start, *mapped_to(serve(site(1))), *QUICK, "--har", directory, *flags)
    assert result.exit_code == 0, result.stderr
    (file,) = directory.iterdir()
    assert file.name == "no-choice.har"
    content = file.read_text()
    log: dict[str, Any] = json.loads(content)["log"]
    assert [page["title"] for page in log["pages"]] == [site().start, f"{site().start}p0"]
    assert (SECRET in content) == values
    assert (file.stat().st_mode & 0o077 == 0) == values, "values are for the owner only"


def site_of_a_pack() -> Site:
    head = '<script src="http://cdn.acme-ads.example/a.js"></script><script src="/own.js"></script>'
    jar = ("acme_anvil=1; Path=/", "our_basket=1; Path=/", "_ga=GA1.2.1.2; Path=/")
    return (
        Site()
        .page("/", head=head, cookies=jar)
        .script("/own.js", "localStorage.setItem('our_flags', '1')")
        .script("http://cdn.acme-ads.example/a.js", "")
    )


def scan_to(report: Path, server: LoopbackServer, *arguments: str | Path) -> tuple[Report, str]:
    result = run_cli("scan", site().start, *mapped_to(server), *QUICK, "--quiet", *arguments, "-o", report)
    assert result.exit_code == 0, result.stderr
    return valid_report(report), result.stderr


def layers(report: Report) -> dict[str, str]:
    return {finding.name: finding.layer for finding in report.findings}


def test_packs_name_what_the_core_does_not(serve: Serve, tmp_path: Path) -> None:
    server, data, file = serve(site_of_a_pack()), install_packs(tmp_path), tmp_path / "report.json"
    report, said = scan_to(file, server, "--data", data)
    assert said == ""
    assert layers(report) == {
        "acme_anvil": "pack",
        "cdn.acme-ads.example/a.js": "pack",
        "_ga": "core",
        "our_basket": "unclassified",
        "our_flags": "unclassified",
    }
    assert [line.split(" ")[0] for line in report.environment.lists] == [
        "open-cookie-database",
        "third-party-web",
        "easylist",
        "easyprivacy",
        "filter",
    ]
    damage(data, "open-cookie-database.csv")
    report, said = scan_to(file, server, "--data", data)
    assert said.count("\n") == 1
    assert said.startswith("consentinel: warning: a pack was left out: open-cookie-database: ")
    assert layers(report)["acme_anvil"] == "unclassified"
    assert layers(report)["cdn.acme-ads.example/a.js"] == "pack"
    report, said = scan_to(file, server, "--data", data, "--ignore-packs")
    assert (said, report.environment.lists) == ("", ())
    assert set(layers(report).values()) == {"core", "unclassified"}


def test_the_review_list_filled_in_is_an_override_for_the_next_scan(serve: Serve, tmp_path: Path) -> None:
    server, draft, file = serve(site_of_a_pack()), tmp_path / "todo.yaml", tmp_path / "report.json"
    before, _ = scan_to(file, server, "--write-overrides", draft)
    unknown = {finding.name for finding in before.findings if finding.category is None}
    assert unknown == {"acme_anvil", "our_basket", "our_flags", "cdn.acme-ads.example/a.js"}
    same, said = scan_to(file, server, "--catalogue", draft)
    assert (layers(same), said) == (layers(before), "")
    draft.write_text(draft.read_text().replace("category: unclassified", "category: functional"))
    after, _ = scan_to(file, server, "--catalogue", draft)
    assert layers(after) == {**layers(before), **dict.fromkeys(unknown, "override")}
    assert {finding.category for finding in after.findings} == {"functional", "performance"}
    assert before.environment.catalogue != after.environment.catalogue


def test_a_draft_never_replaces_a_file_that_is_there(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("vendors: []\n")
    result = run_cli("scan", "http://127.0.0.1:9/", "--write-overrides", mine, "--catalogue", mine)
    assert (result.exit_code, mine.read_text()) == (2, "vendors: []\n")
    assert "is there already, perhaps with your own answers: name a new file" in result.stderr


def test_where_the_draft_goes_is_checked_before_the_scan(serve: Serve, tmp_path: Path) -> None:
    built = site(0)
    arguments = (*mapped_to(serve(built)), *QUICK, "--write-overrides", tmp_path / "no" / "todo.yaml")
    result = run_cli("scan", built.start, *arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith("consentinel: error: ")
    assert result.stderr.count("\n") == 1
    assert built.log.hits == []


def test_a_full_disk_costs_that_file_only(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "full.json").symlink_to("/dev/full")
    outputs = ("-o", tmp_path / "full.json", "-o", tmp_path / "good.json")
    result = run_cli("scan", site().start, *mapped_to(serve(site(0))), *QUICK, "--quiet", *outputs)
    assert result.exit_code == 2
    assert result.stderr == (
        f"consentinel: error: {tmp_path / 'full.json'}: No space left on device: "
        "choose a place that can be written\n"
    )
    assert "_ga" in result.stdout
    assert valid_report(tmp_path / "good.json").findings


@pytest.mark.parametrize(("target", "status"), [("/dev/full", 2), (None, 0)])
def test_standard_output_that_is_full_or_closed(
    target: str | None, status: int, serve: Serve, tmp_path: Path
) -> None:
    process = start_cli(
        "scan",
        site().start,
        *mapped_to(serve(site(0))),
        *QUICK,
        "--quiet",
        directory=tmp_path,
        stdout=target,
    )
    if process.stdout:
        process.stdout.close()
    assert process.stderr is not None
    with process.stderr as stream:
        said = stream.read()
    assert process.wait(60) == status
    full = (
        "consentinel: error: standard output: No space left on device: choose a place that can be written\n"
    )
    assert said == (full if target else "")


class Interrupted:
    """A scan in a process group of its own, and what is below it."""

    def __init__(self, server: LoopbackServer, directory: Path, *arguments: str) -> None:
        self.file = directory / "report.json"
        self.process = start_cli(
            "scan", site().start, *mapped_to(server), *arguments, "-o", self.file, directory=directory
        )

    def signal_group(self, number: signal.Signals) -> None:
        """Do what a terminal does on Ctrl-C: everybody in the group gets the signal."""
        self._below = psutil.Process(self.process.pid).children(recursive=True)
        os.killpg(self.process.pid, number)

    def wait(self) -> tuple[str, str]:
        printed, said = wait_for_end(self.process)
        _, alive = psutil.wait_procs(self._below, timeout=15)
        assert alive == [], "no browser may stay behind"
        return printed, said


def wait_for_hits(built: Site, count: int) -> None:
    deadline = time.monotonic() + 40
    while len(built.log.hits) < count:
        assert time.monotonic() < deadline, "the scan did not begin"
        time.sleep(0.05)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_during_the_watch_leaves_what_was_found(
    number: signal.Signals, status: int, serve: Serve, tmp_path: Path
) -> None:
    built = site()
    run = Interrupted(serve(built), tmp_path, "--watch", "60", "--states", "no-choice,reject")
    wait_for_hits(built, 1)
    time.sleep(1.5)  # the page is there, and is being watched
    run.signal_group(number)
    printed, said = run.wait()
    assert run.process.returncode == status, said
    assert said.startswith("stopping with what was found so far; once more (Ctrl-C) quits at once\n")
    assert "The scan ended early." in printed
    report = valid_report(run.file)
    assert report.scanned.truncated
    assert {finding.name for finding in report.findings} == {"_ga"}
    assert "interrupted" in {gap.kind for gap in report.gaps}
    assert [visit.reached for visit in report.states] == [True, False]


def test_ctrl_c_during_the_crawl_leaves_what_was_found(serve: Serve, tmp_path: Path) -> None:
    built = site(pages=30)
    run = Interrupted(serve(built), tmp_path, "--watch", "0", "--max-pages", "40")
    assert run.process.stderr is not None
    said = [run.process.stderr.readline() for _ in range(6)]
    run.signal_group(signal.SIGINT)
    rest = run.wait()[1]
    assert run.process.returncode == 130, said
    assert "Traceback" not in rest
    assert "never retrieved" not in rest
    report = valid_report(run.file)
    assert report.scanned.truncated
    assert 5 <= len(report.findings) < 31
    assert {gap.kind for gap in report.gaps} >= {"interrupted"}


def test_a_second_ctrl_c_quits_at_once(serve: Serve, tmp_path: Path) -> None:
    built = site()
    run = Interrupted(serve(built), tmp_path, "--watch", "60")
    wait_for_hits(built, 1)
    run.signal_group(signal.SIGINT)
    assert run.process.stderr is not None
    assert "stopping" in run.process.stderr.readline()
    os.killpg(run.process.pid, signal.SIGINT)
    run.wait()
    assert run.process.returncode == -signal.SIGINT
    assert not run.file.exists()


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    yield
    assert not list(tmp_path.rglob("*.part"))
