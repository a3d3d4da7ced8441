"""Canonical text, keys and Ed25519 signatures of receipts. Pure: no database, no settings.

A signed file is `{"document": {…}, "signature": {"algorithm", "key", "value"}}`. What is signed is the document's
canonical text: the fields in their order, no white space between them, UTF-8. White space between the fields of a file
means nothing, so it may be indented or travel by mail; every other changed character fails.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SCHEMA = "ppv.receipt.v1"
KEYS_SCHEMA = "ppv.receipt-keys.v1"
ALGORITHM = "Ed25519"
MAX_BYTES = 512 * 1024  # some thousand lines of timeline
KEY_BYTES = 32
SIGNATURE = re.compile(r"[A-Za-z0-9+/]{86}==")
KEY_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_DERIVED = "secret-key-"  # the id of a key that nobody configured says so
_GAPS = re.compile(r'("(?:[^"\\]|\\.)*")|[ \t\r\n]+')


class KeyProblem(ValueError):
    """A key that cannot be used; the text says which and why."""


class NotAReceipt(ValueError):
    """A text that is no signed receipt of this schema at all."""


class Verdict(StrEnum):
    VALID = "valid"
    CHANGED = "changed"
    UNKNOWN_KEY = "unknown_key"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Key:
    """`seed` is the private half; without it the key verifies and never signs."""

    id: str
    public: bytes
    seed: bytes | None = None


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Every key verifies. `derived`: no key was configured, they come from the site's SECRET_KEY."""

    keys: tuple[Key, ...]
    derived: bool = False

    @property
    def signer(self) -> Key:
        return next(key for key in self.keys if key.seed is not None)

    def public(self, key_id: str) -> bytes | None:
        return next((key.public for key in self.keys if key.id == key_id), None)


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed file, read but not yet believed."""

    document: dict[str, Any]
    key_id: str
    signature: str


# --- keys -------------------------------------------------------------------------------------------------------------
def key_of(seed: bytes, key_id: str = "") -> Key:
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    return Key(key_id or f"receipts-{fingerprint(public)}", public, seed)


def fingerprint(public: bytes) -> str:
    return hashlib.sha256(public).hexdigest()[:12]


def derived_key(secret: str) -> Key:
    """The key of a site that configured none: HKDF of its secret, told apart by the public half's fingerprint."""
    seed = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=SCHEMA.encode()).derive(secret.encode())
    key = key_of(seed)
    return Key(_DERIVED + fingerprint(key.public), key.public, seed)


def ring_from(entries: Sequence[Mapping[str, Any]], *, secrets: Iterable[str]) -> KeyRing:
    """The keys of `entries`, or those derived from `secrets` when there are none. Raises KeyProblem."""
    if not entries:
        return KeyRing(tuple(derived_key(secret) for secret in secrets), derived=True)
    keys = tuple(_key_from(entry, number) for number, entry in enumerate(entries, 1))
    if len({key.id for key in keys}) < len(keys):
        raise KeyProblem("two keys have the same id")
    if all(key.seed is None for key in keys):
        raise KeyProblem("no key has a private part, so nothing can be signed")
    return KeyRing(keys)


def public_ring(published: Any) -> KeyRing:
    """The keys of a published key file, for verifying only. Raises KeyProblem."""
    listed = published.get("keys") if isinstance(published, dict) else None
    if not isinstance(listed, list) or not listed:
        raise KeyProblem('a key file has a list "keys"')
    found = [_key_from(entry, number) for number, entry in enumerate(listed, 1)]
    return KeyRing(tuple(Key(key.id, key.public) for key in found))


def published(ring: KeyRing) -> dict[str, Any]:
    """The key file: the public halves, the signing key first."""
    ordered = sorted(ring.keys, key=lambda key: key is not ring.signer)
    return {
        "schema": KEYS_SCHEMA,
        "keys": [{"id": key.id, "algorithm": ALGORITHM, "public": encoded(key.public)} for key in ordered],
    }


