"""Images of one pixel.

Expected: `pixel` for `http://t.tracker.example/img-tag.gif` (element), `…/new-image.gif` (`new Image`) and
`…/no-extension` (image by content type only). `/photo.gif` of the site is 2x1 and no pixel.
"""

from tests.support.sites import GIF, ONE_PIXEL_GIF, Site

_PAGE = """<img src="http://t.tracker.example/img-tag.gif?e=view"><img src="/photo.gif">
<script>
new Image().src = "http://t.tracker.example/new-image.gif?e=load";
new Image().src = "http://t.tracker.example/no-extension";
</script>"""
# Logical screen and image descriptor say 2x1, and a comment makes it more than 100 bytes.
_COMMENT = b"!\xfe\x64" + b"photo of our office " * 5 + b"\x00"
_HEADER, _BODY = ONE_PIXEL_GIF[:19], ONE_PIXEL_GIF[19:]
TWO_PIXEL_GIF = (_HEADER[:6] + b"\x02" + _HEADER[7:] + _COMMENT + _BODY).replace(
    b"\x2c\x00\x00\x00\x00\x01\x00\x01", b"\x2c\x00\x00\x00\x00\x02\x00\x01"
)


def site() -> Site:
    return (
        Site()
        .page("/", _PAGE)
        .pixel("http://t.tracker.example/img-tag.gif")
        .pixel("http://t.tracker.example/new-image.gif")
        .pixel("http://t.tracker.example/no-extension")
        .add("/photo.gif", TWO_PIXEL_GIF, content_type=GIF)
    )
