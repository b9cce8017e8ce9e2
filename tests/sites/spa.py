"""A single-page application.

Expected: routes `/`, `/products` and `/contact` of one document; `/products` comes by `history.pushState`,
`/contact` by `replaceState`; each sets its first-party cookie `view_<name>` and sends a pixel
`http://t.tracker.example/view.gif?page=<name>`. The server answers every path with the same document.
"""

from tests.support.sites import HTML, Answer, Hit, Site, document

_APP = """<nav><a href="/products">Products</a> <a href="/contact">Contact</a></nav><main></main><script>
function show(name) {
  document.querySelector("main").textContent = name;
  document.cookie = "view_" + name + "=1; path=/";
  new Image().src = "http://t.tracker.example/view.gif?page=" + name;
}
show("home");
setTimeout(() => { history.pushState({}, "", "/products"); show("products"); }, 200);
setTimeout(() => { history.replaceState({}, "", "/contact"); show("contact"); }, 400);
</script>"""


def _shell(_: Hit) -> Answer:
    return Answer(document(_APP), headers=[("Content-Type", HTML)])


def site() -> Site:
    return Site().call("/*", _shell).pixel("http://t.tracker.example/view.gif")
