from typing import Any

import msgspec
import pytest

from consentinel.server.publishing.difference import Change, differences
from consentinel.server.publishing.snapshot import SECTIONS, Snapshot, draft_snapshot
from tests.server.publishing.making import PUBLIC, shop_draft, shop_report
from tests.support.reports import make_finding


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


def test_which_services_come_and_go() -> None:
    """By the names that visitors read, with what they store."""
    old, new = snapshot("ads.example", "old.example"), snapshot("ads.example", "new.example")
    found = [change for change in differences(old, new) if change.section == "services"]
    assert found == [
        Change("services", "new.example", "", "targeting"),
        Change("services", "old.example", "targeting", ""),
    ]
    assert "Hotjar (Contentsquare)" in old["services"]


def test_what_a_service_stores() -> None:
    cookie = make_finding(
        kind="cookie",
        name="ad",
        host="ads.example",
        category="targeting",
        vendor="ads.example",
        attributes={"lifetime": "90 days"},
    )
    report = shop_report("ads.example")
    stored = msgspec.structs.replace(report, findings=(*report.findings, cookie))
    [change] = [
        change
        for change in differences(snapshot("ads.example"), draft_snapshot(shop_draft(stored), 1, PUBLIC))
        if change.section == "services"
    ]
    assert (change.name, change.kind) == ("ads.example", "changed")
    assert (change.before, change.after) == ("targeting", "targeting: cookie ad (90 days)")


def test_of_a_version_from_before_services_were_kept_none_is_new() -> None:
    before = dict(snapshot())
    del before["services"]
    assert differences(before, snapshot()) == []


def test_a_change_is_plain_data() -> None:
    change = Change("texts", "en.title", "Hello", "")
    assert msgspec.to_builtins(change) == {
        "section": "texts",
        "name": "en.title",
        "before": "Hello",
        "after": "",
    }
