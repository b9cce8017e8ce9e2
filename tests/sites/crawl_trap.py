"""A calendar with links for ever.

Expected: the scan ends inside its page budget with a `crawl-trap` gap; `/about` is reached although the
calendar offers new pages endlessly (`/calendar/<n>`, the same page under ever new query strings and longer
paths).
"""

from tests.support.sites import HTML, Answer, Hit, Site, document


def _month(hit: Hit) -> Answer:
    tail = hit.path.rsplit("/", 1)[1]
    month = int(tail) if tail.isdigit() else 0
    links = (
        f'<a href="/calendar/{month + 1}">Next</a> <a href="/calendar/{month + 12}">Next year</a> '
        f'<a href="?session={month}{len(hit.query)}x">Same</a> <a href="{hit.path}/{month}">Deeper</a>'
    )
    return Answer(document(f"<h1>Month {month}</h1>{links}"), headers=[("Content-Type", HTML)])


def site() -> Site:
    return (
        Site()
        .page("/", '<a href="/calendar/0">Calendar</a> <a href="/about">About</a>')
        .call("/calendar/*", _month)
        .page("/about", "About us")
    )
