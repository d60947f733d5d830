"""Places and events of Integreat (API v3), saved as JSON -> rows of an offers' table as text.

Saved from ``/api/v3/{region}/{language}/locations/`` and ``/events/``; several such lists may stand
in one object. A place counts with its opening hours, an event with its dates.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from geo_integration.errors import SourceError
from geo_integration.inputs.offers.objects import (
    Asker,
    Item,
    Row,
    clock,
    day_of,
    is_shelter,
    joined,
    load_json,
    offer_rows,
)
from geo_integration.inputs.tables import FaultList
from geo_integration.inputs.times.recurrence import DAYS, series_of, weekdays

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd

EVENT, PLACE_ONLY = "Veranstaltung", "Ort ohne Kategorie"
_CONTACT = ("area_of_responsibility", "name", "phone_number", "mobile_number", "email")
_OCCURRENCE = re.compile(r"\$\d{4}-\d{2}-\d{2}/?$")
_DEEP = 3


class When(NamedTuple):
    """Days in words, the first and last day, and what had to be said of them."""

    days: tuple[str, ...]
    first: dt.date | None
    last: dt.date | None
    remark: str | None = None
    whole_day: bool = False


def is_integreat(content: object) -> bool:
    """Whether what a JSON file holds looks like places or events of Integreat."""
    return any(True for _ in _objects(content))


def read_integreat(path: Path, faults: FaultList, *, on: dt.date | None = None) -> pd.DataFrame:
    """Read places and events that were saved from Integreat.

    Parameters
    ----------
    path : Path
        JSON: a list of places or events, or an object that holds such lists.
    faults : FaultList
        Gets what is wrong with single objects, by their running number, and what is left out.
    on : date, optional
        Events that are over on that day are noted and left out; without it they keep their dates,
        and whoever counts offers leaves them out.

    Returns
    -------
    DataFrame
        Text by the names of `COLUMNS`, with `file` and `row` (the object's running number).

    Raises
    ------
    SourceError
        When the file is unreadable, or holds neither places nor events.
    """
    items = list(_objects(load_json(path)))
    if not items:
        raise SourceError(
            f"{path}: enthält keine Orte oder Veranstaltungen aus Integreat. Zu speichern ist die "
            f"Antwort von /api/v3/REGION/SPRACHE/locations/ oder /events/"
        )
    rows: list[Row] = []
    seen: set[str] = set()
    for number, item in sorted(enumerate(items, start=1), key=lambda pair: not _german(pair[1])):
        ask = Asker(path.name, number, faults)
        if _hides(item):
            rows.append({"row": number, "confidential": "ja"})
        elif not _is_twin(ask, item, seen):
            row = _event(ask, item, on) if "event" in item else _place(ask, item)
            if row is not None:
                rows.append(_with_common(ask, item, row))
    return offer_rows(path.name, sorted(rows, key=lambda row: int(row["row"] or 0)))


def _objects(content: object, depth: int = 0) -> Iterator[Item]:
    """Places and events, wherever they stand in lists and objects."""
    if isinstance(content, dict):
        if "event" in content or ("title" in content and "location" in content):
            yield content
            return
        content = list(content.values())
    if isinstance(content, list) and depth < _DEEP:
        for entry in content:
            yield from _objects(entry, depth + 1)


def _german(item: Item) -> bool:
    """Whether an object is in German: of several translations that one is taken."""
    return _language_of(item) == "de"


def _language_of(item: Item) -> str | None:
    """Code of the language, from the path /region/language/..."""
    found = re.match(r"/[^/]+/([a-z]{2,3}(?:-[a-z]{2,4})?)/", _path_of(item))
    return found[1] if found else None


def _path_of(item: Item) -> str:
    """Path of the page; without it, nothing."""
    path = item.get("path")
    return path if isinstance(path, str) else ""


def _hides(item: Item) -> bool:
    """Whether people live or hide there: then nothing of it goes on, not into a message either."""
    ask = Asker("", 0, FaultList())
    place, kind = ask.table(item, "location"), ask.table(item, "category")
    return is_shelter(ask.text(item, "title"), ask.text(place, "name"), ask.text(kind, "name"))


def _is_twin(ask: Asker, item: Item, seen: set[str]) -> bool:
    """Whether an object is another date, or another language, of one that was there before."""
    key = _id_of(item) or _OCCURRENCE.sub("", _path_of(item))
    if not key or key not in seen:
        seen.add(key)
        return False
    series = "event" in item and _OCCURRENCE.search(_path_of(item))
    what = "ein weiterer Termin derselben Reihe" if series else "dasselbe noch einmal"
    message = f"{what}, etwa in einer anderen Sprache: zählt nur einmal"
    ask.note("path", _path_of(item), message)
    return True


def _id_of(item: Item) -> str | None:
    """Id that is the same in all languages; single dates of a series have their own."""
    ask = Asker("", 0, FaultList())
    event = "event" in item
    own = ask.text(ask.table(item, "event" if event else "location"), "id") or ask.text(item, "id")
    if own is None:
        return None
    found = _OCCURRENCE.search(_path_of(item))
    single = found[0].strip("$/") if event and found and not item.get("recurrence_rule") else None
    return joined(["integreat", "termin" if event else "ort", own, single], "-")


# What both have -------------------------------------------------------------------------------


def _with_common(ask: Asker, item: Item, row: Row) -> Row:
    """Add name, place, provider, contact, and what is only for the staff."""
    place, host = ask.table(item, "location"), ask.table(item, "organization")
    name, venue = ask.text(item, "title"), ask.text(place, "name")
    common: Row = {
        "row": ask.row,
        "offer_id": _id_of(item),
        "name": name,
        "provider": ask.text(host, "name"),
        "venue": venue if venue != name else None,
        "street": ask.text(place, "address"),
        "postcode": ask.text(place, "postcode"),
        "town": ask.text(place, "town"),
        "lat": ask.number(place, "latitude"),
        "lon": ask.number(place, "longitude"),
        "barrier_free": ask.text(item, "barrier_free"),
        "contact": _contact(ask, item),
        "link": ask.link(item, "website") or ask.link(item, "url"),
    }
    said = ask.lines(item, "content") or ask.lines(item, "excerpt")
    more = row.get("remark")
    remark = joined([said, more if isinstance(more, str) else None], "\n")
    return {**common, **row, "remark": remark}


def _contact(ask: Asker, item: Item) -> str | None:
    """All contacts on one line."""
    people = [
        joined([ask.text(one, key) for key in _CONTACT], ", ")
        for one in ask.items(item, "contacts")
    ]
    # Before there were contacts, a place had these.
    old = joined([ask.text(item, "phone_number"), ask.text(item, "email")], ", ")
    booked = ask.link(item, "appointment_url")
    found = joined(people) or old
    return joined([found, f"Termine: {booked}" if booked else None])


# Places ---------------------------------------------------------------------------------------


def _place(ask: Asker, item: Item) -> Row | None:
    """A place with its opening hours; None when it is closed for now."""
    if ask.flag(item, "temporarily_closed"):
        name = ask.text(item, "title")
        message = "vorübergehend geschlossen: zählt nicht, bis es wieder geöffnet ist"
        ask.note("temporarily_closed", name, message, rejected=True)
        return None
    hours = _hours(ask, item)
    if hours is None:
        hours = joined(_hours(ask, one) for one in ask.items(item, "contacts"))
    return {
        "category": ask.text(ask.table(item, "category"), "name") or PLACE_ONLY,
        "times": hours,
        "times_kind": "offen" if hours else None,
        "format": "vor Ort",
    }


def _hours(ask: Asker, item: Item) -> str | None:
    """Opening hours in words: "Mo 09:00-12:00, 14:00-16:00; Di 10:00-12:00"."""
    days = item.get("opening_hours")
    if days in (None, []):
        return None
    if not isinstance(days, list) or len(days) != len(DAYS):
        ask.note("opening_hours", type(days).__name__, "erwartet werden sieben Tage; ohne Zeiten")
        return None
    booked = False
    parts = []
    for label, day in zip(DAYS, days, strict=True):
        if not isinstance(day, dict):
            ask.note("opening_hours", label, f"{label}: kein lesbarer Tag; ohne Zeiten")
            continue
        booked |= ask.flag(day, "appointmentOnly")
        spans = _spans(ask, day, label)
        if spans:
            parts.append(f"{label} {', '.join(spans)}")
    return "; ".join(parts) or ("nach Vereinbarung" if booked else None)


def _spans(ask: Asker, day: Item, label: str) -> list[str]:
    """Times of one day."""
    if ask.flag(day, "closed"):
        return []
    if ask.flag(day, "allDay"):
        return ["00:00-24:00"]
    spans = []
    for slot in ask.items(day, "timeSlots"):
        begin, end = clock(ask.text(slot, "start")), clock(ask.text(slot, "end"))
        if begin is None or end is None or begin == end:
            found = f"{ask.text(slot, 'start')}-{ask.text(slot, 'end')}"
            ask.note("opening_hours", found, f"{label}: keine Uhrzeiten; nicht verwendet")
        else:
            spans.append(f"{begin}-{end}")
    return spans


# Events ---------------------------------------------------------------------------------------


def _event(ask: Asker, item: Item, on: dt.date | None) -> Row | None:
    """An event with its dates; None when it is over."""
    when = _when(ask, item)
    if on is not None and when.last is not None and when.last < on:
        message = f"endete am {when.last:%d.%m.%Y}: vorbei, zählt nicht"
        ask.note("event", ask.text(item, "title"), message, rejected=True)
        return None
    place, meeting = ask.table(item, "location"), ask.link(item, "meeting_url")
    located = any(place.get(key) not in (None, "") for key in ("id", "name", "address", "town"))
    online = meeting is not None and not located
    also = f"auch online: {meeting}" if located else f"online: {meeting}"
    return {
        "category": ask.text(ask.table(item, "category"), "name") or EVENT,
        "times": "; ".join(when.days) or None,
        "times_kind": ("offen" if when.whole_day else "fest") if when.days else None,
        "valid_from": when.first.isoformat() if when.first else None,
        "valid_to": when.last.isoformat() if when.last else None,
        "format": "online" if online else "vor Ort" if located else None,
        "remark": joined([also if meeting else None, when.remark]),
    }


def _when(ask: Asker, item: Item) -> When:
    """When an event takes place."""
    event = ask.table(item, "event")
    first, last = (
        day_of(ask.text(event, f"{end}_date") or ask.text(event, end)) for end in ("start", "end")
    )
    begin, end = (
        clock(ask.text(event, f"{e}_time") or ask.text(event, e)) for e in ("start", "end")
    )
    if first is None:
        ask.note("event", ask.text(event, "start"), "ohne lesbaren Tag: die Zeiten sind unbekannt")
        return When((), None, None)
    whole_day = ask.flag(event, "all_day")
    hours = "00:00-24:00" if whole_day else None
    if hours is None and begin and end and begin != end:
        hours = f"{begin}-{end}"
    rule = ask.text(item, "recurrence_rule")
    if rule:
        start = _start_of(rule) if _OCCURRENCE.search(_path_of(item)) else first
        when = _repeated(ask, rule, start or first)
    else:
        on_weekdays = ask.flag(event, "only_weekdays")
        when = _once(first, max(first, last or first), hours, on_weekdays=on_weekdays)
    if hours is None:
        ask.note("event", f"{begin}-{end}", "ohne lesbare Uhrzeiten: die Zeiten sind unbekannt")
        return when._replace(days=(), remark="; ".join(when.days) or when.remark)
    days = tuple(f"{days} {hours}" for days in when.days)
    return when._replace(days=days, whole_day=whole_day)


def _start_of(rule: str) -> dt.date | None:
    """First date of a series, where the object is only one date of it."""
    return next((day_of(part[8:]) for part in rule.split() if part.startswith("DTSTART:")), None)


def _repeated(ask: Asker, rule: str, start: dt.date) -> When:
    """Days of an event that recurs."""
    try:
        found = series_of(rule, start)
    except ValueError as error:
        ask.note("recurrence_rule", rule, f"{error}; die Zeiten sind unbekannt")
        return When((), start, None, f"Wiederholung: {rule}")
    return When(found.days, start, found.last, found.rest or None)


def _once(first: dt.date, last: dt.date, hours: str | None, *, on_weekdays: bool) -> When:
    """Days of a single event, or of one that lasts some days."""
    begin, _, end = (hours or "").partition("-")
    if (last - first).days == 1 and end < begin:
        last = first  # over midnight
    days = {(first.weekday() + i) % 7 for i in range(min((last - first).days + 1, 7))}
    kept = {day for day in days if day < 5} if on_weekdays else days
    return When((weekdays(kept or days),), first, last)
