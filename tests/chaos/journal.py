"""The write-ahead journal of one actor: what it is about to do is written before, how it ended after.

An actor that was killed reads it in its next life and does again, under the same key, what has no ending yet. The
checks read it afterwards: whatever was acknowledged must be there, whatever was refused must not.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SUFFIX = ".journal"


@dataclass(slots=True)
class Intent:
    """`ending`: "" (none yet), "done" or "refused". `outcome`: what the verb returned, or the code of the refusal."""

    key: str
    verb: str
    args: dict[str, Any]
    ending: str = ""
    outcome: Any = None


@dataclass
class Journal:
    path: Path
    intents: dict[str, Intent] = field(default_factory=dict)
    notes: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def named(cls, folder: Path, name: str) -> Journal:
        """With all that earlier lives wrote."""
        journal = cls(folder / f"{name}{SUFFIX}")
        if journal.path.exists():
            text = journal.path.read_text()
            for line in text.splitlines():
                journal._take(line)
            if text and not text.endswith("\n"):
                journal._write_text("\n")
        return journal

    def intend(self, intent: Intent) -> None:
        self.intents[intent.key] = intent
        self._write(k=intent.key, verb=intent.verb, args=intent.args)

    def end(self, intent: Intent, ending: str, outcome: Any) -> None:
        intent.ending, intent.outcome = ending, outcome
        self._write(k=intent.key, ending=ending, outcome=outcome)

    def note(self, kind: str, text: str) -> None:
        """Something seen on the way: a lost connection, a deadlock, an error nobody expects."""
        self.notes.append((kind, text))
        self._write(note=kind, text=text)

    def unended(self) -> list[Intent]:
        return [intent for intent in self.intents.values() if not intent.ending]

    def _take(self, line: str) -> None:
        try:
            found = json.loads(line)
        except ValueError:  # cut off by a kill
            return
        if "note" in found:
            self.notes.append((found["note"], found["text"]))
        elif "verb" in found:
            self.intents[found["k"]] = Intent(found["k"], found["verb"], found["args"])
        elif found["k"] in self.intents:
            intent = self.intents[found["k"]]
            intent.ending, intent.outcome = found["ending"], found["outcome"]

    def _write(self, **line: Any) -> None:
        self._write_text(
            json.dumps({**line, "at": round(time.monotonic(), 2)}) + "\n"
        )  # for people who look for a cause

    def _write_text(self, text: str) -> None:
        """One system call: what a SIGKILL leaves behind is a whole line or none."""
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            os.write(handle, text.encode())
        finally:
            os.close(handle)


def every_journal(folder: Path) -> Iterator[Journal]:
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        yield Journal.named(folder, path.name.removesuffix(SUFFIX))
