"""The proof cookie: what the server alone can write, for one site (T16, T33)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from consentinel.banner.consent import Choice
from consentinel.server.proof_cookie import (
    Proof,
    both,
    cookie_name,
    format_proof,
    parse_proof,
    refusal,
    under_signal,
)

KEY = b"k" * 32
DAY_S = 86_400
NOW_S = 1_795_000_000
CHOICES = st.builds(Choice, functional=st.booleans(), performance=st.booleans(), targeting=st.booleans())
SLUGS = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8})?", fullmatch=True)
PROOFS = st.builds(
    Proof,
    choice=CHOICES,
    closed_by_signal=CHOICES,
    purposes=st.just("") | st.text("0123456789abcdef", min_size=8, max_size=8),
    issued_s=st.integers(0, 2**40),
    expires_s=st.integers(0, 2**40),
    subject=st.none() | st.binary(min_size=16, max_size=16),
    vendors=st.dictionaries(SLUGS, st.booleans(), max_size=20),
)
GRANT = Proof(
    choice=Choice(functional=True, targeting=True),
    closed_by_signal=Choice(targeting=True),
    purposes="0a1b2c3d",
    issued_s=NOW_S,
    expires_s=NOW_S + 182 * DAY_S,
    subject=b"s" * 16,
    vendors={"meta": False, "youtube": True},
)
VALUE = format_proof(KEY, "shop.example", GRANT)


@given(PROOFS)
def test_what_is_written_is_read(proof: Proof) -> None:
    written = proof if proof.any_granted else refusal(proof)
    assert parse_proof(KEY, "shop.example", format_proof(KEY, "shop.example", proof)) == written


def test_is_what_the_documentation_says() -> None:
    head = "1.101.001.0a1b2c3d.1795000000.1810724800.c3Nzc3Nzc3Nzc3Nzc3Nzcw.!meta~youtube."
    assert VALUE.startswith(head)
    assert len(VALUE) == len(head) + 43


def test_fits_into_a_cookie_whatever_a_post_could_say() -> None:
    """A body has 4 KB: as many services as it can name, each as short or as long as it can be."""
    for length in (3, 8, 64):
        count = 3_700 // (length + len('"":false,'))
        vendors = {str(number).rjust(length, "v"): False for number in range(count)}
        assert len(format_proof(KEY, "shop.example", replace(GRANT, vendors=vendors))) < 4_000


def test_no_character_can_be_changed() -> None:
    for place, character in enumerate(VALUE):
        changed = VALUE[:place] + chr(ord(character) ^ 1) + VALUE[place + 1 :]
        assert parse_proof(KEY, "shop.example", changed) is None


def test_belongs_to_one_site_and_one_server() -> None:
    assert parse_proof(KEY, "shop.example", VALUE) == GRANT
    assert parse_proof(KEY, "www.shop.example", VALUE) is None
    assert parse_proof(b"K" * 32, "shop.example", VALUE) is None


@given(st.text())
def test_no_text_is_an_accident(value: str) -> None:
    assert parse_proof(KEY, "shop.example", value) is None


def test_all_who_refuse_on_one_day_have_the_same_cookie() -> None:
    """T21: neither subject nor service nor second tells one of them from another."""
    start = NOW_S // DAY_S * DAY_S
    one, other = (
        Proof(
            choice=Choice(),
            purposes="0a1b2c3d",
            issued_s=start + second,
            expires_s=start + second + 182 * DAY_S,
            closed_by_signal=Choice(targeting=bool(second)),
            subject=bytes([second % 256]) * 16,
            vendors={"youtube": False} if second else {},
        )
        for second in (0, DAY_S - 1)
    )
    assert format_proof(KEY, "shop.example", one) == format_proof(KEY, "shop.example", other)


@pytest.mark.parametrize(
    ("age_s", "holds"),
    [
        (0, True),
        (-300, True),
        (-301, False),
        (182 * DAY_S - 1, True),
        (182 * DAY_S, False),
        (-2 * 365 * DAY_S, False),
        (2 * 365 * DAY_S, False),
    ],
)
def test_holds_by_the_servers_clock(age_s: int, *, holds: bool) -> None:
    """T27: a little skew between servers is none, years are."""
    assert GRANT.holds("0a1b2c3d", (NOW_S + age_s) * 1000) is holds


@pytest.mark.parametrize(("purposes", "holds"), [("0a1b2c3d", True), ("", True), ("0a1b2c3e", False)])
def test_holds_for_what_was_asked(purposes: str, *, holds: bool) -> None:
    assert GRANT.holds(purposes, NOW_S * 1000) is holds


def test_the_signal_closes_what_the_law_says() -> None:
    closed = under_signal(GRANT)
    assert closed.choice == Choice(functional=True)
    assert closed.vendors == {"meta": False}
    untouched = replace(GRANT, closed_by_signal=Choice())
    assert under_signal(untouched) == untouched


@given(PROOFS, PROOFS)
def test_two_proofs_grant_what_both_grant(one: Proof, other: Proof) -> None:
    agreed = both(one, other)
    for category in ("functional", "performance", "targeting"):
        wanted = getattr(one.choice, category) and getattr(other.choice, category)
        assert getattr(agreed.choice, category) is wanted
    for vendor, granted in agreed.vendors.items():
        assert granted is (one.vendors.get(vendor, False) and other.vendors.get(vendor, False))
    assert agreed.expires_s == min(one.expires_s, other.expires_s)
    assert agreed == one if one == other else agreed.subject is None


@pytest.mark.parametrize(
    ("site", "host_only", "name"),
    [
        ("shop.example", False, "consentinel_proof_0f59463c"),
        ("shop.example", True, "__Host-consentinel_proof_0f59463c"),
        ("blog.example", False, "consentinel_proof_050706cf"),
    ],
)
def test_each_site_has_a_cookie_of_its_own(site: str, host_only: bool, name: str) -> None:
    assert cookie_name(site, host_only=host_only) == name
