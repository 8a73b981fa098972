"""An inspector of pages: opens them in Chromium and notes all that is wrong there."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Response

WEIGHT_MAX = 200 * 1024
HTML = "text/html"
SIZES = {"desk": (1440, 900), "tablet": (768, 1024), "phone": (360, 740)}
JUDGED = ("desk", "phone")
LOOKS = ("light", "dark")

#: Rules of WCAG 2.2 that axe asks on demand.
FURTHER_RULES = {"target-size": {"enabled": True}}

AXE = """async (options) => {
  const found = await axe.run(document, options);
  return found.violations.flatMap((rule) => rule.nodes.map(
    (node) => `${rule.id}: ${node.failureSummary} ${node.target} ${node.html}`
  ));
}"""
#: The forms of a page that want something, each made to be sent without it.
WANTING = """() => [...document.querySelectorAll("main form[method=post]")]
  .filter((form) => form.querySelector("[required]:not([type=hidden])"))"""
SENDS_NOTHING = f"""(number) => {{
  const form = ({WANTING})()[number];
  form.noValidate = true;
  for (const each of form.querySelectorAll("[required]:not([type=hidden])")) {{
    each.value = "";
    each.checked = false;
  }}
  form.requestSubmit();
}}"""
SAYS_WHAT_IS_WRONG = "[role=alert], .wrong, .message.error"
OVERHANG = """() => [...document.querySelectorAll("body *")]
  .filter((each) => document.documentElement.scrollWidth > innerWidth
    && each.getBoundingClientRect().right > innerWidth + 1)
  .map((each) => each.outerHTML.slice(0, 120)).slice(0, 3)"""

#: What every answer says, whatever it holds.
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=()",
    "content-security-policy": "default-src 'none'",
}


class Inspector:
    """
    Opens pages as one visitor does; `complaints` has a line for each thing wrong.

    The HTML of each page is kept in a folder, for a checker to read all of it at once.
    """

    def __init__(self, context: BrowserContext, *, site: str, kept: Path) -> None:
        self.context, self.site, self.kept = context, site, kept
        kept.mkdir()
        self.complaints: list[str] = []
        context.add_init_script(AXE_SCRIPT)
        self.page: Page = context.new_page()
        self.page.emulate_media(reduced_motion="reduce")
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self._note(f"script: {error}"))
        self._name, self._weight = "", 0
        self._listen_to_the_wire()

    def opens(self, name: str, address: str) -> str:
        """Open an address, look at what it answers, and return of what kind it is."""
        answer = self.context.request.get(self.site + address, max_redirects=0)
        kind = answer.headers.get("content-type", "").partition(";")[0]
        self._name = name
        self._check_headers(answer.headers)
        if kind != HTML or not answer.ok:
            return kind if answer.ok else str(answer.status)
        self.looks_at(name, address)
        return kind

    def sends_nothing(self, name: str, address: str) -> None:
        """Send each form of an open page without what it wants; it must say so."""
        for number in range(self.page.evaluate(f"({WANTING})().length")):
            self.page.goto(address)
            name_of_answer = f"{name}, refused {number}"
            send = partial(self.page.evaluate, SENDS_NOTHING, number)
            self.looks_at(name_of_answer, send, judged=JUDGED[-1:])
            if not self.page.locator(SAYS_WHAT_IS_WRONG).count():
                self._note("does not say what is wrong")

    def looks_at(
        self,
        name: str,
        way: str | Callable[[], object],
        *,
        judged: tuple[str, ...] = JUDGED,
    ) -> None:
        """Look at where an address or an act leads; axe judges some sizes of it."""
        self._name, self._weight = name, 0
        self._sees("desk", "light")
        with self.page.expect_navigation() as leading:
            self.page.goto(way) if isinstance(way, str) else way()
        self.page.evaluate("document.fonts.ready.then(() => 0)")
        answer = leading.value
        assert answer is not None, name
        self._check_page(answer)
        for size in SIZES:
            self._sees(size, LOOKS[0])
            self._looks_for_overhang(size)
        for size in judged:
            for look in LOOKS:
                self._sees(size, look)
                self._asks_axe(size, look)
        if self._weight > WEIGHT_MAX:
            self._note(f"loads {self._weight} bytes")

    def _check_page(self, answer: Response) -> None:
        self._check_headers(answer.all_headers())
        (self.kept / f"{self._name}.html").write_bytes(answer.body())

    def _check_headers(self, headers: dict[str, str]) -> None:
        for header, told in HEADERS.items():
            if told not in headers.get(header, ""):
                self._note(f"{header} is {headers.get(header)!r}")
        if "unsafe" in headers.get("content-security-policy", ""):
            self._note("its policy allows what is unsafe")

    def _sees(self, size: str, look: Any) -> None:
        width, height = SIZES[size]
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.emulate_media(color_scheme=look)

    def _looks_for_overhang(self, size: str) -> None:
        found = self.page.evaluate(OVERHANG)
        self._note(*(f"{size}: sticks out: {each}" for each in found))

    def _asks_axe(self, size: str, look: str) -> None:
        options = {
            "resultTypes": ["violations"],
            "preload": False,
            "rules": FURTHER_RULES,
        }
        found = self.page.evaluate(AXE, options)
        self._note(*(f"{size}, {look}: {each}" for each in found))

    # -------------------------------------------------------------- what is loaded

    def _listen_to_the_wire(self) -> None:
        wire = self.context.new_cdp_session(self.page)
        wire.send("Network.enable")
        wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
        wire.on("Network.requestWillBeSent", self._ask)
        wire.on("Network.loadingFinished", self._weigh)

    def _ask(self, event: Any) -> None:
        address = event["request"]["url"]
        if not address.startswith((f"{self.site}/", "data:")):
            self._note(f"asks {address}")

    def _weigh(self, event: Any) -> None:
        self._weight += event["encodedDataLength"]

    def _hear(self, said: ConsoleMessage) -> None:
        is_of_page = said.location["url"] == self.page.url
        tells_status = is_of_page and said.text.startswith("Failed to load resource")
        if said.type in {"error", "warning"} and not tells_status:
            self._note(f"console: {said.text}")

    def _note(self, *complaints: str) -> None:
        self.complaints += (f"{self._name}: {each}" for each in complaints)
