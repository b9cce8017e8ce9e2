"""Strict mode on other people's servers: the files that choose the policy by the consent cookie."""

from consentinel.banner.hosting.choices import KEEP_PATH, Hosting
from consentinel.banner.hosting.files import hosting_files, keep_files

__all__ = ["KEEP_PATH", "Hosting", "hosting_files", "keep_files"]
