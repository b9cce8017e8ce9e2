"""`consentinel publish`: a new version of a site's banner, after a look at what it changes."""

from pathlib import Path

import click

from consentinel.scanner.commands.path_option import path_option
from consentinel.server.settings import resolve_settings, server_options


@click.command("publish", short_help="Publish a new version of a site's banner.")
@click.argument("site", required=False)
@server_options("data", "database", "keys", "anchor", "name", "public_url")
@path_option(
    "--from", "scan", metavar="REPORT", help="Report (JSON) of a scan: it is approved, and makes the rules."
)
@click.option("--yes", "-y", "is_agreed", is_flag=True, help="Do not ask.")
@click.option(
    "--verbose",
    "is_verbose",
    is_flag=True,
    help="Show each change, also all of a first version and policies.",
)
@click.option(
    "--no-screenshots", "is_blind", is_flag=True, help="Take no pictures of what visitors will see."
)
@path_option(
    "-o", "--output", "folder", metavar="DIR", help="Also write the version's files into this folder."
)
def command(
    *,
    site: str | None,
    config: Path | None,
    scan: Path | None,
    is_agreed: bool,
    is_verbose: bool,
    is_blind: bool,
    folder: Path | None,
    **flags: object,
) -> None:
    """Compile the banner of SITE, show what changes for its visitors, and publish it once you agree.

    SITE is the host of `site:`; it may be left away where there is one. The banner is made from its settings
    (in consentinel.yaml here or in --config FILE, else those in the dashboard), the scan that was approved
    last, and the overrides. Each version is stored with its script, texts, rules, and a screenshot of each
    layer in each language, and its hash becomes a leaf of the ledger. Servers that run serve it in seconds.

    Exit status: 0 published, or not wanted, or nothing to publish, 2 it could not be done.
    """
    from consentinel.server.publishing.asking import Wishes, run  # noqa: PLC0415 - --help needs no database

    wishes = Wishes(
        site=site,
        scan=scan,
        is_agreed=is_agreed,
        is_verbose=is_verbose,
        is_blind=is_blind,
        folder=folder,
    )
    run(resolve_settings(flags, file=config), wishes)
