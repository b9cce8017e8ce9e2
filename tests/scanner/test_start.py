from typing import Any, cast

import pytest

from consentinel.scanner.addresses import Reason, Refusal
from consentinel.scanner.egress import Egress
from consentinel.scanner.start import refusal_sentence, start_error
from consentinel.scanner.visit import VisitResult
from consentinel.scanner.walls import Wall
from tests.support.observing import PAGE, make_exchange, make_result


class FakeEgress:
    """Knows refusals by host and port."""

    def __init__(self, *refusals: Refusal) -> None:
        self._refusals = {(refusal.host, refusal.port): refusal for refusal in refusals}

    def failure(self, host: str, port: int) -> Refusal | None:
        return self._refusals.get((host, port))


def message(result: VisitResult, *refusals: Refusal) -> str:
    error = start_error(result, cast("Egress", FakeEgress(*refusals)))
    return "" if error is None else str(error)


def failed(text: str, **changes: Any) -> VisitResult:
    return make_result(changes.pop("url", PAGE), failure=text, status=None, **changes)


def document(url: str, **changes: Any) -> Any:
    return make_exchange(url=url, resource_type="Document", request_id="main", **changes)


REASONS: dict[Reason, str] = {
    "not-global": "--allow-private",
    "port": "--allow-port 443",
    "unknown-host": "check the spelling",
    "name-server": "no name server answered",
    "connection-refused": "is the server running?",
    "timeout": "in time",
    "budget": "--max-bytes",
    "malformed": "not HTTP",
    "unreachable": "not reachable",
}


@pytest.mark.parametrize("reason", REASONS)
def test_what_the_proxy_refused_says_what_to_do(reason: Reason) -> None:
    refusal = Refusal("www.shop.example", 443, reason)
    said = message(failed("net::ERR_TUNNEL_CONNECTION_FAILED"), refusal)
    assert said == f"{PAGE}: {refusal_sentence(refusal)}"
    assert REASONS[reason] in said
    assert "{" not in said


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        ("net::ERR_CERT_AUTHORITY_INVALID", "--insecure"),
        ("net::ERR_SSL_PROTOCOL_ERROR", "does the server speak HTTPS"),
        ("net::ERR_TOO_MANY_REDIRECTS", "redirects in a loop"),
        ("net::ERR_TIMED_OUT", "--page-timeout"),
        ("net::ERR_ABORTED", "not an HTML page"),
        ("Download is starting", "not an HTML page"),
        ("net::ERR_EMPTY_RESPONSE", "without an answer"),
        ("net::ERR_INVALID_HTTP_RESPONSE", "not HTTP"),
        ("net::ERR_SOMETHING_NEW", "did not load (ERR_SOMETHING_NEW)"),
    ],
)
def test_what_the_browser_says_becomes_one_clear_line(failure: str, said: str) -> None:
    text = message(failed(failure))
    assert text.startswith(f"{PAGE}: ")
    assert said in text
    assert "\n" not in text


def test_a_wall_is_an_error() -> None:
    assert message(make_result(wall=Wall("challenge", "it asked for proof"))) == f"{PAGE}: it asked for proof"


def test_a_page_that_loaded_is_fine_whatever_its_third_parties_did() -> None:
    refusal = Refusal("t.tracker.example", 443, "connection-refused")
    assert message(make_result(exchanges=[document(PAGE), make_exchange()]), refusal) == ""


def test_an_error_page_is_not_blamed_on_a_third_party_that_it_loads() -> None:
    refusal = Refusal("t.tracker.example", 443, "connection-refused")
    wall = Wall("http-error", "the server answered with status 404")
    result = make_result(status=404, wall=wall, exchanges=[document(PAGE), make_exchange()])
    assert message(result, refusal) == f"{PAGE}: the server answered with status 404"


def test_the_host_that_the_page_redirected_to_is_named() -> None:
    hops = [document(PAGE, status=302), document("https://new.shop.example/", redirects=(PAGE,), status=None)]
    refusal = Refusal("new.shop.example", 443, "unknown-host")
    assert "new.shop.example is unknown" in message(failed("net::ERR_FAILED", exchanges=hops), refusal)


def test_a_refusal_that_came_as_an_answer_of_the_proxy() -> None:
    plain = "http://www.shop.example/"
    result = make_result(
        plain, status=502, wall=Wall("http-error", "status 502"), exchanges=[document(plain)]
    )
    assert "port 80 is not allowed" in message(result, Refusal("www.shop.example", 80, "port"))


@pytest.mark.parametrize("failure", ["net::ERR_FAILED", f'Navigation to "{PAGE}a?token=s3cret" failed'])
def test_the_query_of_the_address_is_not_repeated(failure: str) -> None:
    said = message(failed(failure, url=f"{PAGE}a?token=s3cret"))
    assert said.startswith(f"{PAGE}a?token=: ")
    assert "s3cret" not in said


def test_only_the_code_of_chromium_is_told() -> None:
    said = message(failed(f"Page.goto: net::ERR_SOMETHING_NEW at {PAGE}?token=s3cret"))
    assert said == f"{PAGE}: the page did not load (ERR_SOMETHING_NEW)"
    of_tls = message(failed(f"Page.goto: net::ERR_CERT_DATE_INVALID at {PAGE}?token=s3cret"))
    assert "(ERR_CERT_DATE_INVALID)" in of_tls
    assert "s3cret" not in of_tls
