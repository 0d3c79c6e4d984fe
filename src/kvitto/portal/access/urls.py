"""The addresses of access: roles and policies of a scope, who can see an invoice, requests."""

from __future__ import annotations

from django.urls import path, register_converter

from kvitto.portal.access.addresses import KindOfScope
from kvitto.portal.access.policies import policies
from kvitto.portal.access.requests import answer_request, new_request, one_request, requests, take_back_request
from kvitto.portal.access.roles import access_control, add_role, elevate, remove_role
from kvitto.portal.access.who_can_see import who_sees_invoice

register_converter(KindOfScope, "kind_of_scope")

_SCOPE = "<kind_of_scope:kind>/<str:id>"
urlpatterns = [
    path(f"{_SCOPE}/access/", access_control, name="access_control"),
    path(f"{_SCOPE}/access/add/", add_role, name="add_role"),
    path(f"{_SCOPE}/access/remove/", remove_role, name="remove_role"),
    path("billing-accounts/<str:id>/access/elevate/", elevate, name="elevate"),
    path(f"{_SCOPE}/policies/", policies, name="policies"),
    path("invoices/<str:number>/who-can-see/", who_sees_invoice, name="who_sees_invoice"),
    path("requests/", requests, name="requests"),
    path("requests/new/", new_request, name="new_request"),
    path("requests/<uuid:id>/", one_request, name="one_request"),
    path("requests/<uuid:id>/answer/", answer_request, name="answer_request"),
    path("requests/<uuid:id>/take-back/", take_back_request, name="take_back_request"),
]
