"""The option `--catalogue FILE` of commands that ask the catalogue."""

from pathlib import Path

import click

with_overrides = click.option(
    "--catalogue",
    "overrides",
    metavar="FILE",
    multiple=True,
    type=click.Path(path_type=Path),
    help="File with entries that go before those of the catalogue.",
)
