"""What the second layer says of each service: who it is, what for, and what it stores for how long."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TypedDict

from consentinel.banner.placing import STORED, Placed
from consentinel.banner.providers import strange_writer
from consentinel.banner.rule_text import Code, Rule, highest_codes
from consentinel.banner.rules import RuleMaker
from consentinel.scanner.catalogue.entries import CategoryText, Vendor
from consentinel.scanner.catalogue.taxonomy import CATEGORIES, Category
from consentinel.scanner.party import registrable_domain
from consentinel.scanner.report import Finding

# Where a service is listed that no single category releases: a tag manager, and what nobody has classified.
_LISTED: Mapping[Code, Category] = {4: "functional", 5: "targeting"}
_DAYS = {"second": 1 / 86_400, "minute": 1 / 1_440, "hour": 1 / 24, "day": 1, "month": 30, "year": 365}


class ItemTold(TypedDict):
    """A cookie or storage item. days: 0 for the session, None where it stays until somebody deletes it."""

    kind: str
    name: str
    purpose: str
    days: int | None


class VendorTold(TypedDict):
    """A service. policy: its documentation.

    slug: '' for the site itself and for others without a name, with an entry for each category.
    """

    slug: str
    name: str
    category: Category
    purpose: str
    policy: str
    items: list[ItemTold]


class Told(TypedDict):
    """What the part `settings` hands over beside its own exports."""

    categories: dict[Category, dict[str, str]]
    vendors: list[VendorTold]


def told(rules: Sequence[Rule], maker: RuleMaker, categories: Iterable[CategoryText]) -> Told:
    """Return all services that the rules name, and who else is held back or stores something.

    rules: those of the banner. maker: what they were made from.
    """
    gated, spelled = _gated_in(rules), maker.spelled
    held = {rule.pattern for rule in rules if rule.code and not rule.vendor}
    groups: dict[tuple[str, Category, str], list[Finding]] = defaultdict(list)
    for slug, category in gated.items():
        groups[(slug, category, spelled.get(slug, slug))] = []
    for item in maker.placed:
        slug, finding = item.vendor, item.finding
        name = spelled.get(slug, slug) or _nameless(finding, maker)
        if slug in gated:
            groups[(slug, gated[slug], name)].append(finding)
        elif finding.kind in STORED or _is_held_stranger(item, held):
            groups[(slug, finding.category or "targeting", name)].append(finding)
    entries = [
        _entry(slug, category, findings, maker.vendors.get(slug), name)
        for (slug, category, name), findings in groups.items()
    ]
    return {
        "categories": {text.category: {"title": text.title, "text": text.description} for text in categories},
        "vendors": sorted(entries, key=_order),
    }


def _nameless(finding: Finding, maker: RuleMaker) -> str:
    """Return what to call who stores something, or is held back, and has no name."""
    host = finding.host if finding.party == "third" else strange_writer(finding, maker.own_domains)
    return registrable_domain(host) if host else maker.settings.host


def _is_held_stranger(item: Placed, held: Collection[str]) -> bool:
    """Say whether nobody's rules hold it back: those whose patterns are `held`."""
    is_gated = not item.vendor and any(rule.pattern in held for rule in item.rules)
    return is_gated and item.finding.party == "third" and item.finding.category != "strictly-necessary"


def _gated_in(rules: Iterable[Rule]) -> dict[str, Category]:
    """Return the services that a choice is about, each with the category under which it is listed."""
    highest = highest_codes(rule for rule in rules if rule.vendor)
    return {slug: _LISTED.get(code) or CATEGORIES[code] for slug, code in highest.items()}


def _entry(
    slug: str, category: Category, findings: Sequence[Finding], vendor: Vendor | None, name: str
) -> VendorTold:
    # a CAPTCHA's requests are called by its versions, and its cookies by its maker
    named = [finding for finding in findings if finding.kind == "captcha"] or findings
    names = [finding.vendor for finding in named if finding.vendor]
    purposes = [finding.purpose for finding in named if finding.purpose]
    return {
        "slug": slug,
        "name": vendor.name if vendor else min(names, default=name) if slug else name,
        "category": category,
        "purpose": vendor.purpose if vendor else min(purposes, default="") if slug else "",
        "policy": vendor.check if vendor else "",
        "items": list(_items(findings)),
    }


def _items(findings: Iterable[Finding]) -> Iterator[ItemTold]:
    """Yield each name once; the longest time that it is kept counts."""
    stored = [finding for finding in findings if finding.kind in STORED]
    names = sorted({(finding.kind, finding.name) for finding in stored})
    for kind, name in names:
        same = [finding for finding in stored if (finding.kind, finding.name) == (kind, name)]
        times = [days_kept(finding) for finding in same]
        yield {
            "kind": kind,
            "name": name,
            "purpose": min((finding.purpose for finding in same if finding.purpose), default=""),
            "days": None if None in times else max(time for time in times if time is not None),
        }


def days_kept(finding: Finding) -> int | None:
    """Return how many days an item is kept, at least one; 0 for the session, None for no end."""
    if finding.attributes.get("area") == "sessionStorage":
        return 0
    lifetimes = finding.attributes.get("lifetime")
    texts = lifetimes if isinstance(lifetimes, tuple) else (lifetimes,)
    return max((_days_in(text) for text in texts if isinstance(text, str)), default=None)


def _days_in(text: str) -> int:
    amount, _, unit = text.partition(" ")
    if not amount.isdigit() or unit.rstrip("s") not in _DAYS:
        return 0
    return max(1, round(int(amount) * _DAYS[unit.rstrip("s")]))


def _order(entry: VendorTold) -> tuple[int, str, str]:
    return CATEGORIES.index(entry["category"]), entry["name"].casefold(), entry["slug"]
