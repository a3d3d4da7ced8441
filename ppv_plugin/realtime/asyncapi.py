"""The socket protocol as an AsyncAPI 3.0 document, made from the message types themselves."""

from __future__ import annotations

import inspect
from typing import Any, get_args

import msgspec

from . import client_messages as c
from . import protocol as p

VERSION = "3.0.0"
SCHEMA_REF = "#/components/schemas/{name}"
LISTING_RECEIVES = (c.Hello, c.Ping)
LISTING_SENDS = (p.ListingChanged, p.ErrorMessage, p.Pong, p.Bye)


def document() -> dict[str, Any]:
    """Seen from the server: it receives what browsers send."""
    commands, answers = get_args(c.ClientMessage), get_args(p.ServerMessage)
    kinds = (*commands, *answers)
    _refs, schemas = msgspec.json.schema_components(kinds, ref_template=SCHEMA_REF)
    return {
        "asyncapi": VERSION,
        "info": {
            "title": "ppv_plugin sockets",
            "version": p.SUBPROTOCOL,
            "description": _text(p),
            "license": {"name": "BSD-3-Clause"},
        },
        "defaultContentType": "application/json",
        "channels": {
            "room": _channel("/ws/ppv/room/{room}/", "room", "The room's UUID.", kinds),
            "listing": _channel(
                "/ws/ppv/live/{site}/", "site", "The id of the Wagtail site.", (*LISTING_RECEIVES, *LISTING_SENDS)
            ),
        },
        "operations": {
            "roomReceives": _operation("receive", "room", commands),
            "roomSends": _operation("send", "room", answers),
            "listingReceives": _operation("receive", "listing", LISTING_RECEIVES),
            "listingSends": _operation("send", "listing", LISTING_SENDS),
        },
        "components": {
            "messages": {kind.__name__: _message(kind) for kind in kinds},
            "schemas": {name: _tidied(schema) for name, schema in schemas.items()},
        },
    }


def name_of(kind: Any) -> str:
    """The value of `t`."""
    return str(kind.__struct_config__.tag)


def _channel(address: str, parameter: str, meaning: str, kinds: tuple[Any, ...]) -> dict[str, Any]:
    return {
        "address": address,
        "parameters": {parameter: {"description": meaning}},
        "messages": {kind.__name__: {"$ref": f"#/components/messages/{kind.__name__}"} for kind in kinds},
        "bindings": {"ws": {"method": "GET", "bindingVersion": "0.1.0"}},
    }


def _operation(action: str, channel: str, kinds: tuple[Any, ...]) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{kind.__name__}"} for kind in kinds],
    }


def _message(kind: Any) -> dict[str, Any]:
    told = {"name": name_of(kind), "payload": {"$ref": SCHEMA_REF.format(name=kind.__name__)}}
    return told | ({"summary": _text(kind)} if _text(kind) else {})


def _text(documented: Any) -> str:
    # Not inspect.getdoc: that would give a type without a docstring the one of its base.
    return inspect.cleandoc(documented.__doc__ or "")


def _tidied(schema: dict[str, Any]) -> dict[str, Any]:
    if "description" in schema:
        schema = {**schema, "description": inspect.cleandoc(schema["description"])}
    return schema
