"""How a server reads the consent cookie, and which policy follows from it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress, product

from consentinel.banner.consent import base_36
from consentinel.banner.rule_text import TAG_MANAGER, UNCLASSIFIED
from consentinel.scanner.catalogue.taxonomy import CATEGORIES
from consentinel.scanner.errors import InputError

KEEP_PATH = "/consentinel-keep"
SAFE_PATH = r"/[A-Za-z0-9_~-][A-Za-z0-9/._~-]*"
_ANY_CATEGORY = (TAG_MANAGER, UNCLASSIFIED)
_OPTIONAL = CATEGORIES[1:]  # the first is strictly necessary, its bit is always 1
# What no server's configuration language gives a meaning to, between double quotes.
_PLAIN = re.compile(r"[A-Za-z0-9 ;:/.*'_%+=,~?&@!()\[\]-]+")


@dataclass(frozen=True)
class Hosting:
    """What the files need beside the policies.

    purposes: the 8 hex digits in the cookie; any other value there is no choice.
    days: how long an answer is remembered; of several regimes the shortest.
    cookie_domain: '' for a cookie of the host alone.
    by_country: whether the script chooses the regime by the visitor's country.
    worker: the service worker's code, as bundled.
    keep_path: where the script sends answers to get them back as a cookie set by HTTP.
    kinds: the highest code of each service's rules, by the index that it has in the cookie.
    cleared_by_signal: positions (0 to 2) of the optional categories that the opt-out signal takes out of an
    answer, as the script does.
    """

    purposes: str
    days: int
    worker: str
    cookie_domain: str = ""
    by_country: bool = False
    keep_path: str = KEEP_PATH
    kinds: Sequence[int] = ()
    cleared_by_signal: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        """Raise InputError for what would mean something else in a server's file."""
        shapes = (
            (self.purposes, r"[0-9a-f]{8}"),
            (self.cookie_domain, r"[A-Za-z0-9.-]*"),
            (self.keep_path, SAFE_PATH),
        )
        for text, expression in shapes:
            if not re.fullmatch(expression, text):
                raise InputError(
                    f"{text!r} cannot be written into server files: it has to match {expression}"
                )

    def excepted(self) -> tuple[list[str], ...]:
        """Return the services of each optional category, by their indices as the cookie writes them.

        Where the answer makes an exception for one, the policy leaves its category closed. What belongs to
        no single category (tag managers, unclassified) closes all of them.
        """
        places = range(1, len(_OPTIONAL) + 1)
        return tuple(
            [base_36(index) for index, kind in enumerate(self.kinds) if kind in (place, *_ANY_CATEGORY)]
            for place in places
        )


def cookie_pattern(purposes: str) -> str:
    """Return an expression that finds the first valid consent cookie in a Cookie header.

    Group 1 is its value, group 2 the bits of the three optional categories. It means the same in PCRE, RE2
    and JavaScript, needs no escaping between double quotes, and lets nothing through that could end a header.
    """
    vendors = "(?:[.][0-9a-z]{1,2}(?:-[0-9a-z]{1,2})*)?"
    return f"(?:^|; *)consentinel=(1[.]1([01]{{3}})[.]{purposes}[.][0-9]{{5}}{vendors}) *(?:;|$)"


def policy_by_bits(policies: Mapping[str, str]) -> dict[str, str]:
    """Return the policy for each of the eight answers, `000` to `111`.

    Raises InputError when one is missing or holds what a server's configuration cannot carry.
    """
    return {bits: _checked(policies, key) for bits, key in _keys()}


def unasked_policies(policies: Mapping[str, str]) -> tuple[str, str]:
    """Return the policies without a valid cookie: no choice, and no choice but an opt-out signal (GPC)."""
    return _checked(policies, "no-choice"), _checked(policies, "gpc")


def _keys() -> Iterator[tuple[str, str]]:
    """Yield the bits and the keys that DESIGN.md section 4 gives them in csp.json."""
    for grants in product((0, 1), repeat=len(_OPTIONAL)):
        granted = list(compress(_OPTIONAL, grants))
        name = "accept" if all(grants) else "+".join(granted) or "reject"
        yield "".join(map(str, grants)), name


def _checked(policies: Mapping[str, str], key: str) -> str:
    policy = policies.get(key)
    if policy is None:
        raise InputError(f"there is no policy for {key}: the server files need one for every answer")
    if not _PLAIN.fullmatch(policy):
        odd = next(character for character in policy + "\n" if not _PLAIN.fullmatch(character))
        raise InputError(
            f"the policy for {key} holds {odd!r}, which no server file can carry: drop that rule"
        )
    return policy
