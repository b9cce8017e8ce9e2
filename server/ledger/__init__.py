"""The consent ledger: an append-only log of salted commitments that proves what it holds."""
