"""Policies that name their state, and Cookie headers with the state that they have to mean."""

from itertools import product

from consentinel.banner.hosting import Hosting

PURPOSES = "0a1b2c3d"
TODAY_DAYS = 20_000
# By the index in the cookie: functional, targeting, performance, targeting, a tag manager, unclassified.
KINDS = (1, 3, 2, 3, 4, 5)


def answer(bits: str, *, purposes: str = PURPOSES, day: int = TODAY_DAYS, vendors: str = "") -> str:
    """Return the consent cookie's value; `bits` are those of the three optional categories."""
    return f"1.1{bits}.{purposes}.{day}{vendors}"


NAMES = {
    "000": "reject",
    "001": "targeting",
    "010": "performance",
    "011": "performance+targeting",
    "100": "functional",
    "101": "functional+targeting",
    "110": "functional+performance",
    "111": "accept",
}
STATES = ("no-choice", "gpc", "withdrawn", *NAMES.values())
POLICIES = {state: f"default-src 'self' https://{state.replace('+', '-')}.example" for state in STATES}


def hosting(**more: object) -> Hosting:
    return Hosting(**{"purposes": PURPOSES, "days": 182, "worker": "", "kinds": KINDS, **more})  # type: ignore[arg-type]


def valid(day: int) -> list[tuple[str, str]]:
    """Return Cookie headers that are an answer, and the state each means."""
    all_bits = ["".join(bits) for bits in product("01", repeat=3)]
    return [
        *((f"consentinel={answer(bits, day=day)}", NAMES[bits]) for bits in all_bits),
        (f"a=1; consentinel={answer('111', day=day)}; b=2", "accept"),
        (f"consentinel=broken; consentinel={answer('010', day=day)}", "performance"),
        (f"consentinel={answer('111', day=day, vendors='.1f-2f')}", "accept"),
        # what is excepted keeps its category closed
        (f"consentinel={answer('111', day=day, vendors='.0')}", "performance+targeting"),
        (f"consentinel={answer('111', day=day, vendors='.9-2f-3-z')}", "functional+performance"),
        (f"consentinel={answer('111', day=day, vendors='.02')}", "functional+targeting"),
        (f"consentinel={answer('000', day=day, vendors='.3')}", "reject"),
        (f"a=1; consentinel={answer('111', day=day, vendors='.3-4')}; b=2", "reject"),
        (f"consentinel={answer('011', day=day, vendors='.5')}", "reject"),
        # the first one counts, as for the script
        (f"consentinel={answer('000', day=day)}; consentinel={answer('111', day=day)}", "reject"),
    ]


def hostile(day: int) -> list[str]:
    """Return Cookie headers that are no answer: none may open anything or change another header."""
    good = answer("111", day=day)
    return [
        "",
        "consentinel",
        "consentinel=",
        "consentinel=1",
        "consentinel=1.1111",
        f"consentinel=2.{good[2:]}",
        f"consentinel=1.0111.{PURPOSES}.{day}",
        f"consentinel=1.1112.{PURPOSES}.{day}",
        f"consentinel=1.11111.{PURPOSES}.{day}",
        f"consentinel={answer('111', purposes='deadbeef', day=day)}",
        f"consentinel={answer('111', purposes=PURPOSES.upper(), day=day)}",
        f"consentinel={answer('111', day=day)}0",
        f"consentinel={good}.",
        f"consentinel={good}.1--2",
        f"consentinel={good}.A",
        f"consentinel={good} x",
        f"consentinel={good},x=1",
        f'consentinel="{good}"',
        f"consentinel={good}%0d%0aSet-Cookie:%20evil=1",
        f"consentinel={good}\tx",
        f"Consentinel={good}",
        f"xconsentinel={good}",
        f"x=consentinel={good}",
        f"consentinel ={good}",
        f"consentinel=$consentinel_policy{{http.request.host}}{good}",
        f"consentinel={good}é",
        "; " * 2000 + "consentinel=1",
        "consentinel=" + "1." * 1500,
    ]
