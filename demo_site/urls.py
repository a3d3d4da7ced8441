"""Routes of the demo site."""

from django.contrib.auth import views as auth
from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls

from . import style

urlpatterns = [
    path("admin/", include(wagtailadmin_urls)),
    path("ppv/", include("ppv_plugin.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("login/", auth.LoginView.as_view(template_name="demo_site/login.html"), name="login"),
    path("style/", style.style_page, name="style"),
    path("style/swatches.css", style.swatches, name="style_swatches"),
    path("logout/", auth.LogoutView.as_view(), name="logout"),
    path("", include(wagtail_urls)),
]
