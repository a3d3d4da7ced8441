"""The small parts of the relay: plans, offers, tracks, pictures, ports, TURN credentials."""

from __future__ import annotations

import asyncio
import io
import socket
import subprocess
import sys
from types import SimpleNamespace

import aiortc.rtcrtpreceiver
import pytest
from PIL import Image

from ppv_plugin.errors import BadInput, MediaFull, MediaUnavailable, NotAllowed
from ppv_plugin.media.engine import AV, Direction, Kind, ParticipantPlan, StagePlan
from ppv_plugin.media.ice import ice_servers
from ppv_plugin.media.refusals import refusal, translated
from ppv_plugin.media.relay import selftest, snapshots
from ppv_plugin.media.relay.errors import IncompatibleLibrary, OfferRefused, RelayFull
from ppv_plugin.media.relay.frames import EncodedFrame, is_vp8_keyframe, vp8_size
from ppv_plugin.media.relay.loops import RelayEventLoop
from ppv_plugin.media.relay.offers import announce, read_offer
from ppv_plugin.media.relay.options import HostAddress
from ppv_plugin.media.relay.rules import check_capacity, check_plan
from ppv_plugin.media.relay.tracks import ForwardTrack
from ppv_plugin.testing.media_peers import WebRTCPeer, encoded_clip

CLOCK_RATE = 90_000


async def offer(direction: Direction, *kinds: Kind) -> str:
    peer = WebRTCPeer(direction, kinds or (Kind.AUDIO, Kind.VIDEO))
    try:
        return await peer.offer()
    finally:
        await peer.close()


class TestPlans:
    @pytest.mark.parametrize("name", ["a", "show:12.viewer_3-b", "x" * 64])
    def test_good_names_pass(self, name: str) -> None:
        check_plan(StagePlan(name, (ParticipantPlan(name),)))

    @pytest.mark.parametrize("name", ["", "x" * 65, "a b", "ä", "a\n", "../a"])
    def test_bad_names_are_refused(self, name: str) -> None:
        for plan in (StagePlan(name, ()), StagePlan("s", (ParticipantPlan(name),))):
            with pytest.raises(OfferRefused):
                check_plan(plan)

    def test_a_stage_that_is_planned_anew_counts_once(self) -> None:
        plan = StagePlan("s", tuple(ParticipantPlan(f"p{i}") for i in range(4)))
        check_capacity({"s": 4, "t": 1}, plan, 5)
        with pytest.raises(RelayFull):
            check_capacity({"s": 1, "t": 2}, plan, 5)


class TestOffers:
    @pytest.mark.parametrize("direction", list(Direction))
    async def test_a_good_offer_passes_without_its_candidates(self, direction: Direction) -> None:
        sdp = await offer(direction)
        assert "a=candidate:" in sdp
        stripped, kinds = read_offer(sdp, direction)
        assert set(kinds) == AV
        assert "candidate" not in stripped
        assert len(stripped.splitlines()) > 20

    async def test_the_wrong_direction_is_refused(self) -> None:
        sdp = await offer(Direction.PUBLISH)
        with pytest.raises(OfferRefused, match="recvonly"):
            read_offer(sdp, Direction.SUBSCRIBE)
        with pytest.raises(OfferRefused, match="sendonly"):
            read_offer(sdp.replace("a=sendonly", "a=sendrecv"), Direction.PUBLISH)

    async def test_a_second_section_of_a_kind_is_refused(self) -> None:
        with pytest.raises(OfferRefused):
            read_offer(await offer(Direction.PUBLISH, Kind.VIDEO, Kind.VIDEO), Direction.PUBLISH)

    async def test_an_offer_without_our_codec_is_refused(self) -> None:
        sdp = (await offer(Direction.PUBLISH, Kind.VIDEO)).replace("VP8", "VP9")
        with pytest.raises(OfferRefused, match="VP8"):
            read_offer(sdp, Direction.PUBLISH)

    @pytest.mark.parametrize(
        "sdp",
        [
            "",
            "v=0\r\n",
            "v=0\r\ns=-\r\nt=0 0\r\n",
            "v=0\r\nm=audio\r\n",
            "v=0\r\nm=video x UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:\r\n",
            "\x00" * 100,
            "v=0\r\n" + "a=x\r\n" * 20_000,
        ],
    )
    def test_nonsense_is_refused_clearly(self, sdp: str) -> None:
        with pytest.raises(OfferRefused):
            read_offer(sdp, Direction.PUBLISH)

    def test_an_answer_names_the_announced_address(self) -> None:
        sdp = "c=IN IP4 10.0.0.5\r\na=candidate:1 1 udp 2 10.0.0.5 5000 typ host\r\no=- 110.0.0.51 1\r\n"
        told = announce(sdp, [HostAddress.parse("10.0.0.5=203.0.113.9")])
        assert told.count("203.0.113.9") == 2
        assert "110.0.0.51" in told
        assert announce(sdp, [HostAddress.parse("10.0.0.5")]) == sdp


