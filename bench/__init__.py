"""Benchmarks: speed and memory against a bare Playwright loop, in one run. Start with `python -m bench`."""
