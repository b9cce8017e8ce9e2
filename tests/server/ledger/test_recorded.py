"""What is known of a record."""

import pytest

from consentinel.server.ledger.recorded import Recorded

OWN, OTHER = bytes(16), bytes([1]) * 16


@pytest.mark.parametrize(
    ("kind", "subject", "continues"),
    [
        ("given", OWN, False),
        ("refused", None, False),
        ("changed", OTHER, True),
        ("given", OTHER, True),
        ("withdrawn", OTHER, True),
        ("withdrawn", None, True),
    ],
)
def test_only_what_follows_a_grant_can_revive_one_by_its_loss(
    kind: str, subject: bytes | None, continues: bool
) -> None:
    recorded = Recorded(
        id=OWN,
        site="a.example",
        type=kind,
        subject=subject,
        received_ms=0,
        shard_id=1,
        position=0,
        leaf=bytes(32),
    )
    assert recorded.continues is continues
