"""The demo answers for every host, sets what it promises, and gates what it promises."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from consentinel.scanner.demo.loopback import LoopbackServer
from consentinel.scanner.demo.site import DEMO_URL, demo_app, demo_hosts, demo_server
from consentinel.scanner.demo.vendors import STUBS, Stub
from tests.conftest import Serve
from tests.support.browsing import launch_on_loopback

SHOP = "www.northwind-demo.example"
PAGES = ("/", "/products", "/pricing", "/blog/frost-nights", "/contact", "/privacy")
STATIC = "static.northwind-demo.example"
CART = "shop.northwind-demo.example"
PAGE_COOKIES = {"PHPSESSID", "csrf_token", "lang"}
CART_COOKIES = {"cart", "connect.sid"}
OWN = PAGE_COOKIES | CART_COOKIES
FORGOTTEN = {"_ga", "_ga_NW1DEMO42", "aw_visitor", "_uetsid", "_uetvid", "MUID", "_pin_unauth", "ar_debug"}
UNTIL_REJECT = {"_hjSessionUser_3141592", "_hjSession_3141592"}
ON_ACCEPT = {"_fbp", "fr", "hubspotutk", "__hstc", "__hssc", "__hssrc", "li_fat_id", "bcookie", "li_gc"}


def _get(server: LoopbackServer, host: str, path: str) -> httpx2.Response:
    return httpx2.get(f"http://{server.address}{path}", headers={"Host": host}, trust_env=False)


def _cookie_names(response: httpx2.Response) -> set[str]:
    return {header.split("=", 1)[0] for header in response.headers.get_list("set-cookie")}


@pytest.mark.parametrize("path", PAGES)
def test_pages(path: str, serve: Serve) -> None:
    response = _get(serve(demo_app()), SHOP, path)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert 'id="consent-accept"' in response.text
    assert _cookie_names(response) == PAGE_COOKIES


@pytest.mark.parametrize("path", ["/cart", "/api/cart"])
def test_the_cart_has_a_cookie_for_the_domain_and_one_for_its_host(path: str, serve: Serve) -> None:
    response = _get(serve(demo_app()), CART, path)
    cart, session = response.headers.get_list("set-cookie")
    assert cart.startswith("cart=")
    assert "Domain=northwind-demo.example;" in cart
    assert session.startswith("connect.sid=")
    assert "Domain" not in session


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/site.css", "text/css"), ("/tags.js", "text/javascript"), ("/ridge.svg", "image/svg+xml")],
)
def test_files_come_from_a_host_without_cookies(path: str, kind: str, serve: Serve) -> None:
    server = serve(demo_app())
    response = _get(server, STATIC, path)
    assert (response.status_code, response.headers["content-type"].partition(";")[0]) == (200, kind)
    assert "set-cookie" not in response.headers
    assert _get(server, SHOP, path).status_code == 404


@pytest.mark.parametrize("stub", STUBS, ids=lambda stub: f"{stub.host}{stub.path}")
def test_vendor_stubs(stub: Stub, serve: Serve) -> None:
    response = _get(serve(demo_app()), stub.host, stub.path)
    assert response.status_code == (204 if stub.empty else 200)
    assert _cookie_names(response) == {name for name, _ in stub.cookies}


def test_every_link_in_the_demo_is_answered(serve: Serve) -> None:
    server = serve(demo_app())
    site = Path(__file__).parents[3] / "scanner" / "demo"
    texts = [
        file.read_text() for file in site.rglob("*.*") if file.suffix in {".html", ".js", ".xml", ".txt"}
    ]
    links = {link for text in texts for link in re.findall(r'https://([^/"\s<]+)(/[^?"\s<`]*)', text)}
    assert {host for host, _ in links} == set(demo_hosts())
    assert [link for link in sorted(links) if _get(server, *link).status_code >= 400] == []


def test_sitemap_names_every_page_and_robots_the_sitemap(serve: Serve) -> None:
    server = serve(demo_app())
    sitemap = _get(server, SHOP, "/sitemap.xml")
    assert sitemap.headers["content-type"].startswith("application/xml")
    assert [f"<loc>{DEMO_URL}{path[1:]}</loc>" in sitemap.text for path in PAGES] == [True] * len(PAGES)
    assert f"Sitemap: {DEMO_URL}sitemap.xml" in _get(server, SHOP, "/robots.txt").text


def test_other_paths_and_hosts_are_not_found(serve: Serve) -> None:
    server = serve(demo_app())
    assert _get(server, SHOP, "/nowhere").status_code == 404
    assert _get(server, "www.facebook.com", "/nowhere").status_code == 404
    assert _get(server, "unknown.example", "/x").status_code == 404


def test_values_differ_and_known_cookies_are_kept(serve: Serve) -> None:
    server = serve(demo_app())
    first, second = (_get(server, SHOP, "/").headers.get_list("set-cookie")[0] for _ in range(2))
    assert first != second
    headers = {"Host": SHOP, "Cookie": "PHPSESSID=a; csrf_token=b; lang=en"}
    again = httpx2.get(f"http://{server.address}/", headers=headers, trust_env=False)
    assert "set-cookie" not in again.headers


def test_localhost_names_lead_to_the_demo_only(serve: Serve) -> None:
    server = serve(demo_app())
    response = _get(server, "127.0.0.1:4711", "/")
    assert response.headers["location"] == f"http://{SHOP}.localhost:4711/"
    page = _get(server, f"{SHOP}.localhost:4711", "/")
    assert "http://www.googletagmanager.com.localhost:4711/gtag/js" in page.text
    assert f"http://{STATIC}.localhost:4711/site.css" in page.text
    assert "https://" not in page.text
    assert int(page.headers["content-length"]) == len(page.content)


@pytest.fixture(scope="module")
def shop_browser(
    playwright: Playwright, chromium_executable: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    with demo_server() as server:
        browser = launch_on_loopback(
            playwright,
            chromium_executable,
            tmp_path_factory.mktemp("shop"),
            http_port=server.port,
            https_port=server.port,
        )
        yield browser
        browser.close()


@pytest.fixture
def shop(shop_browser: Browser) -> Iterator[Page]:
    with shop_browser.new_context(ignore_https_errors=True) as context:
        page = context.new_page()
        page.goto(DEMO_URL)
        yield page


def _look_around(page: Page) -> None:
    page.mouse.move(200, 200)
    page.mouse.wheel(0, 600)
    page.wait_for_timeout(3000)


def _names(context: BrowserContext) -> set[str]:
    return {str(cookie.get("name")) for cookie in context.cookies()}


@pytest.mark.browser
def test_before_a_choice_some_tags_run_already(shop: Page) -> None:
    _look_around(shop)
    assert _names(shop.context) == OWN | FORGOTTEN | UNTIL_REJECT


@pytest.mark.browser
def test_accept_starts_the_rest(shop: Page) -> None:
    shop.get_by_role("button", name="Accept all").click()
    _look_around(shop)
    assert _names(shop.context) == OWN | FORGOTTEN | UNTIL_REJECT | ON_ACCEPT | {"cookie_consent"}


@pytest.mark.browser
def test_one_choice_holds_on_all_own_hosts(shop: Page) -> None:
    shop.get_by_role("button", name="Reject all").click()
    shop.get_by_role("link", name="Cart").click()
    shop.get_by_role("heading", name="Your cart").wait_for()
    assert shop.url == f"https://{CART}/cart"
    assert shop.get_by_role("dialog").is_hidden()
    domains = {str(cookie.get("name")): cookie.get("domain") for cookie in shop.context.cookies()}
    assert (domains["cart"], domains["connect.sid"]) == (".northwind-demo.example", CART)


@pytest.mark.browser
def test_reject_stops_some_and_forgets_others(shop: Page) -> None:
    shop.get_by_role("button", name="Reject all").click()
    _look_around(shop)
    assert _names(shop.context) == OWN | FORGOTTEN | {"cookie_consent"}
    assert shop.evaluate("Object.keys(localStorage).sort()") == ["aw_seen", "page_views"]


@pytest.mark.browser
def test_film_and_second_page_view(shop: Page) -> None:
    shop.get_by_role("button", name="Settings", exact=True).click()
    shop.get_by_label("Functional").check()
    shop.get_by_role("button", name="Save my choice").click()
    shop.goto(DEMO_URL + "blog/frost-nights")
    shop.frame_locator("iframe").locator("i").wait_for()
    shop.wait_for_timeout(500)
    assert {"YSC", "VISITOR_INFO1_LIVE", "_ttp"} <= _names(shop.context)
    assert shop.get_by_role("dialog").is_hidden()


@pytest.mark.browser
def test_contact_page_has_an_invisible_captcha(shop: Page) -> None:
    shop.goto(DEMO_URL + "contact")
    frame = shop.wait_for_selector("iframe[title=reCAPTCHA]", state="attached")
    assert frame is not None
    assert "size=invisible" in (frame.get_attribute("src") or "")
    shop.wait_for_timeout(500)
    assert "_GRECAPTCHA" in _names(shop.context)
