"""Which address leads where: the portal is all there is yet."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [path("", include("kvitto.portal.urls"))]

handler400 = "kvitto.portal.error_pages.bad_request"
handler403 = "kvitto.portal.error_pages.forbidden"
handler404 = "kvitto.portal.error_pages.not_found"
handler500 = "kvitto.portal.error_pages.server_error"
handler429 = "kvitto.portal.error_pages.too_many_requests"  # allauth looks here
