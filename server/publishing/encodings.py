"""A file in the encodings that browsers ask for, compressed once (RFC 9110 section 12.5.3)."""

import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass

import brotli

# The one that is smallest comes first.
_PREFERRED = ("br", "gzip")
_WEIGHT = re.compile(r"q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)")
IDENTITY = "identity"


@dataclass(frozen=True)
class Encoded:
    """A file. bodies: by encoding; `identity` is the file itself. sha256: of the file, in hex."""

    media_type: str
    sha256: str
    bodies: Mapping[str, bytes]

    def etag(self, encoding: str) -> str:
        """Return a strong validator: another one for each encoding, as the bytes differ (RFC 9110, 8.8.3)."""
        return f'"{self.sha256[:32]}"' if encoding == IDENTITY else f'"{self.sha256[:32]}-{encoding}"'


def encoded(media_type: str, sha256: str, content: bytes) -> Encoded:
    """Return a text in all encodings; it takes about a tenth of a second for a script."""
    bodies = {
        IDENTITY: content,
        "br": brotli.compress(content, mode=brotli.MODE_TEXT, quality=11),
        "gzip": gzip.compress(content, compresslevel=9, mtime=0),
    }
    return Encoded(media_type, sha256, bodies)


def chosen(accepted: str) -> str:
    """Return the encoding to answer with; accepted: the request's Accept-Encoding, '' for none."""
    weights = dict(_weights(accepted))
    return next((name for name in _PREFERRED if weights.get(name, weights.get("*", 0)) > 0), IDENTITY)


def _weights(accepted: str) -> list[tuple[str, float]]:
    return [_weight(item) for item in accepted.split(",") if item.strip()]


def _weight(item: str) -> tuple[str, float]:
    name, _, parameters = item.partition(";")
    found = _WEIGHT.fullmatch(parameters.strip().lower())
    if parameters.strip() and not found:
        return name.strip().lower(), 0.0  # nobody knows what it means: do not use it
    return name.strip().lower(), float(found[1]) if found else 1.0
