import base64
import random
import re
import string
import uuid
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentinel.scanner.shapes import (
    collapse_build,
    collapse_host,
    collapse_name,
    entropy_class,
    length_bucket,
    mask,
    public_text,
    public_url,
)

BASE62 = string.ascii_letters + string.digits
BASE36 = string.digits + string.ascii_lowercase
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=200)
WORDS = st.sampled_from(["/", "/app/", "session-", "user_", "x ", "/a?b=", "key:", "", "/o/"])
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dBjftJeZ4CVP"
SECRETS = st.one_of(
    st.uuids().map(str),
    st.binary(min_size=10, max_size=32).map(bytes.hex).filter(lambda text: re.search(r"\d", text)),
    st.integers(10**8, 10**20).map(str),
    st.sampled_from([JWT, "person.name@mail.example", "person.name%40mail.example"]),
)


@given(ANY_TEXT)
def test_nothing_raises_and_everything_can_be_written_as_utf_8(text: str) -> None:
    for shown in (mask(text), collapse_name(text), collapse_build(mask(text)), public_url(mask(text))):
        assert shown.encode("utf-8") or not shown
    public_url(text)
    assert entropy_class(text) in {"low", "medium", "high"}
    assert length_bucket(text)


@given(ANY_TEXT)
def test_masking_twice_changes_no_more_than_masking_once(text: str) -> None:
    assert mask(mask(text)) == mask(text)


@given(WORDS, SECRETS, WORDS)
def test_a_planted_secret_is_never_shown(before: str, secret: str, after: str) -> None:
    text = f"{before}{secret}{after}"
    for shown in (mask(text), collapse_name(text), public_url(f"https://a.example/p{text}")):
        assert secret not in shown


@given(st.text("abcdefghijklmnopqrstuvwxyz0123456789-._~%@", min_size=8, max_size=40))
def test_no_value_of_a_query_is_shown(value: str) -> None:
    secret = f"zQ{value}"
    for url in ("?k={}", "?a=1&k={}", "?a=1;k={}", "#/route?k={}", "#!/route?k={}", "#!k={}", "#k={}", "#{}"):
        assert secret not in public_url(f"https://user:{secret}@a.example/path{url.format(secret)}")


@pytest.mark.parametrize(("size", "at_most"), [(16, 0.05), (22, 0.02), (32, 0.01), (43, 0.005), (64, 0.002)])
@pytest.mark.parametrize("alphabet", [BASE36, BASE62, f"{BASE62}-_"])
def test_random_tokens_are_not_shown(alphabet: str, size: int, at_most: float) -> None:
    draw = random.Random(size)
    tokens = ["".join(draw.choices(alphabet, k=size)) for _ in range(2000)]
    shown = [token for token in tokens if has_digits(token) and token in mask(f"/reset/{token}")]
    assert len(shown) <= at_most * len(tokens)


def has_digits(token: str) -> bool:
    """A token with few digits may be words; 16 characters leave a rest of doubt."""
    return sum(character.isdigit() for character in token) >= 3


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://u:p@a.example:8080/x", "https://a.example:8080/x"),
        ("https://a.example/p?token=abc&e=x@y.zz&token=2", "https://a.example/p?e=&token="),
        ("https://a.example/p?debug", "https://a.example/p?debug="),
        ("https://a.example/p?19c4be72d0", "https://a.example/p?*="),
        ("https://a.example/p;jsessionid=AB12CD", "https://a.example/p;jsessionid=*"),
        ("https://a.example/john%2Edoe%40mail.example/x", "https://a.example/*/x"),
        (f"https://a.example/reset/{JWT}/x", "https://a.example/reset/*/x"),
        ("https://a.example/p#section", "https://a.example/p"),
        ("https://a.example/#/orders/12", "https://a.example/#/orders/12"),
        ("https://a.example/#!/x?token=secret", "https://a.example/#!/x?token="),
        ("data:text/html,secret", "data:"),
        ("blob:https://a.example/550e8400-e29b-41d4-a716-446655440000", "blob:"),
        ("javascript:secret()", "javascript:"),
        ("http://[bad", "(invalid URL)"),
        ("about:blank", "about:blank"),
        ("", ""),
    ],
)
def test_a_url_fit_for_a_report(url: str, shown: str) -> None:
    assert public_url(url) == shown


