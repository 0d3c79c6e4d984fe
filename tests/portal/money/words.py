"""The words of pages."""

from __future__ import annotations

import html
import re

from django.test import Client

from kvitto.language import format_money
from kvitto.money import Money

SEEN = 200


def text_of(client: Client, address: str) -> str:
    """The words of a page, with plain spaces, quotes and minus signs."""
    answer = client.get(address)
    assert answer.status_code == SEEN, (address, answer.status_code)
    main = answer.content.decode().partition("<main")[2]
    return plain(" ".join(html.unescape(re.sub(r"<[^>]*>", " ", main)).split()))


def amount_of(value: Money) -> str:
    """An amount as pages write it."""
    return plain(format_money(value))


def plain(text: str) -> str:
    """With plain spaces and minus signs."""
    return re.sub(r"[\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}]", " ", text).replace(
        "\N{MINUS SIGN}", "-"
    )
