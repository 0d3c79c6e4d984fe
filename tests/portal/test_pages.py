"""Every page, as each kind of person: who may see it sees it, who may not is told why, others learn nothing."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from kvitto.records.invoices import list_invoices
from kvitto.runs.office import Office
from tests.portal.small_office import (
    ADMINISTRATOR,
    COST_READER,
    CREDIT,
    DISKS,
    LAB,
    MEMORY,
    PROFILE,
    PROFILE_OWNER,
    READER,
    SECTION_READER,
    STRANGER,
    TRIAL,
    YOUNG,
)

pytestmark = pytest.mark.database

LAB_INVOICE, PROFILE_INVOICE = "lab's invoice", "profile's invoice"  # replaced by their numbers
SEEN, REFUSED, NOTHING, LEADS_ON = 200, 403, 404, 302
USAGE_FILE = f"/subscriptions/{LAB}/periods/2024-02-05/usage.csv"
PAGES = {
    # address: {person: answer}; a stranger gets NOTHING everywhere
    f"/subscriptions/{LAB}/invoices/": {
        ADMINISTRATOR: SEEN, READER: SEEN, COST_READER: REFUSED, PROFILE_OWNER: NOTHING, SECTION_READER: NOTHING,
    },
    f"/subscriptions/{LAB}/periods/2024-02-05/": {
        ADMINISTRATOR: SEEN, READER: SEEN, COST_READER: SEEN, PROFILE_OWNER: NOTHING, SECTION_READER: NOTHING,
    },
    f"/subscriptions/{LAB}/periods/2024-03-05/": {
        ADMINISTRATOR: SEEN, READER: SEEN, COST_READER: SEEN, PROFILE_OWNER: NOTHING, SECTION_READER: NOTHING,
    },
    USAGE_FILE: {
        ADMINISTRATOR: SEEN, READER: SEEN, COST_READER: REFUSED, PROFILE_OWNER: NOTHING, SECTION_READER: NOTHING,
    },
    f"/subscriptions/{CREDIT}/invoices/": {ADMINISTRATOR: SEEN, READER: NOTHING, PROFILE_OWNER: NOTHING},
    f"/subscriptions/{DISKS}/invoices/": {
        ADMINISTRATOR: NOTHING, PROFILE_OWNER: LEADS_ON, SECTION_READER: REFUSED,
    },
    f"/subscriptions/{DISKS}/periods/2024-02-01/": {
        ADMINISTRATOR: NOTHING, PROFILE_OWNER: SEEN, SECTION_READER: SEEN,
    },
    f"/subscriptions/{DISKS}/periods/2024-02-01/usage.csv": {
        ADMINISTRATOR: NOTHING, PROFILE_OWNER: SEEN, SECTION_READER: REFUSED,
    },
    f"/subscriptions/{MEMORY}/periods/2024-02-01/": {PROFILE_OWNER: SEEN, SECTION_READER: NOTHING},
    f"/billing-profiles/{PROFILE}/invoices/": {ADMINISTRATOR: NOTHING, PROFILE_OWNER: SEEN, SECTION_READER: NOTHING},
    f"/billing-profiles/{PROFILE}/periods/2024-02-01/": {
        ADMINISTRATOR: NOTHING, PROFILE_OWNER: SEEN, SECTION_READER: NOTHING,
    },
    f"/billing-profiles/{PROFILE}/periods/2024-02-01/usage.csv": {
        ADMINISTRATOR: NOTHING, PROFILE_OWNER: SEEN, SECTION_READER: NOTHING,
    },
    f"/invoices/{LAB_INVOICE}/": {
        ADMINISTRATOR: SEEN, READER: SEEN, COST_READER: REFUSED, PROFILE_OWNER: NOTHING, SECTION_READER: NOTHING,
    },
    f"/invoices/{LAB_INVOICE}.pdf": {
        ADMINISTRATOR: SEEN, READER: REFUSED, COST_READER: REFUSED, PROFILE_OWNER: NOTHING, SECTION_READER: NOTHING,
    },
    f"/invoices/{PROFILE_INVOICE}/": {ADMINISTRATOR: NOTHING, PROFILE_OWNER: SEEN, SECTION_READER: NOTHING},
    f"/invoices/{PROFILE_INVOICE}.pdf": {ADMINISTRATOR: NOTHING, PROFILE_OWNER: SEEN, SECTION_READER: NOTHING},
    "/subscriptions/": {
        ADMINISTRATOR: SEEN, READER: SEEN, COST_READER: SEEN, PROFILE_OWNER: SEEN, SECTION_READER: SEEN, STRANGER: SEEN,
    },
    # ids that never existed, or name something else
    "/subscriptions/none-such/invoices/": {ADMINISTRATOR: NOTHING},
    f"/subscriptions/{PROFILE}/invoices/": {PROFILE_OWNER: NOTHING},
    f"/billing-profiles/{LAB}/invoices/": {ADMINISTRATOR: NOTHING},
    f"/subscriptions/{LAB}/periods/2024-02-06/": {ADMINISTRATOR: NOTHING},
    f"/subscriptions/{LAB}/periods/2024-04-05/": {ADMINISTRATOR: NOTHING},
    f"/subscriptions/{LAB}/periods/2024-02-31/": {ADMINISTRATOR: NOTHING},
    "/invoices/K-2024-999999/": {ADMINISTRATOR: NOTHING},
    "/invoices/K-2024-999999.pdf": {ADMINISTRATOR: NOTHING},
}  # fmt: skip
ROWS = [(page, person, answer) for page, answers in PAGES.items() for person, answer in answers.items()]
STRANGERS = [(page, STRANGER, NOTHING) for page in PAGES if page != "/subscriptions/"]


def _real(address: str) -> str:
    numbers = {invoice.scope.id: invoice.number for invoice in reversed(list_invoices())}
    return address.replace(LAB_INVOICE, numbers[LAB]).replace(PROFILE_INVOICE, numbers[PROFILE])


def _get(client: Client, address: str) -> tuple[str, object]:
    answer = client.get(_real(address))
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    return body.decode("utf-8", "replace"), answer


@pytest.mark.parametrize(("address", "person", "status"), ROWS + STRANGERS)
def test_who_may_open_what(
    office: Office, sign_in: Callable[[str], Client], address: str, person: str, status: int
) -> None:
    """One table: address, person, answer."""
    body, answer = _get(sign_in(person), address)
    assert answer.status_code == status  # type: ignore[attr-defined]
    if status == REFUSED:
        assert "Role that would help" in body
        assert "Who can give it" in body
    if status == NOTHING:
        assert "There is no such page for you" in body


@pytest.mark.parametrize("address", PAGES)
def test_signed_out_every_page_asks_who_one_is(office: Office, client: Client, address: str) -> None:
    """And the sign-in leads back."""
    real = _real(address)
    answer = client.get(real)
    if "2024-02-31" in real:  # no calendar has this day, so no page has this address
        assert answer.status_code == 404
        return
    assert answer.headers["Location"] == f"/sign-in/?next={real}"


def test_ids_of_others_and_ids_that_never_existed_look_alike(office: Office, sign_in: Callable[[str], Client]) -> None:
    """The answers differ in nothing but the address they repeat."""
    client = sign_in(PROFILE_OWNER)
    pages = [client.get(f"/subscriptions/{lab}/invoices/").content.decode() for lab in (LAB, "lab-9999")]
    alike = [re.sub(r"value=\"[^\"]{64}\"|lab-\d{4}", "", page) for page in pages]
    assert alike[0] == alike[1]


def test_the_subscriptions_of_a_person(office: Office, sign_in: Callable[[str], Client]) -> None:
    """Exactly those they may see, with what the open period came to and the latest invoice or its reason."""
    page = sign_in(ADMINISTRATOR).get("/subscriptions/").content.decode()
    assert re.findall(r'class="row-link" href="/subscriptions/([^/]+)/', page) == [CREDIT, LAB, TRIAL, YOUNG]
    assert "93.13\N{NO-BREAK SPACE}USD" in page
    assert "as of 20 Mar 2024 00:00 UTC" in page
    assert "your monthly credit of 150.00\N{NO-BREAK SPACE}USD covered the charges of 3.84\N{NO-BREAK SPACE}USD" in page
    assert "the subscription is a free trial, and nothing is owed" in page
    assert "Disks" not in page


def test_searching_subscriptions(office: Office, sign_in: Callable[[str], Client]) -> None:
    """By name, id or account, in any case; what is not found is said so."""
    client = sign_in(ADMINISTRATOR)
    for search, found in (("LAB", 1), ("young-0004", 1), ("nordlys", 4)):
        page = client.get("/subscriptions/", {"search": search}).content.decode()
        assert page.count('class="row-link"') == found, search
    page = client.get("/subscriptions/", {"search": '<b>"x'}).content.decode()
    assert "No subscription of yours has" in page
    assert "<b>" not in page


def test_someone_without_subscriptions_learns_why(office: Office, sign_in: Callable[[str], Client]) -> None:
    """The empty list names the address, and what would fill it."""
    page = sign_in(STRANGER).get("/subscriptions/").content.decode()
    assert f"No subscription is open to {STRANGER}." in page
    assert "gives this address a role" in page


def test_a_section_reader_sees_the_charges_of_the_section_alone(
    office: Office, sign_in: Callable[[str], Client]
) -> None:
    """No invoice, no other subscription, and links only to what opens."""
    client = sign_in(SECTION_READER)
    page = client.get("/subscriptions/").content.decode()
    assert "Disks" in page
    assert "Memory" not in page
    assert "K-2024" not in page
    link = re.search(r'class="row-link" href="([^"]+)"', page)
    assert link
    usage = client.get(link[1])
    assert usage.status_code == SEEN
    assert "Memory" not in usage.content.decode()
    assert "never open invoices" in usage.content.decode()


def test_the_invoices_of_a_subscription(office: Office, sign_in: Callable[[str], Client]) -> None:
    """Newest first: the estimate with its moment and note, invoices with their documents, the reason where none is."""
    page = sign_in(ADMINISTRATOR).get(f"/subscriptions/{LAB}/invoices/").content.decode()
    assert "as of 20 Mar 2024 00:00 UTC. It may differ from the invoice." in page
    days = re.findall(rf'class="row-link" href="/subscriptions/{LAB}/periods/([^/]+)/', page)
    assert days == ["2024-02-05", "2024-01-05", "2023-12-05"]
    assert page.count(">Download invoice<") == 2
    assert "Not available" in page
    assert "there was no usage in the period" in page
    for number in (invoice.number for invoice in list_invoices() if invoice.scope.id == LAB):
        assert f"/invoices/{number}.pdf?language=lv" in page


def test_where_downloads_are_not_shared_the_list_says_so(office: Office, sign_in: Callable[[str], Client]) -> None:
    """A reader sees the amounts, no button, and whom to ask."""
    page = sign_in(READER).get(f"/subscriptions/{LAB}/invoices/").content.decode()
    assert ">Download invoice<" not in page
    assert "Others than the Account Administrator are not allowed to download invoices here." in page
    assert "Anna Lindqvist" in page


def test_the_chart_the_table_and_the_file_agree(office: Office, sign_in: Callable[[str], Client]) -> None:
    """Each day's bar, row and file lines are the same figure, and the file adds up to the invoice."""
    client = sign_in(ADMINISTRATOR)
    page = client.get(f"/subscriptions/{LAB}/periods/2024-02-05/").content.decode()
    bars = dict(re.findall(r'aria-label="(\d+ \w+ 2024): ([\d.,]+) USD"', page))
    table = dict(re.findall(r'scope="row" class="nowrap">([^<]+)</th>\s*<td[^>]+>([\d.,]+)</td>', page))
    assert len(bars) == 29
    assert bars == table
    body, _ = _get(client, f"/subscriptions/{LAB}/periods/2024-02-05/usage.csv")
    rows = list(csv.DictReader(io.StringIO(body.lstrip("\ufeff"))))
    first_day = sum(Decimal(row["Cost"]) for row in rows if row["Date"] == "02/05/2024")
    assert f"{first_day:.6f}" == bars["5 February 2024"]
    number = list_invoices()[0].number
    foot = page.partition("<tfoot")[2].replace("\N{MINUS SIGN}", "-")
    rounding, charges = re.findall(r">(-?[\d.,]+)</td></tr>", foot)[1:]
    assert sum(Decimal(row["Cost"]) for row in rows if row["ChargeType"] == "Usage") + Decimal(
        rounding
    ) == pytest.approx(Decimal(charges), abs=Decimal("0.000001"))
    lines = re.search(r"harges</th><td[^>]+>([\d.,]+)\s", client.get(f"/invoices/{number}/").content.decode())
    assert number in body
    assert lines
    assert sum(Decimal(row["Cost"]) for row in rows) == Decimal(lines[1])


