"""A real mail server on this machine that keeps what it is handed."""

from __future__ import annotations

import email
import email.policy
import queue
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

from kvitto.runs.office import MailServer

SENDER = "office@norrsken.example"


class FreePort(Controller):
    """Listens at a port that the machine chooses."""

    def _trigger_server(self) -> None:
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]  # aiosmtpd leaves it open


class Postbox:
    """What arrived, in order."""

    def __init__(self, port: int) -> None:
        self.arrived: queue.Queue[EmailMessage] = queue.Queue()
        self.server = MailServer("127.0.0.1", port, SENDER, "none")

    def next(self) -> EmailMessage:
        """The next message, which may be on its way."""
        return self.arrived.get(timeout=10)

    def next_to(self, address: str) -> EmailMessage:
        """The next message, which must be to this address."""
        message = self.next()
        assert message["To"] == address
        return message

    def is_empty(self) -> bool:
        """Nothing arrived so far."""
        return self.arrived.empty()


def text_of(message: EmailMessage) -> str:
    """The plain text of a message."""
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def link_in(message: EmailMessage) -> str:
    """The path of the one link in a message."""
    found = re.findall(r"https?://[^/\s]+(/\S*)", text_of(message))
    assert len(found) == 1, text_of(message)
    return str(found[0])


@contextmanager
def mail_server(password: str = "", tls: ssl.SSLContext | None = None) -> Iterator[Postbox]:
    """A mail server on a free port of this machine; with a password it takes nothing without it."""
    boxes: list[Postbox] = []

    class Handler:
        async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802 - its name
            if any("refused" in address for address in envelope.rcpt_tos):
                return "550 no such box"
            raw = envelope.content
            assert isinstance(raw, bytes)
            message = email.message_from_bytes(raw, policy=email.policy.default)
            assert isinstance(message, EmailMessage)
            boxes[0].arrived.put(message)
            return "250 taken"

    def check(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
        is_right = isinstance(given, LoginPassword) and given.password.decode() == password
        return AuthResult(success=is_right, handled=False)

    controller = FreePort(
        Handler(),
        hostname="127.0.0.1",
        port=0,
        authenticator=check if password else None,
        auth_required=bool(password),
        auth_require_tls=False,
        tls_context=tls,
    )
    controller.start()
    boxes.append(Postbox(controller.port))
    yield boxes[0]
    controller.stop()
