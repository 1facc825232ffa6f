"""Addresses of the tab of the follow-up."""

from django.urls import path

from followup import edition_views, lineage_views, report_views, review_views, round_views

app_name = "followup"
PLAN = "<slug:slug>/handlingsplan/<slug:plan>/"
ROUND = "<slug:slug>/uppfoljning/<str:label>/"
urlpatterns = [
    path("<slug:slug>/uppfoljning/", round_views.round_list, name="round_list"),
    path(ROUND, round_views.round_detail, name="round_detail"),
    path(f"{ROUND}oppna/", round_views.round_open, name="round_open"),
    path(f"{ROUND}stang/", round_views.round_close, name="round_close"),
    path(f"{ROUND}publicera/", round_views.round_publish, name="round_publish"),
    path(f"{ROUND}rapport/<int:pk>/", review_views.report_detail, name="report_detail"),
    path(f"{ROUND}rapport/<int:pk>/svara/", report_views.report_edit, name="report_edit"),
    path(f"{ROUND}rapport/<int:pk>/lamna-in/", report_views.report_submit, name="report_submit"),
    path(f"{PLAN}ny-version/", edition_views.edition_create, name="edition_create"),
    path(f"{PLAN}<str:label>/faststall/", edition_views.edition_adopt, name="edition_adopt"),
    path(
        "<slug:slug>/handlingsplan/<slug:plan>/aktivitet/<uuid:lineage>/",
        lineage_views.lineage_detail,
        name="lineage_detail",
    ),
]
