"""The pages of an enrollment, a partner and its customer, and of changed invoices, in a real browser."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from kvitto.config.home import make_home
from kvitto.money import Money
from kvitto.periods import midnight
from kvitto.records.models import InvoiceRecord, Person
from kvitto.records.office import set_office_fact
from kvitto.runs.apply_agreements import apply
from kvitto.runs.closing.issue_invoices import close
from kvitto.runs.import_prices import import_prices
from kvitto.runs.invoice_life.credit import Part, credit
from kvitto.runs.invoice_life.rebill import rebill
from kvitto.runs.make_documents import render_missing
from kvitto.runs.office import Office
from tests.campaign import size
from tests.kept_offices import laid_out
from tests.portal.small_office import PASSWORD
from tests.portal.test_enterprise_and_partner_pages import AGREEMENTS, NAMES
from tests.portal.windows import IN_BROWSER, LOOKS, Open, find_no_fault, find_nothing_too_wide, looked_at
from tests.runs import offices

pytestmark = IN_BROWSER

ROWS = [
    f"{day}-{name},{name},vm{number},cpu,{10 * number}.123456789,2024-{day}T10:00:00Z"
    for day in ("02-03", "02-04", "03-03", "03-04")
    for number, name in enumerate(("simulation", "archive", "ovens"), start=1)
]


def _agreements() -> str:
    """Department administrators and the customer may view charges, account owners may not."""
    enrollment = 'department-administrators-view-charges = "Allowed"\naccount-owners-view-charges = "NotAllowed"\n'
    sold_to = "[enterprise_agreements.sold_to]"
    agreements = AGREEMENTS.replace(sold_to, f"[enterprise_agreements.policies]\n{enrollment}{sold_to}")
    return agreements.replace(
        'name = "Bakery"\n', 'name = "Bakery"\npolicies = { customer-views-charges = "Allowed" }\n'
    )


@pytest.fixture
def numbers(transactional_db: None, tmp_path: Path, settings: Settings) -> dict[str, str]:
    """The numbers of an enrollment's invoice and credit note, and of a partner's void invoice and the new one."""
    make_home(tmp_path)
    office = Office(home=tmp_path, clock=midnight(date(2024, 3, 20)))
    set_office_fact("usage_buckets", "8")
    settings.OFFICE = office
    return laid_out(office, "changed invoices", lambda: _build(office))


def _build(office: Office) -> dict[str, str]:
    apply(office, offices.written(office, "agreements.toml", _agreements()))
    for sheet, price in (("list", "1.5"), ("partner", "0.5")):
        mapping = offices.PRICE_MAPPING.replace('"list"', f'"{sheet}"')
        files = (
            offices.written(office, "prices.toml", mapping),
            offices.written(office, f"{sheet}.csv", f"meter,price,valid_from\ncpu,{price},2024-01-01\n"),
        )
        import_prices(office, files[0], [files[1]])
    offices.import_rows(office, ROWS)
    close(office)
    for person in Person.objects.all():
        person.set_password(PASSWORD)
        person.directory, person.directories = "works.example", ["elsewhere.example"]
        person.save()
    enrollment, partner = (
        InvoiceRecord.objects.get(scope_key=key, period_start=date(2024, 2, 1)).number
        for key in ("works", "reseller-usd")
    )
    note = credit(office, enrollment, Part(amount=Money(Decimal(10), "USD")), "complaint 1").credit_note.number
    replaced = rebill(office, partner).replacement.number
    render_missing(office)
    return {"enrollment": enrollment, "note": note, "void": partner, "new": replaced}


PAGES = {
    "enrollment's administrator": ("edda", "/subscriptions/"),
    "department's administrator": ("dag", "/subscriptions/"),
    "account owner who may not see charges": ("olof", "/subscriptions/"),
    "partner": ("pia", "/subscriptions/"),
    "partner's customer": ("kim", "/subscriptions/"),
    "enrollment's invoices": ("edda", "/billing-accounts/works/invoices/"),
    "enrollment's invoice": ("edda", "/invoices/{enrollment}/"),
    "credit note": ("edda", "/invoices/{note}/"),
    "enrollment's usage": ("edda", "/billing-accounts/works/periods/2024-02-01/"),
    "department's usage": ("dag", "/departments/research/periods/2024-03-01/"),
    "account's usage": ("edda", "/enrollment-accounts/lab/periods/2024-03-01/"),
    "closed to account owners": ("olof", "/subscriptions/simulation/periods/2024-03-01/"),
    "partner's invoices": ("pia", "/billing-profiles/reseller-usd/invoices/"),
    "void invoice": ("pia", "/invoices/{void}/"),
    "new invoice": ("pia", "/invoices/{new}/"),
    "customer's usage": ("pia", "/customers/bakery/periods/2024-03-01/"),
    "usage at list prices": ("kim", "/subscriptions/ovens/periods/2024-03-01/"),
}
ALIKE = {"department's administrator", "enrollment's usage", "account's usage", "customer's usage", "new invoice"}
"""On a wide window these look like others; the phone's tells enough."""


ONLY_HERE = {"credit note", "void invoice", "new invoice", "closed to account owners", "usage at list prices"}


