"""Cookies by `document.cookie`.

Expected: `inline` written by line 3 of the start page, `external` by line 2 of
`http://cdn.tracker.example/tag.js`, `deferred` by a timer of the same script; all first party (the page's
jar), none HttpOnly. `overwritten` is written twice, first by a response, then by the script.
"""

from tests.support.sites import Site

_INLINE = '<script>\n// the cookie is on the third line\ndocument.cookie = "inline=1; path=/";\n</script>'
_TAG = """(function () {
  document.cookie = "external=2; path=/; max-age=86400";
  document.cookie = "overwritten=script; path=/";
  setTimeout(function () { document.cookie = "deferred=3; path=/"; }, 50);
})();
"""


def site() -> Site:
    body = f'{_INLINE}<script src="http://cdn.tracker.example/tag.js"></script>'
    return (
        Site()
        .add("/", body, content_type="text/html; charset=utf-8", cookies=("overwritten=header; Path=/",))
        .script("http://cdn.tracker.example/tag.js", _TAG)
    )
