"""The addresses of prepared files."""

from __future__ import annotations

from django.urls import path

from kvitto.portal.jobs.asking import invoice_files
from kvitto.portal.jobs.downloads import again, downloads, fetch, remove

urlpatterns = [
    path("downloads/", downloads, name="downloads"),
    path("downloads/invoices/", invoice_files, name="invoice_files"),
    path("downloads/<uuid:key>/file", fetch, name="download_file"),
    path("downloads/<uuid:key>/remove/", remove, name="remove_download"),
    path("downloads/<uuid:key>/again/", again, name="prepare_again"),
]
