"""Exact decimals in a database: text on SQLite, NUMERIC on PostgreSQL, never a float."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models

from kvitto.money import Width, plain

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    _Field = models.Field[Decimal, Decimal]
else:
    _Field = models.Field  # Django's classes can be subscripted by type checkers only


class ExactDecimalField(_Field):
    """A `Decimal` kept with every digit; ValueError for a value wider than that; nothing is rounded.

    On SQLite it is text, so the database can neither sort nor sum it: do that in Python or in the usage store.
    """

    def __init__(self, *args: Any, digits: int, decimals: int, **options: Any) -> None:
        self.width = Width(digits, decimals)
        super().__init__(*args, **options)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """Field arguments for migrations."""
        name, path, args, options = super().deconstruct()
        return str(name), path, list(args), {**options, "digits": self.width.digits, "decimals": self.width.decimals}

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        """NUMERIC where the database has exact numbers, text where it has not."""
        if connection.vendor == "postgresql":
            return f"numeric({self.width.digits},{self.width.decimals})"
        return "text"

    def from_db_value(self, value: str | Decimal | None, *_: object) -> Decimal | None:
        """The digits as they were kept, without the zeros a database pads them with."""
        return None if value is None else Decimal(plain(Decimal(value)))

    def to_python(self, value: str | Decimal | None) -> Decimal | None:
        """The value as a `Decimal`."""
        return None if value is None else Decimal(value)

    def get_prep_value(self, value: Decimal | str | None) -> Decimal | None:
        """The value, if every digit of it can be kept."""
        if value is None:
            return None
        exact = Decimal(value)
        if not self.width.holds(exact):
            message = f"{value} has more digits than {self.name} keeps ({self.width.sql_type})"
            raise ValueError(message)
        return exact

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        """Text for SQLite, a `Decimal` for PostgreSQL."""
        exact = value if prepared else self.get_prep_value(value)
        if exact is None or connection.vendor == "postgresql":
            return exact
        return plain(exact)
