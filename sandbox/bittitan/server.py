"""The whole stand-in: the parts put together, started and stopped."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Self

from sandbox.bittitan.api import Api, Credentials, Parts
from sandbox.bittitan.arming import Arsenal
from sandbox.bittitan.calls import CallLog
from sandbox.bittitan.control import Control
from sandbox.bittitan.database import Database, Settings
from sandbox.bittitan.desk import Desk
from sandbox.bittitan.inbox import Catcher, Inbox, MailServer
from sandbox.bittitan.ledger import Ledger
from sandbox.bittitan.pages.site import Site
from sandbox.bittitan.switches import Switches
from sandbox.bittitan.timer import Timer
from sandbox.bittitan.vendor import Vendor
from sandbox.bittitan.web import Answer, Listener, Request, error_answer

DATABASE_FILE = "bittitan.sqlite3"
ADDRESSES_FILE = "sandbox.json"
LATE_SECONDS_MAX = 5.0  # so long a reset waits for calls whose caller has gone


@dataclass(frozen=True, slots=True)
class Options:
    """How to start the stand-in. A port 0 becomes a free one."""

    data_dir: Path
    host: str = "127.0.0.1"
    api_port: int = 0
    control_port: int = 0
    smtp_port: int = 0
    api_key: str = field(default="sandbox-key", repr=False)
    workgroup: str = "sandbox"


class Sandbox:
    """The stand-in, running from `start` to `stop`, or as long as a `with` block."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._opening = Lock()
        options.data_dir.mkdir(parents=True, exist_ok=True)
        self._database = Database(options.data_dir / DATABASE_FILE)
        settings = Settings(self._database)
        self._arsenal = Arsenal(settings)
        switches = Switches(settings)
        ledger = Ledger(self._database)
        vendor = Vendor(self._database, ledger, switches)
        calls = CallLog()
        inbox = Inbox(self._database)
        self._timer = Timer((vendor.run_due, self._arsenal.run_due))
        parts = Parts(
            credentials=Credentials(options.api_key, options.workgroup),
            vendor=vendor,
            ledger=ledger,
            switches=switches,
            arsenal=self._arsenal,
            calls=calls,
            wake_timer=self._timer.wake,
        )
        self.desk = Desk(
            database=self._database,
            ledger=ledger,
            vendor=vendor,
            switches=switches,
            arsenal=self._arsenal,
            calls=calls,
            inbox=inbox,
            wake_timer=self._timer.wake,
            hang_up=self._hang_up,
        )
        self._control = Control(self.desk)
        self._site = Site(self.desk, self.addresses)
        self._api_port = Listener(options.host, options.api_port, Api(parts))
        self._control_port = Listener(options.host, options.control_port, self._front)
        catcher = Catcher(inbox, self._arsenal)
        self._mail = MailServer(options.host, options.smtp_port, catcher, self._arsenal)

    def start(self) -> None:
        """Open all ports and write down where they are."""
        self._mail.start()
        self._control_port.open()
        self._arsenal.on_change = self._open_or_close
        self._open_or_close()
        self._timer.start()
        path = self._options.data_dir / ADDRESSES_FILE
        unfinished = path.with_suffix(".part")
        unfinished.write_text(json.dumps(self.addresses(), indent=2) + "\n")
        unfinished.replace(path)

    def stop(self) -> None:
        """Close all ports and the file."""
        self._timer.stop()
        self._api_port.stop()
        self._control_port.stop()
        self._mail.stop()
        self._database.close()

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()

    def addresses(self) -> dict[str, str | int]:
        """Return where everything is, and what the API wants to be shown."""
        control = self._control_port.url
        return {
            "api_url": self._api_port.url,
            "control_url": control,
            "portal_url": f"{control}/portal",
            "inbox_url": f"{control}/inbox",
            "smtp_host": self._mail.host,
            "smtp_port": self._mail.port,
            "api_key": self._options.api_key,
            "workgroup": self._options.workgroup,
            "pid": os.getpid(),
        }

    def _hang_up(self) -> None:
        with self._opening:
            self._api_port.close(patience_seconds=LATE_SECONDS_MAX)

    def _open_or_close(self) -> None:
        with self._opening:
            if self._arsenal.is_refusing():
                self._api_port.close()
            else:
                self._api_port.open()

    def _front(self, request: Request) -> Answer:
        """Answer on the control port; other sites' pages may not press its buttons."""
        origin = request.headers.find("Origin")
        own = f"http://{request.headers.find('Host')}"
        if request.method not in {"GET", "HEAD"} and origin not in {None, own}:
            return error_answer(403, "forbidden", "This page may not do that.")
        if request.path.startswith("/sandbox/"):
            return self._control(request)
        return self._site(request)
