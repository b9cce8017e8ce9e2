"""A site behind a login.

Expected: exit 2 ("login"): `/` answers 302 to `/login`, a page with a password field. In `inner()` only
`/account` is behind it (a gap), and a login form in the page's own header (`/`) is no wall.
"""

from tests.support.sites import Site

_FORM = """<form action="/login" method="post"><label>E-mail <input name="email" type="email"></label>
<label>Password <input name="password" type="password"></label><button>Sign in</button></form>"""


def site() -> Site:
    return Site().redirect("/", "/login?next=%2F").page("/login", _FORM, title="Sign in")


def inner() -> Site:
    shop = f'<header>{_FORM}</header><h1>Our shop</h1><a href="/account">Account</a>'
    return (
        Site()
        .page("/", shop, title="Shop")
        .redirect("/account", "/login?next=%2Faccount")
        .page("/login", _FORM, title="Sign in")
    )
