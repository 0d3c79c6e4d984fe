"""The Django application of who somebody is."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Nothing of its own."""

    name = "kvitto.portal.identity"
    label = "identity"
