import pytest

from consentinel.scanner.fail_on import broken_rules
from consentinel.scanner.setting_values import FAIL_ON
from tests.support.reports import make_finding, make_gap, make_report


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ((), []),
        (("needs-consent",), ["2 findings without the consent they need"]),
        (
            ("performance", "unclassified"),
            [
                "1 performance findings without the consent they need",
                "1 unclassified findings without the consent they need",
            ],
        ),
        (("targeting", "functional", "strictly-necessary"), []),
        (("gaps",), ["1 gaps"]),
    ],
)
def test_rules(rules: tuple[str, ...], expected: list[str]) -> None:
    report = make_report(
        make_finding(),
        make_finding(name="x", category=None),
        make_finding(name="session", category="strictly-necessary"),
        make_finding(name="ad", category="targeting", states=("accept",)),
        states=("no-choice", "accept"),
        gaps=(make_gap(),),
    )
    assert broken_rules(report, rules) == expected


def test_a_clean_report_breaks_nothing() -> None:
    assert broken_rules(make_report(), FAIL_ON) == []


def test_contested_necessity_needs_consent() -> None:
    report = make_report(make_finding(category="strictly-necessary", contested=True))
    assert len(broken_rules(report, ["strictly-necessary"])) == 1
