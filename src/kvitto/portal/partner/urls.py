"""The addresses of Partner Center."""

from __future__ import annotations

from django.urls import path

from kvitto.portal.partner.customer import partner_customer
from kvitto.portal.partner.customers import partner_center
from kvitto.portal.partner.files import (
    customer_daily_rated,
    customer_reconciliation,
    invoice_daily_rated,
    invoice_pdf,
    invoice_reconciliation,
)
from kvitto.portal.partner.invoices import partner_invoices

_CUSTOMER = "partner-center/customers/<str:id>/"
_INVOICE = "partner-center/invoices/<str:number>"

urlpatterns = [
    path("partner-center/", partner_center, name="partner_center"),
    path(_CUSTOMER, partner_customer, name="partner_customer"),
    path(f"{_CUSTOMER}periods/<first_day:day>/daily-rated.csv", customer_daily_rated, name="partner_customer_usage"),
    path(
        f"{_CUSTOMER}invoices/<str:number>/reconciliation.csv",
        customer_reconciliation,
        name="partner_customer_reconciliation",
    ),
    path("partner-center/invoices/", partner_invoices, name="partner_invoices"),
    path(f"{_INVOICE}.pdf", invoice_pdf, name="partner_invoice_pdf"),
    path(f"{_INVOICE}/reconciliation.csv", invoice_reconciliation, name="partner_reconciliation"),
    path(f"{_INVOICE}/daily-rated.csv", invoice_daily_rated, name="partner_usage"),
]
