"""Downloads.

Expected: nothing is downloaded; `/file.zip` (attachment) and `/report.pdf` are no pages and at most a gap;
the download that the page starts by itself does not stop the visit; cookie `after_download` is found.
"""

from tests.support.sites import Site

_PAGE = """<a href="/file.zip" download>Archive</a> <a href="/report.pdf">Report</a>
<a href="/attached">Looks like a page</a><script>
document.querySelector("a").click();
document.cookie = "after_download=1; path=/";
</script>"""
_ATTACHMENT = (("Content-Disposition", 'attachment; filename="file.zip"'),)


def site() -> Site:
    return (
        Site()
        .page("/", _PAGE)
        .add("/file.zip", b"PK\x05\x06" + bytes(18), content_type="application/zip", headers=_ATTACHMENT)
        .add("/report.pdf", b"%PDF-1.7\n%%EOF\n", content_type="application/pdf")
        .add("/attached", "<p>not shown</p>", content_type="text/html", headers=_ATTACHMENT)
    )
