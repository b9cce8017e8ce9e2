"""What a visitor of a shop and an administrator of its server see and do."""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, expect

from tests.banner.ui.pages import Visitor

# All of a choice has reached the server: the queue is empty.
_SENT = "!localStorage.getItem('consentinel.unsent')"


@dataclass(frozen=True)
class Proof:
    """What the second layer shows of a grant."""

    id: str
    receipt: str


class Shopper(Visitor):
    """A visitor whose choices go to a real server."""

    def chooses(self, action: str) -> "Shopper":
        """Press one of the banner's buttons, and wait until the server has confirmed it."""
        with self.page.expect_response(lambda answer: answer.url.endswith("/v1/consents")) as answered:
            self.button(action).click()
        assert answered.value.ok, answered.value.text()
        self.page.wait_for_function(_SENT)
        return self

    def withdraws(self) -> "Shopper":
        """Go to the second layer by the button in the corner and take everything back."""
        self.corner.click()
        return self.chooses("withdraw")

    def proof(self) -> Proof:
        """Read id and receipt from the second layer, and leave it."""
        self.corner.click()
        codes = self.dialog.locator(".facts code")
        expect(codes).to_have_count(2)
        found = Proof(*codes.all_inner_texts())
        self.page.keyboard.press("Escape")
        expect(self.dialog).to_be_hidden()
        return found

    def has(self, category: str) -> bool:
        """Ask as a tag in the page does."""
        return bool(self.page.evaluate("(category) => consentinel.has(category)", category))

    def fetches(self, path: str) -> Any:
        """Return the JSON that the page gets from its own origin."""
        return self.page.evaluate("async (path) => (await fetch(path)).json()", path)


class Administrator:
    """Sets an account up, signs in and reads the dashboard."""

    PASSWORD = "correct horse battery staple"

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.main = page.get_by_role("main")

    def sets_up(self, link: str, name: str) -> "Administrator":
        """Follow the one-time link, make the first account, and be signed in."""
        self.page.goto(link)
        self.main.get_by_label("Name").fill(name)
        self.main.get_by_label("Password", exact=True).fill(self.PASSWORD)
        self.main.get_by_label("The password again").fill(self.PASSWORD)
        self.main.get_by_role("button", name="Make the account").click()
        return self._signed_in()

    def signs_out(self) -> "Administrator":
        """End the session; the dashboard then asks who is there."""
        self.page.get_by_role("button", name="Log out").click()
        self.page.goto(f"{self.url}/admin/")
        expect(self.main.get_by_role("heading", name="Log in")).to_be_visible()
        return self

    def signs_in(self, name: str) -> "Administrator":
        """Sign in with the password of the set-up."""
        self.page.goto(f"{self.url}/admin/login")
        self.main.get_by_label("Name").fill(name)
        self.main.get_by_label("Password").fill(self.PASSWORD)
        self.main.get_by_role("button", name="Log in").click()
        return self._signed_in()

    def opens(self, path: str) -> "Administrator":
        """Go to a page below /admin/ and see that it is one."""
        answer = self.page.goto(f"{self.url}/admin/{path}")
        assert answer is not None
        assert answer.ok, answer.text()
        return self

    def tile(self, label: str) -> str:
        """Return the figure in the tile of that label."""
        tiles = self.main.locator(".tile").filter(has=self.page.get_by_text(label, exact=True))
        return tiles.locator(".amount").inner_text()

    def _signed_in(self) -> "Administrator":
        expect(self.page.get_by_role("button", name="Log out")).to_be_visible()
        return self
