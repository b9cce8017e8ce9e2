from random import Random

from hypothesis import given
from hypothesis import strategies as st

from consentinel.banner.rule_text import Code, Rule, format_rules, parse_rules, vendors_of

LABEL = st.from_regex(r"[a-z0-9-]{1,8}", fullmatch=True)
HOST = st.lists(LABEL, min_size=2, max_size=4).map(".".join)
PATTERNS = st.one_of(HOST, st.builds("{}/{}*".format, HOST, LABEL), st.builds("/{}".format, LABEL))
NAMES = st.from_regex(r"#[!-~]{2,9}", fullmatch=True)
CODES: st.SearchStrategy[Code] = st.sampled_from([0, 1, 2, 3, 4, 5])
VENDORS = st.one_of(st.just(""), st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True))
RULES = st.lists(
    st.builds(Rule, PATTERNS | NAMES, CODES, VENDORS), max_size=20, unique_by=lambda rule: rule.pattern
)


@given(RULES)
def test_what_is_written_is_read(rules: list[Rule]) -> None:
    assert sorted(parse_rules(format_rules(rules))) == sorted(rules)


@given(RULES, st.randoms(use_true_random=False))
def test_order_of_input_does_not_count(rules: list[Rule], random: Random) -> None:
    mixed = random.sample(rules, len(rules))
    assert format_rules(mixed) == format_rules(rules)


@given(RULES)
def test_vendors_are_counted_in_the_order_of_their_slugs(rules: list[Rule]) -> None:
    assert vendors_of(format_rules(rules)) == sorted({rule.vendor for rule in rules} - {""})


def test_hosts_that_start_with_the_vendor_are_shortened() -> None:
    rules = [
        Rule("hotjar.com", 2, "hotjar"),
        Rule("hotjar-cdn.com", 2, "hotjar"),
        Rule("#_hjid", 2, "hotjar"),
    ]
    assert format_rules(rules) == "2hotjar .com hotjar-cdn.com #_hjid"


def test_no_rules_are_no_text() -> None:
    assert format_rules([]) == ""
    assert list(parse_rules("")) == []
    assert vendors_of("") == []


def test_parts_of_a_rule() -> None:
    assert (Rule("a.example/x/*", 1).host, Rule("a.example/x/*", 1).path) == ("a.example", "/x/*")
    assert (Rule("/x", 1).host, Rule("/x", 1).path, Rule("/x", 1).is_own_path) == ("", "/x", True)
    assert (Rule("#x/y", 1).host, Rule("#x/y", 1).path, Rule("#x/y", 1).is_name) == ("", "", True)
