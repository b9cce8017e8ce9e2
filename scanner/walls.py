"""Pages that are not the page: bot challenges, login walls, errors, files.

A scan of one of these would be clean for the wrong reason. Vendors' marks are facts from their documentation
and from what their pages look like; each holds only together with a blocking status or a nearly empty page,
since the same scripts and widgets sit on ordinary pages.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal
from urllib.parse import urlsplit

import msgspec
from bs4 import BeautifulSoup, Tag

from consentinel.scanner.party import registrable_domain
from consentinel.scanner.urls import host_of

WallKind = Literal["challenge", "login-wall", "http-error", "not-html"]

# A challenge without a blocking status is an empty page with a script; a closed site says a few sentences; a
# login page has, besides its form, a heading and a footer.
_WORDS_OF_A_CHALLENGE = 25
_WORDS_OF_A_CLOSED_SITE = 120
_WORDS_BESIDE_A_LOGIN = 30
_MAX_HTML_CHARS = 2_000_000
_BLOCKING_STATUS = frozenset({202, 403, 405, 406, 412, 418, 429, 456, 503})
_HTML_TYPES = ("text/html", "application/xhtml+xml")


class Wall(msgspec.Struct, frozen=True):
    """Why this is not the page that was asked for; `kind` is also that of the gap it makes."""

    kind: WallKind
    reason: str


@dataclass(frozen=True)
class _Mark:
    """What gives a vendor's challenge away: a response header and its value, or a piece of the document."""

    vendor: str
    document: re.Pattern[str]
    # The mark is on no ordinary page, so nothing else has to be checked.
    is_proof: bool = False


_HEADERS = (
    ("cf-mitigated", re.compile("challenge"), "Cloudflare"),
    ("x-amzn-waf-action", re.compile("challenge|captcha"), "AWS WAF"),
    ("x-vercel-mitigated", re.compile("challenge"), "Vercel"),
)
_BLOCKING_HEADERS = (
    ("x-datadome", "DataDome"),
    ("x-dd-b", "DataDome"),
    ("x-kpsdk-ct", "Kasada"),
    ("x-kpsdk-im", "Kasada"),
    ("x-px-block", "HUMAN"),
    ("x-sucuri-block", "Sucuri"),
)


def _mark(vendor: str, pattern: str, *, is_proof: bool = False) -> _Mark:
    return _Mark(vendor, re.compile(pattern, re.IGNORECASE), is_proof)


# Repeats are bounded in all patterns here, so that no document makes a search long.
_MARKS = (
    _mark("Cloudflare", r"window\._cf_chl_opt|id=[\"']challenge-error-text", is_proof=True),
    # scripts/jsd is the bot score that Cloudflare takes on ordinary pages.
    _mark(
        "Cloudflare", r"/cdn-cgi/challenge-platform/(?!(?:h/\w+/)?scripts/jsd)|sorry, you have been blocked"
    ),
    _mark("Cloudflare", r"<title>\s{0,99}(?:just a moment|attention required)"),
    _mark("AWS WAF", r"window\.gokuProps", is_proof=True),
    _mark("DataDome", r"(?:geo|ct|interstitial)\.captcha-delivery\.com"),
    _mark("HUMAN", r"id=[\"']px-captcha|captcha\.px-cdn\.net|captcha\.perimeterx\.net|_pxBlockedUrl"),
    _mark("Akamai", r"/_sec/cp_challenge/|sec-if-cpt-container|errors\.edgesuite\.net|[?&]bm-verify="),
    _mark("Imperva", r"_Incapsula_Resource|incapsula incident id|<title>\s{0,99}pardon our interruption"),
    _mark("AWS WAF", r"\.(?:token|captcha)\.awswaf\.com"),
    _mark("Kasada", r"/149e9513-01fa-4fb0-aad4-566afd725d1b/|window\.KPSDK|ips\.js\?[^\"'<>]{0,200}KP_UIDz"),
    _mark("Sucuri", r"sucuri website firewall|sucuri_cloudproxy_js|sucuri\.net/privacy-policy"),
    _mark("Anubis", r"id=[\"']anubis_challenge|/\.within\.website/x/cmd/anubis/"),
    _mark("DDoS-Guard", r"/\.well-known/ddos-guard/|<title>\s{0,99}ddos-guard"),
    _mark("Radware", r"validate\.perfdrive\.com"),
    _mark("a CAPTCHA", r"g-recaptcha|h-captcha|cf-turnstile|frc-captcha|geetest_|arkoselabs\.com"),
    _mark(
        "a bot check",
        r"(?:verify|confirm|prove)(?: that)? you(?: are|'re|’re) (?:a |not a )?(?:human|robot|bot)",
    ),
    _mark("a bot check", r"unusual (?:traffic|activity) from your|checking your browser before"),
)

