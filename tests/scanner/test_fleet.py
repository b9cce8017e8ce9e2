import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from consentinel.scanner import fleet, report
from consentinel.scanner.errors import OutputError, SiteError
from consentinel.scanner.fleet import Index, IndexEntry, load_index, run_fleet
from consentinel.scanner.report import Report
from consentinel.scanner.settings import ScanSettings
from consentinel.scanner.site_list import SiteLine, slug_of
from tests.support.reports import make_finding, make_gap, make_report

SETTINGS = ScanSettings()


def site(number: int) -> str:
    return f"https://s{number}.example/"


def lines(*numbers: int) -> list[SiteLine]:
    return [SiteLine(position, site(number)) for position, number in enumerate(numbers, 1)]


class Scanner:
    """Scans nothing: returns what it was told to, and remembers what it was asked for."""

    def __init__(self, behaviour: Callable[[str], Awaitable[Report]] | None = None) -> None:
        self.asked: list[str] = []
        self.most_at_once = 0
        self._now = 0
        self._behaviour = behaviour

    async def __call__(self, url: str, settings: ScanSettings) -> Report:
        self.asked.append(url)
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        try:
            await asyncio.sleep(0)
            return await self._behaviour(url) if self._behaviour else make_report(make_finding(), site=url)
        finally:
            self._now -= 1


def run(
    sites: list[SiteLine], directory: Path, scanner: Scanner, settings: ScanSettings = SETTINGS, jobs: int = 2
) -> Index:
    return asyncio.run(run_fleet(sites, directory, settings, scanner, jobs=jobs))


def results(index: Index) -> list[str]:
    return [entry.result for entry in index.sites]


def test_every_site_has_an_entry_with_its_reason(tmp_path: Path) -> None:
    async def behave(url: str) -> Report:
        if url == site(2):
            return make_report(make_finding(), site=url, gaps=(make_gap(), make_gap(kind="robots")))
        if url == site(3):
            raise SiteError(f"{url}?token=: the host is\x1b[31m unknown\n")
        if url == site(4):
            raise ZeroDivisionError("oops")
        if url == site(5):
            raise TimeoutError("inside")
        return make_report(make_finding(), site=url)

    sites = [*lines(1, 2, 3, 4, 5), SiteLine(9, None, "sites.txt:9: 'x' has no scheme")]
    index = run(sites, tmp_path, Scanner(behave))
    assert results(index) == ["ok", "gaps", "failed", "failed", "failed", "failed"]
    assert index.sites[0] == IndexEntry(
        line=1, site=site(1), result="ok", report=f"{slug_of(site(1))}.json", findings=1, without_consent=1
    )
    assert [entry.reason for entry in index.sites[1:]] == [
        "page-timeout, robots",
        "https://s3.example/?token=: the host is [31m unknown",
        "internal error, please report it: ZeroDivisionError: oops",
        "internal error, please report it: TimeoutError: inside",
        "sites.txt:9: 'x' has no scheme",
    ]
    assert load_index(tmp_path) == index
    assert (index.count("ok"), index.count("gaps"), index.count("failed")) == (1, 1, 4)
    assert report.load(tmp_path / (index.sites[0].report or "")).site == site(1)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        ["index.json", f"{slug_of(site(1))}.json", f"{slug_of(site(2))}.json"]
    )


def test_the_index_counts_what_is_set_without_consent(tmp_path: Path) -> None:
    async def behave(url: str) -> Report:
        refused = make_finding(name="refused", attributes={"blocked": "SecureOnly"})
        late = make_finding(name="late", states=("accept",))
        needed = make_finding(name="needed", category="strictly-necessary")
        return make_report(make_finding(), refused, late, needed, site=url)

    run(lines(1), tmp_path, Scanner(behave))
    (entry,) = json.loads((tmp_path / "index.json").read_bytes())["sites"]
    assert (entry["findings"], entry["without_consent"]) == (4, 1)


def test_not_more_than_jobs_at_once(tmp_path: Path) -> None:
    scanner = Scanner()
    run(lines(*range(9)), tmp_path, scanner, jobs=3)
    assert scanner.most_at_once == 3
    assert sorted(scanner.asked) == sorted(map(site, range(9)))


def test_a_site_that_is_named_twice_is_scanned_once(tmp_path: Path) -> None:
    scanner = Scanner()
    index = run(lines(1, 2, 1), tmp_path, scanner)
    assert results(index) == ["ok"] * 3
    assert len(scanner.asked) == 2
    assert index.sites[0].report == index.sites[2].report


def test_a_second_run_does_only_what_is_missing(tmp_path: Path) -> None:
    async def fail_second(url: str) -> Report:
        if url == site(2):
            raise SiteError("down")
        return make_report(site=url, gaps=(make_gap(),) if url == site(3) else ())

    first = run(lines(1, 2, 3), tmp_path, Scanner(fail_second))
    assert results(first) == ["ok", "failed", "gaps"]
    scanner = Scanner()
    second = run(lines(4, 3, 2, 1), tmp_path, scanner)
    assert sorted(scanner.asked) == [site(2), site(4)]
    assert results(second) == ["ok", "gaps", "ok", "ok"]


def test_other_settings_are_another_run(tmp_path: Path) -> None:
    run(lines(1), tmp_path, Scanner())
    scanner = Scanner()
    run(lines(1), tmp_path, scanner, replace(SETTINGS, max_pages=3))
    assert scanner.asked == [site(1)]