SHAPES: dict[str, Callable[[random.Random], str]] = {
    "_ga": lambda draw: f"GA1.1.{draw.randrange(10**9, 10**10)}.{draw.randrange(10**9, 10**10)}",
    "_fbp": lambda draw: f"fb.1.{draw.randrange(10**12, 10**13)}.{draw.randrange(10**8, 10**10)}",
    "uuid4": lambda draw: str(uuid.UUID(int=draw.getrandbits(128), version=4)),
    "hex 32": lambda draw: f"{draw.getrandbits(128):032x}",
    "Math.random, 10": lambda draw: "".join(draw.choices(BASE36, k=10)),
    "Math.random, 11 or 12": lambda draw: "".join(draw.choices(BASE36, k=draw.choice((11, 12)))),
    "timestamp": lambda draw: str(draw.randrange(10**12, 10**13)),
    "8 or 9 digits": lambda draw: str(draw.randrange(10**7, 10**9)),
    "10 or 11 digits": lambda draw: str(draw.randrange(10**9, 10**11)),
    "Math.floor(Math.random()*1e9)": lambda draw: str(int(draw.random() * 1e9)),
    "base36, 10 to 12": lambda draw: "".join(draw.choices(BASE36, k=draw.randrange(10, 13))),
    "base36, 9": lambda draw: "".join(draw.choices(BASE36, k=9)),
    "32 bits in hex": lambda draw: f"{draw.getrandbits(32):08x}",
    "timestamp in seconds": lambda draw: str(draw.randrange(1_600_000_000, 2_000_000_000)),
    "base64 of 16 bytes": lambda draw: base64.b64encode(draw.randbytes(16)).decode().rstrip("="),
    "three digits": lambda draw: f"{draw.randrange(1000):03}",
    "four digits": lambda draw: f"{draw.randrange(10_000):04}",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_all_values_of_one_shape_are_of_one_class(shape: str) -> None:
    draw = random.Random(shape)
    values = [SHAPES[shape](draw) for _ in range(10_000)]
    assert len({(entropy_class(value), length_bucket(value)) for value in values}) == 1


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", "low"),
        ("0101010101010101", "low"),
        ("1", "low"),
        ("00000000", "low"),
        ("1700000000", "medium"),
        ("81ee367bcb0c29a6a98be075bae8f00b", "high"),
    ],
)
def test_the_class_says_whether_a_value_can_tell_visitors_apart(value: str, expected: str) -> None:
    assert entropy_class(value) == expected


@pytest.mark.parametrize(
    ("length", "bucket"),
    [
        (0, "empty"),
        (1, "1-3"),
        (4, "4-24"),
        (24, "4-24"),
        (25, "25-64"),
        (65, "65-200"),
        (201, "201-1024"),
        (1025, "over 1024"),
    ],
)
def test_lengths_are_coarse(length: int, bucket: str) -> None:
    assert length_bucket("x" * length) == bucket


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("_ga_ABC123DEF4", "_ga_*"),
        ("_ga_G7XK29QWPL", "_ga_*"),
        ("_hjSessionUser_1234567", "_hjSessionUser_*"),
        ("mp_0a1b2c3d4e5f60718293a4b5c6d7e8f9_mixpanel", "mp_*_mixpanel"),
        ("ph_phc_AbCd1234EfGh5678IjKl9012MnOp3456QrSt7890_posthog", "*_posthog"),
        ("AMP_abcdef1234", "AMP_*"),
        ("AMP_MKTG_abcdef1234", "AMP_MKTG_*"),
        ("_dc_gtm_UA-12345-1", "_dc_gtm_UA-*-1"),
        ("intercom-session-x1y2z3w4", "intercom-session-*"),
        ("wordpress_logged_in_0a1b2c3d4e5f60718293a4b5c6d7e8f9", "wordpress_logged_in_*"),
        ("visitor:550e8400-e29b-41d4-a716-446655440000", "visitor:*"),
        ("seen-person.name@mail.example", "*"),
    ],
)
def test_random_parts_of_names_collapse(name: str, pattern: str) -> None:
    assert collapse_name(name) == pattern


@pytest.mark.parametrize(
    "name",
    [
        "PHPSESSID",
        "csrftoken",
        "wp-settings-time-1",
        "wp-settings-1",
        "cart_v2",
        "_vwo_uuid_v2",
        "UserMatchHistory",
        "li_sugr",
        "optimizely_end_user_id",
        "cookielawinfo-checkbox-necessary",
        "__Secure-next-auth.session-token",
        "theme-2.0.1",
        "decade_facade",
        "defaced",
        "ARRAffinitySameSite",
        "wordpress_test_cookie",
        "google-analytics-4-settings",
        "v1.2.3",
        "OptanonAlertBoxClosed",
        "oauth2_state",
        "utf8_decoder",
        "getElementsByClassName2",
    ],
)
def test_words_and_short_versions_stay(name: str) -> None:
    assert collapse_name(name) == name


