import pytest
from hypothesis import given

from consentinel.banner.judging import Judge
from consentinel.banner.pruning import covers, pruned, strictest, without_covered
from consentinel.banner.rule_text import Rule
from tests.banner.test_rule_text import RULES

OWN = ("site.example",)


def asked(rules: list[Rule], judge: Judge) -> list[tuple[int, str]]:
    """What the judge says of everything that the rules speak of; what is not known is not held back."""
    found = []
    for rule in rules:
        text = rule.pattern.replace("*", "x")
        host, _, path = text.partition("/")
        answer = judge.name(text[1:]) if rule.is_name else judge.address(host or OWN[0], f"/{path}")
        found.append((answer.code, answer.vendor) if answer and answer.code else (0, ""))
    return found


@given(RULES)
def test_what_is_left_says_the_same(rules: list[Rule]) -> None:
    chosen = strictest(rules)
    assert asked(chosen, Judge(pruned(chosen, closed=False), OWN)) == asked(chosen, Judge(chosen, OWN))


@given(RULES)
def test_pruning_again_changes_nothing(rules: list[Rule]) -> None:
    once = pruned(strictest(rules), closed=True)
    assert pruned(once, closed=True) == once


def test_subdomains_of_an_equal_rule_go() -> None:
    rules = [Rule("a.example", 2, "a"), Rule("www.a.example", 2, "a"), Rule("ads.a.example", 3, "a")]
    assert pruned(rules, closed=False) == [rules[0], rules[2]]


def test_a_subdomain_below_another_rule_stays() -> None:
    rules = [Rule("a.example", 2, "a"), Rule("b.a.example", 3, "a"), Rule("c.b.a.example", 2, "a")]
    assert pruned(rules, closed=False) == rules


def test_necessary_hosts_are_listed_where_strangers_are_blocked() -> None:
    rules = [Rule("cdn.example", 0), Rule("#sid", 0), Rule("/x", 0)]
    assert pruned(rules, closed=True) == rules[:1]
    assert pruned(rules, closed=False) == []


def test_a_necessary_exception_stays() -> None:
    rules = [Rule("a.example", 3, "a"), Rule("pay.a.example", 0), Rule("#x_*", 3), Rule("#x_csrf", 0)]
    assert pruned(rules, closed=False) == rules


@pytest.mark.parametrize(
    ("wide", "narrow", "expected"),
    [
        ("a.example", "a.example", True),
        ("a.example", "b.a.example", True),
        ("a.example", "ba.example", False),
        ("b.a.example", "a.example", False),
        ("a*.example.com", "ads.x.a1.example.com", True),
        ("a.example", "a.example/x", True),
        ("a.example/x*", "a.example", False),
        ("a.example/x*", "a.example/xy", True),
        ("/x*", "/xy", True),
        ("/x*", "a.example/xy", False),
        ("a.example", "/xy", False),
        ("#a_*", "#a_b", True),
        ("#a_b", "#a_*", False),
        ("#a", "a", False),
        ("#a[1]", "#a1", False),
    ],
)
def test_what_covers_what(wide: str, narrow: str, expected: bool) -> None:
    assert covers(Rule(wide, 3), Rule(narrow, 2)) is expected


def test_the_operators_rules_go_before_those_of_the_report() -> None:
    found = [Rule("www.a.example", 2, "a"), Rule("b.example", 2, "b"), Rule("#_x_1", 2)]
    own = [Rule("a.example", 3), Rule("#_x_*", 0)]
    assert without_covered(found, own) == [found[1]]


def test_of_several_rules_for_one_pattern_the_strictest_counts() -> None:
    rules = [Rule("a.example", 2, "b"), Rule("a.example", 3, "c"), Rule("a.example", 3, "a")]
    assert strictest(rules) == [Rule("a.example", 3, "a")]
    assert strictest([*rules, Rule("a.example", 4, "z")]) == [Rule("a.example", 4, "z")]
    assert strictest([*rules, Rule("a.example", 5)]) == [Rule("a.example", 5)]
