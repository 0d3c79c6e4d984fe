"""*Who can see this?* and *why can't I see this?*, answered from the same decision that the doors ask."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from kvitto.access.actions import Action
from kvitto.access.decision import NO_POLICIES, Allowed, Held, NotFound, Place, Refused, decide
from kvitto.access.matrices import EA, MCA, MPA
from kvitto.access.policies import Policy
from kvitto.access.roles import Level, Role
from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.errors import UnableTo
from kvitto.invoicing.absence import Reason
from kvitto.language import Phrase, phrase
from kvitto.records.access_view import Spot, View, invoice_spot
from kvitto.records.held_roles import Holding, holdings_on
from kvitto.records.models import AgreementRecord, InvoiceRecord, Person

OF_INVOICE = (Action.SEE_INVOICES, Action.DOWNLOAD_INVOICE)
OF_SCOPE = (
    Action.SEE_SUBSCRIPTION,
    Action.SEE_INVOICES,
    Action.DOWNLOAD_INVOICE,
    Action.SEE_CHARGES,
    Action.DOWNLOAD_USAGE,
)


class UnableToFind(UnableTo):
    """There is no such invoice or scope."""


@dataclass(frozen=True)
class Target:
    """An invoice, or a scope, with the place where it stands and what can be wanted of it."""

    name: str
    spot: Spot
    view: View
    actions: tuple[Action, ...]


@dataclass(frozen=True)
class Way:
    """One reason why a person may: the role, on what it is held, through which group, and which policy opens it.

    `directory`: the one that the person has to look from, if it is not their own.
    """

    role: Role
    scope: Scope
    group: str = ""
    policy: Policy | None = None
    directory: str = ""


@dataclass(frozen=True)
class Viewer:
    """A person who may do some of what can be wanted, and why."""

    person: Person
    actions: tuple[Action, ...]
    ways: tuple[Way, ...]


@dataclass(frozen=True)
class Answer:
    """What one person may, and in sentences why or why not, most important first. `reason` is None if all is open."""

    person: Person
    allowed: tuple[Action, ...]
    ways: tuple[Way, ...]
    sentences: tuple[Phrase, ...]
    reason: Reason | None = None
    helpers: tuple[str, ...] = ()


def target_called(name: str) -> Target:
    """The invoice with this number, or the scope with this id, written "id" or "billing_profile:id".

    Raises `UnableToFind` if there is none, or if several kinds of scope have the id.
    """
    invoice = InvoiceRecord.objects.filter(number=name).first() if name.isprintable() else None
    if invoice:
        scope = Scope(ScopeKind(invoice.scope_kind), invoice.scope_key)
        view = View.around([scope, Scope(ScopeKind.BILLING_ACCOUNT, invoice.account_key)])
        spot = invoice_spot(view, scope, invoice.account_key, invoice.period_start, invoice.kind)
        return _target(name, spot, view, OF_INVOICE)
    scope = scope_called(name)
    view = View.around([scope])
    return _target(name, view.spot(scope), view, OF_SCOPE)


def scope_called(name: str, levels: Collection[Level] = tuple(Level)) -> Scope:
    """The scope with this id, written "id" or "billing_profile:id", on one of these levels. Raises `UnableToFind`."""
    found = [scope for scope in _scopes_called(name) if Level(scope.kind) in levels]
    if len(found) > 1:
        texts = [f"{scope.kind}:{scope.id}" for scope in found]
        raise UnableToFind(phrase("Several things are called {name}. Say which: {names}.", name=name, names=texts))
    if not found:
        raise _unknown(name)
    return found[0]


def _scopes_called(name: str) -> list[Scope]:
    """Every scope with this id; of a name with a kind before it, the one of that kind."""
    kind, colon, key = name.partition(":")
    kinds = [kind] if colon and kind in set(ScopeKind) else list(ScopeKind)
    wanted = {name, key} if colon and kind in set(ScopeKind) else {name}
    rows = AgreementRecord.objects.filter(kind__in=kinds, key__in=wanted, superseded_in=None, valid_to=None)
    return [Scope(ScopeKind(kind), key) for kind, key in rows.order_by("kind").values_list("kind", "key")]


def who_can_see(target: Target) -> list[Viewer]:
    """Everyone who may do something of what can be wanted, in order of address."""
    viewers = []
    for person, held in _by_person(holdings_on(target.spot.above)).items():
        ways = tuple(
            dict.fromkeys(way for action in target.actions for way in _ways(target.spot, person, held, action))
        )
        allowed = tuple(
            action for action in target.actions if _directory(target.spot, person, held, action) is not None
        )
        if allowed:
            viewers.append(Viewer(person, allowed, ways))
    return viewers


def why(person: Person, target: Target) -> Answer:
    """Why this person may, or may not, do what can be wanted of the target."""
    held = [one for one in holdings_on(target.spot.above) if one.person == person]
    answers = {action: _decide(target.spot, held, person.current_directory, action) for action in target.actions}
    allowed = tuple(action for action, answer in answers.items() if isinstance(answer, Allowed))
    ways = tuple(dict.fromkeys(way for action in allowed for way in _ways(target.spot, person, held, action)))
    refused = next(((action, answer) for action, answer in answers.items() if not isinstance(answer, Allowed)), None)
    if refused is None:
        return Answer(person, allowed, ways, (phrase("{email} may see and download this.", email=person.email),))
    _, answer = refused
    if isinstance(answer, Refused):
        named = answer.naming(_names(target.spot, answer.giver_roles))
        return Answer(person, allowed, ways, (named.phrase,), _reason(target.spot.place), named.givers)
    assert isinstance(answer, NotFound)  # noqa: S101 - the third of three
    return _not_found(person, target, is_elsewhere=answer.in_other_directory)


def _not_found(person: Person, target: Target, *, is_elsewhere: bool) -> Answer:
    if not person.is_active:
        return Answer(
            person, (), (), (phrase("The sign-in of {email} is closed.", email=person.email),), Reason.OTHER_ACCOUNT
        )
    if is_elsewhere:
        bound_to = target.spot.bound_to
        sentence = phrase(
            "{email} holds a role here, but looks from another directory. Switch to {directory}.",
            email=person.email, directory=bound_to,
        )  # fmt: skip
        return Answer(person, (), (), (sentence,), Reason.WRONG_DIRECTORY)
    sentences = (
        phrase("{email} holds no role on this or on anything above it.", email=person.email),
        phrase("Someone who follows a link must be signed in with the address that holds the role."),
    )
    return Answer(person, (), (), sentences, Reason.OTHER_ACCOUNT)


def _reason(place: Place) -> Reason:
    if place.matrix is MCA:
        return Reason.NO_PERMISSION_ON_PROFILE
    if place.matrix is EA:
        return Reason.ENROLLMENT_CUSTOMER
    if place.matrix is MPA:
        return Reason.THROUGH_PARTNER
    return Reason.OLDER_INVOICE if place.invoice_is_old else Reason.NO_PERMISSION_ON_SUBSCRIPTION


def _ways(spot: Spot, person: Person, held: Sequence[Holding], action: Action) -> Iterator[Way]:
    """The roles each of which opens it; none if they do not open it together."""
    directory = _directory(spot, person, held, action)
    if directory is None:
        return
    for one in held:
        if isinstance(_decide(spot, [one], directory, action), Allowed):
            alone = [Held(one.role, Level(one.scope.kind))]
            without = decide(action, alone, replace(spot.place, policies=NO_POLICIES))
            policy = without.policy if isinstance(without, Refused) else None
            elsewhere = directory if directory != person.directory else ""
            yield Way(one.role, one.scope, one.group, policy, elsewhere)


def _directory(spot: Spot, person: Person, held: Sequence[Holding], action: Action) -> str | None:
    """The first of the person's directories from which it opens; None if it opens from none."""
    directories = (person.current_directory, person.directory, *person.directories)
    return next((one for one in directories if isinstance(_decide(spot, held, one, action), Allowed)), None)


def _decide(spot: Spot, held: Iterable[Holding], directory: str, action: Action) -> Allowed | Refused | NotFound:
    roles: dict[Scope, set[Role]] = defaultdict(set)
    for one in held:
        roles[one.scope].add(one.role)
    return decide(action, spot.held_by(roles, directory), spot.place)


def _by_person(holdings: Iterable[Holding]) -> dict[Person, list[Holding]]:
    found: dict[Person, list[Holding]] = {}
    for one in holdings:
        found.setdefault(one.person, []).append(one)
    return found


def _names(spot: Spot, roles: Iterable[Role]) -> list[str]:
    wanted = set(roles)
    holders = [one.person for one in holdings_on(spot.above) if one.role in wanted]
    return [person.name for person in holders if person.name and person.kind == "person"]


def _target(name: str, spot: Spot | None, view: View, actions: tuple[Action, ...]) -> Target:
    if spot is None:
        raise _unknown(name)
    return Target(name, spot, view, actions)


def _unknown(name: str) -> UnableToFind:
    return UnableToFind(phrase("There is no invoice and no scope called {name}.", name=name))