@pytest.mark.parametrize(
    ("path", "collapsed"),
    [
        ("/static/js/main.3f2a1b9c.js", "/static/js/main.*.js"),
        ("/static/js/2.3f2a1b9c.chunk.js", "/static/js/2.*.chunk.js"),
        ("/bundle.3f2a1b9c4d5e6f708192.min.js", "/bundle.*.min.js"),
        ("/assets/index-BxT9a2Qk.js", "/assets/index-*.js"),
        ("/assets/index-D_k3-Z9a.js", "/assets/index-*.js"),
        ("/assets/vendor-DfKqWpLm.css", "/assets/vendor-*.css"),
        ("/chunk-ABCDEFGH.js", "/chunk-*.js"),
        ("/_next/static/chunks/app/page-3f2a1b9c4d5e6f70.js", "/_next/static/chunks/app/page-*.js"),
        ("/_next/static/chunks/123-abcdef0123456789.js", "/_next/static/chunks/123-*.js"),
        ("/assets/index-DiwrgTda.js", "/assets/index-*.js"),
        ("/_nuxt/DiwrgTda.js", "/_nuxt/*.js"),
        ("/_nuxt/entry.DiwrgTda.css", "/_nuxt/entry.*.css"),
        ("/_app/immutable/start.Bx_9-2Qk.js", "/_app/immutable/start.*.js"),
        ("/_app/immutable/chunks/Bx_9-2Qk.js", "/_app/immutable/chunks/*.js"),
        ("/hoisted.CqJ_3bBz.js", "/hoisted.*.js"),
        ("/_astro/hoisted.CqJ_3bBz.js", "/_astro/hoisted.*.js"),
        ("/build/1a2b3c4/app.js", "/build/*/app.js"),
        ("/assets/3f2a1b9c/app.js", "/assets/*/app.js"),
    ],
)
def test_content_hashes_of_a_build_collapse(path: str, collapsed: str) -> None:
    assert collapse_build(path) == collapsed


@pytest.mark.parametrize(
    "path",
    [
        "/js/app.js",
        "/js/jquery-3.7.1.min.js",
        "/analytics.js",
        "/gtag/js",
        "/bootstrap.bundle.min.js",
        "/js/html5shiv.js",
        "/js/utf8decoder.js",
        "/js/es2015polyfill.js",
        "/lib/h264player.js",
        "/i18n_v2_messages.js",
        "/my-template.js",
        "/page_2024_overview.html",
        "/js/google-analytics-4.js",
        "/app-dataView.js",
        "/tag-jquery36.js",
        "/main.production.js",
        "/assets/main.production.js",
        "/jquery.validate.js",
        "/assets/jquery.validate.js",
        "/assets/index-products.js",
        "/assets/app-settings.js",
        "/index-products.js",
        "/assets/userInfo.js",
        "/build/release/app.js",
        "/c/1a2b3c4/loader.js",
        "/assets/facade/app.js",
        "/_nuxt/products.js",
        "/",
        "",
    ],
)
def test_ordinary_file_names_stay(path: str) -> None:
    assert collapse_build(path) == path


def test_two_builds_by_vite_compare_equal_nearly_always() -> None:
    draw = random.Random(8)
    hashes = ("".join(draw.choices(f"{BASE62}-_", k=8)) for _ in range(2000))
    kept = [found for found in hashes if collapse_build(f"/assets/index-{found}.js") != "/assets/index-*.js"]
    assert len(kept) <= 60


@pytest.mark.parametrize("piece", ["k", "a.", "eyJ_", "1", "-", "a@", "_1", ";a", "Abcd-", "%40"])
def test_endless_text_is_cut_and_takes_no_time(piece: str) -> None:
    endless = piece * 300_000
    assert len(collapse_name(endless)) <= 500
    assert len(public_url(f"https://a.example/{endless}")) <= 600


