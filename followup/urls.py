"""Addresses of the tab of the follow-up."""

from django.urls import path

from followup import edition_views, lineage_views, views

app_name = "followup"
PLAN = "<slug:slug>/handlingsplan/<slug:plan>/"
ROUND = "<slug:slug>/uppfoljning/<str:label>/"
urlpatterns = [
    path("<slug:slug>/uppfoljning/", views.round_list, name="round_list"),
    path(ROUND, views.round_detail, name="round_detail"),
    path(f"{ROUND}oppna/", views.round_open, name="round_open"),
    path(f"{ROUND}stang/", views.round_close, name="round_close"),
    path(f"{ROUND}publicera/", views.round_publish, name="round_publish"),
    path(f"{ROUND}rapport/<int:pk>/", views.report_detail, name="report_detail"),
    path(f"{ROUND}rapport/<int:pk>/svara/", views.report_edit, name="report_edit"),
    path(f"{ROUND}rapport/<int:pk>/lamna-in/", views.report_submit, name="report_submit"),
    path(f"{PLAN}ny-version/", edition_views.edition_create, name="edition_create"),
    path(f"{PLAN}<str:label>/faststall/", edition_views.edition_adopt, name="edition_adopt"),
    path(
        "<slug:slug>/handlingsplan/<slug:plan>/aktivitet/<uuid:lineage>/",
        lineage_views.lineage_detail,
        name="lineage_detail",
    ),
]
