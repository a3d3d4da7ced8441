"""Parts of SQL statements that write the ledger's tables, for callers that change many rows in one statement.

PostgreSQL only. The caller has locked the accounts (`services.lock_only`) in an earlier statement of the transaction.
"""

from __future__ import annotations


def resized_holds(changes: str) -> str:
    """CTEs that add each row `(hold_id, account_id, change)` of the CTE `changes` to its hold and its account.

    Accounts must appear once only. The last CTE, `resized`, has `(account_id, owner)` of every account that changed;
    one that would fall below its floor fails the whole statement by its check constraint.
    """
    return f"""
    resized_hold AS (
        UPDATE ppv_plugin_hold h SET amount = h.amount + c.change
        FROM {changes} c WHERE h.id = c.hold_id AND c.change <> 0
    ),
    resized AS (
        UPDATE ppv_plugin_account a SET held = a.held + c.change
        FROM {changes} c WHERE a.id = c.account_id AND c.change <> 0
        RETURNING a.id AS account_id, a.owner
    )"""  # noqa: S608 - names of CTEs, never input
