"""An option that holds the path of a file or folder."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from consentinel.scanner.config_file import DEFAULT_FILE

_Command = TypeVar("_Command", bound=Callable[..., Any])


def config_option(about: str) -> Callable[[_Command], _Command]:
    """Return the option --config, which is the settings file here by default. about: what it is read for."""
    return path_option(
        "--config", "config", metavar="FILE", default=DEFAULT_FILE, show_default=True, help=about
    )


def path_option(*names: str, **facts: Any) -> Callable[[_Command], _Command]:
    """Return click's option of these names and facts. The command gets a Path, yet unseen."""
    return click.option(*names, type=click.Path(path_type=Path), **facts)
