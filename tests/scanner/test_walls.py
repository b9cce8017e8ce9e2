import time
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentinel.scanner.walls import Wall, WallKind, detect_wall

URL = "https://shop.example/"
HTML = {"Content-Type": "text/html; charset=utf-8"}
PROSE = "<h1>Shop</h1><p>" + "We sell shoes of all colours and sizes. " * 30 + "</p>"
RECAPTCHA = '<script src="https://www.google.com/recaptcha/api.js"></script><div class="g-recaptcha"></div>'
CONTACT = f"<h1>Contact</h1><form><label>Mail<input name=mail></label>{RECAPTCHA}<button>Send</button></form>"
LOGIN = (
    '<h1>Welcome</h1><form>Name<input name=u>Password<input type="password" name=p><button>Go</button></form>'
)

unhurried = settings(deadline=None)
PASSWORD = "<form>Password <input type=password><button>Go</button></form>"


def wall(
    html: str = "",
    status: int | None = 200,
    headers: Mapping[str, str] = HTML,
    requested: str = URL,
    final: str | None = None,
) -> Wall | None:
    return detect_wall(status, headers, requested, final or requested, html)


def kind(
    html: str = "", status: int | None = 200, *, requested: str = URL, final: str | None = None
) -> WallKind | None:
    found = wall(html, status, requested=requested, final=final)
    return found.kind if found else None


@pytest.mark.parametrize(
    ("header", "value", "vendor"),
    [
        ("CF-Mitigated", "challenge", "Cloudflare"),
        ("x-amzn-waf-action", "captcha", "AWS WAF"),
        ("x-amzn-waf-action", "challenge", "AWS WAF"),
        ("X-Vercel-Mitigated", "challenge", "Vercel"),
    ],
)
def test_challenges_by_header(header: str, value: str, vendor: str) -> None:
    for status in (200, 202, 403, 405):
        found = wall(PROSE, status, {**HTML, header: value})
        assert found is not None
        assert found.kind == "challenge"
        assert found.reason.startswith(vendor)


@pytest.mark.parametrize(
    ("status", "html", "vendor"),
    [
        (403, "<title>Just a moment...</title><script>window._cf_chl_opt={}</script>", "Cloudflare"),
        (200, "<p>Verify</p><script>window._cf_chl_opt={}</script>" + PROSE, "Cloudflare"),
        (
            503,
            '<script src="/cdn-cgi/challenge-platform/h/g/orchestrate/chl_page/v1"></script>',
            "Cloudflare",
        ),
        (200, '<script src="/cdn-cgi/challenge-platform/h/g/orchestrate/jsch/v1"></script>', "Cloudflare"),
        (
            403,
            "<title>Attention Required! | Cloudflare</title><h1>Sorry, you have been blocked</h1>",
            "Cloudflare",
        ),
        (403, "<script>var dd={'host':'geo.captcha-delivery.com'}</script>", "DataDome"),
        (403, '<div id="px-captcha"></div>' + PROSE, "HUMAN"),
        (403, "<h1>Access Denied</h1>Reference #18 https://errors.edgesuite.net/18", "Akamai"),
        (200, '<div id="sec-if-cpt-container"></div>', "Akamai"),
        (200, '<iframe src="/_Incapsula_Resource?SWUDNSAI=31"></iframe>', "Imperva"),
        (405, "<script>window.gokuProps = {}</script>" + PROSE, "AWS WAF"),
        (429, "<script>window.KPSDK={}</script>", "Kasada"),
        (403, "<h1>Access Denied - Sucuri Website Firewall</h1>", "Sucuri"),
        (200, '<script id="anubis_challenge">{}</script><p>Making sure you are not a bot!</p>', "Anubis"),
        (429, RECAPTCHA, "a CAPTCHA"),
        (503, "<p>Please verify that you are human.</p>", "a bot check"),
        (403, "<p>We noticed unusual traffic from your network.</p>", "a bot check"),
    ],
)
def test_challenges_by_document(status: int, html: str, vendor: str) -> None:
    found = wall(html, status)
    assert found is not None
    assert found.kind == "challenge"
    assert found.reason.startswith(vendor)
    assert str(status) in found.reason


@pytest.mark.parametrize("header", ["X-DataDome", "x-kpsdk-ct"])
def test_headers_that_ordinary_answers_have_too(header: str) -> None:
    assert wall("", 403, {**HTML, header: "1"}) is not None
    assert wall(PROSE, 200, {**HTML, header: "1"}) is None


@pytest.mark.parametrize(
    "html",
    [
        PROSE,
        CONTACT,
        RECAPTCHA,
        f"<header>{PASSWORD}</header><h1>Shop</h1><p>Shoes</p>",
        PROSE + PASSWORD,
        PROSE + '<div id="px-captcha"></div><script src="/_Incapsula_Resource?x"></script>',
        '<p>Hello</p><script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js"></script>',
        '<p>Hello</p><script src="/cdn-cgi/challenge-platform/h/g/scripts/jsd/x/main.js"></script>',
        '<form><input name="q"></form><script src="https://x.token.awswaf.com/x/challenge.js"></script>',
        "<p>How we verify that you are human</p>",
        "",
    ],
)
def test_ordinary_pages(html: str) -> None:
    assert wall(html) is None
    assert wall(html, None, {}) is None


