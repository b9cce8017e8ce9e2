from typing import Any

import msgspec
import pytest

from consentinel.server.publishing.difference import Change, differences
from consentinel.server.publishing.snapshot import SECTIONS, Snapshot, draft_snapshot
from tests.server.publishing.making import PUBLIC, shop_draft, shop_report


def snapshot(*hosts: str, **banner: Any) -> Snapshot:
    return draft_snapshot(shop_draft(shop_report(*hosts), **banner), 1, PUBLIC)


def changes(old: Snapshot, new: Snapshot) -> list[tuple[str, str, str]]:
    """Return section, kind and name of what differs, but for script and policies, which follow from it."""
    return [
        (change.section, change.kind, change.name)
        for change in differences(old, new)
        if change.section not in ("script", "policy")
    ]


def test_what_is_alike() -> None:
    assert differences(snapshot(), snapshot()) == []


def test_everything_is_new_at_first() -> None:
    found = differences(None, snapshot(theme={"accent": "#0b6b3a"}))
    assert {change.kind for change in found} == {"added"}
    assert {change.section for change in found} == set(SECTIONS)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"controller": "Shop GmbH"}, ("settings", "added", "controller")),
        ({"mode": "observe"}, ("settings", "changed", "mode")),
        ({"theme": {"preset": "modal"}}, ("theme", "added", "preset")),
        ({"regime": "us"}, ("regimes", "removed", "eu")),
        ({"regime": "us"}, ("regimes", "added", "us")),
        ({"texts": {"en": {"title": "Hello"}}}, ("texts", "changed", "en.title")),
        ({"locales": ["en", "de"]}, ("texts", "added", "de.title")),
        ({"rules": [{"host": "ads.example", "category": "targeting"}]}, ("rules", "added", "ads.example")),
        ({"links": {"privacy": "/privacy"}}, ("settings", "added", "links.privacy")),
    ],
)
def test_what_differs(more: dict[str, object], expected: tuple[str, str, str]) -> None:
    assert expected in changes(snapshot(), snapshot(**more))


def test_each_change_changes_the_script() -> None:
    found = differences(snapshot(), snapshot(controller="Shop GmbH"))
    assert "script" in {change.section for change in found}


def test_a_new_tracker_in_the_scan() -> None:
    [change] = [item for item in differences(snapshot(), snapshot("ads.example")) if item.section == "rules"]
    assert change.name.startswith("ads.example")
    assert change.after.startswith("targeting")


def test_a_change_is_plain_data() -> None:
    change = Change("texts", "en.title", "Hello", "")
    assert msgspec.to_builtins(change) == {
        "section": "texts",
        "name": "en.title",
        "before": "Hello",
        "after": "",
    }
