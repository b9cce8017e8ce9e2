"""The tags to copy into a site's head, each with a line on what it promises."""

from collections.abc import Mapping
from html import escape

_HEAD = """\
<!-- consentinel for {site}, mode {mode}: copy ONE of these, as the first element of <head>. -->
"""
_PLAIN = """
<!-- Plain: follows each new build. What a script adds waits for consent; a tag that stands in the HTML may be
     asked for, but does not run. If this file does not load, nothing is held back. -->
<script src="{src}"></script>
"""
_IMMUTABLE = """
<!-- Immutable: the same, for this build only; a changed file is refused, and then nothing is held back. -->
<script src="{src}" integrity="{integrity}" crossorigin="anonymous"></script>
"""
_INLINE = """
<!-- Inline: cannot fail to load. Where a policy forbids inline scripts, give it a nonce or its hash. -->
<script>{script}</script>
"""
_AT_ROOT = """
<!-- These are right where all files lie at the root of the site. Where they lie elsewhere, say so in the
     settings, e.g. `base: /b`, and build again: then the script is here inline, too, which cannot fail to
     load. -->
"""
_POLICY = """
<!-- Strict, static hosting: nothing that needs consent is even asked for. Put this before everything else in
     <head>, one of the tags above right behind it, and consentinel-sw.js at the root of the site with
     `service_worker: /consentinel-sw.js` in the settings: it takes the policy away once there is consent. -->
<meta http-equiv="Content-Security-Policy" data-consentinel content="{policy}">

<!-- Strict, own server: send the policy as a header, chosen by the consent cookie, as nginx.conf, Caddyfile
     and cloudflare-worker.js beside this file do. A header holds even where the script does not load. -->
"""


def snippet(
    *, site: str, mode: str, base: str, names: tuple[str, str], integrity: str, script: str, policy: str
) -> str:
    """Return snippet.html. names: of the file that follows each build, and of the immutable one.

    base: the folder with the files, '' where the site has them at its root: an inline script would look for
    its parts beside each page. policy: '' for modes without one.
    """
    plain, immutable = names
    parts = [
        _HEAD.format(site=escape(site), mode=mode),
        _PLAIN.format(src=escape(_address(base, plain))),
        _IMMUTABLE.format(src=escape(_address(base, immutable)), integrity=integrity),
        _INLINE.format(script=script) if base else _AT_ROOT,
    ]
    if policy:
        parts.append(_POLICY.format(policy=escape(policy, quote=False)))
    return "".join(parts)


def static_policy(policies: Mapping[str, str]) -> str:
    """Return what a meta can say, which no visitor's signal chooses: the tighter of no choice and GPC."""
    return policies["gpc"]


def _address(base: str, name: str) -> str:
    return f"{base.rstrip('/')}/{name}" if base else f"/{name}"
