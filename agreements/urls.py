from django.urls import path

from agreements import views

app_name = "agreements"
urlpatterns = [
    path("", views.agreement_list, name="agreement_list"),
    path("<slug:slug>/", views.agreement_detail, name="agreement_detail"),
    path("<slug:slug>/parter/", views.accession_list, name="accession_list"),
    path("<slug:slug>/process/", views.process_detail, name="process_detail"),
    path("<slug:slug>/dokument/<int:pk>/", views.document_download, name="document_download"),
]
