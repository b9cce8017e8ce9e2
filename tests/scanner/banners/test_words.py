"""words.yaml and what is read out of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentinel.scanner.banners.words import (
    MEANINGS,
    Language,
    Meaning,
    languages,
    lexicon,
    merge,
    normalise,
)

CODES = {"en", "de", "fr", "es", "it", "nl", "pl", "pt", "sv", "da"}


def language(**words: tuple[str, ...]) -> Language:
    return Language(**{name: words.get(name, ()) for name in (*MEANINGS, "topics", "negation")})


def test_ten_languages_have_words_of_every_meaning() -> None:
    assert set(languages()) >= CODES
    for code, entry in languages().items():
        assert entry.topics, code
        assert entry.negation, code
        for meaning in MEANINGS:
            assert entry.phrases(meaning), f"{code}: {meaning}"


def test_no_phrase_has_two_meanings() -> None:
    meanings: dict[str, set[Meaning]] = {}
    for entry in languages().values():
        for meaning in MEANINGS:
            for phrase in entry.phrases(meaning):
                meanings.setdefault(normalise(phrase), set()).add(meaning)
    assert {phrase: found for phrase, found in meanings.items() if len(found) > 1} == {}


def test_every_phrase_is_read_as_it_was_meant() -> None:
    for entry in languages().values():
        for meaning in MEANINGS:
            for phrase in entry.phrases(meaning):
                assert lexicon().meaning(phrase) == meaning, phrase


def test_topics_are_lower_case_as_the_probe_compares_them() -> None:
    assert [topic for topic in lexicon().topics if topic != topic.lower()] == []
    assert min(len(topic) for topic in lexicon().topics) >= 4, "a shorter topic is part of too many words"


@pytest.mark.parametrize(
    ("label", "meaning"),
    [
        ("Accept all", "accept"),
        ("  ACCEPT ALL ✓ ", "accept"),
        ("Ａccept", "accept"),
        ("J’accepte", "accept"),
        ("Akceptuje", "accept"),  # written without accents
        ("Zaakceptuj wszystkie i przejdź dalej", "accept"),
        ("Do not accept", "reject"),
        ("I don’t accept", "reject"),
        ("Continue without accepting →", "reject"),
        ("Alle ablehnen", "reject"),
        ("Godkänn inte", "reject"),
        ("Accept only essential cookies", "necessary"),
        ("Nur technisch notwendige Cookies", "necessary"),
        ("Manage or reject", "settings"),
        ("Save & Exit", "save"),
        ("Accept selected", "save"),
        ("OK", "neutral"),
        ("Accept and subscribe", "pay"),
        ("Accept or pay", "pay"),
        ("Reject and pay", "pay"),
        ("Log in to accept", "login"),
    ],
)
def test_labels(label: str, meaning: Meaning) -> None:
    assert lexicon().meaning(label) == meaning


@pytest.mark.parametrize(
    "label",
    [
        "",
        "×",
        "Cookie Policy",
        "Learn more",
        "Accept or reject",
        "Ohne Werbung akzeptieren",
        "Acceptable use",
        "Necessary cookies",
        "OK, show me the shop",
        "By clicking accept you agree that we and our partners may store cookies on your device",
    ],
)
def test_labels_that_decide_nothing(label: str) -> None:
    assert lexicon().meaning(label) is None


def test_the_first_meaning_stays_where_languages_disagree() -> None:
    merged = merge([language(accept=("zu",)), language(reject=("zu",), topics=("Keks",))])
    assert merged.phrases == {"zu": "accept"}
    assert merged.topics == ("keks",)


@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert once == " ".join(once.split())


@given(st.lists(st.sampled_from([*lexicon().phrases, "or", "and", "x"]), max_size=4).map(" ".join))
def test_a_label_with_pay_in_it_is_never_a_free_choice(label: str) -> None:
    words = normalise(f"{label} subscribe").split()
    if len(words) <= 10:
        assert lexicon().meaning(" ".join(words)) in {"pay"} | {lexicon().phrases.get(" ".join(words))}
