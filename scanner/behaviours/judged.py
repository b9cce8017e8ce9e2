"""One observation with what is known of it so far."""

from dataclasses import dataclass

from consentinel.scanner.catalogue.subject import Decision
from consentinel.scanner.observations import Observation


@dataclass(frozen=True)
class Judged:
    """name: as the report shows it. clues: what other observations of the scan say about this one."""

    observation: Observation
    decision: Decision
    name: str
    clues: tuple[str, ...] = ()

    @property
    def is_unclassified(self) -> bool:
        """Whether nothing has answered yet, so that behaviour may."""
        return self.decision.layer == "unclassified"

    @property
    def is_targeting(self) -> bool:
        """Whether the catalogue calls it targeting."""
        return self.decision.category == "targeting"
