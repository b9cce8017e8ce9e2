"""What several observations of one finding are together, where rules speak of some or all of them."""

from hypothesis import given
from hypothesis import strategies as st

from consentinel.scanner.behaviours.judged import Judged
from consentinel.scanner.catalogue.subject import Decision
from consentinel.scanner.catalogue.taxonomy import CATEGORIES, category_rank
from consentinel.scanner.joint_decision import Ruled, joint_decision
from tests.support.observing import make_observation

DECISIONS = st.builds(
    Decision,
    category=st.sampled_from((None, *CATEGORIES)),
    confidence=st.sampled_from((0.0, 0.7, 1.0)),
)
RULED = st.builds(
    Decision, category=st.sampled_from(CATEGORIES), confidence=st.just(1.0), layer=st.just("override")
)


def seen(known: Decision, ruled: Decision | None = None) -> Ruled:
    return Ruled(Judged(make_observation(), known, "seen"), ruled or known)


PLAIN = st.builds(seen, DECISIONS)
WITH_RULE = st.builds(seen, DECISIONS, RULED)


@given(st.lists(PLAIN, min_size=1), st.lists(WITH_RULE, min_size=1))
def test_rules_for_some_never_make_a_finding_less_intrusive(plain: list[Ruled], ruled: list[Ruled]) -> None:
    without = joint_decision([seen(item.judged.decision) for item in (*plain, *ruled)])
    decided = joint_decision([*plain, *ruled])
    assert decided == without or rank(decided) > rank(without)


@given(st.lists(WITH_RULE, min_size=1))
def test_of_rules_for_all_the_most_intrusive_counts(ruled: list[Ruled]) -> None:
    assert rank(joint_decision(ruled)) == max(rank(item.decision) for item in ruled)


def rank(decision: Decision) -> int:
    return 0 if decision.category is None else category_rank(decision.category)
