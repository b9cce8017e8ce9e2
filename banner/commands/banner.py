"""`consentinel banner …`: from settings and a report to the files that a site embeds."""

from pathlib import Path

import click

from consentinel.banner.bundles import packaged_bundles
from consentinel.banner.compile import Banner
from consentinel.banner.doubts import doubts
from consentinel.banner.errors import BannerError
from consentinel.banner.settings_file import read_settings
from consentinel.banner.writing import write_files
from consentinel.scanner import report
from consentinel.scanner.catalogue.loading import has_catalogue_section, load_catalogue
from consentinel.scanner.commands.path_option import config_option, path_option
from consentinel.scanner.commands.warning import warn
from consentinel.scanner.config_file import DEFAULT_FILE
from consentinel.scanner.site_rules_file import rules_in


@click.group("banner")
def command() -> None:
    """Build the consent banner of a site: one script that holds back what needs consent."""


@command.command("build", short_help="Write the files that a site embeds.")
@config_option("Settings file with `site:` and the section `banner:`.")
@path_option(
    "--from",
    "scan",
    metavar="REPORT",
    help="Report (JSON) of a scan of the site: its findings become rules.",
)
@path_option(
    "-o",
    "--output",
    "folder",
    metavar="DIR",
    required=True,
    help="Folder for the files; made where it is missing. Other files in it stay.",
)
def build(config: Path, scan: Path | None, folder: Path) -> None:
    """Compile the script, its parts, the tags to embed and the policies into DIR.

    Prints the paths of the files; what the banner cannot promise is a warning on standard error. The same
    settings, report and version give the same bytes.

    \b
    consentinel.js              the script, to be the first element in <head>
    consentinel.<sha384>.js     the same at an address that never changes its content
    consentinel-*.<hash>.js     parts that it loads when they are needed, from beside it
    snippet.html                tags to copy, with what each promises
    csp.json                    the policy of each consent state
    nginx.conf, Caddyfile, …    mode strict: servers that send the policy by the consent cookie

    Exit status: 0 built, 2 it could not be built.
    """
    if config == DEFAULT_FILE and not config.exists():
        raise BannerError(
            f"{config}: not found here: write it with `site:` and `banner:`, or name it with --config"
        )
    settings = read_settings(config)
    catalogue = load_catalogue([config] if has_catalogue_section(config) else [])
    found = rules_in(config).applied_to(report.load(scan)) if scan else None
    banner = Banner(settings, found, catalogue, packaged_bundles())
    files = banner.files()
    warn(doubts(banner))
    for path in write_files(folder, files):
        click.echo(path)
    click.echo(f"built: the tag for your pages is in {folder / 'snippet.html'}", err=True)
