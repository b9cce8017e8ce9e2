"""The standing test site: a small shop with GTM, GA4, Meta pixel, HubSpot, YouTube and reCAPTCHA.

Each vendor is installed as it documents; behind the vendors' host names are stubs of ours
(marketing_vendors/), which set the cookies and send the requests that the vendor is known for.
`site.log` holds every request.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.sites.stubs import api, empty, fill, pixel, script
from tests.support.sites import HTML, Responder, Site

START = "https://www.marketing-site.example/"
TITLES = {
    "/": "Northwind Tents",
    "/product": "The two-person tent",
    "/article": "How to pitch a tent in the wind",
    "/contact": "Contact",
    "/thank-you": "Thank you",
}

_PAGES = Path(__file__).parent / "marketing_pages"
_VENDORS = Path(__file__).parent / "marketing_vendors"
_FORM = {
    "form": {
        "fields": [
            {"name": "email", "label": "E-mail", "type": "email"},
            {"name": "message", "label": "Message", "type": "text"},
        ],
        "submitText": "Send",
        "captchaSiteKey": "6LfixtureInvisible000000000000000000000",
    }
}
_THIRD = "Path=/; Secure; SameSite=None"
_SCRIPTS = {
    "https://www.googletagmanager.com/gtm.js": "gtm.js",
    "https://www.googletagmanager.com/gtag/js": "gtag.js",
    "https://connect.facebook.net/en_US/fbevents.js": "fbevents.js",
    "https://js.hs-scripts.com/7654321.js": "hs-loader.js",
    "https://js.hs-analytics.net/analytics/*": "hs-analytics.js",
    "https://js.hsforms.net/forms/embed/v2.js": "hs-forms.js",
    "https://www.google.com/recaptcha/api.js": "recaptcha-loader.js",
    "https://www.google.com/recaptcha/enterprise.js": "recaptcha-loader.js",
    "https://www.gstatic.com/recaptcha/releases/*": "recaptcha.js",
    "https://www.youtube.com/s/player/*": "youtube-player.js",
    "https://static.hotjar.com/c/hotjar-1234567.js": "hotjar.js",
    "https://bat.bing.com/bat.js": "bing-uet.js",
}


def marketing_app(head: str = "", *, headers: Sequence[tuple[str, str]] = (), start: str = START) -> Site:
    """Return the site; `head` goes first into the head of every page, `headers` to every page's response.

    `start` puts the same site on another host, as a preview is.
    """
    site = Site(start)
    _own(site, marketing_html(head), headers)
    for url, file in _SCRIPTS.items():
        site.call(url, script((_VENDORS / file).read_text(encoding="utf-8")))
    for vendor in (_google, _meta, _hubspot, _youtube, _custom_html):
        vendor(site)
    return site


def marketing_html(head: str = "") -> dict[str, str]:
    """Return the HTML of every page by its path, for tests that rewrite it or put it into files."""
    layout = (_PAGES / "_layout.html").read_text(encoding="utf-8")
    return {
        path: fill(layout, head=head, title=title, main=_main(path).read_text(encoding="utf-8"))
        for path, title in TITLES.items()
    }


def third_party_hits(site: Site) -> Counter[str]:
    """Return how many requests reached each host that is not the site's own."""
    own = site.start.split("/")[2]
    return Counter(hit.host for hit in site.log.hits if hit.host != own)


def _main(path: str) -> Path:
    return _PAGES / f"{path.strip('/') or 'home'}.html"


def _own(site: Site, pages: Mapping[str, str], headers: Sequence[tuple[str, str]]) -> None:
    session = "PHPSESSID=a1b2c3d4e5f6a7b8c9d0e1f2a3; Path=/; Secure; HttpOnly; SameSite=Lax"
    for path, html in pages.items():
        site.add(path, html, content_type=HTML, headers=headers, cookies=[session])
    for name, kind in (("style.css", "text/css"), ("logo.svg", "image/svg+xml")):
        site.add(f"/{name}", (_PAGES / name).read_bytes(), content_type=kind)
    site.add("/robots.txt", f"User-agent: *\nSitemap: {site.start}sitemap.xml\n", content_type="text/plain")
    site.add("/sitemap.xml", _sitemap(site.start, pages), content_type="application/xml")


