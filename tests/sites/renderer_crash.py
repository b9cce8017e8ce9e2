"""A page that kills its renderer.

Expected: `/crash` is a gap (`renderer-crashed`), `/after` is scanned all the same (cookie `after_crash`). The
crash is a stack overflow in the layout of 5,000 nested grids, which takes half a second; that of 20,000 flex
boxes took four times as long, and on a busy machine longer than a page may take. (`heavy()` fills V8's heap
instead: about 10 s and 4 GB.)
"""

from tests.support.sites import Site

_NESTED = """let inner = document.body;
for (let i = 0; i < 5000; i++) {
  const box = document.createElement("div");
  box.style.display = "grid";
  inner.append(box);
  inner = box;
}
inner.textContent = "deep";
document.body.offsetHeight;"""
_FULL_HEAP = "const all = []; for (let i = 0; ; i++) all.push(new Array(1000000).fill(i));"


def _site(crash: str) -> Site:
    script = f'document.cookie = "before_crash=1; path=/"; setTimeout(() => {{ {crash} }}, 100);'
    return (
        Site()
        .page("/", '<a href="/crash">Crash</a> <a href="/after">After</a>')
        .page("/crash", f"<script>{script}</script>")
        .page("/after", '<script>document.cookie = "after_crash=1; path=/";</script>')
    )


def site() -> Site:
    return _site(_NESTED)


def heavy() -> Site:
    return _site(_FULL_HEAP)
