"""A scan's page: what it says, filters, approval."""

from consentinel.scanner import report as reports
from consentinel.server.storage.scans import approved_scan, latest_report
from tests.server.dashboard.conftest import Console
from tests.server.dashboard.world import SITE, add_scan, add_site, huge_report, typical
from tests.support.reports import make_finding, make_gap, make_report, realistic_report

PAGE = f"/admin/sites/{SITE}"


def test_the_latest_scan_with_its_verdict_and_gaps(console: Console) -> None:
    with console.database.write() as connection:
        typical(connection)
    text = console.get(PAGE)
    assert "18 of 55 findings need consent but are set before any choice, 9 after a refusal." in text
    assert "2 gaps: what could not be observed" in text
    assert "canvas+webgl+audio" in text


def test_an_empty_result_with_gaps_is_not_clean(console: Console) -> None:
    with console.database.write() as connection:
        add_site(connection)
        add_scan(connection, make_report(gaps=(make_gap(),)))
    text = console.get(PAGE)
    assert "this is not a clean result" in text
    assert 'Nothing was found; see <a href="#gaps">' in text


def test_without_a_scan_the_page_says_how_to_make_one(console: Console) -> None:
    with console.database.write() as connection:
        add_site(connection)
    command = f"consentinel scan https://{SITE}/ --states no-choice,reject,accept -o report.json"
    assert command in console.get(PAGE)


def test_filters_by_address(console: Console) -> None:
    with console.database.write() as connection:
        typical(connection)
    text = console.get(f"{PAGE}?category=targeting&state=reject&search=hub")
    assert "hubspotutk" in text
    assert "test_cookie" not in text
    assert "<option selected>targeting</option>" in text
    assert "No finding matches" in console.get(f"{PAGE}?search=nothing-like-it")
    early = console.get(f"{PAGE}?early=1&party=first&kind=cookie")
    assert "_hjid" in early
    assert "session_id" not in early


def test_thousands_of_findings_come_in_pages(console: Console) -> None:
    with console.database.write() as connection:
        add_site(connection)
        add_scan(connection, huge_report(1_050))
    text = console.get(f"{PAGE}?page=2&search=cookie")
    assert "Page 2 of 11" in text
    assert 'href="?search=cookie&page=3#findings"' in text
    assert text.count("<details>") == 100
    assert "Page 11 of 11" in console.get(f"{PAGE}?page=999")
    assert "Page 1 of 11" in console.get(f"{PAGE}?page=-1")


def test_approving_counts_from_then_on_and_is_recorded(console: Console) -> None:
    with console.database.write() as connection:
        typical(connection)
    assert "Approve this scan" in console.get(f"{PAGE}/scans/2")
    answer = console.post(f"{PAGE}/scans/2/approve")
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"../../../../../admin/sites/{SITE}/scans/2?done=approved",
    )
    with console.database.read() as connection:
        approved = approved_scan(connection, SITE)
    assert approved is not None
    assert (approved.id, approved.approved_by) == (2, "ada")
    text = console.get(f"{PAGE}/scans/2?done=approved")
    assert "The scan is approved." in text
    assert "Approve this scan" not in text
    assert "approve scan" in console.acts()


def test_a_scan_of_another_site_cannot_be_approved_or_read_here(console: Console) -> None:
    with console.database.write() as connection:
        typical(connection)
        add_site(connection, "other.example", "site: https://other.example/\n")
    assert console.post("/admin/sites/other.example/scans/2/approve").status_code == 404
    console.get("/admin/sites/other.example/scans/2", 404)


def test_the_report_can_be_downloaded(console: Console) -> None:
    with console.database.write() as connection:
        typical(connection)
    answer = console.client.get(f"{PAGE}/scans/2/report.json")
    assert reports.decode(answer.content) == realistic_report()
    assert answer.headers["content-disposition"].startswith("attachment")


def test_a_known_report_is_stored_once(console: Console) -> None:
    with console.database.write() as connection:
        first = add_scan(connection, realistic_report())
        again = add_scan(connection, realistic_report(), days_ago=0)
        assert first == again
        newest = latest_report(connection, SITE)
    assert newest is not None
    assert newest[1] == realistic_report()


def test_a_refused_cookie_is_marked(console: Console) -> None:
    refused = make_finding(attributes={"blocked": ("SameSiteLax",)})
    with console.database.write() as connection:
        add_site(connection)
        add_scan(connection, make_report(refused))
    assert "(refused by the browser)" in console.get(PAGE)
