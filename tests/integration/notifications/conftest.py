"""A mail server of our own on loopback, which can be told how to answer."""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern
from typing import cast

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from purveyor.domain.accounts.models import Organization
from tests.factories.notifications import the_organization

TIMEOUT_SECONDS = 0.5


@dataclass
class Mailbox:
    """A mail server: what it took, and how it answers each step instead."""

    taken: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    refused_address: str = ""
    quotes_the_mail: bool = False
    port: int = 0

    async def handle_MAIL(  # the name is aiosmtpd's
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        _: object,
    ) -> str:
        envelope.mail_from = address
        return await self._answer("MAIL", server)

    async def handle_RCPT(
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        _: object,
    ) -> str:
        if address == self.refused_address:
            return "550 5.1.1 Nobody of that name"
        envelope.rcpt_tos.append(address)
        return await self._answer("RCPT", server)

    async def handle_DATA(
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        mail = cast(
            "EmailMessage",
            message_from_bytes(envelope.original_content or b"", policy=modern),
        )
        if self.quotes_the_mail:
            return f"554 Not wanted: {' '.join(text_of(mail).split())[:400]}"
        answer = await self._answer("DATA", server)
        if answer.startswith("250"):
            self.taken.append(mail)
            self.envelopes.append((envelope.mail_from or "", envelope.rcpt_tos))
        return answer

    async def handle_QUIT(
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        return await self._answer("QUIT", server)

    async def _answer(self, step: str, server: SMTP) -> str:
        answer = self.answers.get(step, "250 OK")
        if answer == "hang up":
            assert server.transport is not None
            server.transport.abort()
        elif answer == "say nothing":
            await asyncio.get_running_loop().create_future()
        return answer


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    """Return the text or the HTML of a mail."""
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


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
def profile() -> Organization:
    """Fill in the distributor's profile."""
    return the_organization()
