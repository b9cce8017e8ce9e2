"""A page with an embedded CAPTCHA, which is no challenge.

Expected: exit 0; `captcha` findings reCAPTCHA v2, hCaptcha and Turnstile (stubs of our own behind the
vendors' names), all before any interaction; reCAPTCHA contested. The page itself is scanned as usual.
"""

from tests.support.sites import Site

_RECAPTCHA = "https://www.google.com/recaptcha/api.js"
_HCAPTCHA = "https://js.hcaptcha.com/1/api.js"
_TURNSTILE = "https://challenges.cloudflare.com/turnstile/v0/api.js"
_PAGE = f"""<h1>Contact</h1><form><input name="email"><textarea name="text"></textarea>
<div class="g-recaptcha" data-sitekey="stub-site-key"></div>
<div class="h-captcha" data-sitekey="stub-site-key"></div>
<div class="cf-turnstile" data-sitekey="stub-site-key"></div><button>Send</button></form>
<script src="{_RECAPTCHA}" async defer></script><script src="{_HCAPTCHA}" async defer></script>
<script src="{_TURNSTILE}" async defer></script>"""
_ANCHOR = "https://www.google.com/recaptcha/api2/anchor"
_RECAPTCHA_CODE = f"""window.grecaptcha = {{ render() {{}} }};
for (const place of document.querySelectorAll(".g-recaptcha")) {{
  const frame = document.createElement("iframe");
  frame.title = "reCAPTCHA";
  frame.src = "{_ANCHOR}?k=" + place.dataset.sitekey;
  place.append(frame);
}}
"""


def site() -> Site:
    return (
        Site("https://www.site.example/")
        .page("/", _PAGE, title="Contact")
        .script(_RECAPTCHA, _RECAPTCHA_CODE)
        .add(
            _ANCHOR,
            "<title>reCAPTCHA</title>",
            content_type="text/html",
            cookies=("_GRECAPTCHA=stub; Path=/recaptcha; SameSite=None; Secure; Max-Age=15552000",),
        )
        .script(_HCAPTCHA, "window.hcaptcha = { render() {} };\n")
        .script(_TURNSTILE, "window.turnstile = { render() {} };\n")
    )
