"""`consentinel declare`."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from msgspec import structs

from consentinel.scanner import report as reports
from consentinel.server.cli import main
from tests.support.reports import make_finding, make_gap, make_report, make_visit, realistic_report

SETTINGS = """\
site: https://www.example.com/
banner:
  locales: [de, en]
catalogue:
  vendors:
    - {id: shop, vendor: Our shop, category: functional, purpose: x, cookies: [{name: zz9}]}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "report.json").write_bytes(reports.encode(realistic_report()))
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["declare", *arguments])


def test_html_is_the_default(folder: Path) -> None:
    result = run("report.json")
    assert result.exit_code == 0
    assert result.stdout.startswith('<section class="consentinel-declaration" lang="en"')
    assert "consentinel</code>" in result.stdout


@pytest.mark.parametrize(("name", "start"), [("a.md", "# Cookies"), ("a.json", "{"), ("a.html", "<section")])
def test_the_suffix_says_the_format(folder: Path, name: str, start: str) -> None:
    assert run("report.json", "-o", name).exit_code == 0
    assert (folder / name).read_text("utf-8").startswith(start)


def test_settings_give_the_language_and_the_banners_cookie(folder: Path) -> None:
    (folder / "consentinel.yaml").write_text(SETTINGS, encoding="utf-8")
    (folder / "empty.json").write_bytes(reports.encode(make_report(make_finding(category=None))))
    found = json.loads(run("empty.json", "--format", "json").stdout)
    assert found["locale"] == "de"
    assert [item["name"] for item in found["categories"][0]["items"]] == ["consentinel"]
    assert json.loads(run("empty.json", "--format", "json", "--locale", "fr").stdout)["locale"] == "fr"


def write_one(folder: Path) -> None:
    """Write a report of one cookie that nobody knows."""
    finding = make_finding(name="zz9", category=None, vendor=None, rule=None, layer="unclassified")
    (folder / "one.json").write_bytes(reports.encode(make_report(finding, states=("no-choice", "accept"))))


OTHER = SETTINGS.replace("www.example.com", "shop.test")


def items(result: Result) -> list[str]:
    found = json.loads(result.stdout)
    return [item["name"] for category in found["categories"] for item in category["items"]]


def test_what_the_scan_could_not_see_is_told(folder: Path) -> None:
    missed = make_visit("accept", reached=False, method=None, detail="no button was found")
    report = make_report(make_finding(), gaps=(make_gap(), make_gap(kind="robots")))
    report = structs.replace(report, states=(*report.states, missed))
    (folder / "report.json").write_bytes(reports.encode(report))
    result = run("report.json", "--format", "json")
    assert (result.exit_code, items(result)) == (0, ["_ga"])
    assert result.stderr.splitlines() == [
        "consentinel: warning: the report never reached the state accept (no button was found), so what "
        "comes with consent is not declared",
        "consentinel: warning: the report has gaps (2): what the scan could not observe is not declared",
    ]


def test_a_report_that_did_not_look_for_consent_says_so(folder: Path) -> None:
    (folder / "report.json").write_bytes(reports.encode(make_report(make_finding(), gaps=())))
    assert run("report.json").stderr.splitlines() == [
        "consentinel: warning: the report never reached the state accept (it was not asked for), so what "
        "comes with consent is not declared"
    ]


def test_settings_of_another_site_do_not_count(folder: Path) -> None:
    (folder / "consentinel.yaml").write_text(OTHER, encoding="utf-8")
    write_one(folder)
    result = run("one.json", "--format", "json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["locale"] == "en"
    assert items(result) == ["zz9"]
    assert json.loads(result.stdout)["categories"][0]["items"][0]["vendor"] != "Our shop"
    assert result.stderr == (
        "consentinel: warning: consentinel.yaml is about https://shop.test/, not https://www.example.com/, "
        "so it does not count: name it with --config where it should\n"
    )


def test_settings_of_another_site_that_are_named_count(folder: Path) -> None:
    (folder / "other.yaml").write_text(OTHER, encoding="utf-8")
    result = run("report.json", "--format", "json", "--config", "other.yaml")
    assert json.loads(result.stdout)["locale"] == "de"
    assert result.stderr.endswith("is it the right one?\n")


def test_the_sites_own_rules_count(folder: Path) -> None:
    """As they do in its scans and in its banner (scanner/site_rules.py)."""
    rules = "banner:\n  rules:\n    - {cookie: zz9, category: targeting, vendor: Our ads}\n"
    (folder / "consentinel.yaml").write_text(f"site: https://www.example.com/\n{rules}", encoding="utf-8")
    write_one(folder)
    found = json.loads(run("one.json", "--format", "json").stdout)
    assert vendor_of(found, "zz9") == [("targeting", "Our ads")]


@pytest.mark.parametrize("lines", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_a_file_without_sections_may_have_its_keys_in_any_order(folder: Path, lines: tuple[int, ...]) -> None:
    keys = (
        "site: https://www.example.com/",
        "mode: strict",
        "rules: [{cookie: zz9, category: targeting, vendor: Our ads}]",
    )
    (folder / "banner.yaml").write_text("\n".join(keys[at] for at in lines), encoding="utf-8")
    write_one(folder)
    result = run("one.json", "--format", "json", "--config", "banner.yaml")
    assert result.exit_code == 0, result.stderr
    assert (vendor_of(json.loads(result.stdout), "zz9"), result.stderr) == ([("targeting", "Our ads")], "")


def test_a_file_without_sections_that_is_about_another_site_is_told(folder: Path) -> None:
    (folder / "banner.yaml").write_text("mode: strict\nsite: https://shop.test/\n", encoding="utf-8")
    result = run("report.json", "--config", "banner.yaml")
    assert (result.exit_code, "is about https://shop.test/" in result.stderr) == (0, True)


def vendor_of(declaration: dict[str, Any], name: str) -> list[tuple[str, str]]:
    """Return categories and vendors of a cookie."""
    return [
        (group["category"], item["vendor"])
        for group in declaration["categories"]
        for item in group["items"]
        if item["name"] == name
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("missing.json",), "missing.json"),
        (("report.json", "-o", "x.pdf"), "unknown output format"),
        (("report.json", "--config", "no.yaml"), "no.yaml"),
    ],
)
def test_what_cannot_be_done_is_exit_status_2(folder: Path, arguments: tuple[str, ...], said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr
