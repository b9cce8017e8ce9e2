"""Names that many frameworks share count only with a second sign (knowledge.md: order of decision)."""

import pytest

from consentinel.scanner.catalogue.matching import Catalogue
from consentinel.scanner.catalogue.subject import UNCLASSIFIED, Subject
from consentinel.scanner.catalogue.taxonomy import Category

SITE = "https://www.shop.example/"


@pytest.mark.parametrize(
    "name",
    ["PHPSESSID", "JSESSIONID", "ASP.NET_SessionId", "csrftoken", "XSRF-TOKEN", "connect.sid", "csrf_token"],
)
def test_session_names_need_the_first_party(core: Catalogue, name: str) -> None:
    own = Subject(kind="cookie", name=name, host="shop.example", site=SITE, max_age_s=3600, http_only=False)
    other = Subject(kind="cookie", name=name, host="ads.example", site=SITE, max_age_s=3600, http_only=False)
    unknown = Subject(kind="cookie", name=name, host="shop.example", max_age_s=3600)
    assert core.decide(own).category == "strictly-necessary"
    assert core.decide(other) == UNCLASSIFIED
    assert core.decide(unknown) == UNCLASSIFIED


@pytest.mark.parametrize("name", ["session", "sid", "sessionid"])
def test_plain_session_names_need_http_only_too(core: Catalogue, name: str) -> None:
    guarded = Subject(kind="cookie", name=name, host="shop.example", site=SITE, http_only=True, max_age_s=0)
    open_to_scripts = Subject(
        kind="cookie", name=name, host="shop.example", site=SITE, http_only=False, max_age_s=0
    )
    assert core.decide(guarded).category == "strictly-necessary"
    assert core.decide(open_to_scripts).category is None


@pytest.mark.parametrize(
    ("name", "fitting", "other", "category"),
    [
        ("lang", "de-DE", "0b13f2a7c9", "functional"),
        ("currency", "EUR", "0b13f2a7c9", "functional"),
        ("theme", "dark", "0b13f2a7c9", "functional"),
        ("cookie_consent", "accepted", "x" * 300, "strictly-necessary"),
        ("cookie-agreed", "2", "visitor-77", "strictly-necessary"),
        ("testcookie", "1", "0b13f2a7c9d04e5f61728394", "functional"),
    ],
)
def test_value_shape_is_a_second_sign(
    core: Catalogue, name: str, fitting: str, other: str, category: Category
) -> None:
    def decide(value: str | None) -> Category | None:
        return core.decide(
            Subject(kind="cookie", name=name, host="shop.example", site=SITE, value=value)
        ).category

    assert decide(fitting) == category
    assert decide(other) is None
    assert decide(None) is None


def test_joomla_session_needs_all_three_signs(core: Catalogue) -> None:
    subject = Subject(
        kind="cookie", name="0" * 32, host="shop.example", site=SITE, value="a" * 26, max_age_s=0
    )
    assert core.decide(subject).category == "strictly-necessary"
    lasting = Subject(
        kind="cookie", name="0" * 32, host="shop.example", site=SITE, value="a" * 26, max_age_s=10**7
    )
    assert core.decide(lasting) == UNCLASSIFIED


def test_every_convention_pattern_has_a_second_sign(core: Catalogue) -> None:
    patterns = [name for name in core.sheets[-1].names if name.vendor.convention]
    assert len(patterns) > 100
    assert all(name.requires or name.value for name in patterns)


def test_one_vendors_restricted_name_beats_the_convention(core: Catalogue) -> None:
    subject = Subject(kind="cookie", name="JSESSIONID", host="bam.nr-data.net", site=SITE)
    assert core.decide(subject).vendor == "New Relic"
