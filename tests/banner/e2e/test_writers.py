"""Who writes what on a page that has our banner on it, as a scan tells it."""

import pytest

from consentinel.scanner.report import Finding, Report
from tests.conftest import Serve
from tests.support.banner import built
from tests.support.scanning import scan_url, wrote
from tests.support.sites import Site

pytestmark = pytest.mark.browser

START = "http://www.site.example/"
TAG = "http://metrics.tracker.example/m.js"
SETTINGS = {"site": START, "mode": "standard", "regime": "eu"}
WRITES = "document.cookie = '_pf_uid=1; Max-Age=600'; localStorage.setItem('chat_id', '1')"
PAGE = (
    f'<script src="{TAG}"></script>'
    "<script>localStorage.setItem('tea_pref', '1'); sessionStorage.setItem('tea_tab', '1')</script>"
)


def scanned(serve: Serve, banner: str) -> Report:
    """Return a scan of the page with the compiled banner at this address."""
    site = Site(START).script(TAG, WRITES).script(banner, built(SETTINGS)["consentinel.js"].decode())
    site.page("/", PAGE, head=f'<script src="{banner}"></script>')
    return scan_url(serve(site), START, states=("no-choice",)).report


def told(finding: Finding) -> tuple[str, str | None, object]:
    return finding.name, wrote(finding), finding.attributes.get("area", "cookie")


@pytest.mark.parametrize(
    "banner",
    [
        "http://www.site.example/consentinel.js",
        "http://www.site.example/b/www.site.example.js",
        "http://consent.server.example/b/www.site.example.js",
    ],
)
def test_the_banner_is_not_blamed_for_what_others_write(serve: Serve, banner: str) -> None:
    found = {
        told(finding) for finding in scanned(serve, banner).findings if finding.kind in ("cookie", "storage")
    }
    assert {item for item in found if not item[0].startswith("consentinel")} == {
        ("_pf_uid", f"{TAG}:1", "cookie"),
        ("chat_id", f"{TAG}:1", "localStorage"),
        ("tea_pref", f"{START}:1", "localStorage"),
        ("tea_tab", f"{START}:1", "sessionStorage"),
    }
