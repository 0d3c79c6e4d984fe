"""The addresses of the lists of invoices."""

from __future__ import annotations

from django.urls import path

from kvitto.portal.invoice_lists.all_invoices import all_invoices
from kvitto.portal.invoice_lists.of_scope import account_invoices, profile_invoices, subscription_invoices

urlpatterns = [
    path("invoices/", all_invoices, name="all_invoices"),
    path("subscriptions/<str:id>/invoices/", subscription_invoices, name="subscription_invoices"),
    path("billing-profiles/<str:id>/invoices/", profile_invoices, name="profile_invoices"),
    path("billing-accounts/<str:id>/invoices/", account_invoices, name="account_invoices"),
]
