"""Texts from forms."""

from starlette.datastructures import FormData


def text(form: FormData, name: str) -> str:
    """Return a field's text, '' where it is absent or a file."""
    value = form.get(name)
    return value if isinstance(value, str) else ""