@pytest.mark.parametrize(
    ("path", "masked"),
    [
        ("/reset/abcDEFghiJKLmnoPQR", "/reset/*"),
        ("/x/abcDEFghiJKLmnoPQR/y", "/x/*/y"),
        ("/invite/Zx81kP", "/invite/*"),
        ("/password-reset/MTI/c1x-9f", "/password-reset/*/*"),
        ("/Verify/a8K/done", "/Verify/*/done"),
        ("/unsubscribe/491823?x", "/unsubscribe/*?x"),
        ("/a/tok=SECRET123/", "/a/tok=*/"),
        ("/a;sid=SECRET;b=2/c", "/a;sid=*;b=*/c"),
        ("/a/tok_QWERTYUIOPASDFGHJKL", "/a/*"),
        ("tok_QWERTYUIOPASDFGHJKL", "*"),
        ("session_QWERTYUIOPASDFGHJKL", "session_*"),
    ],
)
def test_tokens_in_paths_and_names_are_not_shown(path: str, masked: str) -> None:
    assert mask(path) == masked


@pytest.mark.parametrize(
    "path",
    [
        "/blog/Why-We-Love-TypeScript",
        "/products/iPhone15ProMax-Case",
        "/js/jquery.dataTables.min.js",
        "/OtAutoBlock.js",
        "/gtm.js",
        "/login/callback",
        "/auth/oauth2/authorize",
        "/auth/v1/getSession.js",
        "/keyboards/Zx81",
        "/monkey/Zx81",
        "/session/new",
        "/js/login/main.3f2a1b9c.js",
        "/reset/forgot-password",
        "/confirm/order.html",
        "/parseXMLHTTPRequestURL",
        "googleAnalyticsObject",
        "ARRAffinitySameSite",
        "JSESSIONIDVERSION",
        "/Rechtsschutzversicherung",
        "INTERNATIONALIZATION_OK",
    ],
)
def test_ordinary_paths_and_names_are_shown(path: str) -> None:
    assert mask(path) == path


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("3f2a1b9c4d5e6f70.rum.tp.test", "*.rum.tp.test"),
        ("3f2a1b9c.rum.tp.test:8443", "*.rum.tp.test:8443"),
        ("x-3f2a1b9c4d.rum.tp.test", "*.rum.tp.test"),
        ("550e8400-e29b-41d4-a716-446655440000.tp.test", "*.tp.test"),
        ("k3j9x2m4pq.b1d8f0a2c4.tp.test", "*.*.tp.test"),
        ("*.rum.tp.test", "*.rum.tp.test"),
        ("www.3f2a1b9c4d5e.test", "www.3f2a1b9c4d5e.test"),
        ("eu-west-1.cdn.tp.test", "eu-west-1.cdn.tp.test"),
        ("1234567.fls.tp.test", "1234567.fls.tp.test"),
        ("o12345.ingest.tp.test", "o12345.ingest.tp.test"),
        ("googleads.g.tp.test", "googleads.g.tp.test"),
        ("facade.tp.test", "facade.tp.test"),
        ("127.0.0.1:8080", "127.0.0.1:8080"),
        ("[::1]:8080", "[::1]:8080"),
        ("localhost", "localhost"),
        ("", ""),
    ],
)
def test_random_sub_domains_collapse(host: str, shown: str) -> None:
    assert collapse_host(host) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            'Navigation to "https://a.example/p?token=s3cret#x" is interrupted (http://u:p@b.example/?e=a@b.zz).',
            'Navigation to "https://a.example/p?token=" is interrupted (http://b.example/?e=).',
        ),
        ("Page.goto: net::ERR_FAILED at https://a.example/?token=s3cret", "net::ERR_FAILED"),
        ("the user ann@mail.example was asked", "the user * was asked"),
        ("robots.txt forbids this page; --ignore-robots visits it",) * 2,
        ("",) * 2,
    ],
)
def test_a_sentence_fit_for_a_report(text: str, shown: str) -> None:
    assert public_text(text) == shown


@given(ANY_TEXT)
def test_any_sentence_can_be_shown_and_twice_is_like_once(text: str) -> None:
    assert public_text(public_text(text)) == public_text(text)
    collapse_host(text)


@pytest.mark.parametrize(
    ("alphabet", "size", "at_most"), [(BASE36, 10, 0.2), (BASE36, 16, 0.05), ("0123456789abcdef", 16, 0.01)]
)
def test_most_random_sub_domains_collapse(alphabet: str, size: int, at_most: float) -> None:
    draw = random.Random(size)
    hosts = ["".join(draw.choices(alphabet, k=size)) + ".rum.tp.test" for _ in range(2000)]
    assert sum(collapse_host(host) != "*.rum.tp.test" for host in hosts) <= at_most * len(hosts)
