"""`make demo`: the demo site with people and rooms in it, in one process, until Ctrl-C.

Everything it makes is in `var/`; `PPV_VAR` names another folder, `PORT` the port to try first.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

from scripts import services
from scripts.terminal import ROOT, SetupFailed, heading, quietly, say

HOST = "127.0.0.1"
PORTS_TRIED = 30
START_SECONDS = 60.0
ENVIRONMENT = {**os.environ, "DJANGO_SETTINGS_MODULE": "demo_site.settings"}
DJANGO = (sys.executable, "-m", "django")


def first_free_port(wanted: int) -> int:
    for port in range(wanted, wanted + PORTS_TRIED):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise SetupFailed(f"No free port from {wanted} on. Choose one: make demo PORT=9000")


def prepare(port: int) -> str:
    """A migrated, filled database and collected static files; the logins, as `seed_demo` prints them."""
    quietly("Preparing the database", [*DJANGO, "migrate", "--no-input"], env=ENVIRONMENT)
    quietly("Adding rooms, modes and pages", [*DJANGO, "ppv_setup"], env=ENVIRONMENT)
    seed = [*DJANGO, "seed_demo", "--with-past", f"--address={HOST}:{port}"]
    logins = quietly("Inviting the people", seed, env=ENVIRONMENT)
    collect = [*DJANGO, "collectstatic", "--no-input"]
    quietly("Collecting the static files", collect, env=ENVIRONMENT)
    return logins


def wait_until_it_answers(server: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise SetupFailed(f"The server ended with exit code {server.returncode}.")
        try:
            urllib.request.urlopen(url, timeout=10).close()
        except urllib.error.HTTPError as answer:
            raise SetupFailed(f"{url} answers with {answer.code}.") from None
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise SetupFailed(f"{url} does not answer.")


def serve(port: int, logins: str) -> None:
    url = f"http://{HOST}:{port}/"
    command = [sys.executable, "-m", "uvicorn", "demo_site.asgi:application"]
    command += ["--host", HOST, "--port", str(port), "--log-level", "warning"]
    command += ["--timeout-graceful-shutdown", "3"]
    server = subprocess.Popen(command, cwd=ROOT, env=ENVIRONMENT)
    try:
        wait_until_it_answers(server, url)
        heading(f"The site runs on {url}")
        say(logins)
        say("Stop it with Ctrl-C.")
        server.wait()
    except KeyboardInterrupt:
        say("\nStopping ...")
    finally:  # Ctrl-C in a terminal has reached the server too; a second ask does no harm
        services.end(server, signal.SIGINT, signal.SIGTERM)


def main() -> None:
    services.end_politely()
    try:
        heading("Preparing the demo")
        port = first_free_port(int(os.environ.get("PORT") or 8000))
        serve(port, prepare(port))
    except SetupFailed as failure:
        sys.exit(f"\n{failure}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