_LOGIN = (
    "(?:wp-)?log[-_]?in|log[-_]?on|sign[-_]?in|anmelden|anmeldung|connexion|inloggen|accedi|iniciar-sesion|auth|"
    "authenticate|sso|saml2?|oauth2?|openid"
)
_LOGIN_SEGMENT = re.compile(rf"/(?:{_LOGIN})(?:\.\w+)?(?=/|$)", re.IGNORECASE)
# Who asks for one of these gets a password form as an ordinary page.
_ACCOUNT_SEGMENT = re.compile(
    rf"/(?:{_LOGIN}|sign[-_]?up|register|registration|registrieren|join|inscription|create[-_]account|"
    r"(?:reset|forgot|lost)[-_]?password)(?:\.\w+)?(?=/|$)",
    re.IGNORECASE,
)
_MARGINS = ("header", "nav", "aside", "footer", "dialog")
_SIGN_ON_HOSTS = (
    *("login.microsoftonline.com", "accounts.google.com", "okta.com", "oktapreview.com", "auth0.com"),
    *("onelogin.com", "cloudflareaccess.com", "pingidentity.com", "duosecurity.com", "login.gov"),
)
_PASSWORD_FIELD = re.compile(r"<input\b[^<>]{0,500}?\btype\s{0,9}=\s{0,9}[\"']?password\b", re.IGNORECASE)
_CLOSED_SITE = re.compile(
    r"class=[\"'][^\"']{0,500}\b(?:post-password-form|wpcs-coming-soon|seedprod|sp-coming-soon|wp-maintenance|"
    r"coming-soon-page|password-protected|storefront-password)|action=[\"'][^\"']{0,500}[?&]action=postpass",
    re.IGNORECASE,
)


def detect_wall(
    status: int | None, headers: Mapping[str, str], url_requested: str, url_final: str, html: str
) -> Wall | None:
    """Return what stands in front of the page, or None for an ordinary one.

    status, headers: of the document's last response (header names in any case); None where there was none, as
    for a page from a cache. html: the document as it is now, after its scripts ran.
    """
    lowered = {name.lower(): value for name, value in headers.items()}
    page = _Page(status, lowered, html[:_MAX_HTML_CHARS])
    return (
        _challenge(page)
        or _http_error(page)
        or _not_html(page)
        or _login(page, url_requested, url_final)
        or _closed_site(page)
    )


class _Page:
    """A response and its document, which is parsed only when a question needs it."""

    def __init__(self, status: int | None, headers: dict[str, str], html: str) -> None:
        self.status = status
        self.headers = headers
        self.html = html
        self.is_blocking = status in _BLOCKING_STATUS
        self.has_password_field = _PASSWORD_FIELD.search(html) is not None

    @cached_property
    def content(self) -> BeautifulSoup:
        """The document without what nobody reads."""
        # The doctype keeps Beautiful Soup from guessing that a file name or XML was meant.
        markup = f"<!doctype html>{self.html}".encode("utf-8", "replace")
        soup = BeautifulSoup(markup, "lxml", from_encoding="utf-8")
        for tag in soup(["head", "script", "style", "noscript", "template", "option"]):
            tag.decompose()
        return soup

    def says_at_most(self, words: int) -> bool:
        """Say whether the page has no more words than these to read."""
        return _words(self.content) <= words

    def is_only_login(self) -> bool:
        """Say whether a password form is nearly all there is: not one in the header, nor beside a page."""
        fields = self.content.select("input[type=password i]")
        if not fields or any(field.find_parent(_MARGINS) for field in fields):
            return False
        form = fields[0].find_parent("form")
        beside = _words(self.content) - (_words(form) if form is not None else 0)
        return beside <= _WORDS_BESIDE_A_LOGIN


