"""The wheel of the work tree, as pip would install it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PIP = ("-m", "pip", "--quiet", "--disable-pip-version-check")


def run(*command: object, cwd: Path, env: dict[str, str] | None = None) -> str:
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def build(source: Path, folder: Path) -> Path:
    """Built from a copy of the files that git has: a `build/` left lying in the work tree would get in."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    for name in run(*listing, cwd=ROOT).splitlines():
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, source / name)
    run(sys.executable, *PIP, "wheel", "--no-deps", "--wheel-dir", folder, ".", cwd=source)
    return next(folder.glob("ppv_plugin-*.whl"))
