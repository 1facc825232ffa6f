"""Addresses of the tab of the follow-up."""

from django.urls import path

from followup import (
    agenda_views,
    assessment_views,
    edition_views,
    file_views,
    form_views,
    lineage_views,
    map_views,
    mail_views,
    report_views,
    reuse,
    review_views,
    round_answers,
    round_views,
    sheet_views,
)

app_name = "followup"
PLAN = "<slug:slug>/handlingsplan/<slug:plan>/"
ROUND = "<slug:slug>/uppfoljning/<str:label>/"
FORM = f"{ROUND}svara/<slug:party>/"
REPORT = f"{ROUND}rapport/<int:pk>/"
MEETING = "<slug:slug>/styrning/<slug:key>/mote/<slug:meeting>/"
ITEM = f"{MEETING}punkt/<int:pk>/"
urlpatterns = [
    path("<slug:slug>/uppfoljning/", round_views.round_list, name="round_list"),
    path("<slug:slug>/uppfoljning/ny/", round_views.round_create, name="round_create"),
    path(ROUND, round_views.round_detail, name="round_detail"),
    path(f"{ROUND}karta/", map_views.round_map, name="round_map"),
    path(f"{ROUND}svar/", round_answers.round_answers, name="round_answers"),
    path(f"{ROUND}andra/", round_views.round_edit, name="round_edit"),
    path(f"{ROUND}ta-bort/", round_views.round_delete, name="round_delete"),
    path(f"{ROUND}utskick/", mail_views.round_mails, name="round_mails"),
    path(f"{ROUND}bedomningar/", assessment_views.assessment_list, name="assessment_list"),
    path(f"{ROUND}bedomningar/besluta/", assessment_views.assessment_agree, name="assessment_agree"),
    path(f"{ROUND}bedomningar/<str:subject>/", assessment_views.assessment_edit, name="assessment_edit"),
    path(
        f"{ROUND}bedomningar/<str:subject>/ta-upp-igen/", assessment_views.assessment_reopen, name="assessment_reopen"
    ),
    path(f"{ROUND}oppna/", round_views.round_open, name="round_open"),
    path(f"{ROUND}borja-granska/", round_views.round_start_review, name="round_start_review"),
    path(f"{ROUND}stang/", round_views.round_close, name="round_close"),
    path(f"{ROUND}publicera/", round_views.round_publish, name="round_publish"),
    path(f"{ROUND}oppna-igen/", round_views.round_reopen, name="round_reopen"),
    path(f"{ROUND}part/<slug:party>/mer-tid/", round_views.respondent_extend, name="respondent_extend"),
    path(f"{ROUND}part/<slug:party>/", round_views.party_outcome, name="party_outcome"),
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
    path(f"{REPORT}fler-lan/", reuse.report_reuse, name="report_reuse"),
    path(f"{REPORT}bilagor/", file_views.report_file_create, name="report_file_create"),
    path(f"{REPORT}bilagor/<int:file>/", file_views.report_file_download, name="report_file_download"),
    path(f"{REPORT}bilagor/<int:file>/ta-bort/", file_views.report_file_delete, name="report_file_delete"),
    path(f"{FORM}omgang.xlsx", sheet_views.party_export, name="party_export"),
    path(f"{FORM}excel/", sheet_views.party_import, name="party_import"),
    path(f"{FORM}excel/<uuid:pk>/", sheet_views.party_import_preview, name="party_import_preview"),
    path(f"{FORM}excel/<uuid:pk>/las-in/", sheet_views.party_import_confirm, name="party_import_confirm"),
    path(f"{MEETING}punkt/ny/", agenda_views.item_create, name="item_create"),
    path(ITEM, agenda_views.item_edit, name="item_edit"),
    path(f"{ITEM}ta-bort/", agenda_views.item_delete, name="item_delete"),
    path(f"{ITEM}flytta/", agenda_views.item_move, name="item_move"),
    path(f"{PLAN}ny-version/", edition_views.edition_create, name="edition_create"),
    path(f"{PLAN}<str:label>/faststall/", edition_views.edition_adopt, name="edition_adopt"),
    path(
        "<slug:slug>/handlingsplan/<slug:plan>/aktivitet/<uuid:lineage>/",
        lineage_views.lineage_detail,
        name="lineage_detail",
    ),
]
