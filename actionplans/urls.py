"""Addresses of the tab of the action plans."""

from django.urls import path

from actionplans import (
    activity_views,
    comment_views,
    comparison_views,
    desk_views,
    edition_views,
    editor_views,
    file_views,
    proposal_views,
    sheet_views,
    views,
)

app_name = "actionplans"
PLAN = "<slug:slug>/handlingsplan/<slug:plan>/"
PROPOSALS = f"{PLAN}forslag/"
EDITION = "<slug:slug>/handlingsplan/<slug:plan>/<str:label>/"
FILES = f"{EDITION}aktivitet/<int:pk>/bilagor/"
PAIR = f"{EDITION}jamfor/<str:other>"
urlpatterns = [
    path("<slug:slug>/handlingsplan/", views.plan_list, name="plan_list"),
    path(PROPOSALS, proposal_views.proposal_list, name="proposal_list"),
    path(f"{PROPOSALS}nytt/", proposal_views.proposal_create, name="proposal_create"),
    path(f"{PROPOSALS}rangordna/", proposal_views.proposal_rank, name="proposal_rank"),
    path(f"{PROPOSALS}sla-samman/", proposal_views.proposal_merge, name="proposal_merge"),
    path(f"{PROPOSALS}<int:pk>/", proposal_views.proposal_detail, name="proposal_detail"),
    path(f"{PROPOSALS}<int:pk>/andra/", proposal_views.proposal_edit, name="proposal_edit"),
    path(f"{PROPOSALS}<int:pk>/lamna-in/", proposal_views.proposal_submit, name="proposal_submit"),
    path(f"{PROPOSALS}<int:pk>/ta-bort/", proposal_views.proposal_delete, name="proposal_delete"),
    path(f"{PROPOSALS}<int:pk>/kommentera/", proposal_views.proposal_comment, name="proposal_comment"),
    path(f"{PROPOSALS}<int:pk>/anta/", proposal_views.proposal_accept, name="proposal_accept"),
    path(f"{PROPOSALS}<int:pk>/avboj/", proposal_views.proposal_decline, name="proposal_decline"),
    path("<slug:slug>/handlingsplan/ny/", edition_views.plan_create, name="plan_create"),
    path(f"{PLAN}andra/", edition_views.plan_edit, name="plan_edit"),
    path(EDITION, views.edition_detail, name="edition_detail"),
    path(f"{EDITION}a<int:pk>", views.activity_whole, name="activity_whole"),
    path(f"{EDITION}tidslinje/", views.edition_timeline, name="edition_timeline"),
    path(f"{EDITION}matris/", views.edition_matrix, name="edition_matrix"),
    path(f"{EDITION}utskrift/", views.edition_print, name="edition_print"),
    path(f"{EDITION}redigera/", editor_views.edition_edit, name="edition_edit"),
    path(f"{EDITION}aktivitet/<int:pk>/rad/", editor_views.activity_row, name="activity_row"),
    path(f"{EDITION}aktivitet/<int:pk>/cell/", editor_views.activity_cell, name="activity_cell"),
    path(f"{EDITION}aktivitet/<int:pk>/flytta/", activity_views.activity_move, name="activity_move"),
    path(f"{EDITION}aktivitet/<int:pk>/kopiera/", activity_views.activity_duplicate, name="activity_duplicate"),
    path(f"{EDITION}aktivitet/<int:pk>/ta-bort/", activity_views.activity_delete, name="activity_delete"),
    path(f"{EDITION}aktivitet/<int:pk>/avsluta/", activity_views.activity_end, name="activity_end"),
    path(f"{EDITION}flera/", desk_views.edition_bulk, name="edition_bulk"),
    path(f"{EDITION}angra/", desk_views.edition_undo, name="edition_undo"),
    path(f"{EDITION}narvaro/", desk_views.edition_presence, name="edition_presence"),
    path(f"{EDITION}kontroller/", desk_views.edition_checks, name="edition_checks"),
    path(f"{EDITION}ny-aktivitet/", activity_views.activity_create, name="activity_create"),
    path(f"{EDITION}aktivitet/<int:pk>/", activity_views.activity_edit, name="activity_edit"),
    path(f"{EDITION}kommentarer/", comment_views.comment_index, name="comment_index"),
    path(f"{EDITION}aktivitet/<int:pk>/kommentarer/", comment_views.comment_list, name="comment_list"),
    path(f"{PLAN}kommentar/<int:pk>/", comment_views.comment_resolve, name="comment_resolve"),
    path(f"{EDITION}plan.xlsx", sheet_views.edition_export, name="edition_export"),
    path(f"{EDITION}excel/", sheet_views.edition_import, name="edition_import"),
    path(f"{EDITION}excel/<uuid:pk>/", sheet_views.edition_import_preview, name="edition_import_preview"),
    path(f"{EDITION}excel/<uuid:pk>/las-in/", sheet_views.edition_import_confirm, name="edition_import_confirm"),
    path(f"{EDITION}uppgifter/", edition_views.edition_describe, name="edition_describe"),
    path(f"{EDITION}ta-bort/", edition_views.edition_delete, name="edition_delete"),
    path(f"{EDITION}foresla/", edition_views.edition_propose, name="edition_propose"),
    path(f"{EDITION}aterta/", edition_views.edition_withdraw, name="edition_withdraw"),
    path(f"{FILES}", file_views.activity_file_create, name="activity_file_create"),
    path(f"{FILES}<int:file>/", file_views.activity_file_download, name="activity_file_download"),
    path(f"{FILES}<int:file>/ta-bort/", file_views.activity_file_delete, name="activity_file_delete"),
    path(f"{EDITION}aktivitet/<int:pk>/anteckning/", file_views.note_edit, name="note_edit"),
    path(f"{PAIR}/", comparison_views.edition_compare, name="edition_compare"),
    path(f"{PAIR}.pdf", comparison_views.edition_compare_pdf, name="edition_compare_pdf"),
    path(f"{PAIR}.docx", comparison_views.edition_compare_docx, name="edition_compare_docx"),
]
