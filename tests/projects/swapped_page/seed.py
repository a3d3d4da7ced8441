"""A front page in the place of the one with which Wagtail welcomes."""

from home.models import HomePage
from wagtail.models import Locale, Site

site = Site.objects.get()
welcome = site.root_page
home = welcome.get_parent().add_child(instance=HomePage(title="Home", slug="front", locale=Locale.get_default()))
site.root_page = home
site.save()
welcome.delete()
