"""The option `--catalogue FILE` of commands that ask the catalogue."""

from consentinel.scanner.commands.path_option import path_option

with_overrides = path_option(
    "--catalogue",
    "overrides",
    metavar="FILE",
    multiple=True,
    help="File with entries that go before those of the catalogue.",
)
