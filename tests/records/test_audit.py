"""The audit trail: gap-free, chained, and nothing can be changed, left out, moved or cut off without being found."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection, transaction

from kvitto.agreements.hierarchy import Scope, ScopeKind
from kvitto.records.audit import Door, Head, Note, Result, entries, latest_head, note, note_many, salted
from kvitto.records.audit_check import verify
from kvitto.records.models import AuditEntry, OfficeFact
from tests.faults import Job, run_jobs, run_together
from tests.lifted_guards import lift_guards

NOON = datetime(2024, 3, 20, 12, tzinfo=UTC)
LAB = Scope(ScopeKind.SUBSCRIPTION, "lab")
ISSUED = Note("invoice.issue", Result.DONE, Door.RUN, NOON, scope=LAB, facts={"number": "K-2024-000001", "edition": 1})

pytestmark = pytest.mark.database


@pytest.fixture
def trail(db: None) -> list[AuditEntry]:
    """Five entries in a database without guards."""
    note_many([replace(ISSUED, facts={"number": f"K-2024-{number:06}"}) for number in range(1, 6)])
    lift_guards()
    return list(AuditEntry.objects.order_by("number"))


def faults(*witnesses: Head) -> list[tuple[int, str]]:
    """What verification finds, as number and kind."""
    return [(fault.number, fault.kind) for fault in verify(witnesses).faults]


def test_entries_are_numbered_without_gaps_and_verify(db: None) -> None:
    """Alone or many at once, over several writes; the report names the head."""
    note("document.download", Result.ALLOWED, who=uuid4(), door=Door.PORTAL, scope=LAB, at=NOON)
    head = note_many([ISSUED] * 1201)
    assert list(AuditEntry.objects.order_by("number").values_list("number", flat=True)) == list(range(1, 1203))
    report = verify()
    assert (report.entries, report.head, report.faults) == (1202, head, ())
    assert latest_head() == head


def test_an_empty_trail_is_whole(db: None) -> None:
    """Nothing happened yet."""
    assert verify().entries == 0
    assert faults() == []
    assert note_many([]).number == 0


def test_an_entry_goes_with_the_transaction_that_wrote_it(db: None) -> None:
    """Rolled back together, and the number is taken by the next."""
    with transaction.atomic():
        note_many([ISSUED])
        transaction.set_rollback(True)
    assert note_many([ISSUED]).number == 1
    assert faults() == []


@pytest.mark.parametrize(
    ("column", "value"),
    [("outcome", "refused"), ("who", "x"), ("facts", "{}"), ("happened_at", NOON.replace(hour=13)), ("scope_key", "x")],
)
def test_a_changed_entry_is_found(trail: list[AuditEntry], column: str, value: object) -> None:
    """Whatever column it is."""
    AuditEntry.objects.filter(number=3).update(**{column: value})
    assert faults() == [(3, "changed")]
    assert str(verify().faults[0].sentence).startswith("Entry 3 was changed")


def test_an_entry_changed_with_its_digest_breaks_the_next(trail: list[AuditEntry]) -> None:
    """The digest of the fourth covers that of the third."""
    AuditEntry.objects.filter(number=3).update(digest="1" * 64)
    assert faults() == [(3, "changed"), (4, "changed")]


def test_a_missing_entry_is_found(trail: list[AuditEntry]) -> None:
    """In the middle by the gap, at the beginning too."""
    AuditEntry.objects.filter(number__in=(1, 3)).delete()
    assert faults() == [(1, "missing"), (3, "missing")]


def test_entries_that_changed_places_are_found(trail: list[AuditEntry]) -> None:
    """The number is part of what is hashed."""
    AuditEntry.objects.filter(number=2).update(number=99)
    AuditEntry.objects.filter(number=3).update(number=2)
    AuditEntry.objects.filter(number=99).update(number=3)
    assert {number for number, _ in faults()} >= {2, 3}


def test_a_trail_cut_off_at_its_end_is_found_by_its_head(trail: list[AuditEntry]) -> None:
    """The database keeps the head in another table."""
    AuditEntry.objects.filter(number__gte=4).delete()
    assert faults() == [(4, "missing")]
    assert str(verify().faults[0].sentence) == "Entries 4 to 5 are missing."


def test_a_head_that_was_set_back_too_is_found_by_a_witness(trail: list[AuditEntry]) -> None:
    """Without a witness outside the database nobody can tell; with one everybody can."""
    witness = latest_head()
    AuditEntry.objects.filter(number__gte=4).delete()
    OfficeFact.objects.filter(name="audit_head").update(value=f"3 {trail[2].digest}")
    assert faults() == []
    assert faults(witness) == [(4, "missing")]


def test_a_trail_written_again_is_found_by_a_witness(trail: list[AuditEntry]) -> None:
    """Somebody who knows how the chain is made can make another one, but not with the same digests."""
    witness = latest_head()
    AuditEntry.objects.all().delete()
    OfficeFact.objects.filter(name="audit_head").update(value="")
    note_many([ISSUED] * 6)
    assert faults() == []
    assert faults(witness) == [(5, "chain")]


def test_entries_added_past_the_head_are_found(trail: list[AuditEntry]) -> None:
    """Whoever writes an entry without moving the head."""
    OfficeFact.objects.filter(name="audit_head").update(value=f"4 {trail[3].digest}")
    assert faults() == [(5, "added")]


def test_entries_cannot_be_changed_or_removed(db: None) -> None:
    """The guards of the database refuse it."""
    note_many([ISSUED])
    for statement in ("UPDATE records_auditentry SET who = 'x'", "DELETE FROM records_auditentry"):
        with pytest.raises(Exception, match="never changed or removed"), transaction.atomic():
            connection.cursor().execute(statement)


def test_an_address_is_kept_as_a_salted_hash(db: None) -> None:
    """The same for the same address in whatever case, and nothing to read."""
    note_many([replace(ISSUED, facts={"address": "Anna@daugava.example"})])
    kept = AuditEntry.objects.get().facts
    assert "anna" not in kept.lower()
    assert salted("anna@daugava.example") in kept


def test_the_list_is_newest_first_and_can_be_narrowed(db: None) -> None:
    """By thing, by person (what they did, and what was done for them), by day."""
    anna = uuid4()
    note_many(
        [
            ISSUED,
            replace(ISSUED, who=anna, scope=None),
            replace(ISSUED, facts={"person": str(anna)}, at=datetime(2024, 3, 21, tzinfo=UTC)),
        ]
    )
    assert [entry.number for entry in entries()] == [3, 2, 1]
    assert [entry.number for entry in entries(scope="lab")] == [3, 1]
    assert [entry.number for entry in entries(who=anna)] == [3, 2]
    assert [entry.number for entry in entries(since=date(2024, 3, 21))] == [3]


def test_writers_at_once_make_one_unbroken_chain(tmp_path: Path, own_database: dict[str, str]) -> None:
    """Four processes, alone and in batches: no gap, no fork, nothing lost."""
    home = tmp_path / "office"
    run_jobs([Job(home, "tests.faults:make_office", environment=own_database)])
    outcomes = run_together(
        [Job(home, "tests.records.audit_jobs:write_many", [str(turn)], environment=own_database) for turn in range(4)]
    )
    assert [outcome.err for outcome in outcomes] == [""] * 4
    (told,) = run_jobs([Job(home, "tests.records.audit_jobs:tell", environment=own_database)])
    assert told.out.split() == ["160", "0"]
