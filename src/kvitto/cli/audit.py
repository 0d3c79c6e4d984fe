"""`kvitto audit`: what was done and refused, and whether the trail of it is whole."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from kvitto.cli.office import office_command, print_json, print_table
from kvitto.errors import UnableTo
from kvitto.language import phrase, phrases, translated

if TYPE_CHECKING:
    from kvitto.records.audit import Head
    from kvitto.records.audit_check import AuditReport
    from kvitto.records.models import AuditEntry
    from kvitto.runs.office import Office


@click.group(help=translated("What was done and refused in this office, in a trail that cannot be changed unseen."))
def audit() -> None:
    """Holds the commands below."""


@audit.command(
    name="verify",
    help=translated(
        "Read the whole audit trail and tell which entries were changed, left out, moved or cut off. Exit status 1 if "
        "any were. The number and digest of the last entry are printed: whoever notes them outside this office can "
        "give them to a later run with --head, and then even a trail that was written anew is found out."
    ),
)
@click.option(
    "--head",
    "heads",
    multiple=True,
    metavar="NUMBER:DIGEST",
    help=translated("A number and digest that an earlier run printed; may be given several times."),
)
@click.option("--json", "as_json", is_flag=True, help=translated("Machine-readable output."))
@office_command
def verify_trail(office: Office, heads: tuple[str, ...], *, as_json: bool) -> None:
    """Verify, say what is wrong."""
    from kvitto.runs.audit_head import verify_trail

    report = verify_trail(office, [_noted(head) for head in heads])
    if as_json:
        print_json(
            {
                "entries": report.entries,
                "head": {"number": report.head.number, "digest": report.head.digest},
                "faults": [
                    {"number": fault.number, "kind": fault.kind, "sentence": str(fault.sentence)}
                    for fault in report.faults
                ],
            }
        )
    else:
        _print_report(report)
    if report.faults:
        sys.exit(1)


def _print_report(report: AuditReport) -> None:
    for fault in report.faults:
        click.echo(str(fault.sentence), err=True)
    click.echo(str(phrases("{count} entry was read.", "{count} entries were read.", report.entries)))
    if report.entries:
        head = f"{report.head.number}:{report.head.digest}"
        click.echo(str(phrase("The last one: {head}", head=head)))
    if report.faults:
        click.echo(str(phrases("{count} fault was found.", "{count} faults were found.", len(report.faults))))
    else:
        click.echo(translated("The trail is as it was written."))


def _noted(text: str) -> Head:
    from kvitto.records.audit import read_head

    head = read_head(text.replace(":", " ", 1))
    if not head.number:
        raise UnableTo(
            phrase("“{text}” is no number and digest of an entry. “kvitto audit verify” prints one.", text=text)
        )
    return head


@audit.command(name="list", help=translated("The entries of the audit trail, newest first."))
@click.option("--scope", metavar="ID", help=translated("Of this subscription, billing profile or other thing."))
@click.option("--person", metavar="EMAIL", help=translated("What this person did, or was given."))
@click.option("--since", type=click.DateTime(formats=["%Y-%m-%d"]), help=translated("From this day on (UTC)."))
@click.option("--page", type=click.IntRange(min=1), default=1, show_default=True, help=translated("Which page."))
@click.option(
    "--size", type=click.IntRange(1, 1000), default=50, show_default=True, help=translated("Entries on a page.")
)
@click.option("--json", "as_json", is_flag=True, help=translated("Machine-readable output."))
@office_command
def list_entries(
    _office: Office,
    scope: str | None,
    person: str | None,
    since: datetime | None,
    page: int,
    size: int,
    *,
    as_json: bool,
) -> None:
    """One page of entries."""
    from kvitto.records.audit import entries
    from kvitto.records.people import person_called

    who = person_called(person).id if person else None
    found = entries(scope=scope, who=who, since=since.date() if since else None)
    first = (page - 1) * size
    shown = list(found[first : first + size])
    if as_json:
        print_json([_for_programs(entry) for entry in shown])
        return
    _print_entries(shown)
    total = found.count()
    if total > size:
        pages = -(-total // size)
        click.echo(str(phrase("Page {page} of {pages}.", page=page, pages=pages)))


def _print_entries(shown: list[AuditEntry]) -> None:
    from kvitto.records.people import addresses_of

    addresses = addresses_of({entry.who for entry in shown if entry.who})
    heads = [
        phrase("Number"), phrase("Moment"), phrase("Who"), phrase("Action"), phrase("Outcome"), phrase("For"),
        phrase("Facts"),
    ]  # fmt: skip
    rows = [
        [
            str(entry.number),
            entry.happened_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            addresses.get(entry.who, entry.who) or entry.door,
            entry.action,
            entry.outcome,
            entry.scope_key or "–",
            " ".join(f"{name}={value}" for name, value in json.loads(entry.facts).items()),
        ]
        for entry in shown
    ]
    print_table(heads, rows, numbers=(0,))


def _for_programs(entry: AuditEntry) -> dict[str, Any]:
    return {
        "number": entry.number,
        "happened_at": entry.happened_at.isoformat(),
        "who": entry.who or None,
        "door": entry.door,
        "action": entry.action,
        "outcome": entry.outcome,
        "scope_kind": entry.scope_kind or None,
        "scope": entry.scope_key or None,
        "facts": json.loads(entry.facts),
        "digest": entry.digest,
    }
