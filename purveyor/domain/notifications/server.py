"""The mail server: where it is set, and whether it takes our mails."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from threading import Thread
from typing import Any, cast

from django.conf import settings
from django.core.mail import mailers
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend
from django.db import transaction
from django.utils.translation import gettext as _

from purveyor.domain.notifications.mail import (
    Answer,
    Letter,
    Receipt,
    ServerNotReached,
    connected,
    hand_over,
)
from purveyor.domain.notifications.models import MailServer, Security
from purveyor.kernel.errors import Refused
from purveyor.kernel.journal.operations import changes_of, check, log
from purveyor.kernel.sealed import open_sealed, seal

THE_SERVER = 1
SMTP_PORT = 25
TIMEOUT_SECONDS = 20  # of each step, when a worker hands a mail over
TEST_SECONDS = 10  # of a whole test, for which a person waits
STEP_SECONDS = 5  # of each of its steps
HERE = frozenset({"localhost", "127.0.0.1", "::1"})


class UnsafeServer(Refused):
    """Mails hold coupon codes, so their way is kept from listeners."""

    code = "notifications.unsafe_server"


@dataclass(frozen=True, slots=True)
class Place:
    """Where mails are handed over, for people."""

    host: str
    port: int
    is_from_environment: bool


def find_server() -> MailServer | None:
    """Return the mail server that was set in the BSS, if one was."""
    return MailServer.objects.exclude(host="").filter(pk=THE_SERVER).first()


def the_server() -> MailServer:
    """Return what was set in the BSS; empty if nothing was."""
    return MailServer.objects.filter(pk=THE_SERVER).first() or MailServer(pk=THE_SERVER)


def sender_set() -> str:
    """Return the address that was set as sender of all mails, if one was."""
    found = MailServer.objects.filter(pk=THE_SERVER).values_list("sender", flat=True)
    return found.first() or ""


def place_of_mails() -> Place:
    """Return which server takes our mails, and where that was set."""
    server = find_server()
    if server is not None:
        return Place(server.host, server.port, is_from_environment=False)
    options = cast("dict[str, Any]", settings.MAILERS["default"]).get("OPTIONS", {})
    host, port = options.get("host", "localhost"), options.get("port", SMTP_PORT)
    return Place(host, port, is_from_environment=True)


def mailer_now(*, timeout: float = TIMEOUT_SECONDS) -> BaseEmailBackend:
    """Return the way to the server that takes our mails."""
    server = find_server()
    if server is None:
        return mailers["default"]
    sealed = server.password_sealed
    return EmailBackend(
        alias="mail_server",
        host=server.host,
        port=server.port,
        username=server.user,
        password=open_sealed(sealed).reveal() if sealed else "",
        use_tls=server.security == Security.STARTTLS,
        use_ssl=server.security == Security.TLS,
        timeout=timeout,
    )


@transaction.atomic
def save_server(
    *,
    server: MailServer,
    password: str | None,
    changed: Collection[str],
    actor: str,
    now: datetime,
) -> None:
    """
    Keep where mails are handed over; a password that is None stays as it is.

    :raises Refused: if a field says no.
    :raises UnsafeServer: if codes would travel in clear to another machine.
    """
    server.pk, server.host = THE_SERVER, server.host.strip()
    if server.security == Security.NONE and server.host not in {*HERE, ""}:
        words = _(
            "Mails hold coupon codes. Choose an encryption: without one, only a server "
            "on this machine can be used."
        )
        raise UnsafeServer(words, field="security")
    if password is not None:
        server.password_sealed = seal(password) if password else ""
    if not server.host:
        server.user = ""
    if not server.user:
        server.password_sealed = ""
    check_or_refuse(server)
    changes = changes_of(server, changed)
    server.save()
    log(server, "edit", actor=actor, at=now, changes=changes)


def check_or_refuse(server: MailServer) -> None:
    """Check the fields; that the one row is there already is no complaint."""
    server._state.adding = not MailServer.objects.filter(pk=THE_SERVER).exists()
    check(server)


def try_letter(letter: Letter) -> Receipt:
    """
    Hand a letter over while a person waits, and say within seconds what became of it.

    The server is called by a thread: whatever it does, the person is told in time.
    """
    mailer = mailer_now(timeout=STEP_SECONDS)
    answers: list[Receipt] = []

    def call() -> None:
        try:
            with connected(mailer):
                answers.append(hand_over(letter, mailer))
        except ServerNotReached as refusal:
            answers.append(Receipt(Answer.LATER, refusal.message))

    caller = Thread(target=call, daemon=True)
    caller.start()
    caller.join(TEST_SECONDS)
    if not answers:
        words = _("The mail server has not answered within %(seconds)d seconds.")
        return Receipt(Answer.UNKNOWN, words % {"seconds": TEST_SECONDS})
    return answers[0]
