"""The ground: what is known about cookies, hosts and CAPTCHAs. No browser, no network."""
