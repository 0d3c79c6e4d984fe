"""Addresses of Cost Management + Billing and of the pages that every kind of scope has there."""

from __future__ import annotations

from django.urls import path

from kvitto.portal.address_parts import PLURALS
from kvitto.portal.billing.lists import LISTS, part_list
from kvitto.portal.billing.overview import overview
from kvitto.portal.billing.properties import properties
from kvitto.portal.billing.scopes import billing_scopes
from kvitto.portal.billing.usage_and_charges import current_usage, usage_and_charges
from kvitto.portal.navigation import ENTRIES_BY_NAME

_PAGES = (
    ("overview", "", overview),
    ("properties", "properties/", properties),
    ("usage", "usage/", current_usage),
    ("usage_and_charges", "usage-and-charges/", usage_and_charges),
)

urlpatterns = [
    path("billing/", billing_scopes, name="billing_scopes"),
    *(
        path(f"{PLURALS[kind]}/<str:id>/{rest}", view, {"kind": kind}, name=f"{kind.value}_{name}")
        for name, rest, view in _PAGES
        for kind in ENTRIES_BY_NAME[name].openings
    ),
    *(
        path(f"{PLURALS[kind]}/<str:id>/{name}/", part_list, {"kind": kind, "name": name}, name=f"{kind.value}_{name}")
        for name in LISTS
        for kind in ENTRIES_BY_NAME[name].openings
    ),
]
