"""Versions that are kept of an agreement's text, and what differs between two of them."""

from io import BytesIO
from itertools import groupby

from django.core.exceptions import PermissionDenied
from django.http import FileResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agreements.comparison_of_texts import Kind, compare, compare_all, summary
from agreements.comparison_papers import comparison_paper
from agreements.drafting import PARTS, blocks_of, part_of, save_version
from agreements.drafting_forms import NOW, TextComparisonForm, TextVersionForm, label_of
from agreements.frame import frame, visible_agreement
from agreements.models import Agreement, TextVersion
from lib.forms import answer_form
from lib.typeset import pdf
from lib.web import Unseen, get_visible
from lib.word import docx


def _agreement(request, slug):
    """The agreement; with ``writes`` and ``drafts``, whether the visitor may change or follow its text."""
    agreement = visible_agreement(request.user, slug)
    agreement.writes = Agreement.objects.text_editable_by(request.user).filter(pk=agreement.pk).exists()
    agreement.drafts = agreement.writes or Agreement.objects.drafted_by(request.user).filter(pk=agreement.pk).exists()
    return agreement


def _versions(request, agreement):
    rows = TextVersion.objects.visible_to(request.user).filter(agreement=agreement)
    return list(rows.select_related("made_by").defer("blocks"))


def _trail(agreement):
    return _("Textversioner"), reverse("agreements:text_version_list", args=[agreement.slug])


@require_safe
def text_version_list(request, slug):
    """The versions that the visitor may read: all for the writers, for others what was sent or adopted."""
    agreement = _agreement(request, slug)
    versions = _versions(request, agreement)
    context = {
        **frame(agreement, (_("Textversioner"), "")),
        "versions": versions,
        "form": TextComparisonForm({}, versions=versions),
    }
    return render(request, "agreements/text_version_list.html", context)


def text_version_create(request, slug):
    """Keep the text as it stands, after reading what has changed since the last version."""
    agreement = _agreement(request, slug)
    if not agreement.writes:
        raise PermissionDenied
    form = TextVersionForm(request.POST or None)
    last = agreement.text_versions.last()

    def save():
        return save_version(agreement=agreement, by=request.user, **form.cleaned_data)

    context = {
        **frame(agreement, _trail(agreement), (_("Spara en version"), "")),
        "last_version": last,
        "summary": summary(compare_all(last.blocks, blocks_of(agreement))) if last else "",
    }
    url = reverse("agreements:text_version_list", args=[slug])
    done = _("Versionen är sparad. Den ändras inte mer.")
    return answer_form(request, form, "agreements/text_version_create.html", context, url=url, save=save, done=done)


@require_safe
def text_version_detail(request, slug, number):
    """The whole text of a version."""
    agreement = _agreement(request, slug)
    version = get_visible(TextVersion.objects.all(), request.user, agreement=agreement, number=number)
    context = {
        **frame(agreement, _trail(agreement), (_("Version %(number)d") % {"number": number}, "")),
        "version": version,
        "label": label_of(version),
        "parts": [(PARTS.get(part, ""), list(rows)) for part, rows in groupby(version.blocks, key=part_of)],
    }
    return render(request, "agreements/text_version_detail.html", context)


@require_safe
def text_comparison(request, slug):
    """Two versions beside each other, or one beside the text as it stands, with the words that differ marked."""
    agreement = _agreement(request, slug)
    versions = _versions(request, agreement)
    form = TextComparisonForm(request.GET.dict(), versions=versions)
    context = {**frame(agreement, _trail(agreement), (_("Jämför"), "")), "form": form, "versions": versions}
    if form.is_valid():
        chosen = form.cleaned_data
        (before, old), (after, new) = (_text(agreement, versions, chosen[name]) for name in ("fran", "till"))
        changes = compare_all(old, new)
        context |= {"before": before, "after": after, "summary": summary(changes), "query": request.GET.urlencode()}
        context["changes"] = changes if chosen["allt"] else [row for row in changes if row.kind != Kind.UNCHANGED]
        context["groups"] = _by_part(context["changes"])
    return render(request, "agreements/text_comparison.html", context)


def _by_part(changes):
    """[(heading, changes)] in the text's order; what was dropped stands where it stood."""
    groups = groupby(changes, key=lambda change: part_of(change.shown))
    return [(PARTS.get(part, ""), list(rows)) for part, rows in groups]


def _text(agreement, versions, chosen):
    """(name, blocks) of what was chosen."""
    if chosen == NOW:
        return _("Texten nu"), blocks_of(agreement)
    version = next(row for row in versions if str(row.number) == chosen)
    return label_of(version), version.blocks


@require_safe
def text_comparison_pdf(request, slug):
    return _answer_paper(request, slug, "pdf", pdf)


@require_safe
def text_comparison_docx(request, slug):
    return _answer_paper(request, slug, "docx", docx)


def _answer_paper(request, slug, suffix, make):
    agreement = _agreement(request, slug)
    versions = _versions(request, agreement)
    form = TextComparisonForm(request.GET.dict(), versions=versions)
    if not form.is_valid():
        raise Unseen
    texts = [_text(agreement, versions, form.cleaned_data[name]) for name in ("fran", "till")]
    paper = comparison_paper(agreement, *texts, compare(texts[0][1], texts[1][1]))
    name = slugify(f"{agreement.slug} jamforelse")
    return FileResponse(BytesIO(make(paper)), as_attachment=True, filename=f"{name}.{suffix}")
