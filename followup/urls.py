"""Addresses of the tab of the follow-up."""

from django.urls import path

from followup import edition_views, form_views, lineage_views, report_views, review_views, round_views

app_name = "followup"
PLAN = "<slug:slug>/handlingsplan/<slug:plan>/"
ROUND = "<slug:slug>/uppfoljning/<str:label>/"
FORM = f"{ROUND}svara/<slug:party>/"
REPORT = f"{ROUND}rapport/<int:pk>/"
urlpatterns = [
    path("<slug:slug>/uppfoljning/", round_views.round_list, name="round_list"),
    path(ROUND, round_views.round_detail, name="round_detail"),
    path(f"{ROUND}oppna/", round_views.round_open, name="round_open"),
    path(f"{ROUND}stang/", round_views.round_close, name="round_close"),
    path(f"{ROUND}publicera/", round_views.round_publish, name="round_publish"),
    path(f"{ROUND}rapport/<int:pk>/", review_views.report_detail, name="report_detail"),
    path(f"{ROUND}laget/", review_views.round_review, name="round_review"),
    path(f"{ROUND}flera/", review_views.round_bulk, name="round_bulk"),
    path(f"{REPORT}granska/", review_views.report_review, name="report_review"),
    path(f"{REPORT}godkann/", review_views.report_approve, name="report_approve"),
    path(f"{REPORT}aterlamna/", review_views.report_return, name="report_return"),
    path(f"{REPORT}lamna-for/", review_views.report_on_behalf, name="report_on_behalf"),
    path(FORM, form_views.party_form, name="party_form"),
    path(f"{FORM}lamna-in/", form_views.party_submit, name="party_submit"),
    path(f"{FORM}klar/", form_views.party_ready, name="party_ready"),
    path(f"{FORM}aterta/", form_views.party_retract, name="party_retract"),
    path(f"{FORM}narvaro/", form_views.party_presence, name="party_presence"),
    path(f"{FORM}godkannare/", form_views.reporting_rule, name="reporting_rule"),
    path(f"{REPORT}svara/", report_views.report_edit, name="report_edit"),
    path(f"{REPORT}falt/", report_views.report_field, name="report_field"),
    path(f"{REPORT}snabbsvar/", report_views.report_quick, name="report_quick"),
    path(f"{REPORT}lamna-in/", report_views.report_submit, name="report_submit"),
    path(f"{REPORT}aterta/", report_views.report_retract, name="report_retract"),
    path(f"{PLAN}ny-version/", edition_views.edition_create, name="edition_create"),
    path(f"{PLAN}<str:label>/faststall/", edition_views.edition_adopt, name="edition_adopt"),
    path(
        "<slug:slug>/handlingsplan/<slug:plan>/aktivitet/<uuid:lineage>/",
        lineage_views.lineage_detail,
        name="lineage_detail",
    ),
]
