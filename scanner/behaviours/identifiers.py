"""Which values could tell one visitor from all others, by their shape alone.

From Acar et al. (CCS 2014, section 5.1) and Englehardt and Narayanan (CCS 2016, section 6): at least 8
characters, lasting at least 90 days, no timestamp; over 33 bits, enough to tell apart everybody alive. Values
of two visitors are not compared: a scan has only one. The answer is the same for nearly all values of one
shape, so that two scans of a site find the same.
"""

import re

from consentinel.scanner.behaviours.words import is_wordy
from consentinel.scanner.shapes import entropy_class

_MIN_CHARS = 8
_MIN_BITS = 33
_DIGIT_BITS, _HEX_BITS, _OTHER_BITS = 3.32, 4.0, 5.17
# One number below this may be a time in seconds or milliseconds, a price, or a random 32-bit number that has
# nine digits today and ten tomorrow.
_MIN_DIGITS = 14
# Two joined numbers, as in Google's client id: a random one and the second of the first visit.
_MIN_JOINED_DIGITS = 16

# Microseconds, 2020 to 2033; what has fewer digits is none anyway.
_TIME = re.compile(r"(?:1[6-9]|20)\d{14}")
_DATE = re.compile(r"20\d\d-?[01]\d-?[0-3]\d(?:[T_-].*)?")
# What vendors give their customers, the same for every visitor: Google's tag ids.
_ACCOUNT = re.compile(r"(?:GTM|GT|G|UA|AW|DC|OPT)-[A-Z0-9]+(?:-\d{1,3})?")
# IAB TCF strings begin with version 2 and the date (O to R: 2019 to 2031), GPP's with type 3 and version 1.
_CONSENT = re.compile(r"(?:C[O-R][A-Za-z0-9_-]{28,}|DB[A-Z][A-Za-z0-9_-]{8,})")
_LOCALE = re.compile("[a-z]{2,3}[-_][A-Z][a-z]{3}[-_](?:[A-Z]{2}|[0-9]{3})")
_SCREEN = re.compile(r"\d{2,5}(?:x\d{1,5}){1,3}")
_NUMBERS = re.compile(r"[\d._-]+")
_HEX = re.compile(r"[0-9a-f-]+", re.IGNORECASE)


def is_identifier(piece: str) -> bool:
    """Say whether a piece of a value (scanner.behaviours.pieces) has the shape of an identifier."""
    if len(piece) < _MIN_CHARS or entropy_class(piece) == "low" or _is_known_shape(piece):
        return False
    if _NUMBERS.fullmatch(piece):
        return _is_long_number(piece)
    return _bits(piece) > _MIN_BITS and not is_wordy(piece)


def _is_known_shape(piece: str) -> bool:
    """Say whether it is a time, a date, a screen, a locale, an account or a consent string."""
    return any(pattern.fullmatch(piece) for pattern in (_TIME, _DATE, _SCREEN, _LOCALE, _ACCOUNT, _CONSENT))


def _is_long_number(piece: str) -> bool:
    digits = sum(character.isdigit() for character in piece)
    return digits >= (_MIN_DIGITS if piece.isdigit() else _MIN_JOINED_DIGITS)


def _bits(piece: str) -> float:
    letters = piece.replace("-", "").replace("_", "")
    if letters.isdigit():
        return len(letters) * _DIGIT_BITS
    return len(letters) * (_HEX_BITS if _HEX.fullmatch(piece) else _OTHER_BITS)
