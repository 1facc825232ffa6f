"""The council's papers: what they hold, making and sending them, the registry numbers, and each table as open data."""

from io import BytesIO

from django.contrib import messages
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from agreements.frame import agreement_of, visible_agreement
from followup import open_data
from followup.data_files import answer_csv, answer_json
from followup.frame import round_frame, round_stance
from followup.models import CouncilPack, RegistryNumber, Round
from followup.pack import Kind, file_of, last_outcome, make_packs, material_for, title_of
from followup.pack_letters import letters_to, members_of, send_pack
from followup.registry_form import RegistryForm
from lib.db import Frozen
from lib.forms import answer_form
from lib.web import answer_download, get_editable, get_visible


def round_pack(request, slug, label):
    """What the papers hold, in which kinds they are kept, their checksums, registry numbers, and to whom they went."""
    agreement, round = _seen(request, slug, label)
    packs = CouncilPack.objects.visible_to(request.user).filter(outcome__round=round).select_related("made_by")
    packs, outcome = list(packs.order_by("-outcome__made_at", "-outcome", "pk")), last_outcome(round)
    context = {
        **round_frame(agreement, round, (_("Underlag"), "")),
        **_stance(agreement, round),
        "packs": [pack for pack in packs if outcome and pack.outcome_id == outcome.pk],
        "former": [pack for pack in packs if not outcome or pack.outcome_id != outcome.pk],
        "is_read_whole": Round.objects.read_whole_by(request.user).filter(pk=round.pk).exists(),
        "kinds": [(kind.value, kind.label) for kind in Kind],
        "numbers": RegistryNumber.objects.filter(round=round).select_related("party"),
        "members": letters_to(members_of(round), outcome) if agreement.can_edit else [],
        "tables": open_data.TITLES.items(),
    }
    return render(request, "followup/round_pack.html", context)


def _stance(agreement, round):
    """Before the round is published its papers are read by fewer people than its page."""
    if round.published_at:
        return {}
    readers = _("Läses av samordnarna och organen. Blir offentligt när omgången publiceras.")
    return {"stance": {**round_stance(agreement, round), "readers": readers}}


@require_POST
def pack_create(request, slug, label):
    """Make the papers of a closed round in every kind, and keep them."""
    round = get_editable(_rounds(), request.user, agreement__slug=slug, label=label)
    try:
        make_packs(round=round, by=request.user)
    except Frozen as frozen:
        messages.error(request, str(frozen))
    else:
        messages.success(request, _("Underlaget är skapat och sparat. Det ändras inte mer."))
    return redirect("followup:round_pack", slug, label)


@require_safe
def pack_download(request, slug, label, kind):
    """The kept papers, ``?stangning=`` for those of an earlier closing; before the closing preliminary ones."""
    _agreement, round = _seen(request, slug, label)
    if kind not in Kind:
        raise Http404
    kept = CouncilPack.objects.visible_to(request.user).filter(outcome__round=round, kind=kind)
    former = request.GET.get("stangning", "")
    if former.isdecimal() and len(former) < 10:
        kept = kept.filter(outcome=int(former))
    elif round.closed_at:
        kept = kept.filter(outcome=last_outcome(round))
    else:
        return _preliminary(request, round, kind)
    if pack := kept.first():
        return answer_download(pack.file, title_of(round))
    if not Round.objects.read_whole_by(request.user).filter(pk=round.pk).exists():
        raise Http404
    messages.info(request, _("Underlaget är inte skapat än."))
    return redirect("followup:round_pack", slug, label)


def _preliminary(request, round, kind):
    """Papers of an open round for those who read every answer: marked on every page, and kept nowhere."""
    round = get_visible(Round.objects.read_whole_by(request.user), request.user, pk=round.pk)
    made = file_of(material_for(round, request.user), kind)
    name = f"{slugify(title_of(round))}-preliminart.{kind}"
    return FileResponse(BytesIO(made), as_attachment=True, filename=name, content_type="application/octet-stream")


@require_POST
def pack_send(request, slug, label):
    """Write to every member of the council that the papers are there."""
    round = get_editable(_rounds(), request.user, agreement__slug=slug, label=label)
    try:
        written, paused = send_pack(round=round, by=request.user)
    except Frozen as frozen:
        messages.error(request, str(frozen))
        return redirect("followup:round_pack", slug, label)
    text = ngettext("Brev till %(n)s ledamot skickas strax.", "Brev till %(n)s ledamöter skickas strax.", written)
    rest = _(" %(n)s har pausat sina brev och får inget.") % {"n": paused} if paused else ""
    (messages.success if written else messages.warning)(request, text % {"n": written} + rest)
    return redirect("followup:round_pack", slug, label)


def registry_edit(request, slug, label):
    """The number under which each authority has registered the round."""
    round = get_editable(_rounds(), request.user, agreement__slug=slug, label=label)
    agreement = agreement_of(request.user, round.agreement_id)
    url = reverse("followup:round_pack", args=[slug, label])
    context = round_frame(agreement, round, (_("Underlag"), url), (_("Diarienummer"), ""))
    form = RegistryForm(request.POST or None, round=round)
    done = _("Diarienumren är sparade.")
    return answer_form(request, form, "followup/registry_edit.html", context, url=url, save=form.save, done=done)


@require_safe
def round_data(request, slug, label, name, kind):
    """One table of the round as open data: what the reader may read on the page, as CSV or JSON."""
    _agreement, round = _seen(request, slug, label)
    if name not in open_data.TABLES or kind not in ("csv", "json"):
        raise Http404
    told = open_data.told_to(round, request.user)
    table = open_data.table_of(told, name)
    if kind == "json":
        return answer_json(open_data.as_json(table, told))
    return answer_csv(table, f"{slug} {label.replace(':', '-')} {name}")


def _rounds():
    return Round.objects.select_related("agreement", "meeting__body")


def _seen(request, slug, label):
    agreement = visible_agreement(request.user, slug)
    return agreement, get_visible(_rounds(), request.user, agreement=agreement, label=label)
