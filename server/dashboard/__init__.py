"""The dashboard: pages under /admin/ that show sites, scans, versions, rates and the ledger."""
