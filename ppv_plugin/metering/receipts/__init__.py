"""Signed receipts: one canonical document per closed session, signed once, kept append-only, checkable by anybody."""
