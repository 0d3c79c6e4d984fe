"""The three answers to the question whether a person may do something."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from kvitto.access.policies import Policy
from kvitto.access.roles import ROLES, Role
from kvitto.language import Phrase, phrase


@dataclass(frozen=True)
class Allowed:
    """Yes. `at_list_prices`: what is shown must be priced by the list, not by the agreement."""

    at_list_prices: bool = False


@dataclass(frozen=True)
class NotFound:
    """The person has no relation to the thing, and learns nothing about it, not even whether it exists.

    `in_other_directory`: a role is held, but cannot be used from the directory one looks from (invoices.md §9 N12).
    Only for those who help the person: the doors answer both alike.
    """

    in_other_directory: bool = False


@dataclass(frozen=True)
class Refused:
    """No, and why. `givers` are names of people who can help; empty until someone who knows names fills them in.

    `helpful_role` is None where no role here would help. `policy`: the one whose other value would open it.
    """

    rule: Phrase
    helpful_role: Role | None
    giver_roles: tuple[Role, ...]
    givers: tuple[str, ...] = ()
    policy: Policy | None = None

    @property
    def phrase(self) -> Phrase:
        """The rule, the role that would help and who can give it, as one text."""
        if self.helpful_role is None:
            return self.rule
        role = ROLES[self.helpful_role].name
        if self.helpful_role in self.giver_roles:
            help_sentence = (
                phrase("Ask {people} ({role}).", people=self.givers, role=role)
                if self.givers
                else phrase("Ask the {role}.", role=role)
            )
        elif self.givers:
            help_sentence = phrase(
                "The role “{role}” would allow it; {people} can give it.", role=role, people=self.givers
            )
        else:
            help_sentence = phrase("The role “{role}” would allow it.", role=role)
        return phrase("{rule} {help}", rule=self.rule, help=help_sentence)

    def naming(self, givers: Iterable[str]) -> Refused:
        """The same refusal with the names of those who can help, each once, in order of the alphabet."""
        return replace(self, givers=tuple(sorted(set(givers))))


Decision = Allowed | Refused | NotFound
