"""The one settings dict `PPV_PLUGIN`, read lazily, typed and documented.

What editors decide lives in Wagtail site settings and snippets; secrets only here or in the environment.
`docs/reference/settings.md` has a heading for each name; a test keeps it so.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Defaults and meaning of every key of `PPV_PLUGIN`."""

    # pages
    BASE_TEMPLATE: str = "ppv_plugin/base.html"  # our pages extend it; needs a `content` block
    IMPORTMAP_OVERRIDES: dict[str, str] = field(default_factory=dict)  # module name -> URL

    # people
    SIGNUP_URL: str = ""  # the site's own sign-up page, as a path, a URL or a route's name; empty = ours
    SIGN_UPS_PER_HOUR: int = 30  # new accounts tried from one address; 0 = no limit
    ACTIVATION_HOURS: int = 72  # how long a link that confirms an e-mail address works
    INVITATION_HOURS: int = 168  # how long the link in a studio's letter works

    # media
    MEDIA_ENGINE: str = "ppv_plugin.media.embedded.EmbeddedEngine"  # dotted path of a MediaEngine
    RELAY_URL: str = ""  # where RemoteEngine finds `manage.py ppv_relay`
    RELAY_TOKEN: str = ""  # shared secret of both
    RELAY_HOST_ADDRESSES: list[str] = field(default_factory=list)  # empty = every address of the host
    RELAY_PORT_RANGE: tuple[int, int] | None = None  # UDP ports, inclusive; None = the system's
    RELAY_MAX_PARTICIPANTS: int = 80
    RELAY_MAX_KBPS: int = 1000  # bit rate asked of a performer's browser
    RELAY_STALL_SECONDS: int = 5  # spec B-2: a longer gap is not billed at all
    RECORDINGS_ROOT: str = ""  # folder the relay records to; empty = `ppv_recordings` in BASE_DIR
    RECORDINGS_STORAGE: str = ""  # alias in STORAGES for finished files; empty = they stay in that folder
    RECORDINGS_RESERVE_MB: int = 1024  # disk space that recording leaves free
    RECORDINGS_ACCEL_URL: str = ""  # internal location of nginx for that folder; empty = files are sent by us
    STUN_URLS: list[str] = field(default_factory=list)
    TURN_URLS: list[str] = field(default_factory=list)
    TURN_SECRET: str = ""  # TURN REST shared secret (coturn `static-auth-secret`)
    TURN_TTL_SECONDS: int = 3600

    # metering
    METER_IN_PROCESS: bool = True  # run the meter in the ASGI process; False: `manage.py ppv_meter`
    METER_INTERVAL_SECONDS: float = 1.0
    METER_BATCH: int = 500
    METER_REPORT_ROWS: int = 500  # sessions whose counter is written in a round although nothing happened to them
    GRANT_SECONDS: int = 60  # RFC 8506 Granted-Service-Unit: how far ahead a hold is extended
    SETTLE_SECONDS: int = 300  # used time after which a running session is posted to the ledger
    SUPERVISION_SECONDS: int = 30  # RFC 8506 Tcc: a session not heard of for so long is closed
    CONNECT_SECONDS: int = 45  # a private show whose media never starts is closed uncharged after so long
    RECEIPT_KEYS: list[dict[str, str]] = field(default_factory=list)  # Ed25519; empty = derived from SECRET_KEY

    # realtime
    ALLOWED_ORIGINS: list[str] = field(default_factory=list)  # besides the page's own host
    REDIS_URL: str = ""  # event log for several processes; empty = in this process
    MAX_SOCKETS_PER_USER: int = 8
    PRESENCE_SECONDS: int = 45  # a socket not heard of for so long is gone

    # money
    LIMIT_COOL_OFF_HOURS: int = 24  # spec B-11: so long after it was asked for a client's higher limit takes effect
    TEST_PAYMENTS: bool = False  # wallet page offers top-ups that cost nothing: demo and tests only


class _Conf:
    """Attribute access to the settings in force; `override_settings` works at any time."""

    @cached_property
    def _loaded(self) -> Settings:
        given: dict[str, Any] = getattr(django_settings, "PPV_PLUGIN", {})
        known = {f.name for f in fields(Settings)}
        unknown = sorted(set(given) - known)
        if unknown:
            raise ImproperlyConfigured(
                f"PPV_PLUGIN has unknown keys: {', '.join(unknown)}. Known: {', '.join(sorted(known))}."
            )
        return Settings(**given)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._loaded, name)

    def reload(self) -> None:
        self.__dict__.pop("_loaded", None)


conf = _Conf()


def _on_change(*, setting: str, **_: object) -> None:
    if setting == "PPV_PLUGIN":
        conf.reload()


setting_changed.connect(_on_change, dispatch_uid="ppv_plugin.conf")
