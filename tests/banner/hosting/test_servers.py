"""nginx and Caddy answer with the policy of the cookie, and with nothing else that a cookie says."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from consentinel.banner.hosting import hosting_files, keep_files
from tests.banner.hosting.policies import POLICIES, answer, hostile, hosting, valid
from tests.banner.hosting.servers import SERVERS, nginx

pytestmark = pytest.mark.engines

DAY = 20_000
PAGE = {"Accept": "text/html"}


@pytest.fixture(scope="module", params=SERVERS)
def client(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx2.Client]:
    folder = tmp_path_factory.mktemp(request.param)
    root = folder / "root"
    root.mkdir()
    (root / "index.html").write_text("<!doctype html><title>Shop</title>")
    (root / "app.js").write_text("void 0;")
    files = hosting_files(
        POLICIES, hosting(by_country=True, cookie_domain="site.example", cleared_by_signal=frozenset((2,)))
    )
    with (
        SERVERS[request.param](folder, files, root) as origin,
        httpx2.Client(base_url=origin, headers=PAGE, trust_env=False) as client,
    ):
        yield client


@pytest.fixture(autouse=True)
def _no_cookies_of_other_tests(client: httpx2.Client) -> None:
    client.cookies.clear()


def policy(answered: httpx2.Response) -> list[str]:
    return answered.headers.get_list("content-security-policy")


def cookies(answered: httpx2.Response) -> list[str]:
    return answered.headers.get_list("set-cookie")


def raw(text: str) -> dict[bytes, bytes]:
    """Return a Cookie header with exactly these bytes."""
    return {b"Cookie": text.encode("latin-1")}


@pytest.mark.parametrize(("cookie", "state"), valid(DAY), ids=lambda text: text[:60])
def test_an_answer_has_its_policy(client: httpx2.Client, cookie: str, state: str) -> None:
    assert policy(client.get("/", headers=raw(cookie))) == [POLICIES[state]]


@pytest.mark.parametrize("cookie", hostile(DAY), ids=lambda text: repr(text)[:50])
def test_a_damaged_cookie_is_no_choice(client: httpx2.Client, cookie: str) -> None:
    answered = client.get("/", headers=raw(cookie))
    assert answered.status_code == 200
    assert policy(answered) == [POLICIES["no-choice"]]
    assert cookies(answered) == []
    assert "evil" not in str(answered.headers)


def test_the_opt_out_signal_counts_where_nobody_has_answered(client: httpx2.Client) -> None:
    signal = {b"Sec-GPC": b"1"}
    assert policy(client.get("/", headers=signal)) == [POLICIES["gpc"]]
    assert policy(client.get("/", headers=signal | raw(f"consentinel={answer('010')}"))) == [
        POLICIES["performance"]
    ]
    for bits, state in (("001", "reject"), ("111", "functional+performance")):
        headers = signal | raw(f"consentinel={answer(bits)}")
        assert policy(client.get("/", headers=headers)) == [POLICIES[state]]
    for odd in (b"0", b"11", b"1, 1", b"true"):
        assert policy(client.get("/", headers={b"Sec-GPC": odd})) == [POLICIES["no-choice"]]


def test_pages_and_error_pages_are_kept_by_no_cache_and_files_are(client: httpx2.Client) -> None:
    page, missing = client.get("/"), client.get("/missing.html")
    file = client.get("/app.js", headers={"Accept": "*/*"})
    assert [page.headers.get("cache-control"), missing.headers.get("cache-control")] == ["no-store"] * 2
    assert policy(missing) == policy(file) == [POLICIES["no-choice"]]
    assert "no-store" not in file.headers.get("cache-control", "")
    again = client.get("/app.js", headers={"Accept": "*/*", "If-None-Match": file.headers["etag"]})
    assert again.status_code == 304


def test_the_answer_comes_back_as_a_cookie_of_the_server(client: httpx2.Client) -> None:
    value = answer("101", vendors=".1-2f")
    answered = client.post("/consentinel-keep", headers={"Consentinel": f"consentinel={value}"})
    lifetime = "Path=/; Max-Age=15724800; SameSite=Lax; Domain=site.example"
    assert answered.status_code == 204
    assert cookies(answered) == [f"consentinel={value}; {lifetime}"]
    assert answered.headers["cache-control"] == "no-store"


def test_behind_a_proxy_with_tls_the_cookie_is_secure(client: httpx2.Client) -> None:
    headers = {"Consentinel": f"consentinel={answer('000')}", "X-Forwarded-Proto": "https"}
    assert cookies(client.post("/consentinel-keep", headers=headers))[0].endswith("; Secure")


@pytest.mark.parametrize("text", hostile(DAY), ids=lambda text: repr(text)[:50])
def test_nothing_but_an_answer_comes_back(client: httpx2.Client, text: str) -> None:
    answered = client.post("/consentinel-keep", headers={b"Consentinel": text.encode("latin-1")})
    assert cookies(answered) == []


def test_no_other_request_gets_a_cookie(client: httpx2.Client) -> None:
    headers = {"Consentinel": f"consentinel={answer('111')}"}
    assert cookies(client.get("/", headers=headers)) == []
    for answered in (client.get("/consentinel-keep"), client.put("/consentinel-keep")):
        assert cookies(answered) == []


@pytest.mark.parametrize("country", ["DE", "US"])
def test_the_country_of_the_proxy_in_front(client: httpx2.Client, country: str) -> None:
    headers = {"CF-IPCountry": country}
    expected = f"consentinel_country={country}; Path=/; Max-Age=86400; SameSite=Lax"
    assert cookies(client.get("/", headers=headers)) == [expected]
    client.cookies.clear()
    assert cookies(client.get("/", headers=headers | {"Cookie": "consentinel_country=FR"})) == [expected]
    client.cookies.clear()
    assert cookies(client.get("/", headers=headers | {"Cookie": f"consentinel_country={country}"})) == []


@pytest.mark.parametrize("country", ["", "XX", "T1", "de", "DEU", "D;", "DE; Domain=x"])
def test_what_is_no_country_is_left_out(client: httpx2.Client, country: str) -> None:
    assert cookies(client.get("/", headers={"CF-IPCountry": country})) == []


@pytest.mark.parametrize("server", SERVERS)
def test_without_policies_an_answer_comes_back_at_the_path_of_the_settings(
    server: str, tmp_path: Path
) -> None:
    (tmp_path / "root").mkdir()
    files = {"nginx-headers.conf": b"", **keep_files(hosting(keep_path="/kept"))}
    headers = {"Consentinel": f"consentinel={answer('101')}"}
    with SERVERS[server](tmp_path, files, tmp_path / "root") as origin:
        answered = httpx2.post(f"{origin}/kept", headers=headers, trust_env=False)
    assert cookies(answered)[0].startswith(f"consentinel={answer('101')}; ")
    assert policy(answered) == []


def test_nginx_takes_policies_longer_than_its_parameters_may_be(tmp_path: Path) -> None:
    hosts = " ".join(f"https://host-{number}.example" for number in range(400))
    policies = {name: f"{policy} {hosts}" for name, policy in POLICIES.items()}
    (tmp_path / "root").mkdir()
    with nginx(tmp_path, hosting_files(policies, hosting()), tmp_path / "root") as origin:
        answered = httpx2.get(f"{origin}/", trust_env=False)
    assert policy(answered) == [policies["no-choice"]]
