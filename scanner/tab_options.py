"""How a tab shows itself to a site, and who may be told what opens it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from consentinel.scanner.party import OwnHosts
from consentinel.scanner.urls import host_of


@dataclass(frozen=True, kw_only=True)
class TabOptions:
    """How a tab shows itself to a site.

    headers, http_auth: what opens the site; they go to `trusted` hosts only, those that the user named, not
    to where the site redirects. secure: and only by https. gpc: every request says Sec-GPC.
    """

    user_agent: str
    locale: str
    insecure: bool = False
    http_auth: tuple[str, str] | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    trusted: OwnHosts = field(default_factory=lambda: OwnHosts(""))
    secure: bool = False
    gpc: bool = False

    def may_know(self, url: str) -> bool:
        """Say whether the server at `url` may be told what opens the site."""
        return host_of(url) in self.trusted and (not self.secure or url.startswith("https:"))