def test_grouping_and_filters_change_rows_not_truth(office: Office, sign_in: Callable[[str], Client]) -> None:
    """By meter, resource or charge, and for one day, every total is a part of the same whole."""
    client, address = sign_in(ADMINISTRATOR), f"/subscriptions/{LAB}/periods/2024-02-05/"

    def total(**query: str) -> Decimal:
        page = client.get(address, query).content.decode()
        found = re.search(r"<tfoot.*?>([\d.,]+)</td></tr>", page, re.DOTALL)
        assert found, query
        return Decimal(found[1].replace(",", ""))

    whole = total()
    assert {total(by=by) for by in ("day", "meter", "resource", "charge", "nonsense")} == {whole}
    by_meter = total(meter="d2") + total(meter="d8")
    assert abs(by_meter - whole) <= Decimal("0.000001")
    assert total(by="charge", day="2024-02-05") < whole
    assert total(resource="VM-1") < whole
    nothing = client.get(address, {"resource": "no such thing"}).content.decode()
    assert "No usage of the period fits what you chose." in nothing


def test_filters_do_not_touch_the_figure_of_the_period(office: Office, sign_in: Callable[[str], Client]) -> None:
    """What the period came to stands above, whatever part of it is chosen below; of a part of a profile too."""
    for person, address in (
        (ADMINISTRATOR, f"/subscriptions/{LAB}/periods/2024-03-05/"),
        (SECTION_READER, f"/subscriptions/{DISKS}/periods/2024-03-01/"),
    ):
        client = sign_in(person)
        pages = [client.get(address, query).content.decode() for query in ({}, {"day": "2024-03-07", "by": "charge"})]
        figures = [re.findall(r"without tax</dt>\s*<dd>([^<]+)</dd>", page) for page in pages]
        assert figures[0]
        assert figures[0] == figures[1]