@pytest.mark.parametrize("damage", [b"", b"{}", b'{"schema":"consentinel/report/1"', None])
def test_a_damaged_report_is_made_again(tmp_path: Path, damage: bytes | None) -> None:
    file = tmp_path / (run(lines(1), tmp_path, Scanner()).sites[0].report or "")
    file.unlink() if damage is None else file.write_bytes(damage)
    scanner = Scanner()
    assert results(run(lines(1), tmp_path, scanner)) == ["ok"]
    assert scanner.asked == [site(1)]


def test_a_damaged_index_starts_over(tmp_path: Path) -> None:
    run(lines(1), tmp_path, Scanner())
    (tmp_path / "index.json").write_bytes(b"\xff")
    scanner = Scanner()
    assert results(run(lines(1), tmp_path, scanner)) == ["ok"]
    assert scanner.asked == [site(1)]


def test_the_index_is_written_after_each_site(tmp_path: Path) -> None:
    seen: list[list[str]] = []

    async def look(url: str) -> Report:
        index = load_index(tmp_path)
        assert index is not None
        seen.append(results(index))
        return make_report(site=url)

    run(lines(1, 2, 3), tmp_path, Scanner(look), jobs=1)
    assert seen == [["pending"] * 3, ["ok", "pending", "pending"], ["ok", "ok", "pending"]]


def interrupt(directory: Path, on_cancel: Callable[[str], Report] | None) -> Scanner:
    """Cancel a run while its second site is scanned, as asyncio.run does on Ctrl-C."""
    running: list[asyncio.Task[Index]] = []

    async def hang(url: str) -> Report:
        if url == site(1):
            return make_report(site=url)
        running[0].cancel()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            if on_cancel is None:
                raise
            return on_cancel(url)
        raise AssertionError("nobody stopped the scan")

    scanner = Scanner(hang)

    async def main() -> None:
        running.append(asyncio.create_task(run_fleet(lines(1, 2, 3), directory, SETTINGS, scanner, jobs=1)))
        with pytest.raises(asyncio.CancelledError):
            await running[0]

    asyncio.run(main())
    return scanner


def test_once_interrupted_no_further_scan_begins(tmp_path: Path) -> None:
    interrupted = asyncio.Event()

    async def stop(url: str) -> Report:
        interrupted.set()
        return make_report(site=url)

    scanner = Scanner(stop)
    index = asyncio.run(
        run_fleet(lines(1, 2, 3), tmp_path, SETTINGS, scanner, jobs=1, interrupted=interrupted)
    )
    assert results(index) == ["ok", "failed", "failed"]
    assert scanner.asked == [site(1)]


def test_ctrl_c_leaves_an_entry_for_every_site_and_the_next_run_goes_on(tmp_path: Path) -> None:
    scanner = interrupt(tmp_path, None)
    assert scanner.asked == [site(1), site(2)]
    index = load_index(tmp_path)
    assert index is not None
    assert results(index) == ["ok", "failed", "failed"]
    assert index.sites[2].reason == "interrupted before it was done"
    again = Scanner()
    assert results(run(lines(1, 2, 3), tmp_path, again)) == ["ok"] * 3
    assert again.asked == [site(2), site(3)]


def test_a_scan_that_saves_what_it_has_on_ctrl_c_is_kept_and_made_again(tmp_path: Path) -> None:
    scanner = interrupt(tmp_path, lambda url: make_report(site=url, gaps=(make_gap(kind="interrupted"),)))
    assert scanner.asked == [site(1), site(2)]
    index = load_index(tmp_path)
    assert index is not None
    assert results(index) == ["ok", "gaps", "failed"]
    again = Scanner()
    run(lines(1, 2, 3), tmp_path, again)
    assert again.asked == [site(2), site(3)]


def test_a_scan_that_never_ends_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang(url: str) -> Report:
        await asyncio.sleep(60)
        raise AssertionError("nobody stopped the scan")

    monkeypatch.setattr(fleet, "_GRACE_S", 0.05)
    index = run(lines(1), tmp_path, Scanner(hang), replace(SETTINGS, time_budget_s=0.0))
    assert index.sites[0].reason == "the scan did not end within 0.05 seconds"


def test_values_of_the_query_stay_out_of_the_index(tmp_path: Path) -> None:
    url = "https://s1.example/?token=canary"

    async def fail(asked: str) -> Report:
        raise SiteError(f"{asked}: no answer")

    index = run([SiteLine(1, url)], tmp_path, Scanner(fail))
    assert index.sites[0].reason == "https://s1.example/?token=: no answer"
    assert b"canary" not in (tmp_path / "index.json").read_bytes()


def test_a_directory_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    scanner = Scanner()
    with pytest.raises(OutputError, match="choose a place that can be written"):
        run(lines(1), tmp_path / "file" / "out", scanner)
    assert scanner.asked == []


def test_a_full_disk_ends_the_run_and_leaves_the_old_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    run(lines(1), tmp_path, Scanner())
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OutputError, match="No space left on device"):
        run(lines(2), tmp_path, Scanner())
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_the_index_is_plain_json(tmp_path: Path) -> None:
    run(lines(1), tmp_path, Scanner())
    index = json.loads((tmp_path / "index.json").read_bytes())
    assert index["schema"] == "consentinel/index/1"
    assert list(index["sites"][0]) == sorted(index["sites"][0])
