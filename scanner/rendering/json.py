"""The report as JSON: the format of record (docs/formats.md)."""

import msgspec

from consentinel.scanner.report import Report, encode


def render(report: Report) -> str:
    """Return the report as deterministic JSON; a lone surrogate, which JSON cannot carry, becomes U+FFFD."""
    try:
        return encode(report).decode()
    except UnicodeEncodeError:
        return encode(msgspec.convert(scrub(msgspec.to_builtins(report)), Report)).decode()


def scrub(value: object) -> object:
    """Return builtins with every lone surrogate replaced, in keys too."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {scrub(key): scrub(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [scrub(item) for item in value]
    return value
