"""What the pages of marketing_site.py leave behind and send before any choice.

Third-party cookies allowed, no interaction. `/` stands for every page: what is there is on all of them.
"""

from consentinel.scanner.catalogue.taxonomy import Category, Kind
from tests.sites.expected import Expected

SITE = "marketing-site.example"
ORIGIN = f"www.{SITE}"
GTM = "https://www.googletagmanager.com/gtm.js"
GTAG = "https://www.googletagmanager.com/gtag/js"
FBEVENTS = "https://connect.facebook.net/en_US/fbevents.js"
HUBSPOT = "https://js.hs-analytics.net/analytics/*/7654321.js"
HOTJAR = "https://static.hotjar.com/c/hotjar-1234567.js"
UET = "https://bat.bing.com/bat.js"
PLAYER = "https://www.youtube.com/s/player/*/www-embed-player.js"
EMBED = "https://www.youtube.com/embed/Pt3ntW1nd01"
RELEASE = "https://www.gstatic.com/recaptcha/releases/*/recaptcha__en.js"
ANCHOR = "https://www.google.com/recaptcha/*/anchor"

_Row = tuple[Kind, str, str, str]
_SETS: dict[tuple[str, str | None, Category], tuple[_Row, ...]] = {
    ("/", None, "strictly-necessary"): (("cookie", "PHPSESSID", ORIGIN, f"https://{ORIGIN}/"),),
    ("/", "Google", "performance"): (
        ("cookie", "_ga", SITE, GTAG),
        ("cookie", "_ga_*", SITE, GTAG),
        ("beacon", "region1.google-analytics.com/g/collect", "region1.google-analytics.com", GTAG),
    ),
    ("/", "Google", "targeting"): (("cookie", "_gcl_au", SITE, GTM),),
    ("/", "Meta", "targeting"): (
        ("cookie", "_fbp", SITE, FBEVENTS),
        ("cookie", "fr", "facebook.com", "https://www.facebook.com/tr/"),
        ("pixel", "www.facebook.com/tr/", "www.facebook.com", FBEVENTS),
    ),
    ("/", "HubSpot", "performance"): (
        ("cookie", "__hstc", SITE, HUBSPOT),
        ("cookie", "__hssrc", SITE, HUBSPOT),
        ("cookie", "__hssc", SITE, HUBSPOT),
        ("pixel", "track.hubspot.com/__ptq.gif", "track.hubspot.com", HUBSPOT),
    ),
    ("/", "HubSpot", "targeting"): (("cookie", "hubspotutk", SITE, HUBSPOT),),
    ("/", "Cloudflare", "strictly-necessary"): (
        ("cookie", "__cf_bm", "hubspot.com", "https://track.hubspot.com/__ptq.gif"),
    ),
    ("/", "Hotjar", "performance"): (
        ("cookie", "_hjSessionUser_*", SITE, HOTJAR),
        ("cookie", "_hjSession_*", SITE, HOTJAR),
        ("storage", "_hjActiveViewportIds", ORIGIN, HOTJAR),
    ),
    ("/", "LinkedIn", "targeting"): (
        ("cookie", "bcookie", "linkedin.com", "https://px.ads.linkedin.com/collect/"),
        ("pixel", "px.ads.linkedin.com/collect/", "px.ads.linkedin.com", GTM),
    ),
    ("/", "Microsoft", "targeting"): (
        ("cookie", "_uetsid", SITE, UET),
        ("cookie", "_uetvid", SITE, UET),
        ("cookie", "MUID", "bing.com", "https://bat.bing.com/action/0"),
        ("pixel", "bat.bing.com/action/0", "bat.bing.com", UET),
    ),
    ("/article", "YouTube", "targeting"): (
        ("cookie", "YSC", "youtube.com", EMBED),
        ("cookie", "VISITOR_INFO1_LIVE", "youtube.com", EMBED),
        ("request", "www.youtube.com/youtubei/v1/log_event", "www.youtube.com", PLAYER),
    ),
    ("/article", "YouTube", "functional"): (  # the player itself; what it stores to recognise people is not
        ("request", "i.ytimg.com/vi/*", "i.ytimg.com", EMBED),
        ("storage", "yt-remote-device-id", "www.youtube.com", PLAYER),
        ("storage", "yt-remote-session-app", "www.youtube.com", PLAYER),
        ("frame", "www.youtube.com/embed/*", "www.youtube.com", f"https://{ORIGIN}/article"),
    ),
    ("/article", "Google", "targeting"): (
        ("request", "googleads.g.doubleclick.net/pagead/id", "googleads.g.doubleclick.net", PLAYER),
        ("cookie", "IDE", "doubleclick.net", "https://googleads.g.doubleclick.net/pagead/id"),
    ),
    ("/contact", "Google", "strictly-necessary"): (  # contested
        ("cookie", "_GRECAPTCHA", "www.google.com", ANCHOR),
        ("storage", "_grecaptcha", ORIGIN, RELEASE),
        ("storage", "rc::a", "www.google.com", ANCHOR),
        ("storage", "rc::c", "www.google.com", ANCHOR),
        ("frame", "www.google.com/recaptcha/api2/anchor", "www.google.com", RELEASE),
        ("frame", "www.google.com/recaptcha/enterprise/anchor", "www.google.com", RELEASE),
    ),
    ("/contact", "HubSpot", "functional"): (
        ("request", "forms.hsforms.com/embed/v3/form/*", "forms.hsforms.com", "https://js.hsforms.net/*"),
    ),
}
_SCRIPTS: tuple[tuple[str, str], ...] = (
    *(("/", url) for url in (GTM, GTAG, FBEVENTS, HUBSPOT, HOTJAR, UET)),
    ("/", "https://js.hs-scripts.com/7654321.js"),
    ("/", "https://js.hscollectedforms.net/collectedforms.js"),
    ("/", "https://connect.facebook.net/signals/config/112233445566778"),
    ("/article", PLAYER),
    ("/article", "https://static.doubleclick.net/instream/ad_status.js"),
    ("/contact", RELEASE),
    ("/contact", "https://www.google.com/recaptcha/api.js"),
    ("/contact", "https://www.google.com/recaptcha/enterprise.js"),
    ("/contact", "https://js.hsforms.net/forms/embed/v2.js"),
)

EXPECTED: tuple[Expected, ...] = (
    *(
        Expected(kind=kind, name=name, host=host, page=page, vendor=vendor, category=category, writer=writer)
        for (page, vendor, category), rows in _SETS.items()
        for kind, name, host, writer in rows
    ),
    *(
        Expected(kind="script", name=url.removeprefix("https://"), host=url.split("/")[2], page=page)
        for page, url in _SCRIPTS
    ),
)
