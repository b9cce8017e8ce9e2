"""What is asked about a subject, in which order: the first answer counts (docs/catalogue.md)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from consentinel.scanner.catalogue.facts import Facts
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


def questions_for(layers: Sequence[LayerTables]) -> Mapping[str, tuple[Question, ...]]:
    """Return the questions about each kind of subject; `request` stands for all kinds not named."""
    stored = (*_all(layers, _names), *_all(layers, _company))
    return {
        "cookie": stored,
        "storage": stored,
        "captcha": tuple(_all(layers, _captcha)),
        "request": tuple(_all(layers, _url)),
    }


def _all(
    layers: Sequence[LayerTables], rows: Callable[[LayerTables], Sequence[tuple[str, Ask]]]
) -> Iterator[Question]:
    for layer in layers:
        for text, ask in rows(layer):
            yield Question(layer.sheet.layer, text, ask)


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
