"""Consent Mode and Meta's pixel: what they are told, in which order."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.banner.api.pages import US, Banner, choose, start_banner
from tests.conftest import Serve

pytestmark = pytest.mark.browser

SIGNALS = {"google": "basic", "meta": True, "dataLayer": True}
READ = "JSON.stringify((window.dataLayer || []).map((entry) => entry.length ? [...entry] : entry))"
# What Meta's documentation has pages embed, with its script left out.
PIXEL = """<script>
!function(f){if(f.fbq)return;var n=f.fbq=function(){n.callMethod?
n.callMethod.apply(n,arguments):n.queue.push(arguments)};if(!f._fbq)f._fbq=n;
n.push=n;n.loaded=!0;n.version='2.0';n.queue=[];}(window);
fbq('init', '1'); fbq('track', 'PageView');
</script>"""
GTAG = "<script>window.dataLayer = window.dataLayer || []; dataLayer.push({event: 'page'})</script>"


def layer(page: Page) -> list[Any]:
    found: list[Any] = json.loads(page.evaluate(READ))
    return found


def pixel(page: Page) -> list[list[str]]:
    found: list[list[str]] = page.evaluate("window.fbq.queue.map((entry) => [...entry].slice(0, 2))")
    return found


def values(
    *, functional: str = "denied", performance: str = "denied", targeting: str = "denied"
) -> dict[str, str]:
    return {
        "security_storage": "granted",
        "functionality_storage": functional,
        "personalization_storage": functional,
        "analytics_storage": performance,
        "ad_storage": targeting,
        "ad_user_data": targeting,
        "ad_personalization": targeting,
    }


def ready(page: Page) -> dict[str, Any]:
    return {
        "event": "consentinel_ready",
        "consentinel": {
            "choices": page.evaluate("consentinel.state().choices"),
            "regime": "eu",
            "gpc": False,
        },
    }


def start(serve: Serve, **config: object) -> Banner:
    return start_banner(serve, **{"head": GTAG + PIXEL, "signals": SIGNALS, **config})  # type: ignore[arg-type]  # a mapping of keywords


def test_the_default_comes_first_and_the_update_before_our_event(page: Page, serve: Serve) -> None:
    page.goto(start(serve).url)
    before = ready(page)
    choose(page, "save({performance: true})")
    default, announced, event, update, changed = layer(page)
    assert default == ["consent", "default", {**values(), "wait_for_update": 500}]
    assert announced == before
    assert event == {"event": "page"}
    assert update == ["consent", "update", values(performance="granted")]
    assert changed["event"] == "consentinel_change"
    assert changed["consentinel"]["choices"]["performance"]


def test_commands_are_arguments_objects(page: Page, serve: Serve) -> None:
    page.goto(start(serve).url)
    assert page.evaluate("Object.prototype.toString.call(dataLayer[0])") == "[object Arguments]"


def test_a_stored_choice_is_an_update_before_the_page_begins(page: Page, serve: Serve) -> None:
    banner = start(serve)
    page.goto(banner.url)
    choose(page, "accept()")
    page.goto(banner.url + "other")
    default, update, announced, event = layer(page)
    assert default[2] == {**values(), "wait_for_update": 500}
    assert update[2] == values(functional="granted", performance="granted", targeting="granted")
    assert (announced["event"], event["event"]) == ("consentinel_ready", "page")


def test_the_default_is_what_the_regime_says(page: Page, serve: Serve) -> None:
    page.goto(start(serve, regimes=[US]).url)
    granted = values(functional="granted", performance="granted", targeting="granted")
    assert layer(page)[0][2] == {**granted, "wait_for_update": 500}


def test_a_page_without_signals_gets_no_globals(page: Page, serve: Serve) -> None:
    page.goto(start_banner(serve).url)
    choose(page, "accept()")
    assert page.evaluate("['dataLayer', 'gtag', 'fbq'].filter((name) => name in window)") == []


def test_tags_cannot_read_id_or_receipt_from_the_data_layer(page: Page, serve: Serve) -> None:
    page.goto(start(serve).url)
    choose(page, "accept()")
    for entry in layer(page):
        assert not {"id", "receipt"} & set(
            dict(entry).get("consentinel", {}) if isinstance(entry, dict) else {}
        )


def test_the_pixel_is_revoked_before_its_init_and_granted_after_a_choice(page: Page, serve: Serve) -> None:
    page.goto(start(serve).url)
    assert pixel(page) == [["consent", "revoke"], ["init", "1"], ["track", "PageView"]]
    choose(page, "accept()")
    assert pixel(page)[3:] == [["consent", "grant"]]


def test_the_pixel_of_somebody_who_has_agreed_is_left_alone(page: Page, serve: Serve) -> None:
    banner = start(serve)
    page.goto(banner.url)
    choose(page, "accept()")
    page.goto(banner.url + "other")
    assert pixel(page) == [["init", "1"], ["track", "PageView"]]


def test_a_pixel_above_us_is_revoked_at_once(page: Page, serve: Serve) -> None:
    page.goto(start(serve, head="", before=PIXEL).url)
    assert pixel(page) == [["init", "1"], ["track", "PageView"], ["consent", "revoke"]]
