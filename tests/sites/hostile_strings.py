"""Names, addresses and titles that attack whoever prints them.

Expected: each of `PAYLOADS` comes out of the scan as data: as the name of a localStorage item, in the title
and in the path of a request to `http://t.tracker.example/`; those that a cookie name may hold also as a
cookie name. No artefact runs, links or beeps.
"""

import json
from urllib.parse import quote

from tests.support.sites import Site

PAYLOADS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"'><svg onload=alert(1)>",
    "</script><script>alert(2)</script>",
    "[click](https://evil.example/) ![beacon](https://evil.example/b.png)",
    "</details>|a|b|\n|---|---|",
    "@everyone `code` ```fence",
    "\x1b]0;owned\x07\x1b[2J\x1b[31mred",
    "\x1b]8;;https://evil.example/\x1b\\link\x1b]8;;\x1b\\",
    "abc\u202egpj.exe",
    "zero\u200bwidth\u2066isolate",
    "line\r\nbreak\u2028two",
    '=HYPERLINK("https://evil.example/","x")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1+1)",
    "\ttab",
    "__proto__",
    "constructor",
    "../../etc/passwd",
    "%00%0a%s%n{0}",
    "\U0001f600 emoji",
)
_SCRIPT = """const payloads = %s;
for (const text of payloads) {
  localStorage.setItem(text, "1");
  sessionStorage.setItem(text, "1");
  document.cookie = text + "=1; path=/";
  const encoded = encodeURIComponent(text);
  new Image().src = `http://t.tracker.example/${encoded}?${encoded}=1`;
}
localStorage.setItem("lone \\ud800 surrogate", "1");
document.title = payloads.join(" ");
"""


def site() -> Site:
    links = "".join(f'<a href="/{quote(payload, safe="")}">page</a>' for payload in PAYLOADS)
    return (
        Site()
        .page("/", f'<script src="/hostile.js"></script>{links}')
        .script("/hostile.js", _SCRIPT % json.dumps(PAYLOADS))
        .page("/*", "A page with a hostile address")
        .pixel("http://t.tracker.example/*")
    )
