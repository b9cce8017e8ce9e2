"""The scanner on code that nobody here wrote: real SDKs, real banners, documented snippets."""

import pytest

from consentinel.scanner.report import Report
from tests.conftest import Serve
from tests.sites import expected_banners, expected_marketing, expected_sdks
from tests.sites.marketing_site import START as MARKETING
from tests.sites.marketing_site import marketing_app
from tests.sites.real_banners import PRODUCTS, banner_site, start_url
from tests.sites.real_sdks import START as SDKS
from tests.sites.real_sdks import sdk_site
from tests.support.scans import missing, scan_site

pytestmark = [pytest.mark.browser, pytest.mark.npm]


def _unclassified(report: Report) -> list[str]:
    return [
        f"{finding.kind} {finding.name}" for finding in report.findings if finding.layer == "unclassified"
    ]


@pytest.mark.parametrize("path", sorted({row.page for row in expected_sdks.EXPECTED}))
def test_the_cookies_storage_and_requests_of_a_real_sdk(path: str, serve: Serve) -> None:
    server = serve(sdk_site())
    report = scan_site(SDKS.rstrip("/") + path, server, watch_s=4.0, max_pages=1).report
    assert missing(report, tuple(row for row in expected_sdks.EXPECTED if row.page == path)) == []
    assert report.gaps == ()


@pytest.mark.parametrize("product", PRODUCTS)
def test_accept_and_reject_through_a_real_banner(product: str, serve: Serve) -> None:
    server = serve(banner_site(product))
    report = scan_site(start_url(product), server, states=("no-choice", "reject", "accept")).report
    assert [(visit.state, visit.reached) for visit in report.states] == [
        ("no-choice", True),
        ("reject", True),
        ("accept", True),
    ]
    assert all(visit.method == "rule" for visit in report.states[1:])
    assert missing(report, expected_banners.expected(product)) == []
    assert report.gaps == ()


def test_the_marketing_site_with_documented_snippets(serve: Serve) -> None:
    server = serve(marketing_app())
    report = scan_site(MARKETING, server, watch_s=2.0).report
    assert missing(report, expected_marketing.EXPECTED) == []
    assert _unclassified(report) == []
    assert report.gaps == ()
