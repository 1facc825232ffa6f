from django.urls import path, register_converter

from agreements.rows import kind_converter
from governance import meeting_views, record_views, row_views, views
from governance.forms import KINDS

register_converter(kind_converter(KINDS), "governance_row")

app_name = "governance"
BODY = "<slug:slug>/styrning/<slug:key>/"
MEETING = f"{BODY}mote/<slug:meeting>/"
urlpatterns = [
    path("<slug:slug>/styrning/", views.agreement_governance, name="agreement_governance"),
    path(BODY, views.body_detail, name="body_detail"),
    path(f"{BODY}mote/ny/", meeting_views.meeting_create, name="meeting_create"),
    path(MEETING, meeting_views.meeting_detail, name="meeting_detail"),
    path(f"{MEETING}andra/", meeting_views.meeting_edit, name="meeting_edit"),
    path(f"{MEETING}ta-bort/", meeting_views.meeting_delete, name="meeting_delete"),
    path(f"{MEETING}kalla/", meeting_views.meeting_call, name="meeting_call"),
    path(f"{MEETING}uppdrag/", meeting_views.meeting_bring, name="meeting_bring"),
    path(f"{MEETING}narvaro/", meeting_views.meeting_attendance, name="meeting_attendance"),
    path(f"{MEETING}visa/", meeting_views.meeting_projector, name="meeting_projector"),
    path(f"{MEETING}avsluta/", meeting_views.meeting_end, name="meeting_end"),
    path(f"{MEETING}publicera/", meeting_views.meeting_publish, name="meeting_publish"),
    path(f"{MEETING}anteckningar/", record_views.record_edit, name="record_edit"),
    path(f"{MEETING}anteckningar/fardiga/", record_views.record_finish, name="record_finish"),
    path(f"{MEETING}anteckningar/fil/", record_views.record_download, name="record_download"),
    path("<slug:slug>/styrning/ny/<governance_row:kind>/", row_views.row_create, name="row_create"),
    path("<slug:slug>/styrning/<governance_row:kind>/<int:pk>/andra/", row_views.row_edit, name="row_edit"),
    path("<slug:slug>/styrning/<governance_row:kind>/<int:pk>/ta-bort/", row_views.row_delete, name="row_delete"),
]
