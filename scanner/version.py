"""The version of consentinel itself."""

from importlib.metadata import version

VERSION: str = version("consentinel")
