"""What the SDKs of real_sdks.py leave behind and send, per page, before any choice.

Read from Chromium 156 with third-party cookies allowed, about four seconds after load, without interaction.
"""

from consentinel.scanner.catalogue.taxonomy import Category, Kind
from tests.sites.expected import Expected
from tests.sites.real_sdks import SEGMENT_KEY, SNOWPLOW_COLLECTOR
from tests.support.npm import package_version

SITE = "sdk-shop.example"
ORIGIN = f"www.{SITE}"
POSTHOG_ASSETS = "us-assets.i.posthog.com"
POSTHOG = "https://us-assets.i.posthog.com/static/array.js"
POSTHOG_RECORDER = f"https://us-assets.i.posthog.com/static/{package_version('posthog-js')}/lazy-recorder.js"
MIXPANEL = "https://cdn.mxpnl.com/libs/mixpanel-2-latest.min.js"
MIXPANEL_RECORDER = "https://cdn.mxpnl.com/libs/mixpanel-recorder-*.min.js"
AMPLITUDE = "https://cdn.amplitude.com/libs/analytics-browser-*-min.js.gz"
SEGMENT = f"https://cdn.segment.com/analytics.js/v1/{SEGMENT_KEY}/analytics.min.js"
SNOWPLOW = "https://cdn.jsdelivr.net/npm/@snowplow/browser-tracker@*/dist/index.umd.min.js"
FINGERPRINTJS = "https://openfpcdn.io/fingerprintjs/v5"
RRWEB = "https://cdn.jsdelivr.net/npm/rrweb@*/umd/rrweb.min.js"

# (kind, name, host, writer) under (page, vendor, category); the SDK's own script is added to each.
_SETS: dict[tuple[str, str, Category], tuple[tuple[Kind, str, str, str], ...]] = {
    ("/posthog", "PostHog", "performance"): (
        ("cookie", "ph_*_posthog", SITE, POSTHOG),
        ("storage", "ph_*_posthog", ORIGIN, POSTHOG),
        ("storage", "ph_*_primary_window_exists", ORIGIN, POSTHOG),
        ("storage", "ph_*_session_registered_properties", ORIGIN, POSTHOG),
        ("storage", "ph_*_window_id", ORIGIN, POSTHOG),
        ("beacon", "us.i.posthog.com/e/", "us.i.posthog.com", POSTHOG),
        ("beacon", "us.i.posthog.com/flags/", "us.i.posthog.com", POSTHOG),
        ("script", f"{POSTHOG_ASSETS}/array/*/config.js", POSTHOG_ASSETS, POSTHOG),
        ("script", f"{POSTHOG_ASSETS}/static/*/lazy-recorder.js", POSTHOG_ASSETS, POSTHOG),
        ("session-replay", "*", POSTHOG_ASSETS, POSTHOG_RECORDER),
    ),
    ("/mixpanel", "Mixpanel", "performance"): (
        ("cookie", "mp_*_mixpanel", SITE, MIXPANEL),
        ("storage", "mp_tab_id_mixpanel_*", ORIGIN, MIXPANEL),
        ("storage", "mp_gen_new_tab_id_mixpanel_*", ORIGIN, MIXPANEL),
        ("storage", "__mpq_*_ev", ORIGIN, MIXPANEL),
        ("storage", "mixpanelFlagsDb", ORIGIN, MIXPANEL),
        ("storage", "mixpanelBrowserDb", ORIGIN, MIXPANEL_RECORDER),
        ("script", "cdn.mxpnl.com/libs/mixpanel-recorder-*.min.js", "cdn.mxpnl.com", MIXPANEL),
        ("session-replay", "*", "cdn.mxpnl.com", MIXPANEL_RECORDER),
    ),
    ("/amplitude", "Amplitude", "performance"): (
        ("cookie", "AMP_0123456789", SITE, AMPLITUDE),
        ("cookie", "AMP_MKTG_0123456789", SITE, AMPLITUDE),
        ("storage", "AMP_unsent_*", ORIGIN, AMPLITUDE),
        ("storage", "AMP_remote_config_*", ORIGIN, AMPLITUDE),
        ("storage", "AMP_PAGE_VIEW", ORIGIN, AMPLITUDE),
        ("storage", "AMP_URL_INFO", ORIGIN, AMPLITUDE),
        ("storage", "AMP_diagnostics_*", ORIGIN, AMPLITUDE),
        ("beacon", "api2.amplitude.com/2/httpapi", "api2.amplitude.com", AMPLITUDE),
        ("request", "sr-client-cfg.amplitude.com/config/*", "sr-client-cfg.amplitude.com", AMPLITUDE),
    ),
    ("/segment", "Segment", "performance"): (
        ("cookie", "ajs_anonymous_id", SITE, SEGMENT),
        ("storage", "ajs_anonymous_id", ORIGIN, SEGMENT),
        ("storage", "ajs_user_id", ORIGIN, SEGMENT),
        ("request", "cdn.segment.com/v1/projects/*/settings", "cdn.segment.com", SEGMENT),
        ("request", "api.segment.io/v1/p", "api.segment.io", SEGMENT),
    ),
    ("/snowplow", "Snowplow", "performance"): (
        ("cookie", "_sp_id.*", SITE, SNOWPLOW),
        ("cookie", "_sp_ses.*", SITE, SNOWPLOW),
        (
            "cookie",
            "sp",
            SNOWPLOW_COLLECTOR,
            f"https://{SNOWPLOW_COLLECTOR}/com.snowplowanalytics.snowplow/tp2",
        ),
        ("storage", "snowplowOutQueue_sp1", ORIGIN, SNOWPLOW),
        ("request", f"{SNOWPLOW_COLLECTOR}/*/tp2", SNOWPLOW_COLLECTOR, SNOWPLOW),
    ),
    ("/fingerprintjs", "Fingerprint", "strictly-necessary"): (
        ("fingerprinting", "*", "openfpcdn.io", FINGERPRINTJS),
    ),
    ("/rrweb", "rrweb", "performance"): (("session-replay", "*", "cdn.jsdelivr.net", RRWEB),),
}
_LOADS = {
    "/posthog": POSTHOG,
    "/mixpanel": MIXPANEL,
    "/amplitude": AMPLITUDE,
    "/segment": SEGMENT,
    "/snowplow": SNOWPLOW,
    "/fingerprintjs": FINGERPRINTJS,
    "/rrweb": RRWEB,
}

EXPECTED: tuple[Expected, ...] = tuple(
    Expected(kind=kind, name=name, host=host, page=page, vendor=vendor, category=category, writer=writer)
    for (page, vendor, category), rows in _SETS.items()
    for kind, name, host, writer in (
        (
            "script",
            _LOADS[page].removeprefix("https://"),
            _LOADS[page].split("/")[2],
            f"https://{ORIGIN}{page}",
        ),
        *rows,
    )
)

TRANSIENT: tuple[str, ...] = (
    "__mplss*",
    "__support__",
    "test",
    "dmn_chk_*",
    "__mp_opt_in_out_*",
    "__mpq_*:[XYZ]",
    "__mprec_*:[XYZ]",
    "AMP_TEST*",
    "AMP_TLDTEST*",
    "__tld__",
    "persisted-queue:*",
    "_sp_root_domain_test_*",
    "cookietest",
)
"""Cookies and storage that SDKs write to test for support or to lock, and remove in the same breath."""
