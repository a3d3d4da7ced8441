"""Files, functions and classes stay small enough to read; an exception is a line here, with its reason."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILE_LINES = 400
FUNCTION_LINES = 70
PUBLIC_METHODS = 12
PYTHON_FOLDERS = ("ppv_plugin", "demo_site", "scripts")

# "path", "path::function" or "path::Class" -> why it is better whole
EXCEPTIONS: dict[str, str] = {}

ELSEWHERE = re.compile(
    r"pypi\.org|pythonhosted\.org|registry\.(npm|yarn)|npmjs\.(org|com)|crates\.io|repo\d?\.maven|deb\.debian"
    r"|/(?:home|Users)/[a-z]\w*/|/root/|/work/",
    re.IGNORECASE,
)


def own_files(suffix: str = "") -> list[Path]:
    """Every file that git has or would take."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", f"*{suffix}"]
    out = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for path in map(ROOT.joinpath, out.splitlines()) if path.is_file()]


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


PYTHON = [
    path
    for path in own_files(".py")
    if short(path).split("/")[0] in PYTHON_FOLDERS and "/migrations/" not in short(path)
]
JAVASCRIPT = [path for path in own_files(".js") if "/vendor/" not in short(path)]


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    yield from (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))


def too_long(path: Path) -> Iterator[str]:
    text = path.read_text()
    lines = len(text.splitlines())
    if lines > FILE_LINES and short(path) not in EXCEPTIONS:
        yield f"{short(path)}: {lines} lines"
    if path.suffix == ".py":
        yield from too_long_inside(short(path), ast.parse(text))


def too_long_inside(name: str, tree: ast.AST) -> Iterator[str]:
    for function in functions(tree):
        lines = (function.end_lineno or 0) - function.lineno + 1
        if lines > FUNCTION_LINES and f"{name}::{function.name}" not in EXCEPTIONS:
            yield f"{name}::{function.name}: {lines} lines"
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and f"{name}::{node.name}" not in EXCEPTIONS:
            public = [f for f in functions_of(node) if not f.name.startswith("_")]
            if len(public) > PUBLIC_METHODS:
                yield f"{name}::{node.name}: {len(public)} public methods"


def functions_of(node: ast.ClassDef) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [n for n in node.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]


@pytest.mark.parametrize("path", [*PYTHON, *JAVASCRIPT], ids=short)
def test_stays_within_the_budget(path: Path) -> None:
    assert list(too_long(path)) == []


def test_exceptions_name_what_exists() -> None:
    gone = [name for name in EXCEPTIONS if not (ROOT / name.split("::")[0]).exists()]
    assert gone == []


def test_budget_is_noticed_when_broken() -> None:
    long = "def f():\n" + "    x = 1\n" * FUNCTION_LINES
    wide = "class C:\n" + "".join(f"    def m{n}(self): ...\n" for n in range(PUBLIC_METHODS + 1))
    assert list(too_long_inside("x.py", ast.parse(long))) == ["x.py::f: 71 lines"]
    assert list(too_long_inside("x.py", ast.parse(wide))) == ["x.py::C: 13 public methods"]


def test_names_no_registry_and_no_path_of_one_machine() -> None:
    found = []
    for path in own_files():
        if path == Path(__file__):
            continue
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        found += [f"{short(path)}: {match.group()}" for match in ELSEWHERE.finditer(text)]
    assert found == []
