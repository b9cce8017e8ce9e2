"""The fixtures answer as written: pages, stubs, files straight from the packages."""

import asyncio
import gzip
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache

import httpx2
import pytest
from bs4 import BeautifulSoup

from consentinel.scanner.catalogue.taxonomy import CATEGORIES, KINDS
from tests.sites.expected import Expected
from tests.sites.expected_banners import BANNERS, expected
from tests.sites.expected_marketing import EXPECTED as MARKETING
from tests.sites.expected_sdks import EXPECTED as SDKS
from tests.sites.marketing_site import TITLES, marketing_app, marketing_html, third_party_hits
from tests.sites.real_banners import PERFORMANCE_SCRIPT, PRODUCTS, TARGETING_SCRIPT, banner_site
from tests.sites.real_sdks import PAGES, sdk_site
from tests.sites.stubs import fill
from tests.support.npm import package_file, package_version
from tests.support.sites import Site


def ask(site: Site, url: str, method: str = "GET", **headers: str) -> httpx2.Response:
    """Send one request to the application itself; no server, no network."""

    async def send() -> httpx2.Response:
        transport = httpx2.ASGITransport(site)
        async with httpx2.AsyncClient(transport=transport, base_url=site.start) as client:
            return await client.request(method, url, headers=headers)

    return asyncio.run(send())


PACKAGED = {
    "https://us-assets.i.posthog.com/static/array.js": ("posthog-js", "dist/array.js"),
    "https://us-assets.i.posthog.com/static/lazy-recorder.js": ("posthog-js", "dist/lazy-recorder.js"),
    "https://cdn.mxpnl.com/libs/mixpanel-2-latest.min.js": ("mixpanel-browser", "dist/mixpanel.min.js"),
    "https://openfpcdn.io/fingerprintjs/v5": ("@fingerprintjs/fingerprintjs", "dist/fp.esm.js"),
    "https://cdn.segment.com/analytics.js/v1/wkConsentinelFixture00000000000/analytics.min.js": (
        "@segment/analytics-next",
        "dist/umd/standalone.js",
    ),
}


@pytest.mark.npm
@pytest.mark.parametrize("url", PACKAGED)
def test_an_sdk_is_the_file_of_its_package(url: str) -> None:
    answer = ask(sdk_site(), url)
    assert answer.content == package_file(*PACKAGED[url]).read_bytes()
    assert answer.headers["content-type"].startswith("text/javascript")


@pytest.mark.npm
def test_amplitude_is_served_compressed_under_its_own_version() -> None:
    package = "@amplitude/analytics-browser"
    url = f"https://cdn.amplitude.com/libs/analytics-browser-{package_version(package)}-min.js.gz"
    answer = ask(sdk_site(), url)
    assert answer.headers["content-encoding"] == "gzip"
    packed = package_file(package, "lib/scripts/amplitude-min.js.gz").read_bytes()
    assert answer.content == gzip.decompress(packed)


@pytest.mark.npm
@pytest.mark.parametrize("name", PAGES)
def test_each_sdk_page_loads_its_script_and_every_script_answers(name: str) -> None:
    site = sdk_site()
    page = ask(site, f"/{name}")
    by_page = f"https://www.sdk-shop.example/{name}"
    own = [row for row in SDKS if row.kind == "script" and row.writer == by_page]
    assert len(own) == 1
    urls = [url for url in scripts_of(page.text) if fnmatchcase(url, f"https://{own[0].name}")]
    assert len(urls) == 1
    assert ask(site, urls[0]).status_code == 200


def scripts_of(html: str) -> list[str]:
    """Return absolute script addresses named anywhere in a page, in tags, snippets or imports."""
    named = re.findall(r"(?:https:)?//[\w.-]+/[\w@./~-]+", html)
    return sorted({url if url.startswith("https:") else f"https:{url}" for url in named})


@pytest.mark.npm
@pytest.mark.parametrize("path", ["../package.json", "..%2fpackage.json", "nope.js"])
def test_nothing_outside_the_folder_of_a_package_is_served(path: str) -> None:
    assert ask(sdk_site(), f"https://us-assets.i.posthog.com/static/{path}").status_code == 404


@pytest.mark.npm
def test_a_preflight_may_be_read_with_credentials() -> None:
    answer = ask(
        sdk_site(),
        "https://us.i.posthog.com/e/",
        "OPTIONS",
        **{"Origin": "https://www.sdk-shop.example", "Access-Control-Request-Headers": "content-type"},
    )
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "https://www.sdk-shop.example"
    assert answer.headers["access-control-allow-headers"] == "content-type"


@pytest.mark.npm
@pytest.mark.parametrize("product", PRODUCTS)
def test_a_banner_shop_has_its_files_and_gates_both_scripts(product: str) -> None:
    site = banner_site(product)
    for path in ("/", "/about"):
        page = ask(site, path).text
        assert PERFORMANCE_SCRIPT in page
        assert TARGETING_SCRIPT in page
        assert not live_sources(page) & {PERFORMANCE_SCRIPT, TARGETING_SCRIPT}
    script = BANNERS[product].script
    assert ask(site, script).content == installed_banner(product, script)


