"""The portal's addresses. Everything but signing in, choosing a language and `/healthz` asks who one is first."""

from __future__ import annotations

from allauth.account import views as sign_in_views
from django.urls import path, register_converter
from django.views.generic import RedirectView

from kvitto.portal import health, reader
from kvitto.portal.address_parts import FirstDay
from kvitto.portal.invoices import invoice, invoice_pdf, profile_invoices, subscription_invoices
from kvitto.portal.subscriptions import subscriptions
from kvitto.portal.usage import profile_csv, profile_period, subscription_csv, subscription_period

register_converter(FirstDay, "first_day")

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="subscriptions"), name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("language/", reader.choose_language, name="choose_language"),
    # Only these of allauth's pages exist: nobody registers, and no mail is sent yet.
    path("sign-in/", sign_in_views.login, name="account_login"),
    path("sign-out/", sign_in_views.logout, name="account_logout"),
    path("sign-in/closed/", sign_in_views.account_inactive, name="account_inactive"),
    path("password/", sign_in_views.password_change, name="account_change_password"),
    path("subscriptions/", subscriptions, name="subscriptions"),
    path("subscriptions/<str:id>/invoices/", subscription_invoices, name="subscription_invoices"),
    path("subscriptions/<str:id>/periods/<first_day:day>/", subscription_period, name="subscription_period"),
    path("subscriptions/<str:id>/periods/<first_day:day>/usage.csv", subscription_csv, name="subscription_csv"),
    path("billing-profiles/<str:id>/invoices/", profile_invoices, name="profile_invoices"),
    path("billing-profiles/<str:id>/periods/<first_day:day>/", profile_period, name="profile_period"),
    path("billing-profiles/<str:id>/periods/<first_day:day>/usage.csv", profile_csv, name="profile_csv"),
    path("invoices/<str:number>/", invoice, name="invoice"),
    path("invoices/<str:number>.pdf", invoice_pdf, name="invoice_pdf"),
]
