"""A site whose banner has the API of ours, written down here in its simplest form.

Granted, a tag writes the cookie `_uetvid` and asks its server; taken back, the cookie goes, unless
`forgets` is off. `reloads`: each answer loads the page anew, as mode strict does.
"""

from tests.support.sites import GIF, ONE_PIXEL_GIF, Answer, Site

TRACKER = "bat.bing.com"

_BANNER = """
const OPTIONS = {{options}};
const answer = () => (/(?:^|; )consentinel=(\\w+)/.exec(document.cookie) || [])[1];
const state = () => {
  const on = answer() === "yes";
  const choices = { "strictly-necessary": true, functional: on, performance: on, targeting: on };
  return {
    version: "1", mode: "standard", regime: "eu", decided: answer() !== undefined, choices,
    late: [], pending: 0,
  };
};
const tag = () => {
  if (answer() !== "yes") return;
  document.cookie = "_uetvid=1; Path=/; Max-Age=600";
  new Image().src = "//bat.bing.com/action/0";
};
const choose = async (value) => {
  if (OPTIONS.deaf) return state();
  document.cookie = "consentinel=" + value + "; Path=/; Max-Age=600";
  if (value === "gone" && OPTIONS.forgets) document.cookie = "_uetvid=; Path=/; Max-Age=0";
  if (OPTIONS.reloads) { setTimeout(() => location.reload(), 30); return new Promise(() => {}); }
  tag();
  return state();
};
const say = (method) => { fetch("/v1/consents?" + method).catch(() => {}); };
window.consentinel = {
  state,
  accept: (method) => say(method) || choose("yes"),
  reject: (method) => say(method) || choose("no"),
  withdraw: (method) => say(method) || choose("gone"),
};
tag();
"""


def own_banner_site(*, reloads: bool = False, forgets: bool = True, deaf: bool = False) -> Site:
    """Return the site: a start page and one more, both with the banner first in their head."""
    options = {"reloads": reloads, "forgets": forgets, "deaf": deaf}
    fields = ", ".join(f"{name}: {str(on).lower()}" for name, on in options.items())
    script = _BANNER.replace("{{options}}", f"{{{fields}}}")
    site = Site("https://www.site.example/")
    for path, body in (("/", '<a href="/more">More</a>'), ("/more", "<p>More words.</p>")):
        site.page(path, body, head=f"<script>{script}</script>")
    pixel = Answer(ONE_PIXEL_GIF, 200, [("Content-Type", GIF)])
    return site.call(f"https://{TRACKER}/action/0", lambda _hit: pixel)
