"""rules.yaml: what can be wrong in it without a page."""

import asyncio
from pathlib import Path

import msgspec
import pytest
from playwright.async_api import async_playwright

from consentinel.scanner.banners.rules import Rule, banner_rules
from tests.support.browsers import launch_flags

PRODUCTS = {
    "OneTrust",
    "Cookiebot",
    "HubSpot",
    "Usercentrics",
    "Didomi",
    "TrustArc",
    "Quantcast",
    "Sourcepoint",
    "iubenda",
    "CookieYes",
    "Complianz",
    "Borlabs Cookie",
    "Osano",
    "vanilla-cookieconsent",
    "klaro",
    "orejime",
    "tarteaucitron",
    "Shopify",
    "Google Funding Choices",
    "consentinel",
}


def selectors(rule: Rule) -> list[str]:
    fields: dict[str, object] = msgspec.to_builtins(rule)
    return [text for value in fields.values() if isinstance(value, list | tuple) for text in value]


def test_the_products_are_there_once_each() -> None:
    names = [rule.name for rule in banner_rules()]
    assert set(names) >= PRODUCTS
    assert len(names) == len(set(names))


@pytest.mark.parametrize("rule", banner_rules(), ids=lambda rule: rule.name)
def test_each_rule_can_see_accept_and_refuse(rule: Rule) -> None:
    assert rule.banner
    assert rule.accept
    assert rule.reject or (rule.save and rule.toggles)


@pytest.mark.parametrize("rule", banner_rules(), ids=lambda rule: rule.name)
def test_no_button_has_two_meanings(rule: Rule) -> None:
    buttons = [*rule.accept, *rule.reject, *rule.settings, *rule.save, *rule.close]
    assert len(buttons) == len(set(buttons))


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(msgspec.ValidationError, match="refuse"):
        msgspec.yaml.decode("[{name: x, banner: [a], refuse: [b]}]", type=tuple[Rule, ...])


@pytest.mark.browser
def test_every_selector_is_css(chromium_executable: Path) -> None:
    texts = [text for rule in banner_rules() for text in selectors(rule)]
    assert asyncio.run(_not_css(chromium_executable, texts)) == []


async def _not_css(executable: Path, texts: list[str]) -> list[str]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=launch_flags())
        page = await browser.new_page()
        wrong: list[str] = await page.evaluate(
            "texts => texts.filter((t) => { try { document.querySelector(t); } catch { return true; } })",
            texts,
        )
        await browser.close()
        return wrong
