"""Pages about the people of a party: who acts for it, in which role, and until when."""

from django.urls import path

from parties import alternate_views, invitation_views, people_views

app_name = "parties"
urlpatterns = [
    path("parter/<slug:key>/personer/", people_views.party_people, name="party_people"),
    path("parter/<slug:key>/personer/bjud-in/", invitation_views.invitation_create, name="invitation_create"),
    path("parter/<slug:key>/personer/<int:person>/ny-roll/", people_views.membership_create, name="membership_create"),
    path("parter/<slug:key>/roll/<int:pk>/", people_views.membership_edit, name="membership_edit"),
    path(
        "parter/<slug:key>/roll/<int:pk>/ersattare/",
        alternate_views.membership_alternate,
        name="membership_alternate",
    ),
    path("parter/<slug:key>/roll/<int:pk>/avsluta/", people_views.membership_end, name="membership_end"),
    path("parter/<slug:key>/inbjudan/<int:pk>/igen/", invitation_views.invitation_resend, name="invitation_resend"),
    path(
        "parter/<slug:key>/inbjudan/<int:pk>/aterkalla/",
        invitation_views.invitation_withdraw,
        name="invitation_withdraw",
    ),
    path("inbjudan/<str:secret>/", invitation_views.invitation_open, name="invitation_open"),
    path("inbjudan/", invitation_views.invitation_answer, name="invitation_answer"),
]
