import json
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import Result
from hypothesis import example, given, settings
from hypothesis import strategies as st

from consentinel.scanner.catalogue.taxonomy import State
from consentinel.scanner.collectors import COLLECTORS
from consentinel.scanner.diff import Diff, diff_reports
from consentinel.scanner.errors import ReportError
from consentinel.scanner.observations import Gap, Writer
from consentinel.scanner.rendering.diffs import NOTHING, DiffFormat, render_diff
from consentinel.scanner.report import Finding, PageVisit, Report, encode
from tests.support.cli import run_cli, start_cli
from tests.support.hostile import hostile_report
from tests.support.reports import SITE, make_finding, make_gap, make_report, make_visit, realistic_report

BOTH: tuple[State, ...] = ("no-choice", "accept")
ADS = make_finding(name="ads", category="targeting", states=("no-choice",))


def names(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.name for finding in findings]


def test_a_report_does_not_differ_from_itself() -> None:
    diff = diff_reports(realistic_report(), realistic_report())
    assert not diff.changed
    assert diff.notes == ()
    assert NOTHING in render_diff(diff, "text")


def test_new_and_gone() -> None:
    diff = diff_reports(make_report(make_finding(name="old")), make_report(make_finding(name="new")))
    assert (names(diff.new), names(diff.gone), diff.unknown) == (["new"], ["old"], ())


def test_worst_first() -> None:
    new = make_report(
        make_finding(name="a", category="strictly-necessary"),
        make_finding(name="b", category="functional"),
        make_finding(name="c", category="performance"),
        make_finding(name="d", category=None),
        make_finding(name="e", category="targeting", states=("accept",)),
        make_finding(name="f", category="targeting"),
        states=BOTH,
    )
    assert names(diff_reports(make_report(states=BOTH), new).new) == ["f", "d", "c", "b", "e", "a"]


def test_moved_category_and_contested() -> None:
    old = make_report(make_finding(name="a", category="functional"), make_finding(name="b"))
    new = make_report(make_finding(name="a", category="targeting"), make_finding(name="b", contested=True))
    first, second = diff_reports(old, new).moved
    assert (first.finding.name, first.was_category) == ("a", "functional")
    assert (second.finding.name, second.was_contested) == ("b", False)


@pytest.mark.parametrize(
    ("was", "now", "field"),
    [
        (("accept",), ("no-choice", "accept"), "worse"),
        (("no-choice", "accept"), ("accept",), "better"),
        (("no-choice",), ("no-choice", "accept"), "shifted"),
    ],
)
def test_a_change_of_states(was: tuple[State, ...], now: tuple[State, ...], field: str) -> None:
    diff = diff_reports(
        make_report(make_finding(states=was), states=BOTH), make_report(make_finding(states=now), states=BOTH)
    )
    (change,) = getattr(diff, field)
    assert (change.was, change.now) == (was, now)
    assert sum(len(changes) for changes in (diff.worse, diff.better, diff.shifted)) == 1


def test_states_of_the_strictly_necessary_are_neither_worse_nor_better() -> None:
    needed = {"category": "strictly-necessary"}
    old = make_report(make_finding(states=("accept",), **needed), states=BOTH)
    new = make_report(make_finding(states=BOTH, **needed), states=BOTH)
    diff = diff_reports(old, new)
    assert (len(diff.shifted), diff.worse) == (1, ())


@pytest.mark.parametrize(
    "gap",
    [
        make_gap(),
        make_gap(state="no-choice"),
        make_gap(kind="collector-failed", collector="cookies"),
        make_gap(kind="collector-failed", collector="of-another-version"),
        make_gap(kind="refused-address", where="www.googletagmanager.com"),
        make_gap(kind="interrupted", where="scan"),
    ],
)
def test_a_gap_in_the_way_makes_a_missing_finding_unknown(gap: Gap) -> None:
    diff = diff_reports(make_report(ADS), make_report(gaps=(gap,)))
    assert diff.gone == ()
    (unknown,) = diff.unknown
    assert (unknown.finding.name, unknown.states) == ("ads", ("no-choice",))
    assert gap.kind in unknown.reason
    assert diff.changed


