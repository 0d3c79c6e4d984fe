"""The Django application that keeps the records."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RecordsConfig(AppConfig):
    """Registers the models under the label `records`, and guards issued invoices after every migration."""

    name = "kvitto.records"
    label = "records"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """A signal, because only Django knows when a migration has ended."""
        post_migrate.connect(_guard_issued_invoices, sender=self)


def _guard_issued_invoices(**_: Any) -> None:
    from kvitto.records.guards import install_guards  # noqa: PLC0415 - models can be imported only after all apps

    install_guards()