class TestForwardTrack:
    def track(self, kind: Kind = Kind.VIDEO) -> ForwardTrack:
        self.wanted = 0
        self.sent: list[Kind] = []

        def want_keyframe() -> None:
            self.wanted += 1

        return ForwardTrack(kind, on_sent=self.sent.append, want_keyframe=want_keyframe)

    def frame(self, number: int, keyframe: bool = False, base: int = 0) -> EncodedFrame:
        return EncodedFrame(bytes([number]), base + number * 3000, CLOCK_RATE, keyframe)

    async def take(self, track: ForwardTrack) -> list[tuple[int, int]]:
        taken = []
        while track._queue:
            packet = await track.recv()
            taken.append((bytes(packet)[0], packet.pts))
        return taken

    async def test_begins_with_a_keyframe(self) -> None:
        track = self.track()
        track.push(self.frame(1), 0)
        track.push(self.frame(2, keyframe=True), 33)
        track.push(self.frame(3), 66)
        assert [n for n, _ in await self.take(track)] == [2, 3]
        assert self.sent == [Kind.VIDEO, Kind.VIDEO]

    async def test_sound_needs_no_keyframe(self) -> None:
        track = self.track(Kind.AUDIO)
        track.push(self.frame(1), 0)
        assert len(await self.take(track)) == 1

    async def test_another_source_goes_on_in_time(self) -> None:
        track = self.track()
        track.push(self.frame(1, keyframe=True, base=700_000), 1000)
        track.push(self.frame(2, base=700_000), 1033)
        first = await self.take(track)
        track.switch_source()
        track.push(self.frame(3), 1066)
        track.push(self.frame(4, keyframe=True, base=5), 1133)
        second = await self.take(track)
        assert [n for n, _ in second] == [4]
        assert second[0][1] - first[-1][1] == 100 * CLOCK_RATE // 1000

    async def test_held_frames_are_forgotten(self) -> None:
        track = self.track()
        track.push(self.frame(1, keyframe=True), 0)
        track.hold()
        track.push(self.frame(2), 33)
        assert await self.take(track) == []

    async def test_a_slow_receiver_costs_bounded_memory_and_resumes_on_a_keyframe(self) -> None:
        track = self.track()
        track.push(self.frame(0, keyframe=True), 0)
        for number in range(1, 200):
            track.push(self.frame(number), number * 33)
        assert len(track._queue) <= ForwardTrack.MAX_FRAMES
        assert self.wanted == 1
        track.push(self.frame(200, keyframe=True), 6600)
        assert [n for n, _ in await self.take(track)] == [200]

    async def test_ends_for_who_waits(self) -> None:
        track = self.track()
        waiting = asyncio.ensure_future(track.recv())
        await asyncio.sleep(0)
        track.stop()
        with pytest.raises(aiortc.mediastreams.MediaStreamError):
            await waiting


class TestPictures:
    def test_a_keyframe_is_known_by_its_header(self) -> None:
        first, second, *_ = encoded_clip(Kind.VIDEO)
        assert is_vp8_keyframe(first)
        assert vp8_size(first) == (160, 120)
        assert not is_vp8_keyframe(second)
        assert vp8_size(b"") is None

    def test_a_keyframe_becomes_a_jpeg_of_the_wanted_width(self) -> None:
        picture = snapshots.jpeg(encoded_clip(Kind.VIDEO)[0], 80)
        assert picture is not None
        image = Image.open(io.BytesIO(picture))
        assert (image.format, image.size) == ("JPEG", (80, 60))
        red, _, blue = image.convert("RGB").getpixel((20, 20))  # type: ignore[misc]
        assert red != blue, "the clip is in colour"

    def test_nonsense_becomes_nothing(self) -> None:
        keyframe = encoded_clip(Kind.VIDEO)[0]
        assert snapshots.jpeg(b"nonsense", 80) is None
        assert snapshots.jpeg(keyframe[:10] + b"\xff" * 5, 80) is None

    def test_a_claim_of_a_giant_picture_is_not_believed(self) -> None:
        keyframe = bytearray(encoded_clip(Kind.VIDEO)[0])
        keyframe[6:10] = b"\xff\x3f\xff\x3f"
        assert vp8_size(bytes(keyframe)) == (16383, 16383)
        assert snapshots.jpeg(bytes(keyframe), 80) is None