@pytest.mark.parametrize(
    "gap",
    [
        make_gap(where=f"{SITE}other"),
        make_gap(state="accept"),
        make_gap(kind="collector-failed", collector="storage"),
        make_gap(kind="collector-failed", collector="cookies", where=f"{SITE}other"),
        make_gap(kind="refused-address", where="cdn.elsewhere.example"),
    ],
)
def test_a_gap_elsewhere_hides_nothing(gap: Gap) -> None:
    diff = diff_reports(make_report(ADS, states=BOTH), make_report(gaps=(gap,), states=BOTH))
    assert (names(diff.gone), diff.unknown) == (["ads"], ())


@pytest.mark.parametrize("collector", [make().name for make in COLLECTORS])
def test_a_failed_collector_hides_only_what_it_collects(collector: str) -> None:
    replay = make_finding(name="replay", kind="session-replay")
    gap = make_gap(kind="collector-failed", collector=collector)
    assert names(diff_reports(make_report(replay), make_report(gaps=(gap,))).gone) == ["replay"]


def test_another_collector_that_fails_on_the_same_page_is_another_gap() -> None:
    old, new = (make_report(gaps=(make_gap(collector=name),)) for name in ("cookies", "storage"))
    diff = diff_reports(old, new)
    assert [gap.collector for gap in diff.new_gaps + diff.gone_gaps] == ["storage", "cookies"]


def test_what_was_on_pages_that_were_not_visited_is_unknown() -> None:
    old = make_report(make_finding(pages=(f"{SITE}deep",)))
    (unknown,) = diff_reports(old, make_report()).unknown
    assert unknown.reason == "none of its pages was visited"


def test_a_route_of_a_page_counts_as_visited() -> None:
    page = PageVisit(url=SITE, state="no-choice", status=200, watch_s=0, routes=(f"{SITE}deep",))
    diff = diff_reports(make_report(make_finding(pages=(f"{SITE}deep",))), make_report(pages=(page,)))
    assert names(diff.gone) == ["_ga"]


def test_a_state_that_the_new_scan_did_not_reach_hides_its_findings() -> None:
    failed = (make_visit("no-choice"), make_visit("accept", reached=False, method=None))
    late, both = make_finding(name="late", states=("accept",)), make_finding(name="both", states=BOTH)
    seen = make_finding(name="both", states=("no-choice",))
    diff = diff_reports(make_report(late, both, states=BOTH), make_report(seen, visits=failed))
    assert {(item.finding.name, item.states) for item in diff.unknown} == {
        ("late", ("accept",)),
        ("both", ("accept",)),
    }
    assert (diff.gone, diff.better, diff.shifted) == ((), (), ())


def test_a_state_that_the_old_scan_did_not_reach_makes_nothing_worse() -> None:
    failed = (make_visit("no-choice", reached=False), make_visit("accept"))
    old = make_report(make_finding(states=("accept",)), visits=failed)
    diff = diff_reports(old, make_report(make_finding(states=BOTH), states=BOTH))
    assert not diff.changed
    assert "no-choice" in diff.notes[0]


def test_a_lost_state_behind_a_gap_is_not_better() -> None:
    old = make_report(make_finding(states=BOTH), states=BOTH)
    new = make_report(make_finding(states=("accept",)), gaps=(make_gap(state="no-choice"),), states=BOTH)
    diff = diff_reports(old, new)
    assert (diff.better, len(diff.unknown)) == ((), 1)


def test_a_state_in_one_report_only_is_left_out_and_said() -> None:
    late = make_finding(name="late", states=("accept",))
    diff = diff_reports(make_report(), make_report(late, states=BOTH))
    assert not diff.changed
    assert diff.states == ("no-choice",)
    assert any("accept" in note for note in diff.notes)


def test_gaps_open_and_close() -> None:
    old = make_report(gaps=(make_gap(where=f"{SITE}a"), make_gap(where=f"{SITE}b")))
    new = make_report(
        gaps=(make_gap(where=f"{SITE}b", reason="another text"), make_gap(where=f"{SITE}c")),
        pages=(visited(f"{SITE}a", "no-choice"),),
    )
    diff = diff_reports(old, new)
    assert [gap.where for gap in diff.new_gaps] == [f"{SITE}c"]
    assert [gap.where for gap in diff.gone_gaps] == [f"{SITE}a"]


