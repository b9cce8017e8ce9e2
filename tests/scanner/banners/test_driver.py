"""Banners answered by real clicks in a real browser; the page itself says what was chosen."""

import pytest

from consentinel.scanner.banners.heuristic import Choice
from tests.scanner.banners.conftest import Play

pytestmark = pytest.mark.browser

KNOWN = {
    "consentinel.html": "consentinel",
    "onetrust.html": "OneTrust",
    "onetrust.html?second-layer": "OneTrust",
    "cookiebot.html": "Cookiebot",
    "cookiebot.html?no-decline": "Cookiebot",
    "hubspot.html": "HubSpot",
    "usercentrics.html": "Usercentrics",
    "didomi.html": "Didomi",
    "sourcepoint.html": "Sourcepoint",
    "products.html?trustarc": "TrustArc",
    "products.html?quantcast": "Quantcast",
    "products.html?iubenda": "iubenda",
    "products.html?cookieyes": "CookieYes",
    "products.html?complianz": "Complianz",
    "products.html?borlabs": "Borlabs Cookie",
    "products.html?osano": "Osano",
    "products.html?insites": "cookieconsent 3 (Insites)",
    "products.html?shopify": "Shopify",
    "products.html?funding-choices": "Google Funding Choices",
}
LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pl", "pt", "sv", "da")
CHOICES: tuple[Choice, ...] = ("accept", "reject")


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize(("path", "product"), KNOWN.items(), ids=KNOWN)
def test_a_known_product(play: Play, path: str, product: str, choice: Choice) -> None:
    played = play(path, choice)
    assert played.choice == choice
    assert (played.reached.reached, played.reached.method) == (True, "rule")
    assert played.reached.detail.startswith(f"{product}: ")


@pytest.mark.parametrize("refusal", ["first-layer", "necessary", "second-layer"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_dialog_that_no_rule_knows(play: Play, language: str, refusal: str) -> None:
    played = play(f"dialog.html?language={language}&refusal={refusal}", "reject")
    assert played.choice == "reject"
    assert (played.reached.reached, played.reached.method) == (True, "heuristic")


@pytest.mark.parametrize("language", LANGUAGES)
def test_such_a_dialog_accepted(play: Play, language: str) -> None:
    played = play(f"dialog.html?language={language}&refusal=second-layer", "accept")
    assert played.choice == "accept"
    assert (played.reached.reached, played.reached.method) == (True, "heuristic")
    assert played.clicks == ("accept",)


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("path", ["late.html", "deaf.html", "covered.html", "reload.html", "strict.html"])
def test_a_difficult_dialog(play: Play, path: str, choice: Choice) -> None:
    played = play(path, choice)
    assert played.choice == choice
    assert (played.reached.reached, played.reached.method) == (True, "heuristic")


def test_the_detail_names_each_step(play: Play) -> None:
    played = play("onetrust.html?second-layer", "reject")
    assert played.reached.detail == (
        "OneTrust: clicked #onetrust-pc-btn-handler, turned off 2 switches, "
        "clicked #onetrust-pc-sdk .save-preference-btn-handler"
    )


def test_a_wall_is_not_paid(play: Play) -> None:
    played = play("paywall.html", "reject", timeout_s=0.5)
    assert (played.reached.reached, played.reached.method) == (False, None)
    assert played.reached.detail == "the banner offers only accept or pay"
    assert played.clicks == ()


def test_a_wall_is_accepted(play: Play) -> None:
    assert play("paywall.html", "accept").choice == "accept"


def test_a_notice_can_only_be_accepted(play: Play) -> None:
    played = play("notice.html", "reject", timeout_s=0.5)
    assert played.reached.detail == "a banner was found, but no way to reject"
    assert played.clicks == ()
    assert play("notice.html", "accept").choice == "accept"


def test_a_choice_only_a_reader_knows_is_left(play: Play) -> None:
    played = play("radios.html", "reject", timeout_s=0.5)
    assert played.reached.detail == "a banner was found, but no way to reject"
    assert played.clicks == ()


@pytest.mark.parametrize("choice", CHOICES)
def test_a_button_that_leads_elsewhere_is_undone(play: Play, choice: Choice) -> None:
    played = play("elsewhere.html", choice)
    assert not played.reached.reached
    assert "led to another page, which was undone" in played.reached.detail
    assert (played.path, played.tabs) == ("/elsewhere.html", 1)


@pytest.mark.parametrize("choice", CHOICES)
def test_a_newsletter_is_no_banner(play: Play, choice: Choice) -> None:
    played = play("newsletter.html", choice, timeout_s=0.5)
    assert played.reached.detail == "no consent banner was found within 0.5 s"
    assert played.clicks == ()


def test_a_banner_that_stays_is_not_called_answered(play: Play) -> None:
    played = play("stubborn.html", "reject")
    assert not played.reached.reached
    assert played.reached.detail == 'a banner was found, but stayed open (clicked "Reject all")'


def test_switches_that_stay_on_are_not_saved(play: Play) -> None:
    page = """<!doctype html><h1>Page</h1><div role="dialog" data-banner><p>We use cookies.</p>
        <input type="checkbox" name="ads" checked onclick="return false">
        <button data-then="save">Save</button></div><script src="banner.js"></script>"""
    played = play("page.html", "reject", files={"page.html": page})
    assert played.reached.detail == "a banner was found, but a switch would not go off"
    assert played.choice is None


def test_a_page_that_bends_its_own_functions_is_no_error(play: Play) -> None:
    page = """<!doctype html><h1>Page</h1><script>
        Element.prototype.checkVisibility = () => { throw new Error("no"); };
        Element.prototype.getBoundingClientRect = () => "here"; </script>
        <div role="dialog"><p>We use cookies.</p><button>Reject all</button></div>"""
    played = play("page.html", "reject", timeout_s=0.5, files={"page.html": page})
    assert not played.reached.reached
    assert played.reached.method is None


def test_a_hidden_frame_is_not_a_banner(play: Play) -> None:
    page = """<!doctype html><h1>Page</h1><iframe src="https://cmp.example/sourcepoint-message.html"
        style="visibility: hidden"></iframe><script src="banner.js"></script>"""
    played = play("page.html", "accept", timeout_s=0.5, files={"page.html": page})
    assert played.reached.detail == "no consent banner was found within 0.5 s"


def test_only_named_like_a_banner_is_opened_late(play: Play) -> None:
    page = """<!doctype html><h1>Page</h1><footer class="cookie-links" data-banner>
        <button data-then="open:more">Cookie settings</button>
        <p id="more" data-layer hidden>Cookies <button data-then="reject">Reject all</button></p></footer>
        <script src="banner.js"></script>"""
    played = play("page.html", "reject", timeout_s=1.0, files={"page.html": page})
    assert played.choice == "reject"
    assert played.elapsed_s > 0.5
