"""The portal's addresses. Everything but signing in, choosing a language and `/healthz` asks who one is first."""

from __future__ import annotations

from django.urls import path

from kvitto.portal import health, reader
from kvitto.portal.access import urls as access_urls
from kvitto.portal.address_parts import PLURALS
from kvitto.portal.billing import urls as billing_urls
from kvitto.portal.identity import urls as identity
from kvitto.portal.invoice_lists import urls as invoice_lists
from kvitto.portal.invoice_usage import invoice_usage_file
from kvitto.portal.invoices import invoice, invoice_document, invoice_pdf
from kvitto.portal.jobs import urls as jobs_urls
from kvitto.portal.jobs.asking import prepare_usage
from kvitto.portal.money import urls as money_urls
from kvitto.portal.operator import urls as operator_urls
from kvitto.portal.partner import urls as partner_urls
from kvitto.portal.search import urls as search_urls
from kvitto.portal.sharing import share_invoices
from kvitto.portal.spending_limit import change_spending_limit
from kvitto.portal.start import start
from kvitto.portal.subscriptions import subscriptions
from kvitto.portal.usage import usage_file, usage_page

urlpatterns = [
    path("", start, name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("language/", reader.choose_language, name="choose_language"),
    *identity.urlpatterns,
    path("subscriptions/", subscriptions, name="subscriptions"),
    path("subscriptions/<str:id>/share-invoices/", share_invoices, name="share_invoices"),
    path("subscriptions/<str:id>/spending-limit/", change_spending_limit, name="change_spending_limit"),
    *(
        path(f"{plural}/<str:id>/periods/<first_day:day>/{file}", view, {"kind": kind}, name=f"{kind}_{name}")
        for kind, plural in PLURALS.items()
        for file, view, name in (
            ("", usage_page, "period"),
            ("usage.csv", usage_file, "csv"),
            ("prepare/", prepare_usage, "prepare"),
        )
    ),
    *invoice_lists.urlpatterns,
    path("invoices/<str:number>/", invoice, name="invoice"),
    path("invoices/<str:number>.pdf", invoice_pdf, name="invoice_pdf"),
    path("invoices/<str:number>/documents/<str:name>", invoice_document, name="invoice_document"),
    path("invoices/<str:number>/usage.csv", invoice_usage_file, name="invoice_usage"),
    *access_urls.urlpatterns,
    *search_urls.urlpatterns,
    *billing_urls.urlpatterns,
    *jobs_urls.urlpatterns,
    *money_urls.urlpatterns,
    *operator_urls.urlpatterns,
    *partner_urls.urlpatterns,
]