def _words(tag: Tag) -> int:
    return len(tag.get_text(" ").split())


def _challenge(page: _Page) -> Wall | None:
    vendor = _challenger(page)
    if vendor is None:
        return None
    answered = "" if page.status is None else f" (status {page.status})"
    return Wall(
        "challenge",
        f"{vendor} asked for proof of a human visitor, or refused, instead of showing the page{answered}",
    )


def _challenger(page: _Page) -> str | None:
    for name, value, vendor in _HEADERS:
        if value.search(page.headers.get(name, "")):
            return vendor
    if page.is_blocking:
        blocked_by = [vendor for name, vendor in _BLOCKING_HEADERS if name in page.headers]
        if blocked_by:
            return blocked_by[0]
    found = (mark for mark in _MARKS if mark.document.search(page.html))
    return next((mark.vendor for mark in found if _decides(mark, page)), None)


def _decides(mark: _Mark, page: _Page) -> bool:
    """A vendor's script or a CAPTCHA alone says nothing: contact forms and protected shops have them."""
    if mark.is_proof or page.is_blocking:
        return True
    is_named = not mark.vendor.startswith("a ")
    has_fields = page.content.select_one("input:not([type=hidden i]), textarea, select")
    return is_named and not has_fields and page.says_at_most(_WORDS_OF_A_CHALLENGE)


def _http_error(page: _Page) -> Wall | None:
    if page.status in (401, 407):
        return Wall(
            "login-wall", f"the server asks for a login (status {page.status}): use --http-auth or --header"
        )
    if page.status is not None and page.status >= 400:
        return Wall("http-error", f"the server answered with status {page.status}")
    return None


def _not_html(page: _Page) -> Wall | None:
    if page.status in (204, 205):
        return Wall("not-html", f"the answer is empty (status {page.status})")
    if page.headers.get("content-disposition", "").strip().lower().startswith("attachment"):
        return Wall("not-html", "the answer is a file to download, not a page")
    content_type = page.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type and content_type not in _HTML_TYPES:
        return Wall("not-html", f"the answer is {_printable(content_type)}, not HTML")
    return None


def _printable(text: str) -> str:
    """Return what a server said fit for one line."""
    return text[:60] if text.isprintable() else repr(text[:60])


def _login(page: _Page, requested: str, final: str) -> Wall | None:
    host = host_of(final)
    if registrable_domain(host) != registrable_domain(host_of(requested)):
        is_login = _is_sign_on(host) or page.is_only_login()
        return Wall("login-wall", f"it redirects to a login at {_printable(host)}") if is_login else None
    if not page.has_password_field or _ACCOUNT_SEGMENT.search(_path_of(requested)):
        return None
    if _LOGIN_SEGMENT.search(_path_of(final)):
        return Wall("login-wall", "it redirects to a login page")
    return Wall("login-wall", "it shows a password form and little else") if page.is_only_login() else None


def _path_of(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def _is_sign_on(host: str) -> bool:
    return any(host == known or host.endswith(f".{known}") for known in _SIGN_ON_HOSTS)


def _closed_site(page: _Page) -> Wall | None:
    if _CLOSED_SITE.search(page.html) and page.says_at_most(_WORDS_OF_A_CLOSED_SITE):
        return Wall("login-wall", "the site is not open to visitors yet (password or coming-soon page)")
    return None
