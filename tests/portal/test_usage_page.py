"""The page of a period's daily usage: order, what is chosen, the file of it, other months, other time zones."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from kvitto.records.models import AuditEntry, Person
from kvitto.runs.office import Office
from tests.portal.small_office import ADMINISTRATOR, COST_READER, DISKS, LAB, PROFILE_OWNER, READER, STRANGER

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.database
PERIOD = f"/subscriptions/{LAB}/periods/2024-02-05/"


def page_of(client: Client, address: str = PERIOD, **query: str) -> str:
    """The page, which must be there."""
    answer = client.get(address, query)
    assert answer.status_code == 200, query
    return answer.content.decode()


def costs(page: str) -> list[Decimal]:
    """What each row costs."""
    body = page.partition("<tbody")[2].partition("</tbody>")[0]
    return [Decimal(found.replace(",", "")) for found in re.findall(r'class="number lead">([\d.,]+)</td>', body)]


def file_of(client: Client, **query: str) -> list[dict[str, str]]:
    """The rows of the file."""
    answer = client.get(f"{PERIOD}usage.csv", query)
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode().lstrip("\ufeff"))))


@pytest.mark.parametrize("by", ["day", "meter", "resource", "charge"])
def test_a_click_on_a_head_turns_the_order(office: Office, sign_in: SignIn, by: str) -> None:
    """By cost upwards and downwards; the head says which way, and leads to the other."""
    client = sign_in(ADMINISTRATOR)
    down, up = (page_of(client, by=by, sort=sort) for sort in ("-cost", "cost"))
    assert costs(down) == sorted(costs(down), reverse=True)
    assert costs(up) == sorted(costs(up))
    assert max(costs(down)) >= max(costs(up))
    assert re.search(rf'aria-sort="descending"><a class="sort" href="\?by={by}&amp;sort=cost#usage">Cost', down)
    assert re.search(rf'aria-sort="ascending"><a class="sort" href="\?by={by}&amp;sort=-cost#usage">Cost', up)
    assert down.count("aria-sort") == 1


def test_days_and_names_have_an_order_too(office: Office, sign_in: SignIn) -> None:
    """The last day first; meters by their names; every charge by its resource, page after page."""
    client = sign_in(ADMINISTRATOR)
    assert page_of(client, sort="-day").index("4 March 2024</th>") < page_of(client, sort="-day").index(
        "5 February 2024</th>"
    )
    assert re.findall(r'<span class="cell">(D\ds v5)', page_of(client, by="meter", sort="meter")) == [
        "D2s v5",
        "D8s v5",
    ]
    assert re.findall(r'<span class="cell">(D\ds v5)', page_of(client, by="meter", sort="-meter")) == [
        "D8s v5",
        "D2s v5",
    ]
    pages = [page_of(client, by="charge", sort="-resource", page=page) for page in ("1", "2")]
    found = [name for page in pages for name in re.findall(r'<span class="cell">(vm-\d)', page)]
    assert len(found) == 58
    assert found == sorted(found, reverse=True)
    newest = page_of(client, by="charge", sort="-day").partition("<tbody")[2]
    assert newest.index("4 March 2024") < newest.index("20 February 2024")


@pytest.mark.parametrize("sort", ["quantity", "-", "--cost", "cost; drop", "meter", "\0", "x" * 3000])
def test_an_order_that_is_not_offered_is_the_usual_one(office: Office, sign_in: SignIn, sort: str) -> None:
    """Days, oldest first."""
    client = sign_in(ADMINISTRATOR)
    assert costs(page_of(client, sort=sort)) == costs(page_of(client))


@pytest.mark.parametrize(
    "query",
    [
        {"page": "-1"}, {"page": "9" * 50}, {"page": "٣"}, {"day": "2024-13-01"}, {"day": "yesterday"}, {"by": "x"},
        {"resource": "   "}, {"meter": ""},
    ],
)  # fmt: skip
def test_what_makes_no_sense_asks_for_nothing(office: Office, sign_in: SignIn, query: dict[str, str]) -> None:
    """The page is the whole period."""
    client = sign_in(ADMINISTRATOR)
    assert sum(costs(page_of(client, **query))) == sum(costs(page_of(client)))


@pytest.mark.parametrize(
    "query",
    [{"meter": "\0"}, {"resource": "x" * 5000}, {"subscription": DISKS}, {"day": "1999-01-01"}, {"meter": "<b>"}],
)
def test_nothing_fits_strange_filters(office: Office, sign_in: SignIn, query: dict[str, str]) -> None:
    """Nor those that name what is others'."""
    page = page_of(sign_in(ADMINISTRATOR), **query)
    assert "No usage of the period fits what you chose." in page
    assert "<b>" not in page


