"""Scan -> report -> build -> gate -> verify: the whole way, on the marketing site.

The gate of the HTML is one of the test's own until the product has one.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from consentinel.scanner.demo.loopback import LoopbackServer
from tests.banner.e2e.marketing import SETTINGS, TAG, bare_report, with_banner
from tests.banner.e2e.policies import WithPolicy
from tests.conftest import MakeTlsFiles, Serve
from tests.sites.marketing_site import START, marketing_app, marketing_html
from tests.support.banner import built
from tests.support.cli import mapped_to, run_cli
from tests.support.policies import choosing_policy
from tests.support.sites import Site

pytestmark = pytest.mark.browser

QUICK = ("--watch", "0", "--insecure", "--quiet", "--format", "json")
# What a tag in the HTML asks for, and the category that its finding has in the scan.
CATEGORY_OF = {
    "https://www.googletagmanager.com/gtag/js": "performance",
    "https://js.hs-scripts.com/": "performance",
    "https://js.hsforms.net/": "functional",
    "https://www.google.com/recaptcha/": "functional",
    "https://www.youtube.com/embed/": "functional",
}


def gated(html: str) -> str:
    """Return a page with its third-party tags inert, as somebody would write them by hand."""
    return re.sub(r'<(script|iframe)\b([^>]*?)\ssrc="(https://[^"]+)"', _inert, html)


def _inert(tag: re.Match[str]) -> str:
    category = next((name for url, name in CATEGORY_OF.items() if tag[3].startswith(url)), None)
    if category is None:
        return tag[0]
    rest = re.sub(r'\stype="[^"]*"', "", tag[2])
    kind = ' type="text/plain"' if tag[1] == "script" else ""
    return f'<{tag[1]}{kind} data-category="{category}"{rest} data-src="{tag[3]}"'


def site_with(files: Mapping[str, bytes], *, gate: bool = False) -> Site:
    """Return the marketing site with the banner's tag in its head, its HTML gated or not."""
    site = with_banner(marketing_app(TAG), dict(files))
    for path, html in marketing_html(TAG).items():
        if gate:
            site.add(path, gated(html), content_type="text/html; charset=utf-8")
    return site


def verified(server: LoopbackServer, tmp_path: Path, *flags: str) -> tuple[int, dict[str, Any]]:
    """Return the exit status of a verification of the site on this server, and what it says."""
    file = tmp_path / "verification.json"
    result = run_cli("verify", START, *mapped_to(server), *QUICK, *flags, "-o", file)
    assert result.stderr == ""
    told: dict[str, Any] = msgspec.json.decode(file.read_bytes())
    return result.exit_code, told


def test_standard_names_the_tags_that_are_requested_but_lets_none_run(serve: Serve, tmp_path: Path) -> None:
    site = site_with(built(SETTINGS, bare_report()))
    status, told = verified(serve(site), tmp_path)
    assert {leak["how"] for leak in told["leaks"]} == {"requested-not-run"}
    requested = {leak["url"].partition("?")[0] for leak in told["leaks"]}
    assert all(any(url.startswith(known) for known in CATEGORY_OF) for url in requested)
    assert (status, told["result"], told["problems"]) == (1, "leaks", [])


def test_standard_with_gated_html_is_clean(serve: Serve, tmp_path: Path) -> None:
    site = site_with(built(SETTINGS, bare_report()), gate=True)
    status, told = verified(serve(site), tmp_path, "--states", "gpc")
    assert (status, told["leaks"], told["problems"]) == (0, [], [])
    assert (told["mode"], told["pages"]) == ("standard", 5)


def test_strict_is_clean_without_any_change_of_the_html(
    serve: Serve, tls_files: MakeTlsFiles, tmp_path: Path
) -> None:
    files = built({**SETTINGS, "mode": "strict"}, bare_report())
    site = site_with(files)
    with choosing_policy(files) as choose:
        server = serve(WithPolicy(site, choose), tls=tls_files(*site.hosts))
        status, told = verified(server, tmp_path, "--states", "gpc")
    assert (status, told["leaks"], told["problems"]) == (0, [], [])
    assert told["mode"] == "strict"


def test_a_tag_above_the_script_is_told(serve: Serve, tmp_path: Path) -> None:
    late = '<script src="https://bat.bing.com/bat.js"></script>'
    site = with_banner(marketing_app(late + TAG), built(SETTINGS, bare_report()))
    status, told = verified(serve(site), tmp_path, "--max-pages", "1")
    above = {leak["url"] for leak in told["leaks"] if leak["how"] == "above-script"}
    assert (status, above) == (1, {"https://bat.bing.com/bat.js"})
    note = "Tags above the banner's script run before it can hold them: https://bat.bing.com/bat.js."
    assert note in told["notes"]
