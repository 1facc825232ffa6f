"""A client of Kolada's open API (version 3): what a KPI means, and its values by place, year and sex.

It reads all or nothing: whatever is missing, slow, cut off or not as it should be is a KoladaError with a Swedish
message, never a part of the values. Kolada asks to be named: "Källa: Kolada".
"""

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from django.utils.translation import gettext as _

IDS_PER_QUESTION = 25  # Kolada refuses more
ROWS_PER_PAGE = 5000
TRIES = 4
LONGEST_WAIT = 60  # seconds; asked to wait longer, we come back another day
LARGEST_ANSWER = 30_000_000  # bytes
MOST_PAGES = 50
LARGEST_VALUE = Decimal(10) ** 10
COUNTRY = "0000"
SEXES = {"T": "", "K": "women", "M": "men"}


class KoladaError(Exception):
    """Kolada gave no answer that can be used. The message is Swedish and meant for the screen."""


class Unreachable(KoladaError):
    """Kolada does not answer, or asks us to come back later: nothing more can be fetched now."""


class UnknownKpi(KoladaError):
    """There is no such KPI."""


@dataclass(frozen=True)
class Kpi:
    """What a KPI is called and how it is defined."""

    id: str
    title: str
    description: str


@dataclass(frozen=True)
class Value:
    """One value: ``place`` is a municipality's code, 00 and a county's code, or 0000. ``gap`` says why it is None."""

    place: str
    year: int
    sex: str
    value: Decimal | None
    gap: str = ""


class Kolada:
    """The API at ``url``. ``sleep`` is how it waits between tries, ``timeout`` is in seconds."""

    def __init__(self, url, *, sleep=time.sleep, timeout=20):
        self.url, self.sleep, self.timeout = url.rstrip("/"), sleep, timeout

    def kpi(self, kpi):
        """What the KPI means. Raises UnknownKpi, or another KoladaError."""
        for row in self._rows(f"kpi/{kpi}"):
            if row.get("id") == kpi:
                return Kpi(kpi, str(row.get("title") or ""), str(row.get("description") or ""))
        raise UnknownKpi(_("Nyckeltalet %(kpi)s finns inte i Kolada. Kontrollera beteckningen.") % {"kpi": kpi})

    def values(self, kpi, places):
        """All values of the KPI in ``places``, each once. Raises KoladaError."""
        found = {}
        for start in range(0, len(places), IDS_PER_QUESTION):
            ids = places[start : start + IDS_PER_QUESTION]
            for row in self._rows(f"data/kpi/{kpi}/municipality/{','.join(ids)}"):
                for value in _values(row, kpi, ids):
                    if found.setdefault((value.place, value.year, value.sex), value) != value:
                        raise _garbled(_("två olika värden för samma plats och år"))
        return list(found.values())

    def _rows(self, path):
        """The rows of every page; none where Kolada knows nothing of what was asked."""
        rows = []
        for page in range(1, MOST_PAGES + 1):
            answer = self._get(path, page=page, per_page=ROWS_PER_PAGE)
            if answer is None and page == 1:
                return rows
            if answer is None:
                raise _garbled(_("en sida saknas"))
            rows += _list(answer.get("values"))
            if not answer.get("next_url"):
                return rows
        raise _garbled(_("sidorna tar aldrig slut"))

    def _get(self, path, **query):
        """The answer as a dict, None for 404; asks again after a while where that may help."""
        request = Request(f"{self.url}/{path}?{urlencode(query)}", headers={"Accept": "application/json"})  # noqa: S310
        for number in range(1, TRIES + 1):
            try:
                return self._read(request)
            except HTTPError as error:
                error.close()
                if error.code == 404:
                    return None
                if error.code != 429 and error.code < 500:
                    raise _garbled(_("frågan förstods inte, svar %(code)s") % {"code": error.code}) from error
                wait = _asked_wait(error.headers.get("Retry-After")) if error.code in (429, 503) else None
            except (OSError, HTTPException):
                wait = None
            wait = 2 ** (number - 1) if wait is None else wait
            if number == TRIES or wait > LONGEST_WAIT:
                break
            self.sleep(wait)
        raise Unreachable(_("Kolada svarar inte just nu. De värden som redan är hämtade ligger kvar."))

    def _read(self, request):
        with urlopen(request, timeout=self.timeout) as response:  # noqa: S310  the address is ours, from the settings
            body = response.read(LARGEST_ANSWER + 1)
        if len(body) > LARGEST_ANSWER:
            raise _garbled(_("svaret är för stort"))
        try:
            answer = json.loads(body, parse_float=Decimal, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise _garbled(_("svaret är inte JSON")) from error
        if not isinstance(answer, dict):
            raise _garbled(_("svaret har fel form"))
        return answer


def _asked_wait(header):
    """How many seconds Retry-After asks for, as a number or a date; None where it says nothing that can be read."""
    header = (header or "").strip()
    if header.isdecimal():
        return int(header[:9])
    try:
        then = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0, (then.replace(tzinfo=then.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def _values(row, kpi, ids):
    """The Values of one row of an answer: a KPI, a place and a year, with one value per sex."""
    place, year = row.get("municipality"), row.get("period")
    if row.get("kpi") != kpi or place not in ids or not isinstance(year, int) or not 1970 <= year <= 2100:
        raise _garbled(_("en rad om något annat än det vi frågade om"))
    for said in _list(row.get("values")):
        if said.get("gender") not in SEXES:
            raise _garbled(_("okänt kön"))
        if not said.get("isdeleted"):
            value = _number(said.get("value"))
            gap = "" if value is not None else "private" if str(said.get("status")).lower() == "private" else "missing"
            yield Value(place, year, SEXES[said["gender"]], value, gap)


def _number(value):
    """A value with at most three decimals, as it is stored; None for none."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or abs(value) > LARGEST_VALUE:
        raise _garbled(_("ett värde som inte är ett tal"))
    try:
        return Decimal(value).quantize(Decimal("0.001"))
    except InvalidOperation as error:
        raise _garbled(_("ett värde som inte är ett tal")) from error


def _list(rows):
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise _garbled(_("svaret har fel form"))
    return rows


def _refuse_constant(name):
    raise ValueError(name)


def _garbled(what):
    return KoladaError(_("Kolada svarade så att det inte går att läsa: %(what)s. Inget är ändrat.") % {"what": what})