def visited(url: str, state: State, **changes: Any) -> PageVisit:
    return PageVisit(**{"url": url, "state": state, "status": 200, "watch_s": 0, **changes})


def gone(gap: Gap, new: Report) -> bool:
    return bool(diff_reports(make_report(gaps=(gap,), states=BOTH), new).gone_gaps)


SLOW = f"{SITE}slow"


@pytest.mark.parametrize(
    ("gap", "pages", "is_gone"),
    [
        (make_gap(where=SLOW, state="accept"), (visited(SLOW, "accept"),), True),
        (make_gap(where=SLOW, state="accept"), (visited(SITE, "accept", routes=(SLOW,)),), True),
        (make_gap(where=SLOW, state="accept"), (visited(SLOW, "no-choice"),), False),
        (make_gap(where=SLOW, state="accept"), (visited(SITE, "accept"),), False),
        (make_gap(where=SLOW, state="accept"), (visited(SLOW, "accept", status=None),), False),
        (make_gap(where=SLOW), (visited(SLOW, "accept"), visited(SLOW, "no-choice")), True),
        (make_gap(where=SLOW), (visited(SLOW, "accept"),), False),
        (make_gap(where="cdn.example", state="accept"), (), True),
        (make_gap(where="cdn.example"), (), True),
    ],
)
def test_a_gap_is_gone_only_where_the_new_scan_looked(
    gap: Gap, pages: tuple[PageVisit, ...], is_gone: bool
) -> None:
    assert gone(gap, make_report(pages=pages, states=BOTH)) == is_gone


@pytest.mark.parametrize("state", ["accept", None])
def test_a_gap_without_a_page_is_not_gone_from_a_scan_that_saw_less(state: State | None) -> None:
    gap = make_gap(where="cdn.example", state=state)
    whole = make_report(states=BOTH)
    early = msgspec.structs.replace(whole, scanned=msgspec.structs.replace(whole.scanned, truncated=True))
    failed = make_report(visits=(make_visit("no-choice"), make_visit("accept", reached=False, method=None)))
    assert not gone(gap, early)
    assert not gone(gap, failed)


def test_gaps_of_states_that_are_not_compared_are_no_change() -> None:
    gaps = (make_gap(state="reject"), make_gap(where="cdn.example", state="reject"))
    more = make_report(states=("no-choice", "reject"), gaps=gaps)
    less = make_report()
    assert not diff_reports(more, less).changed
    assert not diff_reports(less, more).changed


REFUSED = make_finding(category="targeting", attributes={"blocked": "SecureOnly"})
TAKEN = make_finding(category="targeting")


def test_a_cookie_that_the_browser_takes_now_is_worse() -> None:
    diff = diff_reports(make_report(REFUSED), make_report(TAKEN))
    assert [change.was_refused for change in diff.worse] == [True]
    assert "no-choice (refused by the browser) → no-choice" in render_diff(diff, "md").replace("\\", "")


def test_a_cookie_that_the_browser_refuses_now_is_better() -> None:
    diff = diff_reports(make_report(TAKEN), make_report(REFUSED))
    assert ([change.was_refused for change in diff.better], diff.worse) == ([False], ())
    assert "(refused by the browser)" in render_diff(diff, "md")


def test_a_refused_cookie_that_is_new_is_not_set_without_consent() -> None:
    diff = diff_reports(make_report(), make_report(REFUSED))
    for shown in (render_diff(diff, "text"), render_diff(diff, "md")):
        assert "set without consent" not in shown
        assert "refused" in shown


@pytest.mark.parametrize("name", ["text", "md"])
def test_a_reason_that_many_share_is_said_once(name: DiffFormat) -> None:
    failed = (make_visit("no-choice"), make_visit("accept", reached=False, method=None))
    late = [make_finding(name=f"late{number}", states=("accept",)) for number in range(5)]
    reason = "the state accept was not reached"
    shown = render_diff(diff_reports(make_report(*late, states=BOTH), make_report(visits=failed)), name)
    assert shown.count(reason) == 1
    assert shown.index(reason) < shown.index("late0")


