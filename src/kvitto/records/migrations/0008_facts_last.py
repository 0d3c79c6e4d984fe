"""The facts of an invoice stand last in its row: SQLite walks through all of a long text to reach a column behind it.

PostgreSQL keeps long texts apart, and needs nothing.
"""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def put_facts_last(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The same table with the same rows, made anew in the other order; its guards are put back after every migration."""
    if schema_editor.connection.vendor != "sqlite":
        return
    invoice = apps.get_model("records", "InvoiceRecord")
    about = invoice._meta  # noqa: SLF001 - Django's documented API
    about.get_field("facts").creation_counter = 1 + max(field.creation_counter for field in about.local_fields)
    schema_editor._remake_table(invoice)  # type: ignore[attr-defined]  # noqa: SLF001 - what an alteration does there


class Migration(migrations.Migration):
    """Nothing changes but the order of the columns."""

    dependencies = [("records", "0007_operator_pages")]

    operations = [migrations.RunPython(put_facts_last, migrations.RunPython.noop)]
