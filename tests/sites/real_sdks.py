"""A shop with one page per real tracker SDK, each from its production address, initialised as documented.

The SDKs are files of npm packages, unchanged; the vendors' interfaces behind them are stubs of ours. What
they set and send was read from a real browser and is written down in expected_sdks.py.
"""

import json
from pathlib import Path

from tests.sites.stubs import api, empty, fill, packaged, packaged_folder, script
from tests.support.npm import package_file, package_version
from tests.support.sites import Site

START = "https://www.sdk-shop.example/"
PAGES = ("posthog", "mixpanel", "amplitude", "segment", "snowplow", "fingerprintjs", "rrweb")
POSTHOG_TOKEN = "phc_consentinelfixture"
SEGMENT_KEY = "wkConsentinelFixture00000000000"
SNOWPLOW_COLLECTOR = "com-acme-prod1.collector.snplow.net"

_FOLDER = Path(__file__).parent / "sdk_pages"
_JSDELIVR = "https://cdn.jsdelivr.net/npm"


def sdk_site(head: str = "") -> Site:
    """Return the shop and all vendors behind it; the home page links to one page per SDK.

    head: comes before the SDK's snippet on its page.
    """
    site = Site(START)
    links = "".join(f'<li><a href="/{name}">{name}</a></li>' for name in PAGES)
    site.page(START, f"<h1>Shop</h1><ul>{links}</ul>", title="Shop")
    for name in PAGES:
        site.page(f"/{name}", f"<h1>{name}</h1><p>Plain words.</p>", head=head + _head(name), title=name)
    site.call("/visitor", empty()).call("/replay", empty())
    for vendor in (_posthog, _mixpanel, _amplitude, _segment, _snowplow, _open_source):
        vendor(site)
    return site


def _head(name: str) -> str:
    return fill((_FOLDER / f"{name}.html").read_text(encoding="utf-8"), **_placeholders())


def _placeholders() -> dict[str, str]:
    """Install snippets come from the packages, too: nothing of a vendor is written down here."""
    mixpanel = package_file("mixpanel-browser", "dist/mixpanel-jslib-snippet.min.js")
    amplitude = package_file("@amplitude/analytics-browser", "lib/scripts/amplitude-snippet-min.js")
    return {
        "mixpanel_snippet": mixpanel.read_text(encoding="utf-8"),
        "amplitude_snippet": amplitude.read_text(encoding="utf-8"),
        "snowplow_version": package_version("@snowplow/browser-tracker"),
        "rrweb_version": package_version("rrweb"),
    }


def _posthog(site: Site) -> None:
    remote = json.dumps({"supportedCompression": ["gzip-js"], "sessionRecording": {"endpoint": "/s/"}})
    config = (
        f'(window._POSTHOG_REMOTE_CONFIG ||= {{}})["{POSTHOG_TOKEN}"] = {{config: {remote}, siteApps: []}}'
    )
    assets = "https://us-assets.i.posthog.com"
    pinned = f"/static/{package_version('posthog-js')}/"
    site.call(f"{assets}{pinned}*", packaged_folder("posthog-js", "dist", pinned))
    site.call(f"{assets}/static/*", packaged_folder("posthog-js", "dist", "/static/"))
    site.call(f"{assets}/array/{POSTHOG_TOKEN}/config.js", script(config))
    site.call(f"{assets}/array/{POSTHOG_TOKEN}/config", api(remote))
    site.call("https://us.i.posthog.com/flags/", api('{"flags":{},"featureFlags":{}}'))
    for path in ("/e/", "/i/v0/e/", "/s/"):
        site.call(f"https://us.i.posthog.com{path}", api('{"status":"Ok"}'))


def _mixpanel(site: Site) -> None:
    cdn = "https://cdn.mxpnl.com/libs"
    site.call(f"{cdn}/mixpanel-2-latest.min.js", packaged("mixpanel-browser", "dist/mixpanel.min.js"))
    site.call(f"{cdn}/*", packaged_folder("mixpanel-browser", "dist/async-modules", "/libs/"))
    site.call("https://api-js.mixpanel.com/*", api('{"status":1,"error":null}'))


def _amplitude(site: Site) -> None:
    package = "@amplitude/analytics-browser"
    bundle = f"/libs/analytics-browser-{package_version(package)}-min.js.gz"
    site.call(f"https://cdn.amplitude.com{bundle}", packaged(package, "lib/scripts/amplitude-min.js.gz"))
    site.call("https://api2.amplitude.com/2/httpapi", api('{"code":200}'))
    site.call("https://sr-client-cfg.amplitude.com/*", api('{"configs":{}}'))


def _segment(site: Site) -> None:
    package, cdn = "@segment/analytics-next", "https://cdn.segment.com"
    settings = json.dumps({"integrations": {"Segment.io": {"apiKey": SEGMENT_KEY}}, "plan": {}})
    site.call(
        f"{cdn}/analytics.js/v1/{SEGMENT_KEY}/analytics.min.js", packaged(package, "dist/umd/standalone.js")
    )
    site.call(
        f"{cdn}/analytics-next/bundles/*", packaged_folder(package, "dist/umd", "/analytics-next/bundles/")
    )
    site.call(f"{cdn}/v1/projects/{SEGMENT_KEY}/settings", api(settings))
    site.call("https://api.segment.io/v1/*", api('{"success":true}'))


def _snowplow(site: Site) -> None:
    package = "@snowplow/browser-tracker"
    path = f"/{package}@{package_version(package)}/dist/index.umd.min.js"
    site.call(_JSDELIVR + path, packaged(package, "dist/index.umd.min.js"))
    visitor = "sp=4f3c2b1a-0000-4000-8000-000000000001; Max-Age=31536000; Path=/; Secure; SameSite=None"
    site.call(
        f"https://{SNOWPLOW_COLLECTOR}/com.snowplowanalytics.snowplow/tp2", api("ok", cookies=[visitor])
    )


def _open_source(site: Site) -> None:
    fingerprint = packaged("@fingerprintjs/fingerprintjs", "dist/fp.esm.js")
    site.call("https://openfpcdn.io/fingerprintjs/v5", fingerprint)
    replay = packaged("rrweb", "umd/rrweb.min.js")
    site.call(f"{_JSDELIVR}/rrweb@{package_version('rrweb')}/umd/rrweb.min.js", replay)
