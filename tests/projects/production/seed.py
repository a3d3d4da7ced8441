from wagtail.models import Site

Site.objects.update(hostname="www.site.example", port=443)
