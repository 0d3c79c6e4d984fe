"""Mail about sign-ins through a real mail server, and what is said when it cannot leave."""

from __future__ import annotations

import logging
import socket
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.mail import EmailMessage

from kvitto.runs.mail_out import UnableToMail, send_mail, send_mail_soon
from kvitto.runs.office import MailServer, Office
from tests.mail_server import SENDER, mail_server, text_of

PASSWORD = "hunter-of-cents"
TO = "anna@nordlys.example"


def message(to: str = TO) -> EmailMessage:
    """Something to send."""
    return EmailMessage("Räkningar", "Hej.\nhttps://bills.example/link/secret-token", to=[to])


def office(server: MailServer | None) -> Office:
    """An office with this mail server."""
    return Office(Path(), mail=server)


def failure(server: MailServer | None, to: str = TO) -> str:
    """The sentence of a mail that cannot leave."""
    with pytest.raises(UnableToMail) as failed:
        send_mail(office(server), message(to))
    assert failed.value.__cause__ is None
    return str(failed.value.phrase)


def test_a_message_arrives_as_it_was_written() -> None:
    """From the office's address, in any script."""
    with mail_server() as postbox:
        send_mail(office(postbox.server), message())
        arrived = postbox.next_to(TO)
    assert (arrived["Subject"], arrived["From"]) == ("Räkningar", SENDER)
    assert text_of(arrived).startswith("Hej.")


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # on this machine only
def test_it_signs_in_with_the_password_of_the_file(tmp_path: Path) -> None:
    """The file is read when it is needed: a new password counts at once. A wrong one is told, and not shown."""
    file = tmp_path / "mail.password"
    with mail_server(PASSWORD) as postbox:
        server = replace(postbox.server, user="kvitto", password_file=file)
        file.write_text(f"{PASSWORD}\n")
        send_mail(office(server), message())
        assert postbox.next_to(TO)
        file.write_text("wrong")
        said = failure(server)
    assert "user and password were refused (mail_user, mail_password_file)." in said
    assert "wrong" not in said


def test_what_goes_wrong_is_told_without_addresses() -> None:
    """A server that is not there, one without TLS, a recipient it does not know, and no server at all."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = MailServer("127.0.0.1", taken.getsockname()[1], SENDER, "none")
        assert "did not take the message: Connection refused." in failure(nobody)
    with mail_server() as postbox:
        assert "does not offer what “mail_security” asks for." in failure(replace(postbox.server, security="starttls"))
        said = failure(postbox.server, "refused@nordlys.example")
        assert "it answered 550." in said
        assert "nordlys" not in said
    assert "“mail_host” is not set" in failure(None)


def test_in_the_background_a_failure_is_logged_without_secrets(caplog: pytest.LogCaptureFixture) -> None:
    """Neither the address nor the link stands in the log."""
    with caplog.at_level(logging.WARNING), mail_server() as postbox:
        send_mail_soon(office(postbox.server), message("refused@nordlys.example")).result(10)
        send_mail_soon(office(postbox.server), message()).result(10)
        assert postbox.next_to(TO)
    assert "it answered 550." in caplog.text
    assert "nordlys" not in caplog.text
    assert "secret-token" not in caplog.text
