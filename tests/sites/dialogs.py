"""Dialogs that block a page until somebody answers.

Expected: no hang; first-party cookie `after_dialogs` proves that the script went on after alert, confirm,
prompt and print; `beforeunload` does not keep the page open; permission prompts are denied.
"""

from tests.support.sites import Site

_PAGE = """<script>
addEventListener("beforeunload", (event) => { event.preventDefault(); event.returnValue = "stay"; });
alert("alert"); confirm("confirm"); prompt("prompt"); print();
Notification.requestPermission();
navigator.geolocation.getCurrentPosition(() => {}, () => {});
document.cookie = "after_dialogs=1; path=/";
</script><a href="/second">Second page</a>"""


def site() -> Site:
    return Site().page("/", _PAGE).page("/second", "Second")
