"""A deliberate fault: one line of the product, changed for as long as a test looks whether anybody notices."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from operator import attrgetter
from types import FunctionType
from typing import Any

from django.apps import apps
from django.db import connection


@dataclass(frozen=True)
class Fault:
    """`where`: "module:name" of a function, a method or a text. `old`, which must be there once, becomes `new`."""

    name: str
    where: str
    old: str
    new: str
    noticed_by: str = "machine"

    @contextmanager
    def made(self) -> Iterator[None]:
        module_name, name = self.where.split(":")
        module = import_module(f"ppv_plugin.{module_name}")
        target = attrgetter(name)(module)
        if isinstance(target, str):
            setattr(module, name, self._changed(target))
            try:
                yield
            finally:
                setattr(module, name, target)
            return
        function = inspect.unwrap(target)
        assert isinstance(function, FunctionType)
        whole, function.__code__ = function.__code__, self._code(function, vars(module))
        try:
            yield
        finally:
            function.__code__ = whole

    def _code(self, function: FunctionType, names: dict[str, Any]) -> Any:
        """Put into the function itself, so that everybody who imported it has it."""
        source = self._changed(textwrap.dedent(inspect.getsource(function)))
        scope = dict(names)
        exec(compile(source, f"<{self.name}>", "exec"), scope)
        return inspect.unwrap(scope[function.__name__]).__code__

    def _changed(self, text: str) -> str:
        assert text.count(self.old) == 1, f"{self.where} has {self.old!r} {text.count(self.old)} times, not once"
        return text.replace(self.old, self.new)


@dataclass(frozen=True)
class NoConstraint:
    """The database does without this unique key or check. On PostgreSQL."""

    name: str
    model: str
    constraint: str
    noticed_by: str

    @contextmanager
    def made(self) -> Iterator[None]:
        model = apps.get_model("ppv_plugin", self.model)
        found = next(c for c in model._meta.constraints if c.name == self.constraint)
        with connection.schema_editor() as editor:
            editor.remove_constraint(model, found)
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute(f"TRUNCATE {model._meta.db_table} CASCADE")  # whatever the fault let in
            with connection.schema_editor() as editor:
                editor.add_constraint(model, found)
