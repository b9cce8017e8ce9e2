"""What to do about a leak, in words that somebody who has never seen this program can follow."""

from consentinel.banner.verify.leaks import How, Leak

HOW: dict[How, str] = {
    "above-script": "a tag above the banner's script",
    "requested-not-run": "a tag in the HTML: requested, not run",
    "in-html": "a tag in the HTML",
    "by-script": "a script",
    "by-own-server": "the site's own server",
    "by-third-party": "a third party",
    "left-behind": "still there after withdrawal",
}
_STORED = frozenset(("cookie", "storage"))


def fix_of(leak: Leak) -> str:
    """Return one sentence: what to change so that the leak is gone."""
    if leak.how == "above-script":
        return "Move the banner's script above it: it has to be the first one in the head."
    if leak.how == "requested-not-run":
        return (
            f"The browser asks for what stands in the HTML before any script can stop it. Write the tag with "
            f'type="text/plain" data-category="{_category(leak)}", or use mode: strict.'
        )
    if leak.how == "by-third-party":
        return f"It comes with the requests to {leak.host}: hold these back."
    if leak.how == "by-own-server" or leak.http_only:
        return (
            f"A page cannot stop its own server: set it only where the cookie `consentinel` grants "
            f"{_category(leak)}, and delete it where it does not."
        )
    return _rule(leak)


def _rule(leak: Leak) -> str:
    subject = f'{leak.kind}: "{leak.name}"' if leak.kind in _STORED else f"host: {leak.host}"
    subject = f"path: {_path(leak)}" if leak.kind not in _STORED and leak.party == "first" else subject
    rule = f"{{{subject}, category: {_category(leak)}}}"
    return f"Build the banner again from a report of today, or add the rule {rule} to its settings."


def _path(leak: Leak) -> str:
    return "/" + leak.url.partition("://")[2].partition("/")[2].partition("?")[0]


def _category(leak: Leak) -> str:
    """Return the category to write down: contested ones are gated as functional, unknown ones by the last."""
    return "functional" if leak.category == "strictly-necessary" else leak.category or "targeting"