def installed_banner(product: str, script: str) -> bytes:
    folder = "." if product == "tarteaucitronjs" else "dist"
    return package_file(product, f"{folder}/{script.rsplit('/', 1)[1]}").read_bytes()


def live_sources(html: str) -> set[str]:
    """Return what the parser would run: no templates, no text/plain."""
    soup = BeautifulSoup(html, "lxml")
    for template in soup.find_all("template"):
        template.decompose()
    return {str(tag["src"]) for tag in soup.find_all("script", src=True) if tag.get("type") != "text/plain"}


@pytest.mark.npm
def test_vanilla_cookieconsent_keeps_its_default_unless_told() -> None:
    assert "hideFromBots: true" in ask(banner_site("vanilla-cookieconsent"), "/").text
    assert "hideFromBots: false" in ask(banner_site("vanilla-cookieconsent", hide_from_bots=False), "/").text


@pytest.mark.parametrize("path", TITLES)
def test_a_marketing_page_carries_every_vendor_and_its_noscript_parts(path: str) -> None:
    page = ask(marketing_app(), path)
    assert page.headers["set-cookie"].startswith("PHPSESSID=")
    for host in ("googletagmanager.com/gtm.js", "gtag/js?id=G-", "fbevents.js", "js.hs-scripts.com"):
        assert host in page.text
    assert len(BeautifulSoup(page.text, "lxml").find_all("noscript")) == 2


def test_the_head_part_comes_first_and_headers_go_to_pages_only() -> None:
    banner = '<script src="/consentinel.js"></script>'
    site = marketing_app(banner, headers=[("Content-Security-Policy", "default-src 'self'")])
    page = ask(site, "/article")
    assert page.text.split("<head>")[1].lstrip().startswith(banner)
    assert page.headers["content-security-policy"] == "default-src 'self'"
    assert "content-security-policy" not in ask(site, "/style.css").headers


def test_the_same_site_on_a_preview_host_has_the_same_pages() -> None:
    preview = marketing_app(start="https://preview.marketing-site.example/")
    assert ask(preview, "/product").text == ask(marketing_app(), "/product").text
    assert "https://preview.marketing-site.example/contact" in ask(preview, "/sitemap.xml").text


def test_sitemap_and_robots_name_every_page() -> None:
    site = marketing_app()
    places = re.findall("<loc>(.*?)</loc>", ask(site, "/sitemap.xml").text)
    assert [ask(site, place).status_code for place in places] == [200] * len(TITLES)
    assert f"Sitemap: {site.start}sitemap.xml" in ask(site, "/robots.txt").text


def test_every_address_in_the_pages_is_answered() -> None:
    site = marketing_app()
    for html in marketing_html().values():
        for url in tag_addresses(html):
            assert ask(site, url).status_code == 200, url


def tag_addresses(html: str) -> Iterator[str]:
    for tag in BeautifulSoup(html, "lxml").find_all(["script", "img", "iframe", "link"]):
        address = tag.get("src") or tag.get("href")
        if isinstance(address, str) and not address.startswith("data:"):
            yield address


def test_requests_to_vendors_are_counted_and_own_ones_are_not() -> None:
    site = marketing_app()
    ask(site, "/")
    ask(site, "https://www.facebook.com/tr/?id=1")
    ask(site, "https://www.facebook.com/tr?id=1")
    assert third_party_hits(site) == {"www.facebook.com": 2}


@cache
def tables() -> dict[str, tuple[Expected, ...]]:
    banners = {product: expected(product) for product in PRODUCTS}
    return {"sdks": SDKS, "marketing": MARKETING, **banners}


@pytest.mark.npm
@pytest.mark.parametrize("table", ["sdks", "marketing", *PRODUCTS])
def test_a_table_uses_the_words_of_the_taxonomy_and_names_known_hosts(table: str) -> None:
    sites = {"sdks": sdk_site, "marketing": marketing_app}
    hosts = (sites[table]() if table in sites else banner_site(table)).hosts
    for row in tables()[table]:
        assert row.kind in KINDS
        assert row.category is None or row.category in CATEGORIES
        assert any(host == row.host or host.endswith(f".{row.host}") for host in hosts), row


def test_an_expectation_matches_by_kind_host_and_pattern() -> None:
    row = Expected(kind="cookie", name="_ga_*", host="shop.example", page="/")
    assert row.matches("cookie", "_ga_ABC", "shop.example")
    assert not row.matches("storage", "_ga_ABC", "shop.example")
    assert not row.matches("cookie", "_gid", "shop.example")
    assert not row.matches("cookie", "_ga_ABC", "other.example")


def test_a_placeholder_without_a_text_is_an_error() -> None:
    assert fill("a {{x}} c", x="b") == "a b c"
    with pytest.raises(KeyError):
        fill("{{missing}}")
