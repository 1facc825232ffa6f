from django.urls import include, path, register_converter

from agreements import (
    acceding_views,
    adopting_views,
    consulting_views,
    drafting_views,
    leaving_views,
    life_views,
    response_views,
    row_views,
    treatment_views,
    views,
)
from agreements.forms import KINDS
from agreements.rows import kind_converter

register_converter(kind_converter(KINDS), "agreement_row")

CONSULTATION = [
    path("", consulting_views.consultation_detail, name="consultation_detail"),
    path("mottagare/", consulting_views.consultation_add, name="consultation_add"),
    path("mottagare/<int:addressee>/aterkalla/", consulting_views.addressee_withdraw, name="addressee_withdraw"),
    path("forlang/", consulting_views.consultation_extend, name="consultation_extend"),
    path("pamin/", consulting_views.consultation_remind, name="consultation_remind"),
    path("avsluta/", consulting_views.consultation_close, name="consultation_close"),
    path("dokument/<int:document>/", consulting_views.consultation_document, name="consultation_document"),
    path("svar/<int:response>/", response_views.response_detail, name="response_detail"),
    path("svar/<int:response>/skriv/", response_views.response_edit, name="response_edit"),
    path("svar/<int:response>/lamna-in/", response_views.response_submit, name="response_submit"),
    path("svar/<int:response>/bilagor/", response_views.response_files, name="response_files"),
    path(
        "svar/<int:response>/bilagor/<int:file>/", response_views.response_file_download, name="response_file_download"
    ),
    path(
        "svar/<int:response>/bilagor/<int:file>/ta-bort/",
        response_views.response_file_delete,
        name="response_file_delete",
    ),
    path("synpunkter/", treatment_views.remark_list, name="remark_list"),
    path("synpunkter/<slug:kind>/<int:remark>/", treatment_views.response_treat, name="response_treat"),
    path("sammanstallning/", consulting_views.consultation_summary, name="consultation_summary"),
    path("sammanstallning.pdf", consulting_views.consultation_summary_pdf, name="consultation_summary_pdf"),
    path("sammanstallning.docx", consulting_views.consultation_summary_docx, name="consultation_summary_docx"),
]

app_name = "agreements"
urlpatterns = [
    path("", views.agreement_list, name="agreement_list"),
    path("ny/", drafting_views.agreement_create, name="agreement_create"),
    # before the agreements, whose addresses may be any word
    path("remissvar/", response_views.response_link, name="response_link"),
    path("remissvar/lamna-in/", response_views.response_link_submit, name="response_link_submit"),
    path("remissvar/bilagor/", response_views.response_link_files, name="response_link_files"),
    path(
        "remissvar/bilagor/<int:file>/", response_views.response_link_file_download, name="response_link_file_download"
    ),
    path(
        "remissvar/bilagor/<int:file>/ta-bort/",
        response_views.response_link_file_delete,
        name="response_link_file_delete",
    ),
    path("remissvar/<str:secret>/", response_views.response_open, name="response_open"),
    path("<slug:slug>/", views.agreement_detail, name="agreement_detail"),
    path("<slug:slug>/parter/", views.accession_list, name="accession_list"),
    path("<slug:slug>/process/", views.process_detail, name="process_detail"),
    path("<slug:slug>/", include("agreements.drafting_urls")),
    path("<slug:slug>/", include("agreements.force_urls")),
    path("<slug:slug>/livscykel/", life_views.agreement_life, name="agreement_life"),
    path("<slug:slug>/livscykel/<str:step>/", life_views.life_step, name="life_step"),
    path("<slug:slug>/anta/", adopting_views.adoption_create, name="adoption_create"),
    path("<slug:slug>/anslut/", acceding_views.accession_join, name="accession_join"),
    path("<slug:slug>/parter/beslut/", acceding_views.accession_bulk, name="accession_bulk"),
    path("<slug:slug>/parter/<int:pk>/beslut/", acceding_views.accession_decide, name="accession_decide"),
    path("<slug:slug>/uppsagningar/", leaving_views.termination_list, name="termination_list"),
    path("<slug:slug>/uppsagningar/ny/", leaving_views.termination_create, name="termination_create"),
    path(
        "<slug:slug>/uppsagningar/<int:pk>/mottagen/", leaving_views.termination_receipts, name="termination_receipts"
    ),
    path(
        "<slug:slug>/uppsagningar/<int:pk>/ta-tillbaka/",
        leaving_views.termination_withdraw,
        name="termination_withdraw",
    ),
    path("<slug:slug>/forlang/", leaving_views.extension_create, name="extension_create"),
    path("<slug:slug>/remiss/", consulting_views.consultation_prepare, name="consultation_prepare"),
    path("<slug:slug>/remiss/<int:pk>/", include(CONSULTATION)),
    path("<slug:slug>/dokument/<int:pk>/", views.document_download, name="document_download"),
    path("<slug:slug>/andra/", row_views.agreement_edit, name="agreement_edit"),
    path("<slug:slug>/publicera/", row_views.agreement_publish, name="agreement_publish"),
    path("<slug:slug>/ny/<agreement_row:kind>/", row_views.row_create, name="row_create"),
    path("<slug:slug>/<agreement_row:kind>/<int:pk>/andra/", row_views.row_edit, name="row_edit"),
    path("<slug:slug>/<agreement_row:kind>/<int:pk>/ta-bort/", row_views.row_delete, name="row_delete"),
]