def _sitemap(start: str, pages: Mapping[str, str]) -> str:
    urls = "".join(f"<url><loc>{start.rstrip('/')}{path}</loc></url>" for path in pages)
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'


def _html(file: str, *cookies: str) -> Responder:
    return api((_VENDORS / file).read_bytes(), content_type=HTML, cookies=cookies)


def _google(site: Site) -> None:
    for host in ("region1.google-analytics.com", "www.google-analytics.com"):
        site.call(f"https://{host}/g/collect", empty())
    site.call("https://www.googletagmanager.com/ns.html", api("", content_type=HTML))
    captcha = (
        "_GRECAPTCHA=09AFixtureFixtureFixtureFixtureFixture00; Max-Age=15552000; Path=/recaptcha; Secure; "
        "HttpOnly; SameSite=None; Priority=HIGH"
    )
    for flavour in ("api2", "enterprise"):
        site.call(
            f"https://www.google.com/recaptcha/{flavour}/anchor", _html("recaptcha-anchor.html", captcha)
        )


def _meta(site: Site) -> None:
    site.call("https://connect.facebook.net/signals/config/*", script("window.__fbFixtureConfig = true;"))
    visitor = f"fr=0aFixtureFixtureFixtur..BnFixt; Max-Age=7776000; Domain=.facebook.com; HttpOnly; {_THIRD}"
    for path in ("/tr/", "/tr"):
        site.call(f"https://www.facebook.com{path}", pixel(cookies=[visitor]))


def _hubspot(site: Site) -> None:
    bots = f"__cf_bm=fixture.bot.management; Max-Age=1800; Domain=.hubspot.com; HttpOnly; {_THIRD}"
    site.call("https://track.hubspot.com/__ptq.gif", pixel(cookies=[bots]))
    site.call("https://js.hscollectedforms.net/collectedforms.js", script("window.__hsFixtureForms = true;"))
    site.call("https://forms.hsforms.com/embed/v3/form/*", api(json.dumps(_FORM)))
    site.call("https://forms.hsforms.com/submissions/*", api('{"accepted":true}'))


def _youtube(site: Site) -> None:
    session = f"YSC=FixtureYsc0; Domain=.youtube.com; HttpOnly; {_THIRD}"
    visitor = f"VISITOR_INFO1_LIVE=FixtVisit0r; Max-Age=15552000; Domain=.youtube.com; HttpOnly; {_THIRD}"
    site.call("https://www.youtube.com/embed/*", _html("youtube-embed.html", session, visitor))
    site.call("https://www.youtube.com/youtubei/v1/log_event", api())
    site.add("https://i.ytimg.com/vi/*", (_PAGES / "logo.svg").read_bytes(), content_type="image/svg+xml")
    site.call("https://static.doubleclick.net/instream/ad_status.js", script("window.google_ad_status = 1;"))
    advertiser = f"IDE=AHFixtureFixture; Max-Age=34128000; Domain=.doubleclick.net; HttpOnly; {_THIRD}"
    site.call("https://googleads.g.doubleclick.net/pagead/id", api(cookies=[advertiser]))


def _custom_html(site: Site) -> None:
    """Answer what the custom HTML of the GTM container asks for."""
    browser = f"bcookie=v=2&fixture-0000-4000; Max-Age=31536000; Domain=.linkedin.com; {_THIRD}"
    site.call("https://px.ads.linkedin.com/collect/", pixel(cookies=[browser]))
    machine = f"MUID=0F1E2D3C4B5A69788796A5B4C3D2E1F0; Max-Age=33696000; Domain=.bing.com; {_THIRD}"
    site.call("https://bat.bing.com/action/0", empty(cookies=[machine]))
