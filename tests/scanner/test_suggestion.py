"""Advice for a word that nobody knows."""

from consentinel.scanner.suggestion import suggestion


def test_the_word_that_looks_like_it() -> None:
    assert suggestion("max-page", ["states", "max_pages"]) == "did you mean 'max_pages'?"


def test_all_of_them_where_none_does() -> None:
    assert suggestion("zzz", ["states", "max_pages"]) == "use one of states, max_pages"
