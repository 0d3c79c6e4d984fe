"""Mail about sign-ins, on its way out through the office's mail server. Invoices are not sent by mail yet.

Where no server is set, nothing is sent: ask `sends_mail` first and tell people what to do instead. What goes wrong is
told and logged without addresses, links or passwords.
"""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from kvitto.errors import UnableTo
from kvitto.language import Phrase, phrase
from kvitto.runs.office import MailServer, Office

_SECONDS_TO_ANSWER = 10
_log = logging.getLogger("kvitto.mail")
_sender = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mail")


class UnableToMail(UnableTo):
    """The mail server did not take the message."""


def sends_mail(office: Office) -> bool:
    """Whether a mail server is set."""
    return office.mail is not None


def send_mail(office: Office, message: EmailMessage) -> None:
    """Hand the message to the mail server; raises `UnableToMail` if it was not taken, or if there is no server."""
    if office.mail is None:
        raise UnableToMail(phrase("This office sends no mail: “mail_host” is not set in kvitto.toml."))
    message.from_email = office.mail.sender
    try:
        with closing(_connection(office.mail)) as connection:  # also where signing in to it failed
            connection.open()
            connection.send_messages([message])
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise UnableToMail(
            phrase("The mail server {host} did not take the message: {cause}", host=office.mail.host, cause=_why(error))
        ) from None  # its own words may name the address


def send_mail_soon(office: Office, message: EmailMessage) -> Future[None]:
    """Hand the message over in the background, so that a page takes as long for an address that nobody has.

    What goes wrong is in the log; the person can ask once more.
    """
    return _sender.submit(_logging(lambda: send_mail(office, message)))


def _logging(send: Callable[[], None]) -> Callable[[], None]:
    def sent() -> None:
        try:
            send()
        except UnableToMail as error:
            _log.warning("%s", error.phrase)
        except Exception:  # noqa: BLE001 - a fault in a thread would be lost
            _log.exception("a mail could not be made")

    return sent


def _connection(server: MailServer) -> EmailBackend:
    password = server.password_file.read_text(encoding="utf-8").strip() if server.password_file else ""
    return EmailBackend(
        host=server.host,
        port=server.port,
        username=server.user,
        password=password,
        use_tls=server.security == "starttls",
        use_ssl=server.security == "tls",
        timeout=_SECONDS_TO_ANSWER,
    )


def _why(error: Exception) -> Phrase:
    match error:
        case smtplib.SMTPAuthenticationError():
            return phrase("user and password were refused (mail_user, mail_password_file).")
        case smtplib.SMTPRecipientsRefused():
            codes = ", ".join(sorted({str(code) for code, _ in error.recipients.values()}))
            return phrase("it refused the recipient ({code}).", code=codes)
        case smtplib.SMTPResponseException():
            return phrase("it answered {code}.", code=str(error.smtp_code))
        case smtplib.SMTPNotSupportedError():
            return phrase("it does not offer what “mail_security” asks for.")
        case OSError() if error.strerror:
            return phrase("{cause}.", cause=error.strerror)
        case _:
            return phrase("the connection broke off ({kind}).", kind=type(error).__name__)
