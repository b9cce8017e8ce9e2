import struct
from dataclasses import replace

import pytest

from consentinel.banner.compile import Banner
from consentinel.scanner.errors import BrowserError
from consentinel.server.publications import Entry
from consentinel.server.publishing import screenshots
from consentinel.server.publishing.contents import Content
from consentinel.server.publishing.screenshots import screenshots_of
from tests.server.publishing.making import shop_draft

pytestmark = pytest.mark.browser


def taken(banner: Banner) -> list[Content]:
    found = screenshots_of(banner)
    assert all(item.artefact.content.startswith(b"\x89PNG") for item in found)
    return found


def facts(entry: Entry) -> tuple[str, str, str, int]:
    return entry.layer, entry.language, entry.regime, entry.width


def size_of(item: Content) -> tuple[int, int]:
    """Return width and height of a PNG (https://www.w3.org/TR/png-3/#11IHDR)."""
    width, height = struct.unpack(">II", item.artefact.content[16:24])
    return width, height


def test_each_layer_in_each_language_and_width() -> None:
    found = taken(shop_draft(locales=["en", "ar"]).numbered(1))
    assert [facts(item.entry) for item in found] == [
        (layer, language, "", width)
        for width in (390, 1280)
        for language in ("en", "ar")
        for layer in ("first", "settings", "services")
    ]
    assert len({item.entry.sha256 for item in found}) == len(found)
    assert all(size_of(item)[0] == item.entry.width for item in found)
    assert all(size_of(item)[1] >= 844 for item in found)


def test_other_laws_show_other_things() -> None:
    found = taken(shop_draft(regime="auto").numbered(1))
    by_regime = {(item.entry.regime, item.entry.layer) for item in found}
    assert {("", "first"), ("us", "corner"), ("us", "settings")} <= by_regime
    assert ("us", "first") not in by_regime


def test_a_site_with_its_own_way_to_the_settings() -> None:
    found = taken(shop_draft(regime="us", theme={"widget": "none"}).numbered(1))
    assert {item.entry.layer for item in found} == {"settings", "services"}


def test_a_banner_that_does_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    banner = shop_draft().numbered(1)
    broken = replace(banner, bundles={**banner.bundles, "settings.js": "throw new Error('no');"})
    monkeypatch.setattr(screenshots, "_TIMEOUT_MS", 500)
    with pytest.raises(BrowserError, match=r"^no screenshot of the banner in 'en' .*--no-screenshots$"):
        screenshots_of(broken)
