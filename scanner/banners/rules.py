"""Consent products that are known by their DOM: rules.yaml."""

from functools import cache
from importlib import resources

import msgspec


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One product, in lists of CSS selectors, as rules.yaml explains them."""

    name: str
    banner: tuple[str, ...]
    accept: tuple[str, ...] = ()
    reject: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    save: tuple[str, ...] = ()
    close: tuple[str, ...] = ()
    toggles: tuple[str, ...] = ()


@cache
def banner_rules() -> tuple[Rule, ...]:
    """Return the products of rules.yaml in the order of the file; read once."""
    source = resources.files(__package__).joinpath("rules.yaml").read_bytes()
    return msgspec.yaml.decode(source, type=tuple[Rule, ...])
