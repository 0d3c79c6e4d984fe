"""The Django application of the pages."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Lets the audit trail know of sign-ins, which happen inside libraries."""

    name = "kvitto.portal"
    label = "portal"

    def ready(self) -> None:
        """Signals, because Django and allauth tell of a sign-in in no other way."""
        from kvitto.portal.identity.audited import hear_of_sign_ins  # noqa: PLC0415 - models come after all apps

        hear_of_sign_ins()
