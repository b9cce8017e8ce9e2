"""What the banner raises on purpose; the base class is in scanner/errors.py.

ConsentinelError
└── InputError
    └── BannerError     the banner's settings, or a report they do not fit; starts with file:line where it can
"""

from consentinel.scanner.errors import InputError

__all__ = ["BannerError"]


class BannerError(InputError):
    """The banner cannot be built from what was given: one line that says what is wrong and what to do."""
