"""What those who may not use the Account Center may use instead, and whom they may ask."""

from __future__ import annotations

from dataclasses import dataclass, replace
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from kvitto.access.actions import Action
from kvitto.agreements.hierarchy import AgreementType, Scope
from kvitto.errors import UnableTo
from kvitto.language import Phrase, phrase
from kvitto.portal.navigation import entry_address
from kvitto.portal.permission import person_of
from kvitto.portal.scope_words import name_of
from kvitto.records import gate
from kvitto.records.scope_path import ScopePath, path_to

_ALONE = phrase("Only the Account Administrator may use the Account Center.")
_WAYS = (
    ("invoices", phrase("Invoices"), phrase("Each billing period with its total charge, and its invoice.")),
    ("usage", phrase("Daily usage"), phrase("What was used on each day and what it cost.")),
    ("usage_and_charges", phrase("Usage + charges"), phrase("Each month with what it came to, and its file.")),
    ("statement", phrase("Unbilled charges"), phrase("What has no invoice yet, estimated now.")),
)
_WITH_FILE = phrase("What was used on each day and what it cost, also as a CSV file.")


@dataclass(frozen=True)
class Way:
    """A page that is open to the reader; `name`: of what stands above and is billed as a whole."""

    title: Phrase
    said: Phrase
    address: str
    name: str = ""


def instead(request: HttpRequest, subscription: Scope, error: UnableTo) -> HttpResponse:
    """The answer to somebody who has a role there; `error` says why not. For everybody else there is no such page."""
    person = person_of(request)
    path = path_to(person, subscription)
    if path is None or not path.is_related:
        raise error  # what the reader may know of it, the page for refusals says
    ways = list(_ways(path))
    is_online = path.agreement is AgreementType.MOSP
    context = {
        "standing": path,
        "title": name_of(path.value),
        "rule": _ALONE if is_online else _billed_with_others(name_of(path.value)),
        "ways": ways,
        "administrators": _administrators(subscription) if is_online else [],
        "wanted": "" if ways else subscription.id,
    }
    return render(request, "portal/money/instead.html", context, status=HTTPStatus.FORBIDDEN)


def _billed_with_others(name: str) -> Phrase:
    return phrase(
        "The Account Center shows what is bought online by itself. {name} is billed together with others.", name=name
    )


def instead_of_all(request: HttpRequest) -> HttpResponse:
    """The same for somebody who is Account Administrator of nothing."""
    ways = [
        Way(
            phrase("Subscriptions"),
            phrase("Each subscription that is open to you, with its invoices and its daily usage as far as you may."),
            reverse("subscriptions"),
        ),
        Way(
            phrase("Cost Management + Billing"),
            phrase("Billing accounts, billing profiles and enrollments on which you have a role."),
            reverse("billing_scopes"),
        ),
    ]
    context = {"here": "account_center", "title": "", "rule": _ALONE, "ways": ways, "administrators": []}
    return render(request, "portal/money/instead.html", context, status=HTTPStatus.FORBIDDEN)


def _ways(path: ScopePath) -> list[Way]:
    """The first page of each kind that is open, from the subscription upwards."""
    above = [replace(path, lineage=path.lineage[first:]) for first in range(len(path.lineage))]
    found = []
    for entry, title, said in _WAYS:
        opened = ((one, entry_address(entry, one)) for one in above)
        one, address = next(((one, address) for one, address in opened if address), (path, ""))
        if address:
            has_file = entry == "usage" and one.may(Action.DOWNLOAD_USAGE)
            name = "" if one.scope == path.scope else name_of(one.value)
            found.append(Way(title, _WITH_FILE if has_file else said, address, name))
    return found


def _administrators(subscription: Scope) -> list[str]:
    """Their names; no address is told."""
    return [person.name for person in gate.who_may(subscription, Action.USE_ACCOUNT_CENTER) if person.name]