@pytest.mark.parametrize("name", ["text", "md"])
def test_several_shared_reasons_are_numbered(name: DiffFormat) -> None:
    failed = (make_visit("no-choice"), make_visit("accept", reached=False, method=None))
    late = [make_finding(name=f"late{number}", states=("accept",)) for number in range(2)]
    deep = [make_finding(name=f"deep{number}", pages=(f"{SITE}deep",)) for number in range(2)]
    new = make_report(visits=failed)
    shown = render_diff(diff_reports(make_report(*late, *deep, states=BOTH), new), name)
    assert shown.count("the state accept was not reached") == 1
    assert shown.count("none of its pages was visited") == 1
    number = "1" if shown.index("not reached") < shown.index("none of its pages") else "2"
    assert shown.replace("\\", "").count(f"accept ({number})") == 2


@pytest.mark.parametrize("name", ["text", "md"])
def test_twins_and_areas_are_told_apart_in_a_diff(name: DiffFormat) -> None:
    area = make_finding(kind="storage", name="seen", attributes={"area": "sessionStorage"})
    twins = [
        make_finding(id=file, name="uid", writer=Writer(f"https://cdn.example/{file}"))
        for file in ("tjs", "ujs")
    ]
    shown = render_diff(diff_reports(make_report(), make_report(area, *twins)), name)
    assert all(word in shown for word in ("sessionStorage", "by tjs", "by ujs"))


def moved_to(site: str, **changes: Any) -> Report:
    """Return what a scan of the same site on another host says."""
    finding = make_finding(id="cookie|_ga|{site}", host=site, url=site, pages=(f"{site}pricing",))
    page = PageVisit(url=f"{site}pricing", state="no-choice", status=200, watch_s=0)
    gap = make_gap(where=f"{site}slow?page")
    return make_report(finding, site=site, pages=(page,), gaps=(gap,), **changes)


def test_preview_and_production_compare() -> None:
    diff = diff_reports(moved_to("https://shop.example/"), moved_to("http://127.0.0.1:8123/"))
    assert not diff.changed
    assert "The sites differ" in diff.notes[0]


def test_pages_of_another_host_are_the_same_pages() -> None:
    new = make_report(site="http://127.0.0.1:8123/")
    diff = diff_reports(make_report(make_finding()), new)
    assert names(diff.gone) == ["_ga"]


def test_no_state_in_common_cannot_be_compared() -> None:
    with pytest.raises(ReportError, match="no consent state in common"):
        diff_reports(make_report(states=("accept",)), make_report())


def test_a_double_id_cannot_be_compared() -> None:
    with pytest.raises(ReportError, match="old report is damaged"):
        diff_reports(make_report(ADS, ADS), make_report())


def test_json_is_stable_and_says_whether_anything_changed() -> None:
    shown = json.loads(render_diff(diff_reports(make_report(), make_report(ADS)), "json"))
    assert (shown["schema"], shown["changed"], shown["new"][0]["name"]) == ("consentinel/diff/1", True, "ads")
    assert list(shown) == sorted(shown)


def test_every_format_says_what_happened() -> None:
    diff = everything_changed()
    for shown in (render_diff(diff, "text"), render_diff(diff, "md")):
        for word in (
            "New",
            "Now set without",
            "Moved",
            "not observable",
            "Gone",
            "No longer",
            "other states",
            "ew gaps",
            "losed gaps",
        ):
            assert word in shown
        assert "\\x0a" not in shown


def everything_changed() -> Diff:
    gone = make_finding(name="gone")
    hidden = make_finding(name="hidden", pages=(f"{SITE}slow",))
    old = (
        gone,
        hidden,
        make_finding(name="worse", states=("accept",)),
        make_finding(name="better", states=BOTH),
        make_finding(name="shifted", states=("no-choice",)),
        make_finding(name="moved", category=None),
    )
    new = (
        make_finding(name="new"),
        make_finding(name="worse", states=BOTH),
        make_finding(name="better", states=("accept",)),
        make_finding(name="shifted", states=BOTH),
        make_finding(name="moved"),
    )
    return diff_reports(
        make_report(*old, states=BOTH, gaps=(make_gap(where=f"{SITE}once"),)),
        make_report(
            *new,
            states=BOTH,
            gaps=(make_gap(where=f"{SITE}slow"),),
            pages=tuple(visited(url, state) for state in BOTH for url in (SITE, f"{SITE}once")),
        ),
    )


