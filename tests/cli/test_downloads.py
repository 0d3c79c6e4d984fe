"""`kvitto invoices download` and `kvitto usage download`: whole files, or none, and a sentence."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kvitto.cli.invoices import invoices
from kvitto.cli.output import UnableToWrite, write_whole_file
from kvitto.cli.usage import usage
from kvitto.money import exact_sum
from kvitto.records.invoices import list_invoices, load
from kvitto.records.models import AuditEntry, DocumentRecord
from kvitto.runs.make_documents import invoice_pdf
from kvitto.runs.office import Office
from tests.documents.cast import text_of
from tests.runs.offices import FIRST_CLOSE, import_rows, made_and_closed

MakeOffice = Callable[..., Office]
Run = Callable[..., Result]


@pytest.fixture
def closed(office: MakeOffice) -> Office:
    """The small office after its first close."""
    return made_and_closed(office(FIRST_CLOSE))


@pytest.fixture
def run(closed: Office, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command on the closed office."""
    import kvitto.cli.office as door

    monkeypatch.setattr(door, "open_office", lambda _home: closed)
    monkeypatch.setattr(door, "check_ready", lambda _office: None)

    def invoked(*arguments: str) -> Result:
        group = invoices if arguments[0] == "invoices" else usage
        return CliRunner().invoke(group, list(arguments[1:]), catch_exceptions=False)

    return invoked


def number_of(key: str) -> str:
    """The number of the only invoice of this scope."""
    return next(invoice.number for invoice in list_invoices() if invoice.scope.id == key)


