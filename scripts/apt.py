"""Debian and Ubuntu packages, when we are allowed to install them: as root, where apt-get exists."""

from __future__ import annotations

import os
import shutil

from scripts.terminal import quietly


def usable() -> bool:
    return os.name == "posix" and os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(*packages: str) -> None:
    """Raises SetupFailed when a package cannot be had."""
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    wait = "DPkg::Lock::Timeout=120"
    quietly("Reading the package lists", ["apt-get", "-o", wait, "update"], seconds=300, env=env)
    command = ["apt-get", "-o", wait, "install", "-y", "--no-install-recommends", *packages]
    quietly(f"Installing {' '.join(packages)}", command, seconds=900, env=env)