@pytest.mark.campaign
@pytest.mark.parametrize(("width", "colours"), LOOKS[: size(sample=1, full=len(LOOKS))])
def test_axe_finds_no_violation_and_nothing_is_too_wide(
    open_window: Open, numbers: dict[str, str], width: int, colours: str
) -> None:
    """On every page, with the menus open too; the directory can be switched there. A tablet's width lies between."""
    windows: dict[str, Page] = {}
    for name, (person, address) in looked_at(PAGES, ONLY_HERE).items():
        if name in ALIKE and width > 390:
            continue
        if person not in windows:
            windows[person] = open_window(
                width, f"{person}@example.com", color_scheme=colours, is_mobile=width < 600, has_touch=width < 600
            )
        page = windows[person]
        page.goto(address.format(**numbers))
        find_no_fault(page, name)
        if width == 1440:
            page.set_viewport_size({"width": 768, "height": 900})
            find_nothing_too_wide(page, f"{name} on a tablet")
            page.set_viewport_size({"width": 1440, "height": 900})


STARTS = {
    "edda": {"The Works", "Research", "Laboratory", "Head office"},
    "dag": {"Research", "Laboratory"},
    "olof": set[str](),
    "pia": {"Reseller, dollars", "Bakery"},
    "kim": set[str](),
}


@pytest.mark.usefixtures("numbers")
def test_everybody_finds_what_is_open_to_them_and_no_dead_link(open_window: Open) -> None:
    """From the start page, on a phone too. What leads to a refusal is called “Whom to ask”."""
    for name in NAMES:
        page = open_window(390 if name in {"edda", "pia"} else 1440, f"{name}@example.com")
        beside = page.get_by_role("navigation", name="Also open to you").get_by_role("link")
        if name in STARTS:
            assert set(beside.all_text_contents()) == STARTS[name]
        for link in beside.all():
            expect(link).to_be_visible()
        seen = set[str]()
        for link in page.locator("main a[href], nav a[href]").all():
            address, is_for_help = str(link.get_attribute("href")), link.inner_text() == "Whom to ask"
            if address not in seen and not address.startswith("#"):
                seen.add(address)
                assert page.request.get(address).status == (403 if is_for_help else 200), (name, address)


@pytest.mark.usefixtures("numbers")
def test_from_one_period_to_the_next(open_window: Open) -> None:
    """Whoever sees a department's usage goes on to its other periods, without scripts."""
    page = open_window(email="dag@example.com", java_script_enabled=False)
    page.get_by_role("link", name="Research").click()
    expect(page).to_have_url(re.compile("/departments/research/periods/2024-03-01/$"))
    page.get_by_role("navigation", name="Other periods").get_by_role("link").click()
    expect(page).to_have_url(re.compile("/departments/research/periods/2024-02-01/$"))
    page.get_by_role("navigation", name="Other periods").get_by_role("link", name=re.compile("Mar 2024")).click()
    expect(page).to_have_url(re.compile("2024-03-01/$"))


def test_from_an_invoice_to_what_changed_it(open_window: Open, numbers: dict[str, str]) -> None:
    """The credit note from the invoice and back; of a void invoice, what replaces it. Nothing is asked for twice."""
    page = open_window(email="edda@example.com")
    page.goto("/billing-accounts/works/invoices/")
    page.get_by_role("link", name=numbers["note"], exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Credit note")
    page.get_by_role("link", name=numbers["enrollment"]).click()
    expect(page.get_by_text("left to pay")).to_be_visible()
    page.get_by_role("link", name=numbers["note"], exact=True).click()
    expect(page.get_by_role("link", name="Download credit note")).to_be_visible()
    page = open_window(email="pia@example.com")
    page.goto(f"/invoices/{numbers['void']}/")
    expect(page.get_by_text("This invoice is void.")).to_be_visible()
    expect(page.get_by_text("How to pay")).to_have_count(0)
    page.locator("dl").get_by_role("link", name=numbers["new"]).click()
    expect(page.get_by_text("Replaces invoice")).to_be_visible()


def test_an_invoice_on_paper(open_window: Open, numbers: dict[str, str]) -> None:
    """Its amounts and parties, no menus and no buttons."""
    page = open_window(email="edda@example.com")
    page.goto(f"/invoices/{numbers['enrollment']}/")
    page.emulate_media(media="print")
    expect(page.get_by_text("Amount to pay").first).to_be_visible()
    expect(page.get_by_text("The Works AB").first).to_be_visible()
    for hidden in (page.locator("header.top"), page.locator("nav.where"), page.locator(".button").first):
        expect(hidden).to_be_hidden()


@pytest.mark.usefixtures("numbers")
def test_the_directory_is_switched_from_the_menu_without_scripts(open_window: Open) -> None:
    """It is a form in the menu of the person, and the choice stays."""
    page = open_window(email="edda@example.com", java_script_enabled=False)
    page.get_by_text("Edda", exact=True).click()
    page.get_by_label("Directory").select_option("elsewhere.example")
    page.get_by_role("button", name="Switch directory").click()
    page.get_by_text("Edda", exact=True).click()
    expect(page.get_by_label("Directory")).to_have_value("elsewhere.example")
