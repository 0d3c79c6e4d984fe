"""The Django application that keeps the records."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """Registers the models under the label `records`."""

    name = "kvitto.records"
    label = "records"
    default_auto_field = "django.db.models.BigAutoField"
