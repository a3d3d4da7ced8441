"""How a check speaks: what is wrong, the mend as its hint, and an id of ours."""

from __future__ import annotations

from django.core.checks import Error, Warning

TAG = "ppv_plugin"


def error(number: str, text: str, mend: str) -> Error:
    return Error(text, hint=mend, id=f"ppv_plugin.{number}")


def warning(number: str, text: str, mend: str) -> Warning:
    return Warning(text, hint=mend, id=f"ppv_plugin.{number}")
