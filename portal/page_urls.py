"""The portal's own pages."""

from django.urls import path

from portal import (
    across,
    audit_views,
    calendar_feed,
    federation_views,
    history,
    mail_views,
    my_rights,
    session_views,
    views,
    work,
    workbook_views,
    year_views,
)

app_name = "portal"
urlpatterns = [
    path("", views.start, name="start"),
    path("sok/", views.search, name="search"),
    path("overenskommelser/<slug:slug>/historik/", history.agreement_history, name="agreement_history"),
    path("overenskommelser/<slug:slug>/arshjul/", year_views.agreement_year, name="agreement_year"),
    path("lagen-i-lanen/", across.across, name="across"),
    path("mitt-arbete/", work.work, name="work"),
    path("mitt-arbete/antal/", work.work_badge, name="work_badge"),
    path("min-behorighet/", my_rights.my_rights, name="my_rights"),
    path("mina-paminnelser/", mail_views.mail_settings, name="mail_settings"),
    path("mina-paminnelser/kalender/", calendar_feed.calendar_renew, name="calendar_renew"),
    path("kalender/<str:secret>.ics", calendar_feed.calendar_feed, name="calendar_feed"),
    path("mina-inloggningar/", session_views.session_list, name="session_list"),
    path("mina-inloggningar/<int:pk>/avsluta/", session_views.session_end, name="session_end"),
    path("mina-inloggningar/avsluta/", session_views.session_end_all, name="session_end_all"),
    path("mina-inloggningar/tid-kvar/", session_views.session_left, name="session_left"),
    path("mina-inloggningar/fortsatt/", session_views.session_keep, name="session_keep"),
    path("tillganglighet/", views.accessibility, name="accessibility"),
    path("personuppgifter/", views.privacy, name="privacy"),
    path("halsa/", views.health, name="health"),
    path("handelselogg/", audit_views.audit_log, name="audit_log"),
    path("handelselogg/handelser.<str:kind>", audit_views.audit_export, name="audit_export"),
    path("arbetsbok/", workbook_views.workbook_upload, name="workbook_upload"),
    path("arbetsbok/mall.xlsx", workbook_views.workbook_template, name="workbook_template"),
    path("arbetsbok/<uuid:pk>/", workbook_views.workbook_preview, name="workbook_preview"),
    path("arbetsbok/<uuid:pk>/las-in/", workbook_views.workbook_confirm, name="workbook_confirm"),
    path("overenskommelser/<slug:slug>/arbetsbok.xlsx", workbook_views.workbook_export, name="workbook_export"),
    path("konto/anslutningar/", federation_views.connection_list, name="connection_list"),
    path("konto/anslutningar/<int:pk>/ta-bort/", federation_views.connection_delete, name="connection_delete"),
    path("konto/anslut/<slug:provider>/", federation_views.connection_create, name="connection_create"),
    path("konto/extern/<slug:provider>/", federation_views.oidc_login, name="oidc_login"),
    path("konto/extern/<slug:provider>/svar/", federation_views.oidc_callback, name="oidc_callback"),
]
