"""Usage + charges of an enrollment: by month, with totals and a file, for whom the policies let in."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from kvitto.access.policies import Policy
from kvitto.agreements.hierarchy import ScopeKind
from tests.portal.test_enterprise_and_partner_pages import NAMES, NOTHING, REFUSED, SEEN, costs, let

pytestmark = pytest.mark.django_db

Visit = Callable[[str, str], tuple[int, str]]
PAGES = {  # who opens it with both policies on, then with both off; who is refused then
    "/billing-accounts/works/usage-and-charges/": ("edda", "edda", ""),
    "/departments/research/usage-and-charges/": ("edda dag", "edda", "dag"),
    "/enrollment-accounts/lab/usage-and-charges/": ("edda dag olof", "edda", "dag olof"),
    "/enrollment-accounts/office/usage-and-charges/": ("edda", "edda", ""),
}


@pytest.mark.parametrize("address", PAGES)
def test_s53_s54_s55_who_sees_usage_and_charges(visit: Visit, address: str) -> None:
    """Enterprise administrators always, department administrators and account owners by policy."""
    open_on, open_off, refused = PAGES[address]
    for value, opened in (("Allowed", open_on), ("NotAllowed", open_off)):
        for policy in (Policy.DEPARTMENT_ADMINISTRATORS_VIEW_CHARGES, Policy.ACCOUNT_OWNERS_VIEW_CHARGES):
            let(ScopeKind.BILLING_ACCOUNT, "works", policy, value)
        for name in NAMES:
            expected = SEEN if name in opened.split() else REFUSED if name in refused.split() else NOTHING
            assert visit(name, address)[0] == expected, (name, value)


def test_s57_each_month_has_its_total_and_its_download(visit: Visit) -> None:
    """March: 210 hours of the whole at 1.5; 10 of the department; the file adds up to it."""
    for address, total in (("/billing-accounts/works/", "315.00"), ("/departments/research/", "15.00")):
        status, shown = visit("edda", f"{address}usage-and-charges/")
        assert status == SEEN
        months = re.findall(rf'class="row-link" href="({address}periods/[^"]+)"', shown)
        assert months == [f"{address}periods/2024-0{month}-01/" for month in (3, 2, 1)]
        assert f"{total}\N{NO-BREAK SPACE}USD" in shown
        assert shown.count("0.00\N{NO-BREAK SPACE}USD") >= 2
        status, file = visit("edda", f"{months[0]}usage.csv")
        assert status == SEEN
        assert sum(map(float, costs(file).values())) == pytest.approx(float(total))


def test_others_have_no_such_page(visit: Visit) -> None:
    """A partner's account is no enrollment."""
    assert visit("pia", "/billing-accounts/reseller/usage-and-charges/")[0] == NOTHING
    assert visit("edda", "/billing-accounts/never/usage-and-charges/")[0] == NOTHING


def test_s58_invoices_of_an_enrollment_are_in_its_administrators_menu_alone(visit: Visit) -> None:
    """The others' menus have usage, as far as the policies go."""
    let(ScopeKind.BILLING_ACCOUNT, "works", Policy.DEPARTMENT_ADMINISTRATORS_VIEW_CHARGES, "Allowed")
    invoices = 'href="/billing-accounts/works/invoices/"'
    assert invoices in visit("edda", "/billing-accounts/works/")[1]
    shown = visit("dag", "/departments/research/")[1]
    assert invoices not in shown
    assert 'href="/departments/research/usage-and-charges/"' in shown
