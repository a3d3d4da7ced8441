"""The signed receipt of a session: written once, never changed (database triggers see to it)."""

from __future__ import annotations

from django.db import models

# tables that `ledger.append_only` protects for this slice
APPEND_ONLY_TABLES = ("ppv_plugin_signedreceipt",)


class SignedReceipt(models.Model):
    """`document` is the canonical text that `signature` signs, byte for byte."""

    session = models.OneToOneField(
        "ppv_plugin.MeteredSession", on_delete=models.PROTECT, primary_key=True, related_name="signed_receipt"
    )
    document = models.TextField()
    key_id = models.CharField(max_length=64)
    signature = models.CharField(max_length=88, unique=True)
    signed_at = models.DateTimeField()

    class Meta:
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"receipt {self.session_id}"
