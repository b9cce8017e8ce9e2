"""Uploads and differences of scans."""

from consentinel.scanner import report as reports
from consentinel.server.storage.scans import count_scans
from tests.server.dashboard.conftest import Console
from tests.server.dashboard.world import SITE, add_scan, add_site, typical
from tests.support.reports import make_report, realistic_report

SCANS = f"/admin/sites/{SITE}/scans"
REPORT = reports.encode(realistic_report())


def test_an_uploaded_report_is_stored_and_recorded(console: Console) -> None:
    with console.database.write() as connection:
        add_site(connection)
    answer = console.post(SCANS, report=("report.json", REPORT))
    assert answer.headers["location"].endswith("/scans/1?done=uploaded")
    assert "18 of 55 findings" in console.get(f"{SCANS}/1?done=uploaded")
    assert "upload scan" in console.acts()


def test_what_is_no_report_of_the_site_is_refused(console: Console) -> None:
    with console.database.write() as connection:
        add_site(connection)
    for content, said in (
        (b"", "no file was chosen"),
        (b"{}", "not a consentinel report"),
        (b"\xff\xfe", "not a consentinel report"),
        (REPORT[:-20], "not a consentinel report"),
        (reports.encode(make_report(site="https://evil.example/")), "not of www.example.com"),
        (
            reports.encode(make_report(site="javascript://www.example.com/%0aalert(1)")),
            "not of www.example.com",
        ),
    ):
        answer = console.post(SCANS, report=("report.json", content))
        assert answer.status_code == 422
        assert said in answer.text
    with console.database.read() as connection:
        assert count_scans(connection, SITE) == 0


def test_a_report_with_or_without_www_is_of_the_site(console: Console) -> None:
    with console.database.write() as connection:
        add_site(connection)
    bare = reports.encode(make_report(site="https://example.com/"))
    assert console.post(SCANS, report=("report.json", bare)).status_code == 303


def test_a_form_without_a_file_says_so(console: Console) -> None:
    with console.database.write() as connection:
        add_site(connection)
    assert "no file was chosen" in console.post(SCANS, {"report": "text"}).text


def test_nobody_stores_a_report_of_an_unknown_site(console: Console) -> None:
    assert console.post(SCANS, report=("report.json", REPORT)).status_code == 404


def test_the_list_and_what_changed(console: Console) -> None:
    with console.database.write() as connection:
        typical(connection)
    text = console.get(SCANS)
    assert text.index("Scan 2") < text.index("Scan 1")
    assert "in use" in text
    changed = console.get(f"/admin/sites/{SITE}/diff?old=1&new=2")
    assert "From scan 1 to scan 2" in changed
    assert "session_id" in changed
    assert "old_survey" in changed
    assert "Nothing changed." in console.get(f"/admin/sites/{SITE}/diff?old=2&new=2")


def test_scans_without_a_common_state_cannot_be_compared(console: Console) -> None:
    with console.database.write() as connection:
        add_site(connection)
        add_scan(connection, make_report(states=("no-choice",)))
        add_scan(connection, make_report(states=("accept",)))
    assert "no consent state in common" in console.get(f"/admin/sites/{SITE}/diff?old=1&new=2", 422)


def test_a_long_history_comes_in_pages(console: Console) -> None:
    with console.database.write() as connection:
        add_site(connection)
        for number in range(53):
            add_scan(connection, make_report(site=f"https://{SITE}/{number}"))
    assert "Page 1 of 2" in console.get(SCANS)
    assert "Scan 3<" in console.get(f"{SCANS}?page=2")
