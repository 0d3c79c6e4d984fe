"""The addresses of access: roles and policies of a scope, who can see an invoice, requests."""

from __future__ import annotations

from django.urls import path, register_converter

from kvitto.portal.access.addresses import KindOfScope
from kvitto.portal.access.policies import policies
from kvitto.portal.access.roles import access_control, add_role, elevate, remove_role

register_converter(KindOfScope, "kind_of_scope")

_SCOPE = "<kind_of_scope:kind>/<str:id>"
urlpatterns = [
    path(f"{_SCOPE}/access/", access_control, name="access_control"),
    path(f"{_SCOPE}/access/add/", add_role, name="add_role"),
    path(f"{_SCOPE}/access/remove/", remove_role, name="remove_role"),
    path("billing-accounts/<str:id>/access/elevate/", elevate, name="elevate"),
    path(f"{_SCOPE}/policies/", policies, name="policies"),
]
