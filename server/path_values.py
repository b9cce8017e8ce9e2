"""What may stand in the paths of pages: all else is "not found" before any database sees it."""

from starlette.convertors import Convertor, register_url_convertor


class _Number(Convertor[int]):
    """A number that every column has room for."""

    regex = "[0-9]{1,9}"

    def convert(self, value: str) -> int:
        """Return the number."""
        return int(value)

    def to_string(self, value: int) -> str:
        """Return it as it stands in a path."""
        return str(value)


class _Key(Convertor[str]):
    """A site's key; PostgreSQL has no text with a zero byte in it."""

    regex = r"[^/\x00]{1,253}"

    def convert(self, value: str) -> str:
        """Return the key."""
        return value

    def to_string(self, value: str) -> str:
        """Return it as it stands in a path."""
        return value


def register() -> None:
    """Let routes say `{name:number}` and `{name:key}`."""
    register_url_convertor("number", _Number())
    register_url_convertor("key", _Key())
