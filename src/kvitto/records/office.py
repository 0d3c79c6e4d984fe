"""Facts fixed when the office was made."""

from kvitto.records.models import OfficeFact


def office_fact(name: str) -> str | None:
    """The fact's value, or None if it was never set."""
    return OfficeFact.objects.filter(name=name).values_list("value", flat=True).first()


def set_office_fact(name: str, value: str) -> None:
    """Set the fact, whatever it was before."""
    OfficeFact.objects.update_or_create(name=name, defaults={"value": value})
