"""All addresses. Every name here or in an included module has a row in portal/access.py."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("portal.page_urls")),
    path("", include("parties.urls")),
    path("overenskommelser/", include("agreements.urls")),
    path("overenskommelser/", include("governance.urls")),
    path("overenskommelser/", include("followup.urls")),  # before the plans: ny-version stands where a label would
    path("overenskommelser/", include("actionplans.urls")),
    path("konto/", include("allauth.account.urls")),
    path("konto/inloggning/", include("allauth.mfa.urls")),
    path("admin/", admin.site.urls),
]

handler500 = "portal.errors.server_error"
