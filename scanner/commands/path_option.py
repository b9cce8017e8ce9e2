"""An option that holds the path of a file or folder."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., Any])


def path_option(*names: str, **facts: Any) -> Callable[[_Command], _Command]:
    """Return click's option of these names and facts. The command gets a Path, yet unseen."""
    return click.option(*names, type=click.Path(path_type=Path), **facts)
