"""The relay and its plain rival, as processes: `python -m tests.benchmarks.media_servers ours TOKEN | transcoding`."""

from __future__ import annotations

import asyncio
import json
import sys

VIEWERS_MAX = 1000


def ours(token: str) -> None:
    from ppv_plugin.media.relay.options import HostAddress, RelayOptions
    from ppv_plugin.media.relay.process import serve

    serve(
        options=RelayOptions(host_addresses=(HostAddress.parse("127.0.0.1"),), max_participants=VIEWERS_MAX),
        token=token,
        host="127.0.0.1",
        port=0,
        listening=lambda url: print(url, flush=True),
    )


async def transcoding() -> None:
    """aiortc as its examples use it: one source, decoded, and encoded again for each viewer."""
    import aioice.ice
    from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
    from aiortc.contrib.media import MediaRelay

    aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]
    relay, sources, kept = MediaRelay(), [], []
    while line := await asyncio.to_thread(sys.stdin.readline):
        word, offer = json.loads(line)
        connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        kept.append(connection)
        await connection.setRemoteDescription(RTCSessionDescription(sdp=offer, type="offer"))
        if word == "publish":
            sources.append(connection.getReceivers()[0].track)
        else:
            connection.addTrack(relay.subscribe(sources[0]))
        await connection.setLocalDescription(await connection.createAnswer())
        print(json.dumps(connection.localDescription.sdp), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "ours":
        ours(sys.argv[2])
    else:
        asyncio.run(transcoding())
