"""The pages on which the banner is timed: its real build with 150 rules, beside pages that do nothing."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from consentinel.banner.bundles import packaged_bundles
from consentinel.banner.compile import SCRIPT, Banner
from consentinel.banner.rule_text import Rule
from consentinel.scanner.catalogue.loading import load_catalogue
from consentinel.scanner.demo.loopback import LoopbackServer
from tests.support.banner import settings_of
from tests.support.sites import Site
from tests.support.typical_rules import AMOUNT, typical_rules

TAGS, TAG_MS = 20, 20
AT_REST, RELEASED = "at rest", "released"
SIGNALS = {"google": "basic", "meta": True}
_TRACKER = "localhost"  # another host than 127.0.0.1 wherever this runs
_MANUAL = 'type="text/plain" data-category="targeting"'
# Whoever measures waits for a line of the console: asking the page again and again would be work of its own.
_REST = f"""<script>
const rest = (line) => requestAnimationFrame(() => requestAnimationFrame(() =>
  requestIdleCallback(() => console.log(line))));
addEventListener('load', () => rest('{AT_REST}'));
</script>"""
_SEEN = f"""<script>
const seen = {{ shifts: [], clicks: [], ran: 0 }};
const watch = (type, take) => new PerformanceObserver((list) => list.getEntries().forEach(take))
  .observe({{ type, durationThreshold: 16, buffered: true }});
watch('layout-shift', (entry) => seen.shifts.push(entry.value));
watch('event', (entry) => entry.interactionId && seen.clicks.push(entry.duration));
function ran() {{
  for (const end = performance.now() + {TAG_MS}; performance.now() < end;);
  if (++seen.ran === {TAGS}) rest('{RELEASED}');
}}
</script>"""
_TEXT = "<main>" + "<h2>Coffee</h2><p>Roasted this morning, ground when you ask for it.</p>" * 30 + "</main>"
# Fixed work: how long it takes says how fast the machine is now.
_WORK = "let sum = 0; for (let i = 0; i < 5e6; i += 1) sum += i % 7;"


def built(rules: list[Rule], signals: Mapping[str, object], bundles: Mapping[str, str]) -> dict[str, bytes]:
    """Return the files that `banner build` would write for these rules, by name."""
    settings = {"site": "http://127.0.0.1/", "controller": "Example GmbH, Street 1, Town", "signals": signals}
    banner = Banner(settings_of(settings), None, load_catalogue(), bundles)
    vars(banner)["rules"] = rules
    return banner.files()


@contextmanager
def served(bundles: Mapping[str, str] | None = None) -> Iterator[str]:
    """Serve the pages and give the origin: /banner, /tags (gated ones, too), /empty, /work and /button.

    bundles: the script's parts by file name, those that ship with the package where none are given.
    """
    rules = [Rule(_TRACKER, 3, "tags"), *typical_rules(AMOUNT - 1)]
    site = Site("http://127.0.0.1/").script("/empty.js", "").script("/work.js", _WORK)
    for name, content in built(rules, SIGNALS, bundles or packaged_bundles()).items():
        if name.endswith(".js"):
            site.script(f"/{name}", content.decode())
    site.script(f"http://{_TRACKER}/tag.js", "ran();")
    for path, script in (("/banner", SCRIPT), ("/empty", "empty.js"), ("/work", "work.js")):
        site.page(path, _TEXT, head=_REST + _source(script))
    button = f"<button id=bare onclick=\"rest('{RELEASED}')\">Nothing</button>"
    site.page("/button", button + _TEXT, head=_SEEN + _REST + _source("empty.js"))
    with LoopbackServer(site) as server:
        tags = _tags(f"http://{_TRACKER}:{server.port}/tag.js")
        site.page("/tags", _TEXT + tags, head=_SEEN + _REST + _source(SCRIPT))
        yield f"http://127.0.0.1:{server.port}"


def _source(name: str) -> str:
    return f'<script src="/{name}"></script>'


def _tags(url: str) -> str:
    """Return gated tags: half of them known by a rule, the others made inert by hand."""
    by_rule = [f'<script src="{url}?{number}"></script>' for number in range(TAGS // 2)]
    by_hand = [f'<script {_MANUAL} data-src="{url}?hand-{number}"></script>' for number in range(TAGS // 4)]
    inline = [f"<script {_MANUAL}>ran()</script>"] * (TAGS - len(by_rule) - len(by_hand))
    return "".join([*by_rule, *by_hand, *inline])
