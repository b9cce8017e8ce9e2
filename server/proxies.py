"""What is known of the reverse proxies in front of the server."""

from dataclasses import dataclass


@dataclass
class Proxies:
    """unknown: the address of the first one that `trusted_proxy` does not name, '' for none."""

    unknown: str = ""

    @property
    def warning(self) -> str:
        """Return what to tell of it, '' for nothing."""
        if not self.unknown:
            return ""
        return (
            f"X-Forwarded-For comes from {self.unknown}, which trusted_proxy does not name: all visitors who "
            "come through it look like one network"
        )
