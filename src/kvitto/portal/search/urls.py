"""The address of the search."""

from __future__ import annotations

from django.urls import path

from kvitto.portal.search.views import search

urlpatterns = [path("search/", search, name="search")]
