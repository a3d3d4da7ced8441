"""Two sites in one database, each in English, German and Arabic."""

from home.models import HomePage
from wagtail.models import Locale, Page, Site

first = Site.objects.get()
root = Page.objects.get(depth=1)
second = root.add_child(instance=HomePage(title="Second", slug="second"))
Site.objects.create(hostname="second.example", root_page=second)
for code in ("de", "ar"):
    locale, _made = Locale.objects.get_or_create(language_code=code)
    for home in (first.root_page.specific, second):
        home.copy_for_translation(locale).save_revision().publish()
