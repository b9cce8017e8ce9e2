"""Tiny sites, one technique each; every module has `site()` and says what a scan should find."""