@pytest.mark.parametrize("status", [400, 403, 404, 410, 429, 500, 503])
def test_errors(status: int) -> None:
    found = wall("<h1>Sorry</h1>" + PROSE, status)
    assert found == Wall("http-error", f"the server answered with status {status}")


def test_an_error_page_with_the_bot_score_of_cloudflare_is_an_error() -> None:
    html = '<h1>Forbidden</h1><script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js"></script>'
    assert kind(html, 403) == "http-error"


@pytest.mark.parametrize("status", [401, 407])
def test_the_server_asks_for_a_login(status: int) -> None:
    found = wall("", status, {})
    assert found is not None
    assert found.kind == "login-wall"
    assert "--http-auth" in found.reason


@pytest.mark.parametrize(
    ("status", "headers", "message"),
    [
        (200, {"content-type": "application/pdf"}, "application/pdf"),
        (200, {"Content-Type": "text/plain; charset=utf-8"}, "text/plain"),
        (200, {"Content-Type": "application/json"}, "application/json"),
        (200, {**HTML, "Content-Disposition": 'attachment; filename="a.html"'}, "a file to download"),
        (204, {}, "empty"),
    ],
)
def test_not_html(status: int, headers: dict[str, str], message: str) -> None:
    found = wall("x", status, headers)
    assert found is not None
    assert found.kind == "not-html"
    assert message in found.reason


@pytest.mark.parametrize("content_type", ["", "text/html", "TEXT/HTML;charset=x", "application/xhtml+xml"])
def test_html(content_type: str) -> None:
    assert wall(PROSE, 200, {"content-type": content_type}) is None


def test_a_hostile_content_type_stays_one_printable_line() -> None:
    found = wall("x", 200, {"content-type": "a/\x1b]0;b\u202e" + "c" * 999})
    assert found is not None
    assert found.reason.isprintable()
    assert len(found.reason) < 200


@pytest.mark.parametrize(
    ("html", "final"),
    [
        (LOGIN, "https://shop.example/login?next=/"),
        (LOGIN + PROSE, "https://shop.example/users/sign_in"),
        (LOGIN, "https://shop.example/wp-login.php"),
        (LOGIN, "https://id.other.example/start"),
        ("<p>Sign in</p>", "https://login.microsoftonline.com/x/oauth2"),
        ("<p>Sign in</p>", "https://tenant.okta.com/"),
        (LOGIN, URL),
        (LOGIN.replace("form>", "div>"), URL),
    ],
)
def test_login_walls(html: str, final: str) -> None:
    assert kind(html, final=final) == "login-wall"


@pytest.mark.parametrize(
    ("html", "requested", "final"),
    [
        (LOGIN, "https://shop.example/login", "https://shop.example/login/"),
        (LOGIN, "https://shop.example/register", "https://shop.example/register"),
        (PROSE, URL, "https://shop.example/login-help"),
        ("<p>no field</p>", URL, "https://shop.example/login"),
        (PROSE + LOGIN, URL, "https://www.other.example/"),
        (PROSE, URL, "https://notokta.com/"),
        (PROSE + LOGIN, URL, "https://shop.example/blogin"),
    ],
)
def test_no_login_walls(html: str, requested: str, final: str) -> None:
    assert kind(html, requested=requested, final=final) is None


@pytest.mark.parametrize(
    "html",
    [
        '<form action="https://h/wp-login.php?action=postpass" class="post-password-form">Password</form>',
        '<body class="wp seedprod"><h1>Coming soon</h1></body>',
        '<body class="storefront-password"><h1>Opening soon</h1></body>',
    ],
)
def test_sites_that_are_not_open_yet(html: str) -> None:
    assert kind(html) == "login-wall"
    assert kind(html + PROSE) is None


@pytest.mark.parametrize(
    "piece", ["<input ", "<title>" + " " * 50, 'class="', "ips.js?", "class='a ", "<div>", "a "]
)
def test_hostile_documents_take_no_time(piece: str) -> None:
    html = piece * (300_000 // len(piece))
    started = time.process_time()
    detect_wall(200, HTML, URL, URL, html)
    assert time.process_time() - started < 5


@unhurried
@given(
    st.none() | st.integers(100, 599),
    st.dictionaries(st.sampled_from(["content-type", "CF-Mitigated", "x"]), st.text(max_size=20)),
    st.text(max_size=30).map(URL.__add__),
    st.text(max_size=30).map("https://".__add__),
    st.lists(
        st.one_of(st.text(max_size=20), st.sampled_from([LOGIN, RECAPTCHA, "<!--", "<?xml", "<form"]))
    ).map("".join),
)
def test_any_answer(
    status: int | None, headers: dict[str, str], requested: str, final: str, html: str
) -> None:
    found = detect_wall(status, headers, requested, final, html)
    if found is not None:
        assert found.reason.isprintable()
    if found is None and status is not None:
        assert status < 400
