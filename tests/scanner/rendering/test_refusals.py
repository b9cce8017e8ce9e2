import pytest

from consentinel.scanner.rendering.refusals import refusal_text


@pytest.mark.parametrize(
    ("word", "part"),
    [
        ("SameSiteUnspecifiedTreatedAsLax", "without SameSite"),
        ("SchemefulSameSiteLax", "http and https"),
        ("InvalidDomain", "Domain"),
        ("SecureOnly", "over https only"),
        ("UserPreferences", "settings of the browser"),
        ("ThirdPartyPhaseout", "third parties"),
        ("NameValuePairExceedsMaxSize", "too long"),
        ("InvalidPrefix", "__Host-"),
    ],
)
def test_the_common_words_are_explained(word: str, part: str) -> None:
    shown = refusal_text(word)
    assert part in shown
    assert shown.endswith(f" ({word})")


def test_an_unknown_word_stays_as_it_is() -> None:
    assert refusal_text("NewReasonOfTomorrow") == "NewReasonOfTomorrow"


def test_several_words_are_explained_each() -> None:
    assert refusal_text("SecureOnly, Odd") == "a Secure cookie is taken over https only (SecureOnly); Odd"
