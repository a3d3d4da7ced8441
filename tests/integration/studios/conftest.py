"""Studio Eos with Bo, and how its people act."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.core import mail

from ppv_plugin.models import Performer, RoleSettings, StudioInvitation
from ppv_plugin.studios import services
from ppv_plugin.testing.cast import Cast


class Eos:
    """The studio's owner at work; the cast is around it."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.studio, self.user = cast, cast.eos, cast.eos.owner
        Performer.objects.update(bio="A few words.")  # the demo site wants some of whoever goes live
        self.bo = Performer.objects.get(name="Bo")

    def settings(self, **values: Any) -> None:
        RoleSettings.objects.update_or_create(site=self.cast.site, defaults=values)

    def invite(self, email: str = "fay@people.example", name: str = "Fay", **more: Any) -> StudioInvitation:
        values = {"user": self.user, "studio_id": self.studio.pk, "site": self.cast.site, "language": "en", **more}
        return services.invite(name=name, email=email, now=self.cast.now, **values)

    def accept(self, invitation: StudioInvitation, user: Any, **more: Any) -> Performer:
        values = {"name": invitation.name, "about": "", "language": "en", "now": self.cast.now, **more}
        return services.accept(user=user, uuid=UUID(str(invitation.uuid)), **values)

    def disable(self, performer: Performer | None = None, reason: str = "") -> Performer:
        target = performer or self.bo
        return services.disable(
            user=self.user, studio_id=self.studio.pk, performer_id=target.pk, reason=reason, now=self.cast.now
        )

    def enable(self, performer: Performer | None = None) -> Performer:
        target = performer or self.bo
        return services.enable(user=self.user, studio_id=self.studio.pk, performer_id=target.pk, now=self.cast.now)

    def room(self, title: str = "Blue room", performer: Performer | None = None, **more: Any) -> Any:
        values = {"user": self.user, "studio_id": self.studio.pk, "site": self.cast.site, "now": self.cast.now, **more}
        return services.create_room(title=title, performer_id=performer.pk if performer else None, **values)

    def change(self, room: Any, title: str = "", performer: Performer | None = None) -> Any:
        return services.change_room(
            user=self.user,
            studio_id=self.studio.pk,
            room_id=room.pk,
            title=title or room.title,
            performer_id=performer.pk if performer else None,
            now=self.cast.now,
        )

    def release(self, performer: Performer | None = None) -> None:
        target = performer or self.bo
        services.release(user=self.user, studio_id=self.studio.pk, performer_id=target.pk, now=self.cast.now)

    def letter_to(self, address: str) -> str:
        return next(str(letter.body) for letter in reversed(mail.outbox) if letter.to == [address])


@pytest.fixture
def eos(cast: Cast) -> Eos:
    return Eos(cast)


def give_address(user: Any) -> str:
    user.email = f"{user.get_username()}@people.example"
    user.save()
    return str(user.email)
