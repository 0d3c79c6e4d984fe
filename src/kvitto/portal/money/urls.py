"""Addresses of the Account Center, and of the money pages that scopes have."""

from __future__ import annotations

from django.urls import path

from kvitto.portal.address_parts import PLURALS
from kvitto.portal.money.account_center import account_center, billing_history, current_statement
from kvitto.portal.money.credits import credits_page
from kvitto.portal.money.shown_pdf import shown_pdf
from kvitto.portal.money.statements import statement_page
from kvitto.portal.money.transactions import transactions_file, transactions_page
from kvitto.portal.navigation import ENTRIES_BY_NAME

_PAGES = (
    ("transactions", "transactions/", transactions_page, "transactions"),
    ("transactions", "transactions.csv", transactions_file, "transactions_csv"),
    ("credits", "credits/", credits_page, "credits"),
    ("statement", "statement/", statement_page, "statement"),
)

urlpatterns = [
    path("account-center/", account_center, name="account_center"),
    path("account-center/<str:id>/", billing_history, name="account_center_history"),
    path("account-center/<str:id>/statement/", current_statement, name="account_center_statement"),
    path("invoices/<str:number>/shown.pdf", shown_pdf, name="shown_pdf"),
    *(
        path(f"{PLURALS[kind]}/<str:id>/{rest}", view, {"kind": kind}, name=f"{kind.value}_{name}")
        for entry, rest, view, name in _PAGES
        for kind in ENTRIES_BY_NAME[entry].openings
    ),
]
