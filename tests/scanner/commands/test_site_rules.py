"""What consentinel.yaml says of a site counts when that site is scanned, and for no other."""

from pathlib import Path

import pytest

from consentinel.scanner import report as reports
from consentinel.scanner.report import Finding
from consentinel.scanner.site_list import slug_of
from tests.conftest import Serve
from tests.support.cli import mapped_to, run_cli
from tests.support.sites import Site

pytestmark = pytest.mark.browser

SHOP, OTHER = "http://www.shop.example/", "http://www.other.example/"
SERVER = "http://consent.example"
QUICK = ("--watch", "0", "--settle-cap", "1", "--quiet")
CONFIG = f"""\
site: {SHOP}
banner:
  rules:
    - {{host: new.example, category: performance, vendor: Counter}}
    - {{path: /metrics/*, category: performance}}
    - {{cookie: "basket_*", category: strictly-necessary}}
server: {{public_url: "{SERVER}"}}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work beside the shop's settings."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "consentinel.yaml").write_text(CONFIG)
    return tmp_path


def both() -> Site:
    """Two sites with the same page. The shop's consent server is a third party of either."""
    built = Site(SHOP)
    for start in (SHOP, OTHER):
        tags = [
            f"{SERVER}/b/www.shop.example.js",
            f"{SERVER}/other.js",
            f"{start}metrics/m.js",
            "http://new.example/n.js",
        ]
        head = "".join(f'<script src="{tag}"></script>' for tag in tags)
        built.page(start, "Hello", head=head, cookies=("basket_1=a; Path=/",))
        for tag in tags:
            built.script(tag, "1")
    return built


def categories(findings: tuple[Finding, ...]) -> dict[str, str | None]:
    return {finding.name: finding.category for finding in findings}


EXPECTED = {
    "basket_1": "strictly-necessary",
    "consent.example/b/www.shop.example.js": "strictly-necessary",
    "consent.example/other.js": None,
    "new.example/n.js": "performance",
    "www.shop.example/metrics/m.js": "performance",
}


def test_the_site_of_the_settings(serve: Serve, folder: Path) -> None:
    result = run_cli("scan", *mapped_to(serve(both())), *QUICK, "-o", "report.json")
    assert result.exit_code == 0, result.output
    report = reports.load(folder / "report.json")
    assert categories(report.findings) == EXPECTED
    [tag] = [finding for finding in report.findings if finding.name == "new.example/n.js"]
    assert (tag.vendor, tag.rule) == ("Counter", "override:banner-rules/host:new.example")
    assert tag.evidence[-1] == "A rule of the settings says so: new.example."


def test_another_site(serve: Serve, folder: Path) -> None:
    result = run_cli("scan", OTHER, *mapped_to(serve(both())), *QUICK, "-o", "report.json")
    assert result.exit_code == 0, result.output
    assert set(categories(reports.load(folder / "report.json").findings).values()) == {None}


def test_each_of_many_sites_for_itself(serve: Serve, folder: Path) -> None:
    (folder / "sites.txt").write_text(f"{SHOP}\n{OTHER}\n")
    arguments = ("--sites", "sites.txt", "--out-dir", "out", *mapped_to(serve(both())), *QUICK)
    assert run_cli("scan", *arguments).exit_code == 0
    shop, other = (reports.load(folder / "out" / f"{slug_of(site)}.json") for site in (SHOP, OTHER))
    assert categories(shop.findings)["new.example/n.js"] == "performance"
    assert set(categories(other.findings).values()) == {None}
    assert shop.environment.catalogue != other.environment.catalogue
