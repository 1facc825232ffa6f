"""Addresses of the tab of the action plans."""

from django.urls import path

from actionplans import views

app_name = "actionplans"
EDITION = "<slug:slug>/handlingsplan/<slug:plan>/<str:label>/"
urlpatterns = [
    path("<slug:slug>/handlingsplan/", views.plan_list, name="plan_list"),
    path(EDITION, views.edition_detail, name="edition_detail"),
    path(f"{EDITION}ny-aktivitet/", views.activity_create, name="activity_create"),
    path(f"{EDITION}aktivitet/<int:pk>/", views.activity_edit, name="activity_edit"),
]
