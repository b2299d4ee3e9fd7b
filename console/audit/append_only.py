"""The audit trail as the database keeps it: rows are added, never changed, never deleted, whoever asks."""

from __future__ import annotations

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TABLE = "audit_auditentry"
REFUSAL = "Audit entries are only ever added to."

_SQLITE = [
    f"""CREATE TRIGGER IF NOT EXISTS {TABLE}_no_{event} BEFORE {event} ON {TABLE}
        BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"""
    for event in ("update", "delete")
]
# 23001 is restrict_violation, which Django hands on as an IntegrityError, as it does SQLite's.
_POSTGRESQL = [
    f"""CREATE OR REPLACE FUNCTION {TABLE}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = '23001'; END $$""",
    f"""CREATE OR REPLACE TRIGGER {TABLE}_append_only BEFORE UPDATE OR DELETE ON {TABLE}
        FOR EACH ROW EXECUTE FUNCTION {TABLE}_refuse()""",
    # Emptying a table at once is none of the above. An empty one may be emptied: that is how tests clean up.
    f"""CREATE OR REPLACE FUNCTION {TABLE}_refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN IF EXISTS (SELECT 1 FROM {TABLE}) THEN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = '23001'; END IF;
        RETURN NULL; END $$""",
    f"""CREATE OR REPLACE TRIGGER {TABLE}_no_truncate BEFORE TRUNCATE ON {TABLE}
        FOR EACH STATEMENT EXECUTE FUNCTION {TABLE}_refuse_truncate()""",
]
_SQLITE_UNDO = [f"DROP TRIGGER IF EXISTS {TABLE}_no_{event}" for event in ("update", "delete")]
_POSTGRESQL_UNDO = [
    f"DROP TRIGGER IF EXISTS {TABLE}_append_only ON {TABLE}",
    f"DROP TRIGGER IF EXISTS {TABLE}_no_truncate ON {TABLE}",
    f"DROP FUNCTION IF EXISTS {TABLE}_refuse_truncate()",
    f"DROP FUNCTION IF EXISTS {TABLE}_refuse()",
]


def forbid_changes(schema_editor: BaseDatabaseSchemaEditor) -> None:
    _run(schema_editor, {"sqlite": _SQLITE, "postgresql": _POSTGRESQL})


def allow_changes(schema_editor: BaseDatabaseSchemaEditor) -> None:
    """For going back behind the migration, and for tests that empty their tables."""
    _run(schema_editor, {"sqlite": _SQLITE_UNDO, "postgresql": _POSTGRESQL_UNDO})


def _run(schema_editor: BaseDatabaseSchemaEditor, statements: dict[str, list[str]]) -> None:
    for statement in statements[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)
