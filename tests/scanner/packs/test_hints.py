import pytest

from consentinel.scanner.catalogue.entries import How
from consentinel.scanner.catalogue.subject import Subject
from consentinel.scanner.packs.hints import Hints
from consentinel.scanner.packs.parsed import ClaimKind, Hint


def hint(
    text: str, says: str, *, kind: ClaimKind = "cookie", how: How = "exact", domains: tuple[str, ...] = ()
) -> Hint:
    return Hint(kind=kind, how=how, text=text, domains=domains, says=says)


HINTS = Hints(
    [
        hint("sid", "anywhere"),
        hint("sid", "at acme", domains=("acme.example",)),
        hint("si", "prefix", how="prefix"),
        hint("acme.example", "host", kind="host"),
        hint("cdn.acme.example", "longer host", kind="host"),
    ]
)


@pytest.mark.parametrize(
    ("subject", "says"),
    [
        (Subject(kind="cookie", name="sid", host="a.example", party="first"), ("anywhere", "prefix")),
        (Subject(kind="storage", name="sid2", host="a.example", party="first"), ("prefix",)),
        (
            Subject(kind="cookie", name="sid", host="www.acme.example", party="first"),
            ("anywhere", "at acme", "prefix"),
        ),
        (Subject(kind="cookie", name="x", host="www.acme.example", party="third"), ("host",)),
        (
            Subject(kind="request", url="https://x.cdn.acme.example/a", site="https://a.example/"),
            ("longer host",),
        ),
        (Subject(kind="request", url="https://acme.example/", site="https://www.acme.example/"), ()),
        (Subject(kind="request", url="https://other.example/"), ()),
        (Subject(kind="cookie"), ()),
    ],
)
def test_what_is_said_about_a_subject(subject: Subject, says: tuple[str, ...]) -> None:
    assert HINTS.about(subject) == says


def test_no_hints_say_nothing() -> None:
    assert Hints().about(Subject(kind="cookie", name="sid")) == ()
