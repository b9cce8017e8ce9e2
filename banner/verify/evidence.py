"""Everything that one scan of all states says, sorted by state: what leaks are judged from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

from consentinel.banner.settings import MODES, BannerSettings
from consentinel.banner.verify.grants import is_regime_expected, permitted
from consentinel.banner.verify.inspection import BannerState, Inspection
from consentinel.banner.verify.position import Position
from consentinel.scanner.assembly import counts
from consentinel.scanner.catalogue.taxonomy import CATEGORIES, Category, State
from consentinel.scanner.classify import classify
from consentinel.scanner.identity import collapse_hosts
from consentinel.scanner.knowledge import Knowledge
from consentinel.scanner.party import OwnHosts
from consentinel.scanner.report import Finding, Report
from consentinel.scanner.shapes import public_url
from consentinel.scanner.shown import shown_finding
from consentinel.scanner.site_rules import NO_RULES, SiteRules
from consentinel.scanner.verdict import WITHOUT_CONSENT, reached_states
from consentinel.scanner.visit import VisitResult

_ALL = len(CATEGORIES) - 1


@dataclass(frozen=True, kw_only=True)
class Operator:
    """What the settings file says that no page tells, or that no page is believed.

    rules: what is said of the findings. served: folders on other hosts that the banner's script may come
    from. regime, mode: '' where the page may name any of ours.
    """

    rules: SiteRules = NO_RULES
    blocks_unknown: bool = False
    served: tuple[str, ...] = ()
    regime: str = ""
    mode: str = ""

    @classmethod
    def of(cls, settings: BannerSettings, rules: SiteRules = NO_RULES) -> Self:
        """Return what settings say. rules: those in the same file."""
        folders = (settings.base, settings.api and f"{settings.api.rstrip('/')}/b")
        return cls(
            rules=rules,
            blocks_unknown=settings.unknown == "block",
            served=tuple(f"{folder.rstrip('/')}/" for folder in folders if _is_elsewhere(folder)),
            regime=settings.regime,
            mode=settings.mode,
        )


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """A report, the visits behind it, and what the pages' banners said."""

    report: Report
    visits: Sequence[VisitResult]
    inspections: Sequence[Inspection]
    knowledge: Knowledge
    own: OwnHosts
    operator: Operator = field(default_factory=Operator)

    @cached_property
    def states(self) -> tuple[State, ...]:
        """The states without consent that were reached, in order."""
        return tuple(state for state in WITHOUT_CONSENT if state in reached_states(self.report))

    @cached_property
    def banner(self) -> BannerState | None:
        """What the first page's banner said of itself; None where there was none."""
        return next((seen.facts.banner for seen in self.inspections), None)

    @property
    def has_no_banner(self) -> bool:
        """Whether the first page that could be asked has none."""
        return bool(self.inspections) and self.banner is None

    @cached_property
    def mode(self) -> str:
        """The mode to judge by: that of the settings, else strict where any page is; '' without both."""
        said = [banner.mode for banner in self._all_banners]
        return self.operator.mode or ("strict" if "strict" in said else next(iter(said), ""))

    @property
    def holds_unknown(self) -> bool:
        """Whether third parties that nobody knows are to be held back, too."""
        return self.mode == "strict" or self.operator.blocks_unknown

    def findings(self, state: State) -> Mapping[str, Finding]:
        """Return the findings of one state by id, with the writer and the attributes that they have there."""
        seen = (visit for visit in self.visits if visit.plan.state == state and counts(visit))
        observations = (observation for visit in seen for observation in visit.observations)
        found = classify(observations, self.knowledge.catalogue, self.own, self.knowledge.rules)
        return {finding.id: shown_finding(finding, self.own) for finding in found}

    def granted(self, state: State) -> frozenset[Category]:
        """Return what all pages grant in a state, as far as the law lets them."""
        said = [set(_granted(banner)) & self._permitted(state, banner) for banner in self._banners(state)]
        return frozenset(set.intersection(*said)) if said else frozenset()

    def granted_too_much(self, state: State) -> frozenset[Category]:
        """Return what a page grants in a state though its regime does not."""
        banners = self._banners(state)
        return frozenset().union(*(set(_granted(said)) - self._permitted(state, said) for said in banners))

    @cached_property
    def odd_regimes(self) -> list[str]:
        """The regimes that pages name, but that are none of ours or not that of the settings file."""
        said = {banner.regime for banner in self._all_banners}
        return sorted(name for name in said if not is_regime_expected(name, self.operator.regime))

    @cached_property
    def odd_modes(self) -> list[str]:
        """The modes that pages name, but that are none of ours or not that of the settings file."""
        expected = (self.operator.mode,) if self.operator.mode else MODES
        return sorted({banner.mode for banner in self._all_banners}.difference(expected))

    def held(self, state: State) -> frozenset[str]:
        """Return the addresses that the banner held back in the documents of a state."""
        return frozenset(self._shown(url) for seen in self._of(state) for url in seen.facts.held)

    @cached_property
    def late(self) -> frozenset[str]:
        """The addresses of tags that stand above the banner's script."""
        return frozenset(self._shown(url) for banner in self._all_banners for url in banner.late)

    @property
    def pending_after_consent(self) -> int:
        """How many tags a page held back although everything was granted."""
        states = (seen.facts.banner for seen in self._of("accept"))
        return max((state.pending for state in states if state and len(_granted(state)) == _ALL), default=0)

    def positions(self) -> list[Position]:
        """Return where the banner's script stands in the pages that have it."""
        return [seen.position for seen in self._of("no-choice") if seen.position and seen.position.found]

    def without_banner(self) -> list[str]:
        """Return the pages that had no banner before a choice."""
        return sorted({seen.page for seen in self._of("no-choice") if seen.facts.banner is None})

    @property
    def _all_banners(self) -> list[BannerState]:
        return [seen.facts.banner for seen in self.inspections if seen.facts.banner]

    def _permitted(self, state: State, banner: BannerState) -> frozenset[Category]:
        return permitted(banner.regime, self.operator.regime, state)

    def _banners(self, state: State) -> list[BannerState]:
        return [seen.facts.banner for seen in self._of(state) if seen.facts.banner]

    def _of(self, state: State) -> list[Inspection]:
        return [seen for seen in self.inspections if seen.state == state]

    def _shown(self, url: str) -> str:
        return collapse_hosts(public_url(url), self.own)


def _is_elsewhere(folder: str) -> bool:
    """Say whether a folder may be on another host: neither unset nor a path of the site."""
    return bool(folder) and not folder.startswith("/")


def _granted(state: BannerState) -> list[Category]:
    return [category for category in CATEGORIES[1:] if state.choices.get(category)]
