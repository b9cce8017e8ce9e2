"""What a new version of a banner would change for visitors, for whoever has to say yes to it."""

from collections.abc import Iterator

import msgspec

from consentinel.server.publishing.snapshot import SECTIONS, Section, Snapshot

_TITLES: dict[Section, str] = {
    "settings": "Settings",
    "theme": "Look",
    "regimes": "Laws",
    "rules": "What waits for consent",
    "services": "Services",
    "texts": "Texts",
    "policy": "Policies",
    "script": "Script",
}


class Change(msgspec.Struct, frozen=True):
    """One thing that differs. before: '' where it is new; after: '' where it is gone."""

    section: Section
    name: str
    before: str
    after: str

    @property
    def kind(self) -> str:
        """Say whether it was added, removed or changed."""
        if not self.before:
            return "added"
        return "changed" if self.after else "removed"


def differences(old: Snapshot | None, new: Snapshot) -> list[Change]:
    """Return what differs, by section and name; old: None where nothing was published yet.

    A section that `old` does not have was not kept then, so nothing is known to differ.
    """
    shared = [section for section in SECTIONS if old is None or section in old]
    return [change for section in shared for change in _section(section, old, new)]


def title_of(section: Section) -> str:
    """Return what people call a section."""
    return _TITLES[section]


def _section(section: Section, old: Snapshot | None, new: Snapshot) -> Iterator[Change]:
    before, after = old[section] if old else {}, new[section]
    for name in sorted({*before, *after}):
        was, now = before.get(name, ""), after.get(name, "")
        if was != now:
            yield Change(section, name, was, now)