def test_what_is_chosen_stands_against_the_whole(office: Office, sign_in: SignIn) -> None:
    """In the sentence above the table, and below it."""
    client = sign_in(ADMINISTRATOR)
    page, everything = page_of(client, meter="d2"), page_of(client)
    chosen, whole = sum(costs(page)), sum(costs(everything))
    said = re.search(r"Chosen: ([\d.]+) USD of the period’s ([\d.]+) USD\.", page)
    assert said
    assert [Decimal(said[1]), Decimal(said[2])] == pytest.approx([chosen, whole], abs=Decimal("0.0001"))
    assert "Total of what is chosen" in page
    assert "Total of the period" in page
    assert "Chosen:" not in everything


def test_s26_the_file_of_what_is_chosen(office: Office, sign_in: SignIn) -> None:
    """Every charge that fits, and nothing else; it comes to what the page says. The whole file stays whole."""
    client = sign_in(ADMINISTRATOR)
    page = page_of(client, meter="d2", resource="VM-1", by="resource")
    assert 'href="usage.csv?meter=d2&amp;resource=VM-1"' in page
    rows, whole = file_of(client, meter="d2", resource="VM-1"), file_of(client)
    assert {(row["MeterId"], row["ResourceId"]) for row in rows} == {("d2", "vm-1")}
    assert {row["ChargeType"] for row in rows} == {"Usage"}
    assert sum(Decimal(row["Cost"]) for row in rows) == pytest.approx(sum(costs(page)), abs=Decimal("0.000001"))
    usage = [row for row in whole if row["ChargeType"] == "Usage"]
    assert rows == [row for row in usage if (row["MeterId"], row["ResourceId"]) == ("d2", "vm-1")]
    assert len(whole) > len(usage)
    answer = client.get(f"{PERIOD}usage.csv", {"meter": "d2"})
    list(answer)  # to its end: closing it half-way would end the connection that the test is on
    assert answer.headers["Content-Disposition"] == f'attachment; filename="usage-{LAB}-2024-02-05-chosen.csv"'
    assert AuditEntry.objects.filter(action="document.download", facts__contains="chosen-usage-csv").count() == 2


@pytest.mark.parametrize(
    ("person", "status"), [(READER, 200), (COST_READER, 403), (PROFILE_OWNER, 404), (STRANGER, 404)]
)
def test_filters_give_no_file_to_who_may_not_have_it(office: Office, sign_in: SignIn, person: str, status: int) -> None:
    """The same answer as for the whole; and no link where it would be refused."""
    client = sign_in(person)
    for query in ({}, {"meter": "d2"}, {"day": "2024-02-05"}):
        answer = client.get(f"{PERIOD}usage.csv", query)
        assert answer.status_code == status
        list(answer)
    if status == 403:
        assert "usage.csv" not in page_of(client, meter="d2")


def test_a_file_of_nothing_has_its_heads(office: Office, sign_in: SignIn) -> None:
    """As the page has its empty state."""
    assert file_of(sign_in(ADMINISTRATOR), meter="none-such") == []


def test_other_months_keep_the_filters(office: Office, sign_in: SignIn) -> None:
    """But for the day and the page, which are this month's."""
    page = page_of(sign_in(ADMINISTRATOR), meter="d2", by="charge", sort="-cost", day="2024-02-06", page="1")
    for month in ("2024-01-05", "2024-03-05"):
        assert f'href="../{month}/?meter=d2&amp;by=charge&amp;sort=-cost"' in page
    assert 'href="../2024-01-05/"' in page_of(sign_in(ADMINISTRATOR))


@pytest.mark.parametrize(
    ("zone", "says"),
    [
        ("UTC", ""),
        ("Europe/Stockholm", "In your time zone, Europe/Stockholm, a UTC day begins at 01:00."),
        ("America/New_York", "In your time zone, America/New_York, a UTC day begins the evening before, at 19:00."),
    ],
)
def test_who_lives_elsewhere_is_told_when_a_utc_day_begins(
    office: Office, sign_in: SignIn, zone: str, says: str
) -> None:
    """Days stay UTC, and are said to be."""
    Person.objects.filter(email=ADMINISTRATOR).update(time_zone=zone)
    page = page_of(sign_in(ADMINISTRATOR))
    assert "Days are UTC." in page
    assert says in page
    assert ("In your time zone" in page) is bool(says)
