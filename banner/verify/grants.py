"""What a state may grant: what its law says, not what the page says of itself."""

from consentinel.banner.regimes import AUTO, Obligation, Regime, regimes
from consentinel.scanner.catalogue.taxonomy import CATEGORIES, Category, State

# In these states nothing may be granted, whatever the law is.
_REFUSED: tuple[State, ...] = ("reject", "withdrawn")


def is_regime_expected(said: str, setting: str) -> bool:
    """Say whether a page may name this regime: one of ours, and that of the settings if they fix one."""
    return _regime(said) is not None and setting in ("", AUTO, said)


def permitted(said: str, setting: str, state: State) -> frozenset[Category]:
    """Return what may be granted at most in a state; nothing under a regime that nobody knows.

    said: the regime that the page names. setting: that of the settings file, '' without one, which counts
    unless it leaves the choice to the page (`auto`).
    """
    if state == "accept":
        return frozenset(CATEGORIES[1:])
    regime = _regime(said if setting in ("", AUTO) else setting)
    if regime is None or state in _REFUSED:
        return frozenset()
    purposes = zip(CATEGORIES[1:], regime.purposes, strict=True)
    return frozenset(category for category, obligation in purposes if _is_on(obligation, state))


def _is_on(obligation: Obligation, state: State) -> bool:
    """Decide as banner/src/core/regimes.js does for a visitor who has not answered."""
    return obligation != "opt_in" and not (state == "gpc" and obligation == "signal_opt_out")


def _regime(name: str) -> Regime | None:
    return next((regime for regime in regimes() if regime.id == name), None)
