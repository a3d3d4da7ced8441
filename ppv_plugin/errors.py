"""One tree of errors. Each has a stable code, says whether trying again can help, and a text for people.

Services raise these; sockets and views turn them into a message. The text of an error is in
one place (here), translatable, and never holds a traceback or another person's data.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from .amounts import written


class PPVError(Exception):
    """Base of all refusals. `code` is stable (the protocol sends it); `retryable`: the same call may succeed later."""

    code = "error"
    retryable = False
    text = _("Something went wrong. Nothing was charged.")

    def __init__(self, text: str | None = None, **details: object) -> None:
        self.details = details
        facts = {name: written(fact) if isinstance(fact, str) else fact for name, fact in details.items()}
        self.text = text if text is not None else (self.text % facts if facts else self.text)
        super().__init__(str(self.text))


class BadInput(PPVError):
    code = "bad_input"
    text = _("That is not something we can accept.")


class NotAllowed(PPVError):
    code = "not_allowed"
    text = _("You are not allowed to do that.")


class NotApproved(NotAllowed):
    """Somebody's role does not reach that far: `text` says what is missing."""


class StudioFull(NotAllowed):
    """A studio has as many performers or rooms as it may: `text` names the limit."""


class NoPrice(NotAllowed):
    """What would have to be paid cannot be worked out: the app with the billing rule is gone, or the rule fails."""

    text = _("What this costs cannot be worked out right now, so it cannot begin. The site has been told.")


class SignInNeeded(NotAllowed):
    code = "sign_in"
    text = _("Please sign in first.")


class Blocked(NotAllowed):
    code = "blocked"
    text = _("You cannot come in here.")


class BlockedUntil(Blocked):
    """details: until (a moment)."""

    text = _("You were asked to leave. You can come back on %(until)s.")


class Muted(NotAllowed):
    """details: until (a moment)."""

    code = "muted"
    text = _("You cannot write here until %(until)s.")


class FreeTimeOver(NotAllowed):
    """The site limits how long people watch for free on a day."""

    code = "free_over"
    text = _("Your free time for today is used up.")


class NotFound(PPVError):
    code = "not_found"
    text = _("This does not exist, or is no longer there.")


class Gone(PPVError):
    """The thing exists, but its state has moved on: a request that was answered, a show that has ended."""

    code = "gone"
    text = _("This is no longer possible.")


class Busy(PPVError):
    code = "busy"
    retryable = True
    text = _("Somebody else is there right now. Please try again in a moment.")


class InPrivate(Busy):
    code = "in_private"
    text = _("You are in private right now. The mode can be changed when that has ended.")


class TooFast(PPVError):
    code = "rate"
    retryable = True
    text = _("That was too fast. Please wait a moment.")


class CoolDown(TooFast):
    """A tip follows another one too soon. details: seconds left."""

    code = "cool_down"
    text = _("The next tip can be given in %(seconds)s seconds.")


class InsufficientFunds(PPVError):
    """details: needed, available (both in tokens as text)."""

    code = "funds"
    text = _("This needs %(needed)s; you have %(available)s.")


class LimitReached(PPVError):
    """The client's own limit for a day, week or month. details: limit (in words), left (tokens), until (a moment)."""

    code = "limit"
    text = _("Your own limit, %(limit)s, leaves %(left)s to spend. It counts anew on %(until)s.")


class SessionLimitReached(LimitReached):
    """The client's own limit for one session. details: limit (tokens)."""

    text = _("Your own limit for each session is %(limit)s. You can change it on your wallet page.")


class OnBreak(LimitReached):
    """The client has stopped its own spending. details: until (a moment)."""

    text = _("You take a break: you have stopped your own spending until %(until)s.")


class BreakStands(NotAllowed):
    """details: until (a moment)."""

    code = "break_stands"
    text = _("Your break lasts until %(until)s. It can be made longer, not shorter.")


class Conflict(PPVError):
    """The same idempotency key came with another content."""

    code = "conflict"
    text = _("This was already done, with other values.")


class MoreThanCharged(PPVError):
    """details: left, charged, refunded (tokens as text)."""

    code = "more_than_charged"
    text = _(
        "At most %(left)s can be given back: %(charged)s was charged, and %(refunded)s was given back before "
        "or waits for approval."
    )


class AlreadyRefunded(MoreThanCharged):
    """The same details; nothing is left."""

    code = "refunded"
    text = _("Nothing is left to give back: all of the %(charged)s was given back before or waits for approval.")


class SecondPersonNeeded(NotAllowed):
    code = "second_person"
    text = _("Somebody else than the one who asked has to approve this.")


class MediaUnavailable(PPVError):
    code = "media"
    retryable = True
    text = _("The video service does not answer. Please try again in a moment.")


class MediaFull(MediaUnavailable):
    code = "media_full"
    text = _("The video service is full right now. Please try again in a moment.")


class PriceChanged(PPVError):
    """What the client agreed to is not the price in force. details: price (tokens per minute as text)."""

    code = "price"
    text = _("The price has changed: it is now %(price)s per minute. Please look again before you agree.")


class ConsentNeeded(PPVError):
    """It is recorded, and this person was not asked."""

    code = "recorded"
    text = _("This is recorded. Please look again before you agree.")


class Elsewhere(PPVError):
    """The media of this person's show is held by another tab; `take_over` moves it."""

    code = "elsewhere"
    text = _("This is open in another tab of yours.")


class RoomFull(Busy):
    code = "room_full"
    text = _("All places are taken right now.")
