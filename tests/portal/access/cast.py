"""An office with one customer under every agreement, and a neighbour: enough for pages about access."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from django.test import Client

from kvitto.access.roles import Role
from kvitto.agreements.hierarchy import Scope
from kvitto.config.home import make_home
from kvitto.periods import midnight
from kvitto.portal.address_parts import PLURALS
from kvitto.records.models import Person
from kvitto.runs.office import Office
from tests.every_agreement import build, give

DAY = date(2017, 3, 20)


def made_office(home: Path) -> Office:
    """The office, with its customers."""
    make_home(home)
    build({"own": "", "other": ""})
    return Office(home=home, clock=midnight(DAY))


def person(role: Role | None = None, scope: Scope | None = None, name: str = "ada") -> Person:
    """Somebody, with this role on this scope."""
    found = Person.objects.create_user(f"{name}@example.com", name=name.title())
    if role and scope:
        give(found, role, scope)
    return found


def signed_in(who: Person) -> Client:
    """A browser of this person."""
    client = Client()
    client.force_login(who)
    return client


def page(scope: Scope, rest: str = "access/") -> str:
    """The address of a page of the scope."""
    return f"/{PLURALS[scope.kind]}/{scope.id}/{rest}"
