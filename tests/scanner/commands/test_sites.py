"""`consentinel scan --sites`: many sites in one run."""

import json
from pathlib import Path

import pytest

from consentinel.scanner import report as reports
from consentinel.scanner.site_list import slug_of
from tests.conftest import Serve
from tests.support.cli import mapped_to, run_cli
from tests.support.sites import Site

pytestmark = pytest.mark.browser

GOOD, BAD = "http://good.example/", "http://bad.example/"
QUICK = ("--watch", "0", "--settle-cap", "1")


def two_sites() -> Site:
    return Site(GOOD).page("/", "Good", cookies=("_ga=GA1.2.3.4; Path=/",)).add(BAD, "no", status=500)


def test_every_site_has_its_line_and_the_next_run_goes_on(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "sites.txt").write_text(f"{GOOD}\n{BAD}\nnonsense\n")
    built, out = two_sites(), tmp_path / "out"
    mapping = mapped_to(serve(built))
    arguments = ("scan", "--sites", tmp_path / "sites.txt", "--out-dir", out, "--jobs", "2", *mapping, *QUICK)
    first = run_cli(*arguments, "--har", tmp_path / "har")
    assert first.exit_code == 0, first.stderr
    summary = "3 sites: 1 ok, 0 gaps, 2 failed; 1 set without consent"
    assert first.stdout == f"{summary}; see {out / 'index.json'}\n"
    lines = sorted(line.partition("] ")[2] for line in first.stderr.splitlines())
    assert lines[1] == f"{GOOD} ok · 1 finding · 1 set without consent"
    assert lines[0].startswith(f"{BAD} failed · {BAD}: the server answered with status 500")
    assert lines[2].startswith("line 3 failed · sites.txt:3: 'nonsense' has no scheme")
    assert reports.load(out / f"{slug_of(GOOD)}.json").site == GOOD
    assert [entry["result"] for entry in json.loads((out / "index.json").read_bytes())["sites"]] == [
        "ok",
        "failed",
        "failed",
    ]
    assert (tmp_path / "har" / slug_of(GOOD) / "no-choice.har").is_file()
    built.log.clear()
    second = run_cli(*arguments, "--quiet", "--fail-on", "performance")
    assert built.log.of("good.example") == []
    assert second.exit_code == 1
    assert second.stderr == (
        f"consentinel: failed: {GOOD}: 1 performance findings without the consent they need\n"
    )


def test_no_site_at_all_is_exit_2(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "sites.txt").write_text(f"{BAD}\n")
    mapping = mapped_to(serve(two_sites()))
    result = run_cli("scan", "--sites", tmp_path / "sites.txt", "--out-dir", tmp_path, *mapping, *QUICK)
    assert result.exit_code == 2
    assert result.stdout.startswith("1 site: 0 ok, 0 gaps, 1 failed; ")
