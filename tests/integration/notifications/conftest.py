"""A mail server of our own on loopback, which can be told how to answer."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern
from typing import cast

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import connection
from django.db.models import Q

from purveyor.domain.accounts.models import Organization
from purveyor.domain.notifications.models import Message, Notification, Template
from purveyor.domain.notifications.operations import send_message
from purveyor.kernel.journal.models import Entry
from purveyor.kernel.work.engine import Due
from purveyor.kernel.work.leases import Lease, claim
from tests.factories.accounts import an_organization

TIMEOUT_SECONDS = 0.5


@dataclass
class Mailbox:
    """A mail server: what it took, and how it answers each step instead."""

    taken: list[EmailMessage] = field(default_factory=list)
    envelopes: list[list[str]] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    refused_address: str = ""
    quotes_the_mail: bool = False
    port: int = 0

    def __post_init__(self) -> None:
        """Give the steps the names under which aiosmtpd calls them."""
        for step in ("MAIL", "RCPT", "DATA", "QUIT"):
            setattr(self, f"handle_{step}", getattr(self, f"_take_{step.lower()}"))

    async def _take_mail(
        self, server: SMTP, _session: Session, envelope: Envelope, *words: object
    ) -> str:
        envelope.mail_from = str(words[0])
        return await self._answer("MAIL", server)

    async def _take_rcpt(
        self, server: SMTP, _session: Session, envelope: Envelope, *words: object
    ) -> str:
        if words[0] == self.refused_address:
            return "550 5.1.1 Nobody of that name"
        envelope.rcpt_tos.append(str(words[0]))
        return await self._answer("RCPT", server)

    async def _take_data(
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        content = envelope.original_content or b""
        mail = message_from_bytes(content, policy=modern)
        if self.quotes_the_mail:
            quoted = text_of(mail).encode("ascii", "replace").decode()
            return f"554 Not wanted: {' '.join(quoted.split())[:300]}"
        answer = await self._answer("DATA", server)
        if answer.startswith("250"):
            self.taken.append(mail)
            self.envelopes.append(envelope.rcpt_tos)
        return answer

    async def _take_quit(self, server: SMTP, *_about: object) -> str:
        return await self._answer("QUIT", server)

    async def _answer(self, step: str, server: SMTP) -> str:
        answer = self.answers.get(step, "250 OK")
        if answer == "hang up":
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        elif answer == "say nothing":
            await asyncio.get_running_loop().create_future()
        return answer


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    """Return the text or the HTML of a mail."""
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


MAILS = (Due(Message, "due_at", send_message),)


def lease_on(message: Message, now: datetime) -> Lease:
    """Take a message as a worker does."""
    [lease] = claim(Message, now=now, limit=1, only=Q(pk=message.pk))
    return lease


def send(message: Message, now: datetime) -> Message:
    """Take a message and send it, once."""
    send_message(lease=lease_on(message, now), now=now)
    message.refresh_from_db()
    return message


def everything_stored() -> str:
    """Return all that the tables of mails and the journal hold."""
    models = (Message, Notification, Template, Entry)
    return repr([list(model.objects.values()) for model in models])


@pytest.fixture
def mailbox(settings) -> Iterator[Mailbox]:
    """Start a mail server, and have mails sent to it."""
    box, loop = Mailbox(), asyncio.new_event_loop()
    server = loop.run_until_complete(
        loop.create_server(
            lambda: SMTP(box, hostname="mail.example", loop=loop), "127.0.0.1", 0
        )
    )
    box.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    settings.MAILERS = mailers_for(box.port)
    yield box
    asyncio.run_coroutine_threadsafe(_close(server), loop).result(5)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def mailers_for(port: int) -> dict[str, object]:
    """Return the setting that sends mails to a port of this machine."""
    options = {"host": "127.0.0.1", "port": port, "timeout": TIMEOUT_SECONDS}
    backend = "django.core.mail.backends.smtp.EmailBackend"
    return {"default": {"BACKEND": backend, "OPTIONS": options}}


async def _close(server: asyncio.Server) -> None:
    server.close()
    mine = asyncio.current_task()
    others = [task for task in asyncio.all_tasks() if task is not mine]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


@pytest.fixture
def wake_ups(
    django_capture_on_commit_callbacks,
) -> Callable[[], AbstractContextManager[list[Callable[[], None]]]]:
    """Return what captures wake-up calls; those of earlier steps are forgotten."""

    def capture() -> AbstractContextManager[list[Callable[[], None]]]:
        connection.run_on_commit = []
        return cast(
            "AbstractContextManager[list[Callable[[], None]]]",
            django_capture_on_commit_callbacks(),
        )

    return capture


@pytest.fixture
def profile() -> Organization:
    """Fill in the distributor's profile."""
    return an_organization()
