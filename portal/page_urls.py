"""The portal's own pages."""

from django.urls import path

from portal import across, calendar_feed, history, mail_views, views, work, workbook_views, year_views

app_name = "portal"
urlpatterns = [
    path("", views.start, name="start"),
    path("sok/", views.search, name="search"),
    path("overenskommelser/<slug:slug>/historik/", history.agreement_history, name="agreement_history"),
    path("overenskommelser/<slug:slug>/arshjul/", year_views.agreement_year, name="agreement_year"),
    path("lagen-i-lanen/", across.across, name="across"),
    path("mitt-arbete/", work.work, name="work"),
    path("mitt-arbete/antal/", work.work_badge, name="work_badge"),
    path("mina-paminnelser/", mail_views.mail_settings, name="mail_settings"),
    path("mina-paminnelser/kalender/", calendar_feed.calendar_renew, name="calendar_renew"),
    path("kalender/<str:secret>.ics", calendar_feed.calendar_feed, name="calendar_feed"),
    path("tillganglighet/", views.accessibility, name="accessibility"),
    path("personuppgifter/", views.privacy, name="privacy"),
    path("halsa/", views.health, name="health"),
    path("arbetsbok/", workbook_views.workbook_upload, name="workbook_upload"),
    path("arbetsbok/mall.xlsx", workbook_views.workbook_template, name="workbook_template"),
    path("arbetsbok/<uuid:pk>/", workbook_views.workbook_preview, name="workbook_preview"),
    path("arbetsbok/<uuid:pk>/las-in/", workbook_views.workbook_confirm, name="workbook_confirm"),
    path("overenskommelser/<slug:slug>/arbetsbok.xlsx", workbook_views.workbook_export, name="workbook_export"),
]
