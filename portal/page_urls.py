"""The portal's own pages."""

from django.urls import path

from portal import views, work

app_name = "portal"
urlpatterns = [
    path("", views.start, name="start"),
    path("sok/", views.search, name="search"),
    path("mitt-arbete/", work.work, name="work"),
    path("tillganglighet/", views.accessibility, name="accessibility"),
    path("personuppgifter/", views.privacy, name="privacy"),
    path("halsa/", views.health, name="health"),
]
