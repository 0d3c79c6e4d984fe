"""*Request a copy*: asking, one's own requests, and answering those of others."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kvitto.access.giving import MEANINGS
from kvitto.access.roles import ROLES, Role
from kvitto.language import Phrase, phrase
from kvitto.portal.permission import person_of
from kvitto.records import copy_requests as kept
from kvitto.records import gate
from kvitto.records.copy_requests import (
    Answering,
    RoleOption,
    answers_requests,
    decided_requests_for,
    open_requests_for,
    was_erased,
)
from kvitto.records.models import CopyRequest
from kvitto.runs import copy_requests

_ROWS = 25
_STATES = {
    kept.OPEN: phrase("asked"),
    kept.GRANTED: phrase("granted"),
    kept.DECLINED: phrase("declined"),
    kept.WITHDRAWN: phrase("withdrawn"),
}
_TONES = {kept.GRANTED: "good", kept.DECLINED: "warn"}


@dataclass(frozen=True)
class ShownRequest:
    """A request with what its state is called."""

    request: CopyRequest

    @property
    def state(self) -> Phrase:
        """What became of it."""
        return _STATES[self.request.state]

    @property
    def tone(self) -> str:
        """How its state is marked."""
        return _TONES.get(self.request.state, "")

    @property
    def decider(self) -> str:
        """The address of whoever granted or declined it; empty if that was nobody, or nobody who is still known."""
        by = self.request.decided_by
        return by.email if by and not was_erased(by) else ""

    @property
    def role_given(self) -> Phrase | None:
        """The role that was given in answer."""
        return ROLES[Role(self.request.role)].name if self.request.role in set(Role) else None


@dataclass(frozen=True)
class Option:
    """A role that can be given in answer."""

    option: RoleOption
    is_chosen: bool

    @property
    def name(self) -> Phrase:
        """What it is called."""
        return ROLES[self.option.role].name

    @property
    def meaning(self) -> Phrase:
        """What its holder may."""
        return MEANINGS[self.option.role]


@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """What waits for the person's answer, or was decided before, and what they asked themselves."""
    person = person_of(request)
    shows_decided = request.GET.get("show") == "decided"
    found = decided_requests_for(person) if shows_decided else open_requests_for(person)
    listed = Paginator(found, _ROWS).get_page(request.GET.get("page"))
    own = CopyRequest.objects.filter(asked_by=person).order_by("-created_at", "pk")
    asked = Paginator(own, _ROWS).get_page(request.GET.get("asked"))
    context = {
        "here": "requests",
        "answers": answers_requests(person),
        "shows_decided": shows_decided,
        "page": listed,
        "rows": [ShownRequest(one) for one in listed.object_list],
        "asked": asked,
        "own": [ShownRequest(one) for one in asked.object_list],
    }
    return render(request, "portal/access/requests.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_request(request: HttpRequest) -> HttpResponse:
    """A form for a number or an id; the answer is the same whatever was typed."""
    person = person_of(request)
    sent = request.POST if request.method == "POST" else request.GET
    wanted, message = sent.get("wanted", ""), sent.get("message", "")
    wrong: dict[str, Phrase] = {}
    if request.method == "POST":
        try:
            copy_requests.ask(settings.OFFICE, person, wanted, message)
        except copy_requests.UnableToAsk as error:
            wrong = {error.field: error.phrase}
        else:
            messages.success(request, str(copy_requests.ASKED))
            return redirect("requests")
    context = {
        "here": "requests",
        "wanted": wanted[: copy_requests.LONGEST_WANTED].replace("\0", ""),
        "message": message[: copy_requests.LONGEST_TEXT].replace("\0", ""),
        "wrong": wrong,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return render(request, "portal/access/new_request.html", context, status=status)


@require_safe
def one_request(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002 - the address calls it id
    """One's own request, or one to answer."""
    person = person_of(request)
    try:
        own = copy_requests.own_request(person, id)
    except gate.NotFound:
        asked, can = copy_requests.request_to_answer(person, id)
        return render(request, "portal/access/answer_request.html", _to_answer(asked, can))
    return render(request, "portal/access/own_request.html", {"here": "requests", "shown": ShownRequest(own)})


@require_POST
def answer_request(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002 - the address calls it id
    """Grant or decline as the form says; what cannot be done comes back with the reason."""
    person, sent = person_of(request), request.POST
    asked, can = copy_requests.request_to_answer(person, id)
    named, words = sent.get("role", ""), sent.get("words", "")
    role = Role(named) if named in set(Role) else None
    try:
        if sent.get("answer") == "decline":
            copy_requests.decline(settings.OFFICE, person, id, words)
            said = phrase("{email} is told that you declined.", email=asked.asked_by.email)
        else:
            switch_on = sent.get("switch") == "on"
            copy_requests.grant(settings.OFFICE, person, id, role, switch_on=switch_on, words=words)
            said = phrase("{email} may see the invoices now.", email=asked.asked_by.email)
    except copy_requests.UnableToAnswer as error:
        asked, can = copy_requests.request_to_answer(person, id)
        context = {**_to_answer(asked, can, role), "wrong": error.phrase, "words": words[: copy_requests.LONGEST_TEXT]}
        return render(request, "portal/access/answer_request.html", context, status=HTTPStatus.CONFLICT)
    messages.success(request, str(said))
    return redirect("requests")


@require_POST
def take_back_request(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002 - the address calls it id
    """The asker no longer asks."""
    taken = copy_requests.take_back(settings.OFFICE, person_of(request), id)
    if taken.state == kept.WITHDRAWN:
        messages.info(request, str(phrase("You no longer ask for {wanted}.", wanted=taken.wanted)))
    return redirect("one_request", id)


def _to_answer(asked: CopyRequest, can: Answering, chosen: Role | None = None) -> dict[str, object]:
    least = can.roles[0].role if can.roles else None
    return {
        "here": "requests",
        "shown": ShownRequest(asked),
        "asker": asked.asked_by,
        "can": can,
        "is_open": asked.state == kept.OPEN,
        "options": [Option(one, one.role is (chosen or least)) for one in can.roles],
        "longest": copy_requests.LONGEST_TEXT,
    }
