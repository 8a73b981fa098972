"""
A worker that is struck down at one exact point of its work.

    python -m tests.support.doomed_worker POINT [SIGKILL | SIGSTOP]

It is `purveyor work`, and the product has no hook for it. The points are told by what
every version of the product must do: statements that write to a table, the commit that
follows, the connector's call, the hand-over of a mail. At the first visit of the point
the process says `doomed_worker: here` and sends itself the signal.
"""

import os
import re
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import django
import httpx
from django.core.mail.backends.smtp import EmailBackend
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from purveyor.connectors.bittitan.connector import BitTitan

CALL_SECONDS = 0.2  #: how long a call is with the vendor when `during_the_call` comes
MAKE_COUPON = ("POST", "/v1/coupons")
ATTEMPTS = "provisioning_attempt"
MESSAGES = "notifications_message"
FINDINGS = "reconciliation_finding"


@dataclass(frozen=True, slots=True)
class Writing:
    """
    A statement that tells which transaction this is.

    Shape: `verb` and `table` of the statement; `word`, if any, is among its parameters.
    """

    verb: str
    table: str
    word: str = ""

    def is_done_by(self, sql: str, params: Any) -> bool:
        """Return whether a statement is such a writing."""
        verb = "INSERT INTO" if self.verb == "INSERT" else self.verb
        if not re.search(rf'\b{verb}\s+"?{self.table}"?\s', sql):
            return False
        return not self.word or self.word in tuple(params or ())


OPENING = Writing("INSERT", ATTEMPTS)
CLOSING = Writing("UPDATE", ATTEMPTS)
WRITTEN = Writing("INSERT", MESSAGES)
SENDING = Writing("UPDATE", MESSAGES, "SENDING")
SENT = Writing("UPDATE", MESSAGES, "SENT")
LINE_DONE = Writing("UPDATE", FINDINGS, "DONE")

#: The commits: which transaction, and whether the point lies before or after it.
COMMITS = {
    "before_the_attempt_is_committed": (OPENING, "before"),
    "after_the_attempt_is_committed": (OPENING, "after"),
    "before_the_result_is_committed": (CLOSING, "before"),
    "after_the_result_is_committed": (CLOSING, "after"),
    "before_the_message_is_committed": (WRITTEN, "before"),
    "after_the_message_is_committed": (WRITTEN, "after"),
    "before_sending_is_committed": (SENDING, "before"),
    "after_sent_is_committed": (SENT, "after"),
    "before_a_line_is_done": (LINE_DONE, "before"),
    "after_a_line_is_done": (LINE_DONE, "after"),
}
CALLS = ("during_the_call", "after_the_answer")
MAILS = ("before_the_hand_over", "after_the_hand_over")
POINTS = (*COMMITS, *CALLS, *MAILS)


class Doom:
    """What strikes the process down: once."""

    def __init__(self, number: signal.Signals) -> None:
        self._number = number
        self._is_due = threading.Lock()

    def strikes(self) -> None:
        """Send the signal to this process, the first time."""
        if self._is_due.acquire(blocking=False):
            sys.stdout.write("doomed_worker: here\n")
            sys.stdout.flush()
            os.kill(os.getpid(), self._number)


class Transactions(threading.local):
    """The writings of this thread's transaction so far."""

    def __init__(self) -> None:
        self.writings: set[Writing] = set()


def watch_commits(writing: Writing, side: str, doom: Doom) -> None:
    """Strike before or after the commit of the first transaction with a writing."""
    seen = Transactions()

    def note(
        execute: Callable[..., Any], sql: Any, params: Any, many: Any, context: Any
    ) -> Any:
        answer = execute(sql, params, many, context)
        is_idle = writing.verb == "UPDATE" and context["cursor"].rowcount == 0
        if not is_idle and writing.is_done_by(str(sql), params):
            seen.writings.add(writing)
        return answer

    def listen(connection: BaseDatabaseWrapper, **_facts: Any) -> None:
        connection.execute_wrappers.append(note)

    def commit(self: BaseDatabaseWrapper) -> None:
        is_it = writing in seen.writings
        seen.writings.clear()
        if is_it and side == "before":
            doom.strikes()
        plain_commit(self)
        if is_it and side == "after":
            doom.strikes()

    def rollback(self: BaseDatabaseWrapper) -> None:
        seen.writings.clear()
        plain_rollback(self)

    plain_commit, plain_rollback = (
        BaseDatabaseWrapper.commit,
        BaseDatabaseWrapper.rollback,
    )
    wrap(BaseDatabaseWrapper, "commit", commit)
    wrap(BaseDatabaseWrapper, "rollback", rollback)
    connection_created.connect(listen, weak=False)


def watch_calls(point: str, doom: Doom) -> None:
    """Strike while the vendor is asked for a coupon, or when it has just answered."""
    if point == "during_the_call":
        watch_the_wire(doom)
        return
    plain = BitTitan.provision

    def provision(self: BitTitan, request: Any) -> Any:
        answer = plain(self, request)
        doom.strikes()
        return answer

    wrap(BitTitan, "provision", provision)


def watch_the_wire(doom: Doom) -> None:
    """Strike when the vendor has had a call for a coupon for a moment."""
    plain = httpx.AsyncHTTPTransport.handle_async_request

    async def handle(
        self: httpx.AsyncHTTPTransport, request: httpx.Request
    ) -> httpx.Response:
        told = request.extensions["trace"]

        async def trace(event: str, facts: object) -> None:
            await told(event, facts)
            if event == "http11.send_request_body.complete":
                threading.Timer(CALL_SECONDS, doom.strikes).start()

        if (request.method, request.url.path) == MAKE_COUPON:
            request.extensions = {**request.extensions, "trace": trace}
        return await plain(self, request)

    wrap(httpx.AsyncHTTPTransport, "handle_async_request", handle)


def watch_mails(point: str, doom: Doom) -> None:
    """Strike just before a mail is handed over, or when the server has taken it."""
    plain = EmailBackend.send_messages

    def send_messages(self: EmailBackend, mails: Any) -> Any:
        if point == "before_the_hand_over":
            doom.strikes()
        count = plain(self, mails)
        if point == "after_the_hand_over":
            doom.strikes()
        return count

    wrap(EmailBackend, "send_messages", send_messages)


def wrap(owner: type, name: str, function: Callable[..., Any]) -> None:
    """Put a function of ours in the place of a method."""
    setattr(owner, name, function)


def main(point: str, signal_name: str = "SIGKILL") -> int:
    """Work until the point is reached."""
    if point not in POINTS:
        message = f"There is no point {point}; there are {', '.join(POINTS)}."
        raise SystemExit(message)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "purveyor.project.settings")
    django.setup()
    doom = Doom(signal.Signals[signal_name])
    if point in COMMITS:
        watch_commits(*COMMITS[point], doom)
    elif point in CALLS:
        watch_calls(point, doom)
    else:
        watch_mails(point, doom)
    work = import_module("purveyor.faces.console.work")  # needs Django to be set up
    return int(work.run())


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
