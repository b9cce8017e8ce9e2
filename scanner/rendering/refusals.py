"""Why a browser refuses a cookie, in plain words.

The words are those of DevTools: Network.SetCookieBlockedReason of the Chrome DevTools Protocol.
"""

_OTHER_SITE = "the request went to another site, and the cookie is for its own site only"
_UNDECLARED = "the request went to another site, and a cookie without SameSite is for its own site only"
_SCHEME = "the page and the request differ by http and https, so the cookie counts as another site's"
_THIRD_PARTY = "the browser takes no cookies of third parties here"
_REASONS = {
    "SameSiteStrict": _OTHER_SITE,
    "SameSiteLax": _OTHER_SITE,
    "SameSiteUnspecifiedTreatedAsLax": _UNDECLARED,
    "SameSiteNoneInsecure": "SameSite=None is taken only with Secure",
    "SchemefulSameSiteStrict": _SCHEME,
    "SchemefulSameSiteLax": _SCHEME,
    "SchemefulSameSiteUnspecifiedTreatedAsLax": _SCHEME,
    "SecureOnly": "a Secure cookie is taken over https only",
    "OverwriteSecure": "it would have replaced a Secure cookie over plain http",
    "InvalidDomain": "its Domain is not one that this host may set cookies for",
    "InvalidPrefix": "its name begins with __Secure- or __Host-, and it lacks what that asks for",
    "NameValuePairExceedsMaxSize": "its name and value are too long, over 4096 bytes",
    "UserPreferences": "the settings of the browser forbid it",
    "ThirdPartyPhaseout": _THIRD_PARTY,
    "ThirdPartyBlockedInFirstPartySet": _THIRD_PARTY,
    "SyntaxError": "it is not written as a cookie has to be",
    "DisallowedCharacter": "it has a character that no cookie may have",
}


def refusal_text(word: str) -> str:
    """Return DevTools' word (or several, joined by commas) explained, with the word itself in brackets."""
    return "; ".join(_explained(part) for part in word.split(", "))


def _explained(word: str) -> str:
    reason = _REASONS.get(word)
    return f"{reason} ({word})" if reason else word
