from django.urls import path, register_converter

from agreements import row_views, views
from agreements.forms import KINDS
from agreements.rows import kind_converter

register_converter(kind_converter(KINDS), "agreement_row")

app_name = "agreements"
urlpatterns = [
    path("", views.agreement_list, name="agreement_list"),
    path("<slug:slug>/", views.agreement_detail, name="agreement_detail"),
    path("<slug:slug>/parter/", views.accession_list, name="accession_list"),
    path("<slug:slug>/process/", views.process_detail, name="process_detail"),
    path("<slug:slug>/dokument/<int:pk>/", views.document_download, name="document_download"),
    path("<slug:slug>/andra/", row_views.agreement_edit, name="agreement_edit"),
    path("<slug:slug>/publicera/", row_views.agreement_publish, name="agreement_publish"),
    path("<slug:slug>/ny/<agreement_row:kind>/", row_views.row_create, name="row_create"),
    path("<slug:slug>/<agreement_row:kind>/<int:pk>/andra/", row_views.row_edit, name="row_edit"),
    path("<slug:slug>/<agreement_row:kind>/<int:pk>/ta-bort/", row_views.row_delete, name="row_delete"),
]