class TestPorts:
    def test_any_port_means_one_of_the_range(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            free = probe.getsockname()[1]

        async def ports(count: int) -> list[int]:
            found = []
            for _ in range(count):
                transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
                    asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0)
                )
                found.append(transport)
            numbers = [t.get_extra_info("sockname")[1] for t in found]
            for transport in found:
                transport.close()
            return numbers

        for wanted, count in (((free, free), 1), (None, 1)):
            with asyncio.Runner(loop_factory=lambda w=wanted: RelayEventLoop(w)) as runner:  # type: ignore[misc]
                (port,) = runner.run(ports(count))
                assert wanted is None or port == free
        with (
            asyncio.Runner(loop_factory=lambda: RelayEventLoop((free, free))) as runner,
            pytest.raises(OSError, match="no free UDP port"),
        ):
            runner.run(ports(2))


class TestIce:
    SETTINGS = SimpleNamespace(
        STUN_URLS=["stun:stun.example.org"],
        TURN_URLS=["turn:turn.example.org?transport=udp", "turns:turn.example.org"],
        TURN_SECRET="north",
        TURN_TTL_SECONDS=3600,
    )

    def test_turn_comes_with_credentials_that_run_out(self) -> None:
        stun, turn = ice_servers(user_ref="u7", now=1_000_000.9, settings=self.SETTINGS)
        assert stun == {"urls": ["stun:stun.example.org"]}
        assert turn["username"] == "1003600:u7"
        # printf 1003600:u7 | openssl dgst -sha1 -hmac north -binary | base64
        assert turn["credential"] == "et+sH0RNPGX4NZm6PvyCREvm6yc="

    def test_nothing_configured_gives_an_empty_list(self) -> None:
        nothing = SimpleNamespace(STUN_URLS=[], TURN_URLS=[], TURN_SECRET="", TURN_TTL_SECONDS=1)
        assert ice_servers(user_ref="u7", now=0, settings=nothing) == []

    def test_turn_without_a_secret_is_not_offered(self) -> None:
        bare = SimpleNamespace(**{**vars(self.SETTINGS), "TURN_SECRET": ""})
        assert len(ice_servers(user_ref="u7", now=0, settings=bare)) == 1


class TestBoundaries:
    @pytest.mark.parametrize(
        ("code", "error"),
        [
            ("bad_input", BadInput),
            ("not_allowed", NotAllowed),
            ("media_full", MediaFull),
            ("media", MediaUnavailable),
            ("never heard of", MediaUnavailable),
        ],
    )
    def test_every_code_of_the_relay_has_its_error(self, code: str, error: type) -> None:
        assert type(refusal(code)) is error

    def test_the_cause_stays_for_the_log(self) -> None:
        with pytest.raises(MediaFull) as caught, translated():
            raise RelayFull("no room")
        assert isinstance(caught.value.__cause__, RelayFull)

    def test_the_relay_runs_without_django(self) -> None:
        code = (
            "import sys, ppv_plugin.media.relay.process;"
            "print({m.split('.')[0] for m in sys.modules} & {'django', 'channels', 'wagtail'})"
        )
        ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert (ran.stdout.strip(), ran.returncode) == ("set()", 0)

    async def test_a_library_that_changed_is_named_at_the_start(self, monkeypatch: pytest.MonkeyPatch) -> None:
        selftest._passed.clear()
        monkeypatch.delattr(aiortc.rtcrtpreceiver, "get_decoder")
        with pytest.raises(IncompatibleLibrary, match="decoder"):
            await selftest.check_library()
        monkeypatch.undo()
        await selftest.check_library()
        assert selftest._passed.is_set()

    async def test_frames_that_are_decoded_after_all_are_noticed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        selftest._passed.clear()
        monkeypatch.setattr(selftest._compat, "receive_encoded", lambda receiver: None)
        monkeypatch.setattr(selftest, "SECONDS", 0.5)
        with pytest.raises(IncompatibleLibrary):
            await selftest.check_library()
        monkeypatch.undo()
        await selftest.check_library()
