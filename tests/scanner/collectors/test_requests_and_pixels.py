import base64
from typing import Any

import pytest

from consentinel.scanner.collectors.exchanges import pixel_evidence
from consentinel.scanner.collectors.pixels import PixelCollector
from consentinel.scanner.collectors.requests import RequestCollector
from consentinel.scanner.network import Exchange
from consentinel.scanner.observations import Observation, Writer
from tests.sites.pixel_img import TWO_PIXEL_GIF
from tests.support.collecting import make_report, make_visit
from tests.support.observing import PAGE, make_exchange
from tests.support.sites import ONE_PIXEL_GIF

ONE_PIXEL_PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SCRIPT = Writer("https://cdn.tracker.example/t.js", 3)
URL = "https://t.tracker.example/p.gif"


def pixel(**changes: Any) -> Exchange:
    return make_exchange(**({"url": URL, "mime_type": "image/gif", "small_body": ONE_PIXEL_GIF} | changes))


def requested(*exchanges: Exchange, **facts: Any) -> list[Observation]:
    return list(RequestCollector().report(make_visit(exchanges, **facts)))


def pixels(*exchanges: Exchange, **facts: Any) -> list[Observation]:
    return list(PixelCollector().report(make_visit(exchanges, **facts)))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "1x1"),
        ({"small_body": ONE_PIXEL_PNG, "mime_type": "image/png"}, "1x1"),
        ({"small_body": b"\x00\x00\x01\x00", "mime_type": "image/x-icon"}, "at most 100 bytes"),
        ({"status": 204, "mime_type": "", "small_body": None}, "204"),
        ({"small_body": TWO_PIXEL_GIF}, ""),
        ({"small_body": None}, ""),
        ({"small_body": b""}, ""),
        ({"mime_type": "text/html"}, ""),
        ({"status": 204, "mime_type": "", "small_body": None, "resource_type": "Fetch"}, ""),
        ({"small_body": b"not an image" * 20}, ""),
    ],
)
def test_a_pixel_is_known_by_its_answer(changes: dict[str, Any], said: str) -> None:
    evidence = pixel_evidence(pixel(**changes))
    assert said in evidence
    assert bool(evidence) is bool(said)


def test_a_pixel_is_no_request_besides() -> None:
    assert requested(pixel()) == []
    (seen,) = pixels(pixel())
    assert (seen.kind, seen.name, seen.party) == ("pixel", "t.tracker.example/p.gif", "third")


@pytest.mark.parametrize(
    ("resource_type", "kind"),
    [
        ("Script", "script"),
        ("Document", "frame"),
        ("Fetch", "request"),
        ("Image", "request"),
        ("WebSocket", "request"),
    ],
)
def test_requests_are_told_apart_by_type(resource_type: str, kind: str) -> None:
    (seen,) = requested(make_exchange(url="https://x.example/a?b=1", resource_type=resource_type))
    assert (seen.kind, seen.name) == (kind, "x.example/a")
    assert seen.attributes == {"resource_type": resource_type.lower()}


@pytest.mark.parametrize("resource_type", ["Preflight", "Ping"])
def test_what_belongs_to_another_request_is_left_out(resource_type: str) -> None:
    assert requested(make_exchange(resource_type=resource_type)) == []


def test_the_sites_own_documents_are_no_frames() -> None:
    assert requested(make_exchange(url=PAGE, resource_type="Document")) == []
    assert len(requested(make_exchange(url=f"{PAGE}app.js", resource_type="Script"))) == 1


def test_initiators_redirects_and_failures_are_told() -> None:
    (seen,) = requested(
        make_exchange(
            initiators=("https://a.example/x.js?k=1", "https://b.example/y.js"),
            redirects=("https://c.example/r?uid=1",),
            status=None,
            failure="net::ERR_FAILED",
        )
    )
    assert seen.attributes["initiators"] == ("https://a.example/x.js?k=", "https://b.example/y.js")
    assert seen.attributes["redirects"] == ("https://c.example/r?uid=",)
    assert seen.attributes["failed"] == "net::ERR_FAILED"
    assert seen.writer == Writer("https://a.example/x.js?k=1")


def test_what_the_parser_found_has_no_writer() -> None:
    (seen,) = requested(make_exchange(initiator_type="parser", initiators=(PAGE,)))
    assert seen.writer is None


def test_tokens_in_a_path_are_not_in_the_name() -> None:
    (seen,) = requested(make_exchange(url="https://x.example/u/8d1f6a3c5e7b9d0f2a4c6e8b/p.js"))
    assert seen.name == "x.example/u/*/p.js"


def test_the_script_that_made_an_image_comes_from_the_hook() -> None:
    (seen,) = pixels(pixel(), hook_reports=[make_report("image", URL)])
    assert seen.writer == SCRIPT


@pytest.mark.parametrize("call", ["sendBeacon", "keepalive-fetch", "fetchLater"])
def test_beacons_are_known_by_their_call_whatever_the_answer(call: str) -> None:
    calls = [make_report(f"beacon:{call}", f"{URL}#part")]
    (seen,) = pixels(pixel(resource_type="Fetch"), hook_reports=calls)
    assert (seen.kind, seen.writer, seen.evidence) == ("beacon", SCRIPT, (f"sent by {call}",))
    assert requested(pixel(resource_type="Fetch"), hook_reports=calls) == []


def test_a_ping_without_a_call_is_a_beacon_too() -> None:
    (seen,) = pixels(make_exchange(resource_type="Ping"))
    assert (seen.kind, seen.evidence) == ("beacon", ("sent as ping",))


def test_a_beacon_whose_request_was_not_seen_is_told_by_its_call() -> None:
    (seen,) = pixels(hook_reports=[make_report("beacon:sendBeacon", f"{URL}?uid=1")])
    assert (seen.kind, seen.name, seen.writer) == ("beacon", "t.tracker.example/p.gif", SCRIPT)


@pytest.mark.parametrize("resource_type", ["Script", "Image", "Ping"])
def test_what_the_policy_of_the_page_stopped_is_nothing(resource_type: str) -> None:
    stopped = make_exchange(status=None, failure="csp", resource_type=resource_type)
    assert (requested(stopped), pixels(stopped)) == ([], [])
