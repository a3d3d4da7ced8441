"""What makes a page a live listing, a performer's dashboard, a wallet or a registration.

None of these imports `Page`: a site that swaps Wagtail's base page leaves `ppv_plugin.pages` out of `INSTALLED_APPS`
and writes `class LivePage(LiveListingMixin, BasePage)`.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.fields import RichTextField

from ppv_plugin.conf import conf
from ppv_plugin.people.models import Role
from ppv_plugin.wording import phrase

from . import dashboard, listing, membership, previews, registration, room, studio, wallet
from .addresses import Kind
from .middleware import allow_devices


class _PPVPageMixin(models.Model):
    """Nothing here may be cached: the pages show live state, and most show one person's own."""

    intro = RichTextField(_("introduction"), blank=True, default="")
    cache_control = "no-cache"  # read by wagtail-cache
    ppv_kind: ClassVar[Kind]
    ppv_template = ""
    ppv_panels = [FieldPanel("intro")]
    subpage_types: list[str] = []

    class Meta:
        abstract = True

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        base = {"ppv_base": conf.BASE_TEMPLATE, "is_preview": bool(getattr(request, "is_preview", False))}
        sample = previews.sample_of(request)
        return {**context, **base, **(self.ppv_facts(request) if sample is None else sample)}

    def ppv_facts(self, request: HttpRequest) -> dict[str, Any]:
        """What this kind of page shows; never asked in a preview, which shows invented facts."""
        return {}

    def get_template(self, request: HttpRequest, *args: Any, **kwargs: Any) -> str:
        return self.ppv_template  # `template` itself is set on every page class by Wagtail

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        return previews.modes(self.ppv_kind)

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        return previews.served(page=self, request=request, mode=mode_name)

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().serve(request, *args, **kwargs)
        add_never_cache_headers(response)
        return response


class LiveListingMixin(RoutablePageMixin, _PPVPageMixin):
    """Every room a visitor may see; each room is the sub-route with its slug, so the page takes no child pages."""

    rooms_per_page = models.PositiveIntegerField(
        phrase(_("%(rooms)s per page")), default=24, validators=[MinValueValidator(6), MaxValueValidator(96)]
    )
    page_description = phrase(
        _("Every %(room)s with its status and prices; the %(rooms)s themselves live below this page.")
    )
    ppv_kind: ClassVar[Kind] = "listing"
    ppv_panels = [*_PPVPageMixin.ppv_panels, FieldPanel("rooms_per_page")]
    ppv_template = "ppv_plugin/pages/live_listing.html"
    ppv_room_template = "ppv_plugin/room.html"
    serve_preview = _PPVPageMixin.serve_preview  # a route's preview would read, and know one state only

    class Meta:
        abstract = True

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().serve(request, *args, **kwargs)  # a route's answer never reaches the other mixin
        add_never_cache_headers(response)
        return response

    @path("", name="index")
    def index_route(self, request: HttpRequest) -> HttpResponse:
        found = listing.context(page=self, request=request, now=timezone.now())
        return self.render(request, context_overrides=found)

    @path("<slug:slug>/", name="room")
    def room_route(self, request: HttpRequest, slug: str) -> HttpResponse:
        found = room.context(page=self, request=request, slug=slug, now=timezone.now())
        response = self.render(request, template=self.ppv_room_template, context_overrides=found)
        room.remember_visitor(request, response, site=self.get_site())
        return allow_devices(response)


class PerformerDashboardMixin(_PPVPageMixin):
    """Where a performer goes live, answers requests, and sees calls and earnings."""

    ppv_kind: ClassVar[Kind] = "dashboard"
    ppv_template = "ppv_plugin/pages/performer_dashboard.html"
    page_description = phrase(_("Where %(performers)s go live and see calls and earnings."))

    class Meta:
        abstract = True

    def ppv_facts(self, request: HttpRequest) -> dict[str, Any]:
        own = dashboard.context(page=self, request=request, now=timezone.now())
        return {**own, **membership.context(page=self, request=request)}

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.ppv_form = None  # type: ignore[attr-defined]
        if request.method == "POST":
            act = membership.leave if "leave_studio" in request.POST else dashboard.save_price
            saved = act(page=self, request=request, now=timezone.now())
            if saved is not None:
                return saved
        return allow_devices(super().serve(request, *args, **kwargs))


class StudioDashboardMixin(_PPVPageMixin):
    """Where a studio sees its performers, what they earn and what its part is, and manages them and its rooms."""

    ppv_kind: ClassVar[Kind] = "studio"
    ppv_template = "ppv_plugin/pages/studio_dashboard.html"
    page_description = phrase(_("Where %(a_studio)s manages its %(performers)s and %(rooms)s."))

    class Meta:
        abstract = True

    def ppv_facts(self, request: HttpRequest) -> dict[str, Any]:
        return studio.context(page=self, request=request, now=timezone.now())

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST":
            done = studio.act(page=self, request=request, now=timezone.now())
            if done is not None:
                return done
        return super().serve(request, *args, **kwargs)


class RegistrationMixin(_PPVPageMixin):
    """Where people register for one of the roles."""

    role = models.CharField(_("people register as"), max_length=12, choices=Role.choices, default=Role.CLIENT)
    ppv_kind: ClassVar[Kind] = "registration"
    ppv_template = "ppv_plugin/pages/registration.html"
    ppv_panels = [FieldPanel("role"), *_PPVPageMixin.ppv_panels]
    page_description = _("Where people register for a role. Settings > Video chat: roles says what that takes.")

    class Meta:
        abstract = True

    def ppv_facts(self, request: HttpRequest) -> dict[str, Any]:
        return registration.context(page=self, request=request, now=timezone.now())

    @method_decorator(sensitive_post_parameters("account-password1", "account-password2"))
    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST":
            answer = registration.submit(page=self, request=request, now=timezone.now())
            if answer is not None:
                add_never_cache_headers(answer)
                return answer
        return super().serve(request, *args, **kwargs)


class WalletMixin(_PPVPageMixin):
    """A client's balance, top-up, running session, history and statement."""

    ppv_kind: ClassVar[Kind] = "wallet"
    ppv_template = "ppv_plugin/pages/wallet.html"
    page_description = phrase(_("Balance of %(a_client)s, top-up, history and receipts."))

    class Meta:
        abstract = True

    def ppv_facts(self, request: HttpRequest) -> dict[str, Any]:
        return wallet.context(page=self, request=request, now=timezone.now())
