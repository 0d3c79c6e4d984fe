"""*Request a copy*: somebody asks to see invoices; those who can let them say yes or no.

Whoever asks gets the same answer whether there is such a thing or not, and sees of their request only what was
decided.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from kvitto.access.roles import Role
from kvitto.errors import UnableTo
from kvitto.language import Phrase, phrase
from kvitto.periods import midnight
from kvitto.records import copy_requests as kept
from kvitto.records import gate
from kvitto.records.audit import Door, Fact, Result, note
from kvitto.records.copy_requests import Answering
from kvitto.records.models import CopyRequest, Person
from kvitto.records.policies import set_policy
from kvitto.records.revisions import hold_revisions
from kvitto.runs.give_role import UnableToGive, Wish, grant_in
from kvitto.runs.office import Office

REQUESTS_A_DAY = 10
LONGEST_WANTED, LONGEST_TEXT = 100, 500
ASKED = phrase("If it exists, its owners were asked. You see here what they decide.")
"""What is answered to whoever asks, whatever they asked for."""


class UnableToAsk(UnableTo):
    """The request cannot be made; `field` is the part that is at fault: "wanted" or "message"."""

    def __init__(self, sentence: Phrase, field: str = "wanted") -> None:
        self.field = field
        super().__init__(sentence)


class UnableToAnswer(UnableTo):
    """The request was decided or withdrawn meanwhile, or the role cannot be given."""


def ask(office: Office, person: Person, wanted: str, message: str = "") -> CopyRequest:
    """Ask those who can let this person see the invoices of what they named; the same question again is the same one.

    `wanted` is the number of an invoice, or the id of a subscription or of anything else that is invoiced. Raises
    `UnableToAsk`; nothing about it depends on what there is, but for what is open to the person anyway.
    """
    wanted, message = wanted.strip(), message.strip()
    _check(wanted, message)
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=person.pk)  # one after another, so that nobody asks twice at once
        same = CopyRequest.objects.filter(asked_by=person, wanted=wanted, state=kept.OPEN).first()
        if same:
            return same
        asked_today = CopyRequest.objects.filter(asked_by=person, created_at__gte=midnight(office.today())).count()
        if asked_today >= REQUESTS_A_DAY:
            tomorrow = office.today() + timedelta(days=1)
            raise UnableToAsk(
                phrase(
                    "You asked {count} times today. You can ask again from {day}, 00:00 UTC.",
                    count=REQUESTS_A_DAY, day=tomorrow,
                )
            )  # fmt: skip
        scope = kept.scope_wanted(wanted)
        if scope and kept.may_see(person, wanted, scope):
            raise UnableToAsk(phrase("{wanted} is open to you already: look under your billing scopes.", wanted=wanted))
        made = CopyRequest.objects.create(
            asked_by=person,
            wanted=wanted,
            scope_kind=scope.kind.value if scope else "",
            scope_key=scope.id if scope else "",
            message=message,
            created_at=office.now(),
        )
        _note("copy.request", made, person, office.now())
    return made


def waiting_for(person: Person) -> int:
    """How many open requests wait for this person's answer."""
    return kept.open_requests_for(person).count()


def request_to_answer(person: Person, request_id: UUID) -> tuple[CopyRequest, Answering]:
    """A request that the person can answer, or could have. Raises `gate.NotFound`."""
    request = CopyRequest.objects.select_related("asked_by", "decided_by").filter(pk=request_id).first()
    can = kept.answering(person, request) if request else None
    if request is None or can is None or kept.was_erased(request.asked_by):
        raise _no_request()
    return request, can


def own_request(person: Person, request_id: UUID) -> CopyRequest:
    """A request of the person's own. Raises `gate.NotFound`."""
    found = CopyRequest.objects.filter(pk=request_id, asked_by=person).first()
    if found is None:
        raise _no_request()
    return found


