"""Which settings file a verification goes by: one that is about another site must not decide unasked."""

from collections.abc import Collection, Sequence
from pathlib import Path

from consentinel.banner.settings import BannerSettings
from consentinel.banner.settings_file import has_banner_section, read_settings
from consentinel.banner.verify.evidence import Operator
from consentinel.scanner.addresses import is_localhost, literal
from consentinel.scanner.config_file import DEFAULT_FILE
from consentinel.scanner.party import OwnHosts
from consentinel.scanner.urls import host_of, parse_start_url


def operator_for(
    urls: Sequence[str], config: Path | None, *, first_party: Collection[str] = ()
) -> tuple[Operator, tuple[str, ...]]:
    """Return what the settings file says of the site at these addresses, and what to warn of.

    config: the file that was named. Without one, that of the working directory counts if it is about this
    site. first_party: other domains of the site. Raises BannerError, and InputError for what is no address.
    """
    if config is None and not has_banner_section(DEFAULT_FILE):
        return Operator(), ()
    file = config or DEFAULT_FILE
    settings = read_settings(file)
    if all(_is_about(settings, url, first_party) for url in urls):
        return Operator.of(settings), ()
    doubt = f"{file} is about {settings.site}, not {' '.join(urls)}"
    if config is None:
        left_out = "so its `banner:` does not count: name it with --config where it should"
        return Operator(), (f"{doubt}, {left_out}",)
    return Operator.of(settings), (f"{doubt}: is it the right one?",)


def _is_about(settings: BannerSettings, url: str, first_party: Collection[str]) -> bool:
    """Say whether an address is of the site, or of this machine or network, where its preview may be."""
    host = host_of(parse_start_url(url))
    return _is_private(host) or host in OwnHosts(settings.host, first_party)


def _is_private(host: str) -> bool:
    address = literal(host)
    return is_localhost(host) or (address is not None and address.is_private)
