"""Text of strangers: decoded, put on one line, and searched for host names."""

import re

from consentinel.scanner.errors import PackError

# A host with a dot whose last label is no number: no address, no single word.
_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_MAX_HOST = 253
_NOTE = re.compile(r"\([^()]*\)")
_BETWEEN = re.compile(r"[,;/]|(?:^|\s)or(?=\s|$)")
_HTML = re.compile(r"\s*<(?:!doctype|html|head|body|\?xml)", re.IGNORECASE)


def decoded(data: bytes) -> str:
    """Return a downloaded text; raise PackError where it is no UTF-8 or a web page."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise PackError("is not UTF-8 text: check what the address serves") from None
    if _HTML.match(text):
        raise PackError("is a web page and not the list: check what the address serves")
    return text


def one_line(text: str, limit: int) -> str:
    """Return `text` on one line, without what cannot be printed, cut at `limit` characters."""
    line = text.strip()
    if "  " in line or not line.isprintable():
        line = "".join(filter(str.isprintable, " ".join(line.split())))
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"


def host_name(text: str) -> str | None:
    """Return the host that `text` is (`.Example.com`, `*.example.com` as `example.com`), or None."""
    visible = text if text.isprintable() else "".join(filter(str.isprintable, text))
    host = visible.strip().lower().removeprefix("*").strip(".")
    return host if len(host) <= _MAX_HOST and _HOST.fullmatch(host) else None


def hosts_in(text: str) -> tuple[str, ...]:
    """Return the hosts that a free text restricts a name to, `a.com (3rd party) or b.com`; () for none.

    Where any part of it is no host, or missing as in `a.com or `, nothing is restricted.
    """
    found = [host_name(part) for part in _BETWEEN.split(_NOTE.sub("", text))]
    hosts = [host for host in found if host]
    return tuple(dict.fromkeys(hosts)) if len(hosts) == len(found) else ()
