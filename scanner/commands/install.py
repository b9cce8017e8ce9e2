"""`consentinel install`: fetch a browser, unless there is one that renders."""

import click

from consentinel.scanner.install import install_browser


@click.command("install")
@click.option(
    "--with-deps/--no-deps",
    default=True,
    help="Whether system packages may be installed, too (needs root or sudo).",
)
def command(with_deps: bool) -> None:
    """Find or fetch a Chromium and prove that it renders a page.

    Exit status: 0 there is one, 2 there is none and none could be installed.
    """
    browser = install_browser(with_deps=with_deps, say=lambda line: click.echo(line, err=True))
    click.echo(f"browser: {browser.path} {browser.version}")
