"""Start page, search, my work, and what only a page above all apps can show."""

from django.http import HttpResponse
from django.shortcuts import render


def start(request):
    return render(request, "portal/start.html")


def health(request):
    return HttpResponse("ok", content_type="text/plain")
