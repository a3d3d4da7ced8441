"""The site's base page. It is the one that Wagtail tests its own swapping with: the migrations are the point."""

from wagtail.test.basepage.models import BasePage

__all__ = ["BasePage"]
