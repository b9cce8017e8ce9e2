"""What templates are rendered with: escaped, and nothing in them that cannot be seen (facts: T9)."""

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from consentinel.scanner.rendering.escaping import visible


def environment_of(package: str, *, keep_trailing_newline: bool = False) -> Environment:
    """Return the environment of a package's templates. What a template uses and is not given is an error."""
    return Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=keep_trailing_newline,
        finalize=_shown,
    )


def _shown(value: Any) -> Any:
    """Write out invisible characters in everything that a template prints, before it is escaped."""
    return visible(value) if type(value) is str else value
