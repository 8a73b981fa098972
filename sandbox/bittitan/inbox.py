"""The inbox: catches every mail sent over SMTP, and can be made to fail."""

import asyncio
import json
import threading
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern
from typing import cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from sandbox.bittitan import clock
from sandbox.bittitan.arming import Arsenal
from sandbox.bittitan.database import Database, Json

MAILS_KEPT_MAX = 5_000
MAIL_BYTES_MAX = 20_000_000


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that was caught."""

    id: int
    sender: str
    recipients: tuple[str, ...]
    subject: str
    message_id: str
    text: str
    html: str
    received_at: str

    def facts(self) -> dict[str, Json]:
        """Return the mail as the control interface shows it."""
        return {
            "id": self.id,
            "from": self.sender,
            "to": list(self.recipients),
            "subject": self.subject,
            "message_id": self.message_id,
            "text": self.text,
            "html": self.html,
            "received_at": self.received_at,
        }


class Inbox:
    """All mails caught, newest kept."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, content: bytes, *, sender: str, recipients: list[str]) -> None:
        """Keep one mail as it came over the wire."""
        message = message_from_bytes(content, policy=modern)
        self._database.write(
            "INSERT INTO mail (sender, recipients, subject, message_id, text, html,"
            " received_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            str(message.get("From", sender)),
            json.dumps(recipients),
            str(message.get("Subject", "")),
            str(message.get("Message-ID", "")),
            _part(message, "plain"),
            _part(message, "html"),
            clock.written(clock.now()),
        )
        self._database.write(
            "DELETE FROM mail WHERE id <= (SELECT MAX(id) FROM mail) - ?",
            MAILS_KEPT_MAX,
        )

    def listed(self) -> list[Mail]:
        """Return all mails, oldest first."""
        rows = self._database.rows("SELECT * FROM mail ORDER BY id")
        return [
            Mail(**{**dict(row), "recipients": tuple(json.loads(row["recipients"]))})
            for row in rows
        ]

    def find(self, number: int) -> Mail | None:
        """Return one mail, or None."""
        return next((mail for mail in self.listed() if mail.id == number), None)

    def count(self) -> int:
        """Return how many mails there are."""
        return int(self._database.rows("SELECT COUNT(*) AS n FROM mail")[0]["n"])

    def clear(self) -> None:
        """Throw all mails away."""
        self._database.write("DELETE FROM mail")


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part else ""


class Catcher:
    """Answers the mail client; faults first."""

    def __init__(self, inbox: Inbox, arsenal: Arsenal) -> None:
        self._inbox = inbox
        self._arsenal = arsenal

    async def take_recipient(
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        """Take a recipient."""
        del server, session, options
        if self._arsenal.strike_mail("smtp_reject_550"):
            return "550 5.1.1 Mailbox unavailable"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def take_mail(
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Take the mail itself."""
        del server, session
        if self._arsenal.strike_mail("smtp_error_after_data_451"):
            return "451 4.3.0 Try again later"
        self._inbox.keep(
            envelope.original_content or b"",
            sender=envelope.mail_from or "",
            recipients=envelope.rcpt_tos,
        )
        return "250 OK"


for _name, _hook in (("RCPT", Catcher.take_recipient), ("DATA", Catcher.take_mail)):
    setattr(Catcher, f"handle_{_name}", _hook)  # the names the library looks for


class CutOff(asyncio.Protocol):
    """Cuts the connection before a word is said."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Cut it."""
        transport.close()


class MailServer:
    """The SMTP port, in a thread with a loop of its own."""

    def __init__(
        self, host: str, port: int, catcher: Catcher, arsenal: Arsenal
    ) -> None:
        self.host = host
        self.port = port
        self._catcher = catcher
        self._arsenal = arsenal
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server: asyncio.Server | None = None

    def start(self) -> None:
        """Open the port; a port 0 becomes a free one."""
        self._server = self._loop.run_until_complete(
            self._loop.create_server(self._greet, self.host, self.port)
        )
        self.port = self._server.sockets[0].getsockname()[1]
        self._thread.start()

    def stop(self) -> None:
        """Close the port and end the thread."""
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(5)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        self._loop.close()

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
        waiting = asyncio.all_tasks() - {
            cast("asyncio.Task[None]", asyncio.current_task())
        }
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    def _greet(self) -> asyncio.Protocol:
        if self._arsenal.strike_mail("smtp_refuse"):
            return CutOff()
        return SMTP(
            self._catcher,
            hostname="sandbox.example",
            ident="Inbox of the stand-in",
            data_size_limit=MAIL_BYTES_MAX,
            enable_SMTPUTF8=True,
            loop=self._loop,
            auth_require_tls=False,
            authenticator=_let_in,
        )


def _let_in(*login: object) -> AuthResult:
    """Let everybody in; the inbox accepts all mail."""
    del login
    return AuthResult(success=True)
