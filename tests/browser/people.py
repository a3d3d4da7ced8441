"""People who use the site in a browser. They find things by role and name, as somebody with a screen reader does."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from playwright.sync_api import BrowserContext, Locator, Page, expect

from .lantern import Server
from .pictures import receives_picture_and_sound, shows_moving_picture

SOON_MS = 15_000
expect.set_options(timeout=SOON_MS)  # a busy machine needs longer than the usual 5 s
ROOMS = {"ana": "Spanish with Ana", "bo": "Bo’s guitar evening"}
NAMES = {"ana": "Ana", "bo": "Bo"}
END_PRIVATE = "End the private show"


@dataclass(frozen=True, slots=True)
class ReceiptPage:
    used_ms: int
    total: int
    timeline: list[str]
    own_part: int | None  # what a performer's receipt names, in hundredths


class Person:
    """Somebody with a browser of their own. `page` is the tab in front of them."""

    def __init__(self, login: str, context: BrowserContext, server: Server) -> None:
        self.login = login
        self.context = context
        self.server = server
        context.set_default_timeout(SOON_MS)
        self.page = context.new_page()

    def signs_in(self) -> None:
        self.opens("/login/")
        self.page.get_by_label("Username").fill(self.login)
        self.page.get_by_label("Password").fill(self.login)
        self.page.get_by_role("main").get_by_role("button", name="Sign in").click()
        expect(self.button(f"Sign out {self.login}")).to_be_visible()

    def opens(self, path: str) -> None:
        answer = self.page.goto(self.server.url + path)
        assert answer is not None
        assert answer.ok, f"{path} answers with {answer.status}.\n{self.server.log[-3000:]}"

    def opens_tab(self, path: str) -> Page:
        """Another tab of the same browser; it becomes the one in front."""
        self.page = self.context.new_page()
        self.opens(path)
        return self.page

    def button(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("button", name=name)

    def presses(self, name: str | re.Pattern[str]) -> None:
        self.button(name).click()

    def heading(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("heading", name=name)

    def finds(self, shown: Locator, *, within_ms: int = SOON_MS) -> None:
        expect(shown).to_be_visible(timeout=within_ms)

    def says(self, text: str) -> None:
        self.page.get_by_label("Your message").fill(text)
        self.page.get_by_label("Your message").press("Enter")

    def reads(self, text: str) -> None:
        expect(self.page.get_by_role("log")).to_contain_text(text, timeout=SOON_MS)

    def picture(self) -> Locator:
        return self.page.get_by_label(re.compile("^Live video"))

    def sees_and_hears(self) -> None:
        expect(self.picture()).to_be_visible(timeout=SOON_MS)
        shows_moving_picture(self.picture())
        receives_picture_and_sound(self.page)

    def meter_seconds(self) -> int:
        """What the meter on this page shows."""
        minutes, seconds = self.page.locator("ppv-meter [data-part=used]").inner_text().split(":")
        return int(minutes) * 60 + int(seconds)

    def waits_for_meter(self, seconds: int, *, within_ms: int | None = None) -> None:
        """Paid time passes."""
        self.page.wait_for_function(
            """(wanted) => {
              const [minutes, seconds] = document.querySelector("ppv-meter [data-part=used]").textContent.split(":");
              return Number(minutes) * 60 + Number(seconds) >= wanted;
            }""",
            arg=seconds,
            timeout=within_ms or seconds * 1000 + SOON_MS,
        )

    def meter_amount(self) -> int:
        """What it costs the client or earns the performer so far, in hundredths."""
        return hundredths(self.page.locator("ppv-meter").locator("[data-part=cost], [data-part=earned]").inner_text())

    def opens_receipt(self) -> ReceiptPage:
        self.page.get_by_role("link", name="Open the receipt").click()
        return self.reads_receipt()

    def reads_receipt(self) -> ReceiptPage:
        expect(self.page.get_by_role("heading", name="Receipt", exact=True)).to_be_visible()
        own = self.page.locator("[data-part=share-performer]")
        return ReceiptPage(
            used_ms=int(self.page.locator("[data-part=used]").get_attribute("data-used-ms") or -1),
            total=hundredths(self.page.locator("[data-part=total]").inner_text()),
            timeline=self.page.get_by_role("table").get_by_role("row").all_inner_texts()[1:],
            own_part=hundredths(own.inner_text()) if own.count() else None,
        )


class Performer(Person):
    def goes_live(self, mode: str = "Free") -> None:
        self.opens("/studio/")
        choice = self.page.get_by_role("radio", name=re.compile(f"^{mode}"))
        choice.check()
        if choice.get_attribute("data-recorded") is not None:
            self.page.get_by_role("checkbox", name=re.compile("^This is recorded")).check()
        expect(self.button("Go live")).to_be_enabled(timeout=SOON_MS)
        self.presses("Go live")
        self.finds(self.button("End the show"))
        shows_moving_picture(self.picture())

    def opens_receipt(self) -> ReceiptPage:
        """On air it opens in a tab of its own, which comes to the front."""
        with self.context.expect_page() as opened:
            self.page.get_by_role("link", name="Open the receipt").click()
        self.page = opened.value
        return self.reads_receipt()

    def answers_requests(self, choice: str) -> None:
        """Open, Decline all, Hide button."""
        self.page.get_by_role("radio", name=choice).click()  # an earlier choice may be told meanwhile
        expect(self.page.get_by_role("radio", name=choice)).to_be_checked()

    def request_of(self, name: str) -> Locator:
        return self.page.get_by_role("article").filter(has_text=f"{name} asks for a private show")

    def accepts(self, name: str) -> None:
        self.request_of(name).get_by_role("button", name=re.compile("^Accept")).click()
        self.finds(self.button(END_PRIVATE))

    def answers_free(self, name: str) -> None:
        self.request_of(name).get_by_role("button", name="Answer free").click()
        self.finds(self.button(END_PRIVATE))

    def declines(self, name: str) -> None:
        self.request_of(name).get_by_role("button", name="Decline").click()

    def ends_the_show(self) -> None:
        self.presses("End the show")
        self.page.get_by_role("dialog").get_by_role("button", name="End the show").click()
        self.finds(self.heading("Before you go live"))


class Client(Person):
    def enters_room_of(self, performer: str) -> None:
        """From the listing, as people come."""
        self.opens("/live/")
        self.page.get_by_role("link", name=ROOMS[performer]).click()
        expect(self.page.get_by_role("heading", name=ROOMS[performer], level=1)).to_be_visible()

    def opens_room_of(self, performer: str) -> None:
        self.opens(f"/live/{performer}/")

    @property
    def show_button(self) -> Locator:
        return self.button(re.compile(r"^Private show – "))

    @property
    def ask_dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    def asks_for_private(self, *, camera: bool = True) -> None:
        self.show_button.click()
        dialog = self.ask_dialog
        if camera:
            dialog.get_by_label("Camera on").check()
            dialog.get_by_label("Microphone on").check()
            shows_moving_picture(dialog.get_by_label("How you look"), frames=2)
        dialog.get_by_role("checkbox", name=re.compile("I agree to be charged")).check()
        dialog.get_by_role("button", name=re.compile("^Ask for")).click()
        self.finds(self.heading(re.compile("^Waiting for")))

    def ends_private(self) -> None:
        self.presses(END_PRIVATE)
        self.finds(self.heading("Thank you. It has ended."))

    def enters_paid_show(self) -> None:
        self.presses(re.compile(r"^Enter for"))
        self.finds(self.button("Leave, stop paying"))


def hundredths(text: str) -> int:
    found = re.search(r"-?[\d,]+\.\d\d", text)
    assert found, f"{text!r} is no amount"
    return int(Decimal(found.group().replace(",", "")) * 100)
