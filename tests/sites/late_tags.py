"""Tags that come late.

Expected on the watched start page: scripts and first-party cookies `after_2s`, `after_5s`, `on_scroll`,
`on_pointer`, from `http://cdn.tracker.example/<name>.js`; `second_view` only on the page that is visited
second in one jar (it counts views in `views`, a first-party cookie).
"""

from tests.support.sites import Site

TAGS = ("after_2s", "after_5s", "on_scroll", "on_pointer", "second_view")
_LOADER = """function load(name) {
  const tag = document.createElement("script");
  tag.src = "http://cdn.tracker.example/" + name + ".js";
  document.head.append(tag);
}
setTimeout(load, 2000, "after_2s");
setTimeout(load, 5000, "after_5s");
addEventListener("scroll", () => load("on_scroll"), { once: true });
addEventListener("pointermove", () => load("on_pointer"), { once: true });
const seen = Number((document.cookie.match(/(?:^|; )views=(\\d+)/) || [0, 0])[1]);
document.cookie = "views=" + (seen + 1) + "; path=/";
if (seen + 1 === 2) load("second_view");
"""
_BODY = (
    '<div style="height: 4000px"><a href="/second">Second page</a></div><script src="/loader.js"></script>'
)


def site() -> Site:
    built = Site().page("/", _BODY).page("/second", _BODY).script("/loader.js", _LOADER)
    for tag in TAGS:
        built.script(f"http://cdn.tracker.example/{tag}.js", f'document.cookie = "{tag}=1; path=/";\n')
    return built
