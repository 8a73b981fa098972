"""
What the database itself refuses to change about charges and invoices.

Used by migrations. SQLite loses the triggers of a table that a later migration
rebuilds; that migration has to call `thaw` before and `freeze` after it, and a test
sees to it.

The parties of what was billed are the one thing that may follow: an account that was
merged into another takes its bills along. Who was billed, in words, stays as it was.
PostgreSQL sees to it that they go nowhere else. SQLite does not: a trigger that looks
into another table would be in the way of every later change of that table.
"""

from collections.abc import Mapping
from typing import Any

REFUSAL = "What was billed is never changed."
BINDING = "('ISSUED', 'PAID')"
INVOICE, CHARGE = "invoices_invoice", "invoices_charge"

#: By table: the columns that never change. The parties have triggers of their own.
FACTS_BEFORE_COST = {
    INVOICE: (
        "number, currency, po_code, net_amount, tax_amount, created_at, issue_date, "
        "due_date, seller, buyer"
    ),
    CHARGE: (
        "order_item_id, execution_id, occasion, description, quantity, currency, "
        "unit_price, discount_percent, net_amount, tax_name, tax_percent, tax_amount, "
        "created_at"
    ),
}
FACTS = {
    INVOICE: FACTS_BEFORE_COST[INVOICE],
    CHARGE: f"{FACTS_BEFORE_COST[CHARGE]}, product_id, cost_amount",
}
WHEN = {INVOICE: f"OLD.state IN {BINDING}", CHARGE: ""}
NAMES = {INVOICE: "invoice_issued_is_frozen", CHARGE: "charge_is_frozen"}
PARTIES = {INVOICE: "invoice_parties_follow", CHARGE: "charge_parties_follow"}
#: A party changes to another account than the one it was merged into.
MOVED_ASTRAY = """
    (NEW.{column} <> OLD.{column} AND NOT EXISTS (
        SELECT 1 FROM accounts_account
        WHERE id = OLD.{column} AND merged_into_id = NEW.{column}
    ))
"""


ASTRAY = " OR ".join(
    MOVED_ASTRAY.format(column=column) for column in ("account_id", "bill_to_id")
)
FOLLOW = f"""
    CREATE FUNCTION invoices_follow() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN
        IF {ASTRAY} THEN
            RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = '23000';
        END IF;
        RETURN NEW;
    END $$
"""


def freeze(schema_editor: Any, *, facts: Mapping[str, str] = FACTS) -> None:
    """Put the triggers on the tables of charges and invoices."""
    on_postgres = schema_editor.connection.vendor == "postgresql"
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    if on_postgres:
        schema_editor.execute(FOLLOW, params=None)
    for table, columns in facts.items():
        when = f"WHEN ({WHEN[table]})" if WHEN[table] else ""
        body = "EXECUTE FUNCTION invoices_refuse()" if on_postgres else refuse
        _trigger(schema_editor, NAMES[table], f"{columns} ON {table}", when, body)
        if on_postgres:
            body = "EXECUTE FUNCTION invoices_follow()"
            parties = f"account_id, bill_to_id ON {table}"
            _trigger(schema_editor, PARTIES[table], parties, when, body)


def thaw(schema_editor: Any) -> None:
    """Take the triggers away."""
    on_postgres = schema_editor.connection.vendor == "postgresql"
    for names in (NAMES, PARTIES):
        for table, name in names.items():
            of_table = f" ON {table}" if on_postgres else ""
            schema_editor.execute(
                f"DROP TRIGGER IF EXISTS {name}{of_table}", params=None
            )
    if on_postgres:
        schema_editor.execute("DROP FUNCTION IF EXISTS invoices_follow()", params=None)


def _trigger(schema_editor: Any, name: str, of: str, when: str, body: str) -> None:
    statement = (
        f"CREATE TRIGGER {name} BEFORE UPDATE OF {of} FOR EACH ROW {when} {body}"
    )
    schema_editor.execute(statement, params=None)