def rows_of(content: bytes) -> list[dict[str, str]]:
    """The rows of a usage file."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.django_db
@pytest.mark.database
def test_an_invoice_is_downloaded_as_it_was_stored(run: Run, closed: Office, tmp_path: Path) -> None:
    """The file holds the stored bytes; with a language, a copy; with -, they go to standard output."""
    number, out = number_of("lab"), tmp_path / "invoice.pdf"
    assert run("invoices", "download", number, "--out", str(out)).exit_code == 0
    assert out.read_bytes() == invoice_pdf(closed, number)
    assert run("invoices", "download", number, "--out", str(out), "--language", "sv").exit_code == 0
    assert number in text_of(out.read_bytes())
    assert out.read_bytes() != invoice_pdf(closed, number)
    assert run("invoices", "download", number, "--out", "-").stdout_bytes == invoice_pdf(closed, number)
    assert sorted(path.name for path in tmp_path.iterdir() if "invoice" in path.name) == ["invoice.pdf"]


@pytest.mark.django_db
@pytest.mark.database
def test_a_document_is_downloaded_by_its_kind(run: Run, closed: Office) -> None:
    """One that the invoice has is written; another one is refused with those it has; a kind has no copies."""
    number = number_of("lab")
    written = run("invoices", "download", number, "--out", "-", "--kind", "invoice-pdf")
    assert written.stdout_bytes == invoice_pdf(closed, number)
    refused = run("invoices", "download", number, "--out", "-", "--kind", "summary-pdf")
    assert refused.exit_code == 1
    assert "It has: invoice-pdf." in refused.stderr
    both = run("invoices", "download", number, "--out", "-", "--kind", "invoice-pdf", "--language", "sv")
    assert both.exit_code == 2


@pytest.mark.django_db
@pytest.mark.database
def test_what_cannot_be_downloaded_leaves_the_old_file(run: Run, closed: Office, tmp_path: Path) -> None:
    """An unknown number or a damaged document gives status 1 and a sentence, and touches nothing."""
    out = tmp_path / "invoice.pdf"
    out.write_bytes(b"old")
    said = run("invoices", "download", "K-1999-000001", "--out", str(out))
    assert (said.exit_code, said.stderr) == (1, "There is no invoice K-1999-000001.\n")
    number = number_of("lab")
    (closed.documents_folder / DocumentRecord.objects.get(invoice_id=number).path).write_bytes(b"%PDF-1.7 other")
    said = run("invoices", "download", number, "--out", str(out))
    assert said.exit_code == 1
    assert "is not the one that was made" in said.stderr
    assert out.read_bytes() == b"old"


@pytest.mark.django_db
@pytest.mark.database
@pytest.mark.parametrize("name", ["lab", "laboratory"])
@pytest.mark.parametrize("period", ["2024-02", "2024-02-01"])
def test_usage_is_downloaded_by_id_or_name_and_month_or_day(run: Run, tmp_path: Path, name: str, period: str) -> None:
    """The file of an issued period adds up to the invoice."""
    out = tmp_path / "out.csv"
    assert run("usage", "download", "--subscription", name, "--period", period, "--out", str(out)).exit_code == 0
    assert exact_sum(Decimal(row["Cost"]) for row in rows_of(out.read_bytes())) == load(number_of("lab")).totals.lines


@pytest.mark.django_db
@pytest.mark.database
def test_usage_of_a_subscription_in_a_profile_is_its_own(run: Run) -> None:
    """It has the subscription's rows in its profile's period, with the rounding of its own lines."""
    said = run("usage", "download", "--subscription", "tides", "--period", "2024-02", "--out", "-", "--no-bom")
    assert said.stdout_bytes.startswith(b"SubscriptionId,")
    rows = rows_of(said.stdout_bytes)
    assert {(row["SubscriptionId"], row["BillingProfileId"]) for row in rows} == {("tides", "cork")}
    assert [row["ChargeType"] for row in rows] == ["Usage", "RoundingAdjustment"]
    assert exact_sum(Decimal(row["Cost"]) for row in rows) == Decimal("0.33")


@pytest.mark.django_db
@pytest.mark.database
def test_usage_that_waits_for_a_price_gives_a_file_and_status_3(run: Run, closed: Office, tmp_path: Path) -> None:
    """The file is written, and the sentence says how much is not in it and what to do."""
    import_rows(closed, ["odd,lab,vm1,tpu,1,2024-03-05T00:00:00Z"], "march.csv")
    said = run("usage", "download", "--subscription", "lab", "--period", "2024-03", "--out", str(tmp_path / "out.csv"))
    assert said.exit_code == 3
    assert said.stderr == "1 row of usage waits for a price and is not in the file. Import prices for: tpu.\n"
    assert rows_of((tmp_path / "out.csv").read_bytes()) == []


@pytest.mark.django_db
@pytest.mark.database
@pytest.mark.parametrize(
    ("subscription", "period", "sentence"),
    [
        ("nothing", "2024-02", "No subscription has the id or the name “nothing”."),
        ("lab", "2023-11", "Lab has no billing period 2023-11: its first one begins on 1 February 2024."),
        ("lab", "2024-05", "The billing period 2024-05 has not begun: it is 10 March 2024 now."),
        ("lab", "May", "“May” does not name a billing period."),
    ],
)
def test_usage_that_is_not_there_is_said(
    run: Run, tmp_path: Path, subscription: str, period: str, sentence: str
) -> None:
    """Status 1, a sentence, and no file."""
    out = tmp_path / "out.csv"
    said = run("usage", "download", "--subscription", subscription, "--period", period, "--out", str(out))
    assert said.exit_code == 1
    assert said.stderr.startswith(sentence)
    assert not out.exists()


def test_a_file_is_replaced_only_when_the_new_one_is_whole(tmp_path: Path) -> None:
    """A failure while the pieces come leaves the old file and nothing else."""
    path = tmp_path / "out.csv"
    path.write_bytes(b"old")

    def pieces() -> Iterator[bytes]:
        yield b"half"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_whole_file(path, pieces())
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("out.csv", b"old")]
    write_whole_file(path, [b"n", b"ew"])
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("out.csv", b"new")]
    assert path.stat().st_mode & 0o600 == 0o600


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    """The sentence names the file and the cause."""
    path = tmp_path / "absent" / "out.csv"
    with pytest.raises(UnableToWrite, match=r"out\.csv cannot be written: No such file or directory\."):
        write_whole_file(path, [b""])


@pytest.mark.django_db
@pytest.mark.database
def test_the_usage_behind_an_invoice_is_downloaded_by_its_number(run: Run, tmp_path: Path) -> None:
    """It adds up; a number that is none is said; and one names either an invoice or a subscription with its period."""
    out, number = tmp_path / "out.csv", number_of("lab")
    assert run("usage", "download", "--invoice", number, "--out", str(out)).exit_code == 0
    assert exact_sum(Decimal(row["Cost"]) for row in rows_of(out.read_bytes())) == load(number).totals.lines
    missing = run("usage", "download", "--invoice", "K-1999-000001", "--out", str(out))
    assert (missing.exit_code, missing.stderr) == (1, "There is no invoice K-1999-000001.\n")
    for both in (("--invoice", number, "--subscription", "lab"), ("--subscription", "lab"), ()):
        assert "Name a --subscription and a --period, or an --invoice." in run(
            "usage", "download", *both, "--out", "-"
        ).stderr.replace("\n", " ")


@pytest.mark.django_db
@pytest.mark.database
def test_downloads_and_what_was_not_there_are_noted(run: Run) -> None:
    """By command, of nobody in particular, with what was asked for; a damaged file is neither."""
    number = number_of("lab")
    for asked in (number, "K-1999-000001"):
        run("invoices", "download", asked, "--out", "-")
    run("invoices", "download", number, "--out", "-", "--kind", "summary-pdf")
    for subscription, period in (("lab", "2024-02"), ("lab", "2031-02"), ("nowhere", "2024-02")):
        run("usage", "download", "--subscription", subscription, "--period", period, "--out", "-")
    entries = AuditEntry.objects.filter(action="document.download").order_by("number")
    assert {(entry.door, entry.who) for entry in entries} == {("command", "")}
    assert [(entry.outcome, entry.scope_key, json.loads(entry.facts)["kind"]) for entry in entries] == [
        ("allowed", "", "invoice-pdf"),
        ("not-found", "", "invoice-pdf"),
        ("not-found", "", "summary-pdf"),
        ("allowed", "lab", "usage-csv"),
        ("not-found", "lab", "usage-csv"),
        ("not-found", "", "usage-csv"),
    ]