def test_many_charges_come_in_pages(office: Office, sign_in: Callable[[str], Client]) -> None:
    """Fifty rows a page; a page that is not there gives the last one."""
    client, address = sign_in(ADMINISTRATOR), f"/subscriptions/{LAB}/periods/2024-02-05/"
    pages = [client.get(address, {"by": "charge", "page": page}).content.decode() for page in ("1", "2", "99", "x")]
    assert [page.count('<th role="rowheader" scope="row" class="nowrap">') for page in pages] == [50, 8, 8, 50]
    assert "51–58 of 58" in pages[1]


def test_a_period_without_usage_says_what_would_fill_it(office: Office, sign_in: Callable[[str], Client]) -> None:
    """No empty chart, no empty table."""
    page = sign_in(ADMINISTRATOR).get(f"/subscriptions/{YOUNG}/periods/2024-03-01/").content.decode()
    assert "No usage was recorded in this period." in page
    assert "<svg" not in page


def test_an_open_period_is_hatched_and_a_final_one_is_not(office: Office, sign_in: Callable[[str], Client]) -> None:
    """What may still change looks so, and says so."""
    client = sign_in(ADMINISTRATOR)
    is_open = client.get(f"/subscriptions/{LAB}/periods/2024-03-05/").content.decode()
    final = client.get(f"/subscriptions/{LAB}/periods/2024-02-05/").content.decode()
    assert 'fill="url(#hatch)"' in is_open
    assert "Hatched: not final" in is_open
    assert 'fill="url(#hatch)"' not in final


