"""The fingerprint of what a visitor is asked for: where it changes, old answers count no more."""

import hashlib
from collections.abc import Iterable

import msgspec

from consentinel.banner.rule_text import NECESSARY, Rule

_LENGTH = 8


def purposes_hash(rules: Iterable[Rule], controller: str) -> str:
    """Return 8 hex digits for the purposes, the vendors under each of them, and the controller.

    Neither addresses, texts, theme nor any order count: nobody is asked again for those. It covers every
    vendor that the rules name, so that the same hash means the same indices in the consent cookie.
    """
    asked = sorted({(rule.code, rule.vendor) for rule in rules if rule.code != NECESSARY})
    return hashlib.sha256(msgspec.json.encode([1, controller, asked])).hexdigest()[:_LENGTH]
