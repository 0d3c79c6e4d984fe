"""Sentences as JSON facts and back, so that what a job found can be told later, in the reader's language."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from kvitto.language import Phrase
from kvitto.money import Money, plain
from kvitto.periods import Period


def phrase_facts(sentence: Phrase) -> dict[str, Any]:
    """The sentence with its values as JSON; whatever no sentence of ours holds is kept as the text it would show."""
    return {
        "text": sentence.text,
        "plural": sentence.plural,
        "count": sentence.count,
        "values": {name: _written(value) for name, value in sentence.values.items()},
    }


def phrase_from(facts: dict[str, Any]) -> Phrase:
    """The sentence that `phrase_facts` wrote."""
    values = {name: _read(value) for name, value in facts["values"].items()}
    return Phrase(facts["text"], values, facts["plural"], facts["count"])


def _written(value: object) -> Any:  # noqa: PLR0911 - one row per kind of value
    match value:
        case Phrase():
            return {"phrase": phrase_facts(value)}
        case Money():
            return {"money": [plain(value.amount), value.currency]}
        case Period():
            return {"period": [value.start.isoformat(), value.end.isoformat()]}
        case datetime():
            return {"moment": value.isoformat()}
        case date():
            return {"day": value.isoformat()}
        case Decimal():
            return {"decimal": plain(value)}
        case bool() | int():
            return value
        case tuple() | list():
            return [_written(each) for each in value]
        case _:
            return str(value)


def _read(facts: Any) -> object:  # noqa: PLR0911 - the same
    if isinstance(facts, list):
        return tuple(_read(each) for each in facts)
    if not isinstance(facts, dict):
        return facts
    ((kind, value),) = facts.items()
    match kind:
        case "phrase":
            return phrase_from(value)
        case "money":
            return Money(Decimal(value[0]), value[1])
        case "period":
            return Period(date.fromisoformat(value[0]), date.fromisoformat(value[1]))
        case "moment":
            return datetime.fromisoformat(value)
        case "day":
            return date.fromisoformat(value)
        case _:
            return Decimal(value)
