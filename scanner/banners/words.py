"""What a button of a banner means, by its label, in the languages of words.yaml."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal, get_args

import msgspec

Meaning = Literal["accept", "reject", "necessary", "settings", "save", "neutral", "close", "pay", "login"]
MEANINGS: tuple[Meaning, ...] = get_args(Meaning)

MAX_WORDS = 10
"""A label with more words is a sentence, not a button."""
MIN_LETTERS_INSIDE = 4
"""A shorter phrase (ok, no) means something only as the whole label; `pay` and `abo` do anywhere."""

_WHOLE_LABEL_ONLY: frozenset[Meaning] = frozenset({"neutral", "close"})
_VETO: tuple[Meaning, ...] = ("pay", "login")
_CAN_BE_NEGATED: frozenset[Meaning] = frozenset({"accept", "save"})
# letters that no Unicode decomposition takes apart
_PLAIN_LETTERS = str.maketrans({"ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "đ": "d"})


class Language(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The words of one language, as words.yaml explains them."""

    topics: tuple[str, ...]
    accept: tuple[str, ...]
    reject: tuple[str, ...]
    necessary: tuple[str, ...]
    settings: tuple[str, ...]
    save: tuple[str, ...]
    neutral: tuple[str, ...]
    close: tuple[str, ...]
    pay: tuple[str, ...]
    login: tuple[str, ...]
    negation: tuple[str, ...]

    def phrases(self, meaning: Meaning) -> tuple[str, ...]:
        """Return the phrases of one meaning as they are written in the file."""
        found: tuple[str, ...] = getattr(self, meaning)
        return found


def normalise(text: str) -> str:
    """Return `text` in small plain letters, without accents and punctuation, single spaces between words."""
    small = unicodedata.normalize("NFKC", text).casefold().translate(_PLAIN_LETTERS)
    bare = "".join(c for c in unicodedata.normalize("NFD", small) if not unicodedata.combining(c))
    return " ".join(re.findall(r"[^\W_]+", bare))


@cache
def languages() -> Mapping[str, Language]:
    """Return the languages of words.yaml by their code; read once."""
    source = resources.files(__package__).joinpath("words.yaml").read_bytes()
    return msgspec.yaml.decode(source, type=dict[str, Language])


@dataclass(frozen=True)
class Lexicon:
    """The languages merged: banners are often not in the language that the page declares."""

    phrases: Mapping[str, Meaning]
    negations: frozenset[str]
    topics: tuple[str, ...]

    def meaning(self, label: str) -> Meaning | None:
        """Return what a button with this label does; None where the words do not say or contradict."""
        words = normalise(label).split()
        if not words or len(words) > MAX_WORDS:
            return None
        whole = self.phrases.get(" ".join(words))
        return whole or self._inside(words)

    def _inside(self, words: list[str]) -> Meaning | None:
        found = [(run, meaning) for run in _runs(words) if (meaning := self._part(run))]
        for veto in _VETO:
            if any(meaning == veto for _, meaning in found):
                return veto
        longest = max((len(run) for run, _ in found), default=0)
        best = {meaning for run, meaning in found if len(run) == longest}
        if len(best) != 1:
            return "settings" if "settings" in best else None  # opening a second layer decides nothing
        (meaning,) = best
        if meaning in _CAN_BE_NEGATED and self._negated(words, found, longest):
            return None
        return meaning

    def _part(self, run: tuple[str, ...]) -> Meaning | None:
        phrase = " ".join(run)
        meaning = self.phrases.get(phrase)
        if meaning in _VETO:
            return meaning
        return None if meaning in _WHOLE_LABEL_ONLY or len(phrase) < MIN_LETTERS_INSIDE else meaning

    def _negated(self, words: list[str], found: Iterable[tuple[tuple[str, ...], Meaning]], size: int) -> bool:
        inside = {word for run, _ in found if len(run) == size for word in run}
        return bool(self.negations & (set(words) - inside))


def _runs(words: list[str]) -> Iterator[tuple[str, ...]]:
    for start in range(len(words)):
        for end in range(start + 1, len(words) + 1):
            yield tuple(words[start:end])


def merge(entries: Iterable[Language]) -> Lexicon:
    """Return one lexicon of several languages; where a phrase has two meanings the first stays."""
    known = tuple(entries)
    phrases: dict[str, Meaning] = {}
    for meaning in MEANINGS:
        for language in known:
            for phrase in language.phrases(meaning):
                phrases.setdefault(normalise(phrase), meaning)
    negations = frozenset(normalise(word) for language in known for word in language.negation)
    topics = {
        unicodedata.normalize("NFKC", topic).casefold() for language in known for topic in language.topics
    }
    return Lexicon(phrases, negations, tuple(sorted(topics)))


@cache
def lexicon() -> Lexicon:
    """Return the lexicon of all languages in words.yaml; merged once."""
    return merge(languages().values())
