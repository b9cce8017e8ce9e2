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


def fix_of(leak: Leak, *, mode: str | None = "standard") -> str:
    """Return what to change so that the leak is gone. mode: that of the banner, None where there is none."""
    if mode is None:
        return "Put the banner on the site first: there is none that could hold this back."
    if leak.comes_with:
        return f"It comes with {leak.comes_with}: mend that, and it is gone."
    if leak.how == "requested-not-run":
        return _fix_of_requested(leak, strict=mode == "strict")
    return _fix_by_way(leak)


def _fix_of_requested(leak: Leak, *, strict: bool) -> str:
    """Return how the browser is kept from asking; no policy does that for what the site itself serves."""
    if strict and leak.party != "first":
        return (
            "In mode strict a policy stops this request, and none that does came with this page: "
            "see docs/hosting.md."
        )
    return (
        f"The browser asks for what stands in the HTML before any script can stop it. Write the tag with "
        f"{_inert(leak)}{'' if leak.party == 'first' else ', or use mode: strict'}."
    )


def _fix_by_way(leak: Leak) -> str:
    if leak.how == "above-script":
        return "Move the banner's script above it: it has to be the first one in the head."
    if leak.how == "by-third-party":
        return f"It comes with the requests to {leak.host}: hold these back."
    if leak.how == "by-own-server" or leak.http_only:
        return (
            f"A page cannot stop its own server: set it only where the cookie `consentinel` grants "
            f"{_category(leak)}, and delete it where it does not."
        )
    return _rule(leak)


def _inert(leak: Leak) -> str:
    """Return the markup of a tag that nobody requests."""
    category = f'data-category="{_category(leak)}"'
    if leak.kind == "script":
        return f'type="text/plain" {category}'
    link = " (data-href of href)" if leak.kind == "request" else ""
    return f"{category}, and data-src in the place of src{link}"


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
