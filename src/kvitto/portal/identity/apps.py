"""The Django application of who somebody is; allauth finds the single sign-on of `provider.py` through it."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Nothing of its own."""

    name = "kvitto.portal.identity"
    label = "identity"
