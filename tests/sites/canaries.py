"""Secrets that no artefact may hold.

Expected: none of `CANARIES` anywhere in any output (report, HTML, CSV, HAR, log), raw, URL-encoded or base64;
their carriers are found by name: cookies `session_token`, `auth_by_header`, items `api_token` (local) and
`draft` (session), the beacon's and the pixel's query keys, and the path with the token collapsed.
"""

from urllib.parse import quote

from tests.support.sites import Site

COOKIE = "canary-cookie-4f1c9a7e2b"
HEADER_COOKIE = "canary-header-77ab01c3d9"
STORAGE = "canary-storage-d08e51f6aa"
SESSION_STORAGE = "canary-session-5b3e90c1f7"
QUERY = "canary-query-19c4be72d0"
EMAIL = "canary.person@mailbox.example"
PATH_TOKEN = "canarypath8d1f6a3c5e7b9d0f2a4c6e8b1d3f5a7c"
BODY = "canary-body-60fd2ec85b"
FRAGMENT = "canary-fragment-c2a95e07d4"
CANARIES = (
    COOKIE,
    HEADER_COOKIE,
    STORAGE,
    SESSION_STORAGE,
    QUERY,
    EMAIL,
    PATH_TOKEN,
    BODY,
    FRAGMENT,
)
_SCRIPT = f"""document.cookie = "session_token={COOKIE}; path=/";
localStorage.setItem("api_token", "{STORAGE}");
sessionStorage.setItem("draft", JSON.stringify({{ secret: "{SESSION_STORAGE}" }}));
new Image().src = "http://t.tracker.example/p.gif?uid={QUERY}&email={quote(EMAIL, safe="")}";
new Image().src = "http://t.tracker.example/u/{PATH_TOKEN}/p.gif";
navigator.sendBeacon("http://t.tracker.example/collect?key={QUERY}", "token={BODY}&mail={EMAIL}");
"""


def site() -> Site:
    link = f'<a href="/reset?token={QUERY}&amp;mail={quote(EMAIL, safe="")}#{FRAGMENT}">Reset</a>'
    return (
        Site()
        .page(
            "/",
            f'<script src="/app.js?v={QUERY}"></script>{link}',
            cookies=(f"auth_by_header={HEADER_COOKIE}; Path=/; HttpOnly",),
        )
        .page("/reset", "Reset")
        .script("/app.js", _SCRIPT)
        .pixel("http://t.tracker.example/p.gif")
        .pixel("http://t.tracker.example/u/*")
        .empty("http://t.tracker.example/collect")
    )