def grant(  # noqa: PLR0913 - who, which, how, and with which words
    office: Office, person: Person, request_id: UUID, role: Role | None, *, switch_on: bool = False, words: str = ""
) -> CopyRequest:
    """Give the asker the role, and let others download the subscription's invoices if `switch_on`; all or nothing.

    `role` is None where the asker has all they need, or lacks the switch alone. Raises `gate.NotFound`, `gate.Refused`
    or `UnableToAnswer`.
    """
    with transaction.atomic():
        hold_revisions()
        request, can = _locked(person, request_id)
        option = next((one for one in can.roles if one.role is role), None)
        if role is not None and option is None:
            raise UnableToAnswer(phrase("This role cannot be given by you, or would not help. Choose another one."))
        if role is None and not can.is_open and not (switch_on and can.has_role):
            raise UnableToAnswer(phrase("Choose a role to give: without one nothing would be opened."))
        if option:
            try:
                grant_in(office, person, Wish(option.scope, option.role, request.asked_by.email))
            except UnableToGive as error:
                raise UnableToAnswer(error.phrase) from error
        scope = kept.scope_of(request)
        if switch_on and can.may_switch and scope:
            set_policy(person, scope, kept.SWITCH, "on", office.now())
        return _decided(office, person, request, kept.GRANTED, words, option.role.value if option else "")


def decline(office: Office, person: Person, request_id: UUID, words: str = "") -> CopyRequest:
    """Say no, and why. Raises `gate.NotFound` or `UnableToAnswer`."""
    with transaction.atomic():
        request, _ = _locked(person, request_id)
        return _decided(office, person, request, kept.DECLINED, words, "")


def take_back(office: Office, person: Person, request_id: UUID) -> CopyRequest:
    """The asker no longer asks; what was decided stays. Raises `gate.NotFound`."""
    with transaction.atomic():
        request = CopyRequest.objects.select_for_update().filter(pk=request_id, asked_by=person).first()
        if request is None:
            raise _no_request()
        if request.state == kept.OPEN:
            request.state, request.decided_at = kept.WITHDRAWN, office.now()
            request.save(update_fields=["state", "decided_at"])
            _note("copy.withdraw", request, person, office.now())
    return request


def _check(wanted: str, message: str) -> None:
    if not wanted:
        raise UnableToAsk(phrase("Write the number of an invoice or the id of a subscription."))
    if len(wanted) > LONGEST_WANTED or not wanted.isprintable():
        raise UnableToAsk(
            phrase("A number or an id has at most {count} characters, and no line breaks.", count=LONGEST_WANTED)
        )
    if len(message) > LONGEST_TEXT or "\0" in message:
        raise UnableToAsk(phrase("Write at most {count} characters.", count=LONGEST_TEXT), "message")


def _locked(person: Person, request_id: UUID) -> tuple[CopyRequest, Answering]:
    CopyRequest.objects.select_for_update().filter(pk=request_id).first()
    request, can = request_to_answer(person, request_id)
    if request.state != kept.OPEN:
        raise UnableToAnswer(
            {
                kept.GRANTED: phrase("This request was granted meanwhile. Nothing was changed."),
                kept.DECLINED: phrase("This request was declined meanwhile. Nothing was changed."),
                kept.WITHDRAWN: phrase("This request was withdrawn meanwhile. Nothing was changed."),
            }[request.state]
        )
    return request, can


def _decided(  # noqa: PLR0913, PLR0917 - who, which, how, and with which words
    office: Office, person: Person, request: CopyRequest, state: str, words: str, role: str
) -> CopyRequest:
    words = words.strip()
    if len(words) > LONGEST_TEXT or "\0" in words:
        raise UnableToAnswer(phrase("Write at most {count} characters.", count=LONGEST_TEXT))
    request.state, request.decided_at, request.decided_by = state, office.now(), person
    request.role, request.answer = role, words
    request.save(update_fields=["state", "decided_at", "decided_by", "role", "answer"])
    _note("copy.grant" if state == kept.GRANTED else "copy.decline", request, person, office.now())
    return request


def _note(action: str, request: CopyRequest, who: Person, at: datetime) -> None:
    facts: dict[str, Fact] = {"request": str(request.pk), "wanted": request.wanted}
    if who.pk != request.asked_by_id:
        facts["person"] = str(request.asked_by_id)
    if request.role:
        facts["role"] = request.role
    scope = kept.scope_of(request)
    note(action, Result.DONE, who=who.pk, door=Door.PORTAL, scope=scope, facts=facts, at=at)


def _no_request() -> gate.NotFound:
    return gate.NotFound(phrase("There is no such request."))
