"""All addresses. Every name here or in an included module has a row in portal/access.py."""

from allauth.mfa.urls import urlpatterns as second_step
from django.contrib import admin
from django.urls import include, path

from portal.login_rules import in_one_transaction

urlpatterns = [
    path("", include("portal.page_urls")),
    path("", include("parties.urls")),
    path("overenskommelser/", include("agreements.urls")),
    path("overenskommelser/", include("governance.urls")),
    path("overenskommelser/", include("followup.urls")),  # before the plans: ny-version stands where a label would
    path("overenskommelser/", include("actionplans.urls")),
    path("konto/", include("allauth.account.urls")),
    path("konto/inloggning/", include(in_one_transaction(second_step))),
    path("admin/", admin.site.urls),
]

handler500 = "portal.errors.server_error"
