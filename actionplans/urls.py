"""Addresses of the tab of the action plans."""

from django.urls import path

from actionplans import comment_views, comparison_views, editor_views, views

app_name = "actionplans"
PLAN = "<slug:slug>/handlingsplan/<slug:plan>/"
EDITION = "<slug:slug>/handlingsplan/<slug:plan>/<str:label>/"
PAIR = f"{EDITION}jamfor/<str:other>"
urlpatterns = [
    path("<slug:slug>/handlingsplan/", views.plan_list, name="plan_list"),
    path(EDITION, views.edition_detail, name="edition_detail"),
    path(f"{EDITION}redigera/", editor_views.edition_edit, name="edition_edit"),
    path(f"{EDITION}aktivitet/<int:pk>/rad/", editor_views.activity_row, name="activity_row"),
    path(f"{EDITION}aktivitet/<int:pk>/cell/", editor_views.activity_cell, name="activity_cell"),
    path(f"{EDITION}ny-aktivitet/", views.activity_create, name="activity_create"),
    path(f"{EDITION}aktivitet/<int:pk>/", views.activity_edit, name="activity_edit"),
    path(f"{EDITION}aktivitet/<int:pk>/kommentarer/", comment_views.comment_list, name="comment_list"),
    path(f"{PLAN}kommentar/<int:pk>/", comment_views.comment_resolve, name="comment_resolve"),
    path(f"{PAIR}/", comparison_views.edition_compare, name="edition_compare"),
    path(f"{PAIR}.pdf", comparison_views.edition_compare_pdf, name="edition_compare_pdf"),
    path(f"{PAIR}.docx", comparison_views.edition_compare_docx, name="edition_compare_docx"),
]
