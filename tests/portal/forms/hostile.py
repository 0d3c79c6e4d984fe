"""What nobody means to send, and what somebody sends all the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from hypothesis import strategies as st

SCRIPT = "<script>alert(1)</script>"
VALUES: Mapping[str, str] = {
    "nothing": "",
    "spaces": "   ",
    "a megabyte": "x" * 1_000_000,
    "NUL": "\0",
    "NUL inside": "read\0er@nordlys.example",
    "control characters": "\x01\x08\x1b[31m\x7f\r\n\t\u0085\u2028",
    "emoji": "\N{FACE WITH TEARS OF JOY}" * 40,
    "right to left": "\N{RIGHT-TO-LEFT OVERRIDE}elpmaxe.sylldron@anna\N{ZERO WIDTH JOINER}",
    "many accents": "e" + "\N{COMBINING ACUTE ACCENT}" * 2000,
    "SQL": "' OR 1=1; DROP TABLE records_person; --",
    "HTML": SCRIPT,
    "a template": "{{ settings.SECRET_KEY }}{% debug %}{0.__class__}%(x)s%s%n",
    "a formula": "=cmd|' /C calc'!A0",
    "below zero": "-1",
    "huge": "9" * 5000,
    "no number": "NaN",
    "infinite": "1e999999",
    "other digits": "\u0661\u0662\u00b2",
    "JSON": '{"a": [null, true, {}]}',
    "a list": "[[[[[]]]]]",
    "a path": "../../../etc/passwd",
    "an address": "https://elsewhere.example/\\@x//y",
    "no day": "2024-02-31",
    "the last day": "9999-12-31",
    "a key": "00000000-0000-0000-0000-000000000000",
    "a mark": "\ufeff\ufffe\U0010ffff",
}
"""By what they are."""

SHORT = {name: value for name, value in VALUES.items() if len(value) < 3000}
"""Those that fit into an address."""

BODIES: Mapping[str, tuple[str, bytes]] = {
    "nothing at all": ("", b""),
    "no UTF-8": ("application/x-www-form-urlencoded", b"\xff\xfe=%ff%fe&value=%ed%a0%80&%=%&;&&=="),
    "another encoding": ("application/x-www-form-urlencoded; charset=utf-16", "value=ä".encode("utf-16")),
    "an unknown encoding": ("multipart/form-data; boundary=x; charset=nonsense", b"--x--\r\n"),
    "JSON": ("application/json", b'{"value": "on"}'),
    "XML": ("text/xml", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'),
    "no boundary": ("multipart/form-data", b"--x\r\n"),
    "an endless boundary": (f"multipart/form-data; boundary={'x' * 3000}", b"--x\r\n"),
    "half a part": ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="value'),
    "broken base64": (
        "multipart/form-data; boundary=x",
        (
            b'--x\r\nContent-Disposition: form-data; name="value"\r\n'
            b"Content-Transfer-Encoding: base64\r\n\r\n$\r\n--x--\r\n"
        ),
    ),
    "a file": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="value"; filename="../a\0.sh"\r\n\r\n#!/bin/sh\r\n--x--\r\n',
    ),
}
"""Bodies by what they are: their type and their bytes."""

TOO_MUCH: Mapping[str, tuple[str, bytes]] = {
    "too many fields": (
        "application/x-www-form-urlencoded",
        urlencode([(f"field-{number}", "x") for number in range(1001)]).encode(),
    ),
    "the same field too often": ("application/x-www-form-urlencoded", b"&".join([b"number=K-1"] * 1001)),
    "too many bytes": ("application/x-www-form-urlencoded", b"value=" + b"x" * 2_621_441),
    "too many files": (
        "multipart/form-data; boundary=x",
        b"".join(b'--x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\nx\r\n' for number in range(101))
        + b"--x--\r\n",
    ),
}
"""More than a form may hold."""

_TEXTS = st.one_of(st.sampled_from(sorted(SHORT.values())), st.text(max_size=60), st.integers().map(str))


def mixtures(fields: Mapping[str, str | Sequence[str]]) -> st.SearchStrategy[dict[str, list[str]]]:
    """The form with some fields as they should be, and others missing, repeated, or holding anything."""
    lists = st.lists(_TEXTS, max_size=3)
    chosen = {name: st.one_of(st.just(_list(value)), lists) for name, value in fields.items()}
    return st.fixed_dictionaries(chosen, optional={"unknown": lists})


def _list(value: str | Sequence[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
