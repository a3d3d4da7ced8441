"""Clients at the other side of the web process: the same intents through real sockets and a real form.

When the web process is killed in the middle, the same command goes out again under the same `cid`, as a browser does.
"""

from __future__ import annotations

import json
import time
from contextlib import ExitStack
from typing import Any

import requests
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from ppv_plugin.errors import PPVError
from ppv_plugin.ledger.rules import tokens

from .actors import Lost, Plan, Visitor
from .journal import Intent
from .people import PRIVATE_CPM, ClientCard, RoomCard

ANSWER_SECONDS = 4.0
CSRF = "c" * 32


class Refused(PPVError):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Surfer(Visitor):
    """A tab lasts for one command: hello, the command on one or two sockets, its answer."""

    pause_seconds = 0.08

    def plan(self) -> Plan | None:
        if self.chance.random() < 0.2:
            client = self.chance.choice(self.clients)
            return "top_up", {"user": client.user, "amount": self.chance.randint(1, 3) * 100, "wallet": client.wallet}
        return super().plan()

    def perform(self, intent: Intent) -> Any:
        client = next(client for client in self.clients if client.user == intent.args["user"])
        if intent.verb == "top_up":
            return self._top_up(client, intent)
        message = self._message(intent)
        if message is None:
            return super().perform(intent)
        room = next(room for room in self.people.rooms if room.id == intent.args["room"])
        return self._say(client, room, message, intent.args.get("other_tab", ""))

    def _message(self, intent: Intent) -> dict[str, Any] | None:
        """None: it has no room of its own, so it is done without a socket."""
        if intent.verb == "enter":
            return {"t": "group.enter", "cid": intent.key, "cpm": tokens(intent.args["cpm"])}
        if intent.verb == "ask":
            return {"t": "request.create", "cid": intent.key, "media": "video", "cpm": tokens(PRIVATE_CPM)}
        return {"t": "group.leave", "cid": intent.key} if intent.verb == "leave" else None

    def _say(self, client: ClientCard, room: RoomCard, message: dict[str, Any], other_tab: str) -> Any:
        """The answer of the first tab; a second one has said the same just before."""
        try:
            with ExitStack() as stack:
                tabs = [stack.enter_context(self._tab(client, room)) for _ in range(2 if other_tab else 1)]
                if other_tab:
                    cid = message["cid"] if other_tab == "same" else f"{message['cid']}-2"
                    tabs[1].send(json.dumps({**message, "cid": cid}))
                tabs[0].send(json.dumps(message))
                return self._answer(tabs[0], message["cid"])
        except (OSError, TimeoutError, WebSocketException) as error:
            raise Lost(repr(error)) from error

    def _tab(self, client: ClientCard, room: RoomCard) -> ClientConnection:
        port = self.life.place.web_port
        tab = connect(
            f"ws://127.0.0.1:{port}/ws/ppv/room/{room.uuid}/",
            origin=f"http://127.0.0.1:{port}",  # type: ignore[arg-type]
            additional_headers={"Cookie": f"sessionid={client.cookie}"},
            subprotocols=["ppv.v1"],  # type: ignore[list-item]
            open_timeout=ANSWER_SECONDS,
            close_timeout=0.5,
            proxy=None,
        )
        tab.send(json.dumps({"t": "hello"}))
        return tab

    @staticmethod
    def _answer(tab: ClientConnection, cid: str) -> Any:
        deadline = time.monotonic() + ANSWER_SECONDS
        while True:
            frame = json.loads(tab.recv(timeout=max(deadline - time.monotonic(), 0.01)))
            if frame.get("cid") != cid:
                continue
            if frame["t"] == "ack":
                return frame.get("id")
            if frame["code"] in ("error", "rate"):  # "something went wrong": not an answer, so it is asked again
                raise Lost(frame["code"])
            raise Refused(frame["code"])

    def _top_up(self, client: ClientCard, intent: Intent) -> Any:
        address = f"http://127.0.0.1:{self.life.place.web_port}/ppv/wallet/top-up/"
        form = {"own": tokens(intent.args["amount"]), "key": intent.key, "csrfmiddlewaretoken": CSRF}
        cookies = {"sessionid": client.cookie, "csrftoken": CSRF}
        try:
            answer = requests.post(address, form, cookies=cookies, allow_redirects=False, timeout=ANSWER_SECONDS)
        except requests.RequestException as error:
            raise Lost(repr(error)) from error
        if answer.status_code == requests.codes.found:
            return None
        if answer.status_code >= 500:
            raise Lost(str(answer.status_code))
        raise Refused(str(answer.status_code))
