"""The review queue: what waits, what a decision changes, and what cannot be smuggled in."""

import re
from html import unescape

import pytest

from consentinel.server.dashboard import review
from consentinel.server.storage.overrides import overrides_of
from tests.server.dashboard.conftest import Console
from tests.server.dashboard.world import SETTINGS, SITE, add_scan, add_site, huge_report, typical
from tests.support.reports import make_finding, make_report

REVIEW = f"/admin/sites/{SITE}/review"


@pytest.fixture(autouse=True)
def _site(console: Console) -> None:
    with console.database.write() as connection:
        typical(connection)


def fields_of(console: Console, name: str) -> dict[str, str]:
    """Return the hidden fields of the question about `name`, and its number."""
    text = console.client.get(REVIEW).text
    start = text.index(f"<code>{name}</code>")
    found = re.search(
        r'name="kind-(\d+)" value="(\w+)"><[^>]* name="name-\d+" value="([^"]*)">', text[start:]
    )
    assert found is not None
    return {f"kind-{found[1]}": found[2], f"name-{found[1]}": unescape(found[3]), "number": found[1]}


def decision(console: Console, name: str, category: str, vendor: str = "") -> dict[str, str]:
    fields = fields_of(console, name)
    number = fields.pop("number")
    return {**fields, f"category-{number}": category, f"vendor-{number}": vendor}


def test_what_is_unclassified_waits_with_what_is_known_of_it(console: Console) -> None:
    text = console.get(REVIEW)
    assert 'Waiting <span class="soft">6</span>' in text
    assert "x_exp_bucket" in text
    assert "_fbp" not in text
    assert "px.newpartner.example" in text


def test_t20_a_full_list_of_hosts_says_so(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    full = "of more than 2 hosts, those that were not met for the longest are forgotten"
    assert full not in console.get(REVIEW)
    monkeypatch.setattr(review, "MOST_HOSTS", 2)
    assert full in console.get(REVIEW)


def test_a_decision_names_changes_and_is_recorded(console: Console) -> None:
    answer = console.post(REVIEW, decision(console, "x_exp_bucket", "functional", "Our experiments"))
    assert answer.headers["location"].endswith("/review?done=decided")
    with console.database.read() as connection:
        [override] = overrides_of(connection, SITE)
    assert (override.kind, override.category, override.vendor) == ("cookies", "functional", "Our experiments")
    assert override.created_by == "ada"
    text = console.get(f"{REVIEW}?done=decided")
    assert "The decisions are stored." in text
    assert "1 finding" in text
    scan = console.get(f"/admin/sites/{SITE}?search=x_exp_bucket")
    assert "Our experiments" in scan
    assert "(override)" in scan
    assert "store override" in console.acts()


def test_a_decision_can_be_taken_back(console: Console) -> None:
    console.post(REVIEW, decision(console, "zz9", "strictly-necessary"))
    with console.database.read() as connection:
        [override] = overrides_of(connection, SITE)
    console.post(f"{REVIEW}/remove", {"kind": override.kind, "name": override.name})
    with console.database.read() as connection:
        assert overrides_of(connection, SITE) == []
    assert "remove override" in console.acts()


def test_a_forged_form_stores_nothing(console: Console) -> None:
    form = {"kind-1": "cookies", "name-1": '{name: "zz9", domain: "example.com"}', "category-1": "functional"}
    for changed, said in (
        ({"name-1": '{prefix: "", domain: "example.com"}'}, "no longer waits"),
        ({"name-1": "x\n  - id: evil"}, "no longer waits"),
        ({"kind-1": "cookies:\n"}, "no longer waits"),
        ({"category-1": "harmless"}, "unknown category"),
    ):
        answer = console.post(REVIEW, {**form, "vendor-1": "a", **changed})
        assert answer.status_code == 422
        assert said in answer.text
    with console.database.read() as connection:
        assert overrides_of(connection, SITE) == []


def test_a_decision_about_a_host_tells_what_else_it_changes(console: Console) -> None:
    asked = make_finding(kind="request", name="t.example/a", host="t.example", party="third", category=None)
    named = make_finding(kind="script", name="t.example/b.js", host="t.example", party="third")
    with console.database.write() as connection:
        add_scan(connection, make_report(asked, named), days_ago=0)
    text = console.get(REVIEW)
    assert "Would change as well:" in text
    assert "t.example/b.js" in text


def test_contested_findings_wait_until_somebody_decides(console: Console) -> None:
    script = {"kind": "script", "name": "c.example/a.js", "host": "c.example", "party": "third"}
    with console.database.write() as connection:
        add_scan(connection, make_report(make_finding(**script, contested=True)), days_ago=0)
    assert "contested" in console.get(REVIEW)
    console.post(REVIEW, decision(console, "c.example/a.js", "strictly-necessary", "Bot shield"))
    assert "Nothing waits" in console.get(REVIEW)


def test_a_name_without_a_pattern_is_listed_apart(console: Console) -> None:
    with console.database.write() as connection:
        add_scan(connection, make_report(make_finding(name="a*", category=None)), days_ago=0)
    text = console.get(REVIEW)
    assert "Cannot be named" in text
    assert "too little to know it by" in text


def test_a_thousand_questions_stay_a_page(console: Console) -> None:
    with console.database.write() as connection:
        add_site(connection)
        add_scan(connection, huge_report(900), days_ago=0)
    text = console.get(REVIEW)
    assert text.count("<fieldset") == 50
    assert "250 more wait behind these." in text


def test_what_the_settings_decide_does_not_wait(console: Console) -> None:
    own = console.services.settings.public_url
    script = {"kind": "script", "party": "third", "category": None}
    ours = make_finding(name="127.0.0.1/b/x.js", host="127.0.0.1", url=f"{own}/b/{SITE}.js", **script)
    ruled = make_finding(name="t.example/a.js", host="t.example", url="https://t.example/a.js", **script)
    other = make_finding(name="u.example/a.js", host="u.example", url="https://u.example/a.js", **script)
    rules = SETTINGS + "  rules: [{host: t.example, category: targeting}]\n"
    with console.database.write() as connection:
        add_site(connection, settings=rules)
        add_scan(connection, make_report(ours, ruled, other), days_ago=0, approved=True)
    text = console.get(REVIEW)
    assert 'Waiting <span class="soft">1</span>' in text
    assert "u.example/a.js" in text
    assert "1 decision to make" in console.get("/admin/")
    listed = console.get(f"/admin/sites/{SITE}/scans/3")
    assert "A rule of the settings says so: t.example." in listed
    declared = console.client.get(f"/d/{SITE}/declaration.json").json()
    found = {
        one["category"]: [host for row in one["services"] for host in row["hosts"]]
        for one in declared["categories"]
    }
    assert found["targeting"] == ["t.example"]
    assert found["unclassified"] == ["u.example"]