def test_the_files_come_as_files(office: Office, sign_in: Callable[[str], Client]) -> None:
    """Type, name, and no place in any cache."""
    client = sign_in(ADMINISTRATOR)
    number = next(invoice.number for invoice in list_invoices() if invoice.scope.id == LAB)
    for address, kind, name in (
        (f"/invoices/{number}.pdf", "application/pdf", f"{number}.pdf"),
        (f"/invoices/{number}.pdf?language=zh-TW", "application/pdf", f"{number}-zh-TW.pdf"),
        (USAGE_FILE, "text/csv; charset=utf-8", f"usage-{LAB}-2024-02-05.csv"),
    ):
        answer = client.get(address)
        assert answer.headers["Content-Type"] == kind
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "private, no-store"
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        assert content.startswith((b"%PDF", "\ufeffSubscriptionId".encode()))


def test_an_mca_subscription_leads_to_its_profiles_invoices(office: Office, sign_in: Callable[[str], Client]) -> None:
    """Invoices of a Customer Agreement are the billing profile's."""
    answer = sign_in(PROFILE_OWNER).get(f"/subscriptions/{DISKS}/invoices/")
    assert answer.headers["Location"] == f"/billing-profiles/{PROFILE}/invoices/"


def test_a_page_cannot_be_posted_to(office: Office, sign_in: Callable[[str], Client]) -> None:
    """Pages only read."""
    assert sign_in(ADMINISTRATOR).post("/subscriptions/").status_code == 405
