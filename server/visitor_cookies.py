"""A visitor's two cookies in a request, and the proof cookie in an answer."""

import re
from functools import reduce

from msgspec.structs import replace
from starlette.requests import HTTPConnection
from starlette.types import Scope

from consentinel.banner.consent import COOKIE as PLAIN
from consentinel.banner.consent import parse_cookie
from consentinel.server.clock import DAY_MS
from consentinel.server.middleware.areas import header
from consentinel.server.proof_cookie import (
    Proof,
    both,
    common,
    cookie_name,
    format_proof,
    parse_proof,
    under_signal,
)
from consentinel.server.site_directory import SiteFacts
from consentinel.server.state import Services

# Browsers keep none for longer (RFC 6265bis); which answer is too old, the proof says.
_MOST_DAYS = 400
_PLAIN = f"{PLAIN}="
_COOKIE_DOMAIN = re.compile(r"[A-Za-z0-9.-]+")


def proof_in(request: HTTPConnection, service: Services, site: SiteFacts) -> Proof | None:
    """Return what the visitor has answered, as the request's cookies prove it; None for no choice.

    Of several proofs counts what all of them grant. The plain cookie, which the page writes, can only take
    away (T16): where it is malformed, for other purposes or grants less, so does the result.
    """
    signed, plain = _proofs_and_plain(request, service, site)
    now_ms = service.clock()
    held = [proof for proof in signed if proof.holds(site.purposes, now_ms)]
    if not held:
        return None
    proof: Proof | None = reduce(both, held)
    for value in plain:
        proof = proof and _closed_by(proof, value, now_ms // DAY_MS)
    return under_signal(proof) if proof and header(request.scope, b"sec-gpc") == b"1" else proof


def subject_in(request: HTTPConnection, service: Services, site: SiteFacts) -> bytes | None:
    """Return whose earlier grants a request's proofs name; None for nobody's, or those of two visitors.

    What a proof still grants is of no consequence: whoever refuses ends a grant to older purposes as well.
    """
    subjects = subjects_in(request, service, site)
    return subjects.pop() if len(subjects) == 1 else None


def subjects_in(request: HTTPConnection, service: Services, site: SiteFacts) -> set[bytes]:
    """Return the subjects of all chains that a request's proofs name."""
    proofs, _ = _proofs_and_plain(request, service, site)
    return {proof.subject for proof in proofs if proof.subject}


def proof_name(service: Services, site: SiteFacts) -> str:
    """Return the name of a site's proof cookie here."""
    return cookie_name(site.key, host_only=service.secure and not site.cookie_domain)


def proof_header(service: Services, site: SiteFacts, proof: Proof) -> str:
    """Return the Set-Cookie field that keeps a proof."""
    life_s = proof.expires_s - proof.issued_s
    return _set_cookie(service, site, format_proof(service.keys.cookie, site.key, proof), life_s)


def no_proof_header(service: Services, site: SiteFacts) -> str:
    """Return the Set-Cookie field that deletes the proof."""
    return _set_cookie(service, site, "", 0)


def _set_cookie(service: Services, site: SiteFacts, value: str, life_s: int) -> str:
    return (
        f"{proof_name(service, site)}={value}; Path=/; Max-Age={life_s}; HttpOnly; SameSite=Lax"
        + attributes(service, site)
    )


def attributes(service: Services, site: SiteFacts) -> str:
    """Return `; Domain=…; Secure`, as the site's cookies need it."""
    domain = site.cookie_domain if _COOKIE_DOMAIN.fullmatch(site.cookie_domain) else ""
    return (f"; Domain={domain}" if domain else "") + ("; Secure" if service.secure else "")


def _proofs_and_plain(
    request: HTTPConnection, service: Services, site: SiteFacts
) -> tuple[list[Proof], list[str]]:
    """Return the proofs that this server has signed for this site, and the values of the plain cookies."""
    signed, plain = _values(request.scope, proof_name(service, site))
    proofs = (parse_proof(service.keys.cookie, site.key, value) for value in signed)
    return [proof for proof in proofs if proof is not None], plain


def _values(scope: Scope, name: str) -> tuple[list[str], list[str]]:
    """Return the values of all cookies with a name, and of all plain ones, in the order they came."""
    pairs = [
        pair.strip(" \t")
        for field, line in scope["headers"]
        if field == b"cookie"
        for pair in line.decode("latin-1").split(";")
    ]
    found = [
        [pair[len(start) :] for pair in pairs if pair.startswith(start)] for start in (f"{name}=", _PLAIN)
    ]
    return found[0], found[1]


def _closed_by(proof: Proof, value: str, today: int) -> Proof | None:
    """Return the proof as the plain cookie confines it; None where that is no choice."""
    # a client that did not know the purposes has no cookie that names them
    purposes = proof.purposes or value[7:15]
    state = parse_cookie(value, purposes=purposes, today=today, days=_MOST_DAYS)
    if state is None:
        return None
    # It names services by numbers that only its script knows: another number of them is another answer.
    if proof.any_granted and len(state.vendors) != len(proof.vendors):
        return None
    return replace(proof, choice=common(proof.choice, state.choice))