@settings(max_examples=40)
@given(st.text(st.characters(exclude_categories=())))
@example("\ud800")
def test_hostile_names_break_no_format(text: str) -> None:
    diff = diff_reports(make_report(), hostile_report((text,)))
    for shown in (render_diff(diff, "text"), render_diff(diff, "md"), render_diff(diff, "json")):
        shown.encode()


# --- the command


@pytest.fixture
def run(tmp_path: Path) -> Any:
    def start(old: Report, new: Report, *options: str) -> Result:
        (tmp_path / "old.json").write_bytes(encode(old))
        (tmp_path / "new.json").write_bytes(encode(new))
        return run_cli("diff", tmp_path / "old.json", tmp_path / "new.json", *options)

    return start


def test_exit_0_when_nothing_changed(run: Any) -> None:
    result = run(make_report(ADS), make_report(ADS))
    assert result.exit_code == 0
    assert NOTHING in result.stdout


def test_exit_1_when_something_did(run: Any) -> None:
    result = run(make_report(), make_report(ADS))
    assert result.exit_code == 1
    assert "1 new" in result.stdout


@pytest.mark.parametrize("suffix", ["json", "md", "txt"])
def test_a_file_gets_the_format_of_its_suffix(run: Any, tmp_path: Path, suffix: str) -> None:
    target = tmp_path / f"diff.{suffix}"
    result = run(make_report(), make_report(ADS), "-o", str(target))
    assert (result.exit_code, result.stdout) == (1, "")
    start = {"json": "{", "md": "### Consent diff", "txt": SITE}[suffix]
    assert target.read_text(encoding="utf-8").startswith(start)


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe", b'{"schema":"consentinel/report/2"}'])
def test_exit_2_with_one_line_for_what_is_no_report(tmp_path: Path, content: bytes) -> None:
    bad = tmp_path / "bad.json"
    bad.write_bytes(content)
    result = run_cli("diff", bad, bad)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert "bad.json" in result.stderr


@pytest.mark.parametrize("target", ["diff.pdf", "no/such/place.json"])
def test_exit_2_where_the_result_cannot_go(run: Any, tmp_path: Path, target: str) -> None:
    result = run(make_report(), make_report(ADS), "-o", str(tmp_path / target))
    assert result.exit_code == 2
    assert result.stderr.startswith("consentinel: error: ")


def test_a_full_disk_leaves_the_old_file(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "diff.md").write_text("old")
    monkeypatch.setattr(os, "fsync", fail)
    result = run(make_report(), make_report(ADS), "-o", str(tmp_path / "diff.md"))
    assert (result.exit_code, (tmp_path / "diff.md").read_text()) == (2, "old")


@pytest.mark.parametrize("options", [(), ("--format", "json")])
@pytest.mark.parametrize(("target", "status"), [("/dev/full", 2), (None, 1)])
def test_standard_output_that_is_full_or_closed(
    target: str | None, status: int, options: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "old.json").write_bytes(encode(make_report()))
    (tmp_path / "new.json").write_bytes(encode(make_report(ADS)))
    process = start_cli("diff", "old.json", "new.json", *options, directory=tmp_path, stdout=target)
    with process:
        if process.stdout:
            process.stdout.close()
        assert process.stderr is not None
        said = process.stderr.read()
    assert process.returncode == status
    problem = "standard output: No space left on device: choose a place that can be written"
    assert said == (f"consentinel: error: {problem}\n" if target else "")


def test_other_packs_are_noted() -> None:
    old = make_report(make_finding())
    new = msgspec.structs.replace(
        old, environment=msgspec.structs.replace(old.environment, lists=("easylist 0f1e2d3c4b5a",))
    )
    assert diff_reports(old, new).notes == ("The packs in use differ. Changes may come from that.",)
