"""What is asked about a subject, in which order: the first answer counts (docs/catalogue.md)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from consentinel.scanner.catalogue.facts import Facts
from consentinel.scanner.catalogue.second_opinions import SecondOpinions
from consentinel.scanner.catalogue.subject import Decision
from consentinel.scanner.catalogue.tables import LayerTables
from consentinel.scanner.catalogue.taxonomy import Layer

Ask = Callable[[Facts], Decision | None]


@dataclass(frozen=True)
class Question:
    """One table of one layer. text: the question in words. ask: returns the answer or None."""

    layer: Layer
    text: str
    ask: Ask


def questions_for(
    layers: Sequence[LayerTables], opinions: SecondOpinions | None = None
) -> Mapping[str, tuple[Question, ...]]:
    """Return the questions about each kind of subject; `request` stands for all kinds not named."""
    ours = [layer for layer in layers if layer.sheet.layer != "pack"]
    packs = [layer for layer in layers if layer.sheet.layer == "pack"]
    stored = tuple(
        question for some in (ours, packs) for rows in (_names, _company) for question in _all(some, rows)
    )
    return {
        "cookie": stored,
        "storage": stored,
        "captcha": tuple(_all(layers, _captcha)),
        "request": (*_all(layers, _url), *_lists(opinions)),
    }


def _all(
    layers: Sequence[LayerTables], rows: Callable[[LayerTables], Sequence[tuple[str, Ask]]]
) -> Iterator[Question]:
    for layer in layers:
        for text, ask in rows(layer):
            yield Question(layer.sheet.layer, text, ask)


def _lists(opinions: SecondOpinions | None) -> Iterator[Question]:
    if opinions is not None and opinions.lists is not None:
        yield Question("pack", "Has a filter list a rule for this host, and says what for?", opinions.by_list)


def _names(layer: LayerTables) -> Sequence[tuple[str, Ask]]:
    return (
        ("Is it a CAPTCHA's name?", layer.by_captcha_name),
        ("Is it a vendor's name?", layer.by_name),
        ("Is it a third party's, of a known vendor's host?", layer.by_company),
    )


def _company(layer: LayerTables) -> Sequence[tuple[str, Ask]]:
    return (
        ("Is it a vendor's name in the other store?", layer.by_other_kind),
        ("Did a known vendor's script write it?", layer.by_writer),
    )


def _captcha(layer: LayerTables) -> Sequence[tuple[str, Ask]]:
    return (("Is it a known CAPTCHA?", layer.by_captcha_id),)


def _url(layer: LayerTables) -> Sequence[tuple[str, Ask]]:
    return (
        ("Is it a CAPTCHA's address?", layer.by_captcha_url),
        ("Is it a vendor's host?", layer.by_host),
        ("Is it a path that only one product has?", layer.by_path),
    )
