"""The addresses of the operator's pages."""

from __future__ import annotations

from django.urls import path

from kvitto.portal.operator.due import check, close, due, office_job, unpriced, work_out
from kvitto.portal.operator.intake import imports, refused, refused_file
from kvitto.portal.operator.overview import kept, overview
from kvitto.portal.operator.people import sign_ins

urlpatterns = [
    path("operator/", overview, name="operator"),
    path("operator/imports/", imports, name="operator_imports"),
    path("operator/refused/", refused, name="operator_refused"),
    path("operator/refused.csv", refused_file, name="operator_refused_file"),
    path("operator/unpriced/", unpriced, name="operator_unpriced"),
    path("operator/due/", due, name="operator_due"),
    path("operator/due/work-out/", work_out, name="operator_work_out"),
    path("operator/close/", close, name="operator_close"),
    path("operator/jobs/<uuid:key>/", office_job, name="operator_job"),
    path("operator/sign-ins/", sign_ins, name="operator_sign_ins"),
    path("operator/kept/", kept, name="operator_kept"),
    path("operator/check/<str:kind>/", check, name="operator_check"),
]
