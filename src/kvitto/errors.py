"""What is told to a person when something cannot be done.

Every error a person can act on derives from `UnableTo` and carries a `Phrase`, so that the door that shows it
(page, command, file) says it in the reader's language. Anything else that is raised is a fault of the program.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kvitto.language import Phrase


class UnableTo(Exception):  # noqa: N818 - reads as the start of the sentence it carries
    """Something a person asked for cannot be done; `phrase` says what, where and what to do about it."""

    def __init__(self, phrase: Phrase) -> None:
        super().__init__(str(phrase))
        self.phrase = phrase