def encoded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _key_from(entry: Any, number: int) -> Key:
    if not isinstance(entry, Mapping):
        raise KeyProblem(f"key {number} is not a dictionary")
    key_id = entry.get("id")
    if not isinstance(key_id, str) or not KEY_ID.fullmatch(key_id):
        raise KeyProblem(f"key {number} needs an id of letters, digits, dots, dashes and underscores")
    if "private" in entry:
        key = key_of(_key_bytes(entry["private"], key_id), key_id)
        if "public" in entry and _key_bytes(entry["public"], key_id) != key.public:
            raise KeyProblem(f"the two halves of {key_id} do not belong together")
        return key
    if "public" not in entry:
        raise KeyProblem(f'{key_id} has neither "private" nor "public"')
    return Key(key_id, _key_bytes(entry["public"], key_id))


def _key_bytes(text: Any, key_id: str) -> bytes:
    raw = _decoded(text) if isinstance(text, str) else None
    if raw is None or len(raw) != KEY_BYTES:
        raise KeyProblem(f"{key_id} is not {KEY_BYTES} bytes in base64")
    return raw


def _decoded(text: str) -> bytes | None:
    """None unless `text` is the one way to write these bytes: base64 leaves unused bits that could differ."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if encoded(raw) == text else None


# --- text and signature -----------------------------------------------------------------------------------------------
def canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def sign(text: str, key: Key) -> str:
    if key.seed is None:
        raise KeyProblem(f"{key.id} has no private part")
    return encoded(Ed25519PrivateKey.from_private_bytes(key.seed).sign(text.encode()))


def holds(text: str, signature: str, public: bytes) -> bool:
    raw = _decoded(signature)
    if raw is None:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(raw, text.encode())
    except (InvalidSignature, ValueError):  # ValueError: 32 bytes that are no key
        return False
    return True


def file_of(signed: Signed) -> dict[str, Any]:
    signature = {"algorithm": ALGORITHM, "key": signed.key_id, "value": signed.signature}
    return {"document": signed.document, "signature": signature}


def file_text(signed: Signed) -> str:
    """The file as people download it."""
    return json.dumps(file_of(signed), ensure_ascii=False, indent=2) + "\n"


def read(text: str) -> Signed:
    """Raises NotAReceipt. Nothing is verified here."""
    if len(text) > MAX_BYTES:
        raise NotAReceipt("too long")
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_float=_no_number, parse_constant=_no_number)
        canonical(found).encode()  # half a surrogate pair cannot be shown, stored or signed
    except (ValueError, RecursionError) as error:
        raise NotAReceipt("not JSON") from error
    if not isinstance(found, dict) or list(found) != ["document", "signature"]:
        raise NotAReceipt("not a document with its signature")
    document, signature = found["document"], found["signature"]
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise NotAReceipt(f"not {SCHEMA}")
    if not isinstance(signature, dict) or list(signature) != ["algorithm", "key", "value"]:
        raise NotAReceipt("not a signature")
    if signature["algorithm"] != ALGORITHM or not all(isinstance(part, str) for part in signature.values()):
        raise NotAReceipt(f"not signed with {ALGORITHM}")
    return Signed(document, signature["key"], signature["value"])


def verify(text: str, ring: KeyRing) -> Verdict:
    """What a signed file is worth. Never raises for a text, whatever stands in it."""
    try:
        signed = read(text)
    except NotAReceipt:
        return Verdict.UNREADABLE
    if (public := ring.public(signed.key_id)) is None:
        return Verdict.UNKNOWN_KEY
    if _GAPS.sub(lambda match: match[1] or "", text) != canonical(file_of(signed)):
        return Verdict.CHANGED  # the same meaning, written in another way: not what was issued
    return Verdict.VALID if holds(canonical(signed.document), signed.signature, public) else Verdict.CHANGED


def differences(one: Any, other: Any, path: str = "") -> list[str]:
    """Where two documents differ, as paths such as `timeline[2].at`; empty when their canonical texts are equal."""
    if isinstance(one, dict) and isinstance(other, dict):
        if set(one) == set(other) and list(one) != list(other):
            return [path or "order of the fields"]
        dot = f"{path}." if path else ""
        mine, theirs = ({f"{dot}{name}": value for name, value in part.items()} for part in (one, other))
    elif isinstance(one, list) and isinstance(other, list):
        mine, theirs = ({f"{path}[{n}]": value for n, value in enumerate(part)} for part in (one, other))
    else:
        return [] if canonical(one) == canonical(other) else [path]
    found: list[str] = []
    for name in dict.fromkeys([*mine, *theirs]):
        both = name in mine and name in theirs
        found += differences(mine[name], theirs[name], name) if both else [name]
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a field stands there twice")
    return found


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number of a receipt")
