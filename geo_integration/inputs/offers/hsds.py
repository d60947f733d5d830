"""Services of the Human Services Data Specification (HSDS) -> rows of an offers' table as text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from geo_integration.inputs.offers.columns import COLUMNS
from geo_integration.inputs.offers.hsds_files import Found, is_hsds, is_package, read_services
from geo_integration.inputs.offers.objects import (
    Asker,
    Item,
    Row,
    clock,
    day_of,
    is_shelter,
    joined,
    language,
    offer_rows,
)
from geo_integration.inputs.tables import FaultList, plain_header
from geo_integration.inputs.times.recurrence import Series, series_of, weekdays

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Sequence
    from pathlib import Path

    import pandas as pd

__all__ = ["is_hsds", "is_package", "read_hsds"]

NO_CATEGORY = "Angebot ohne Kategorie"
NO_PROVIDER = "Anbieter nicht angegeben"
_COLUMN, _CATEGORY = "column", "category"
_ONLINE = re.compile(r"\b(online|virtuell|virtual|remote|videokonferenz|video)", re.IGNORECASE)
_ACCESS = re.compile(r"barrierefrei|stufenlos|rollstuhl|wheelchair|step[- ]free", re.IGNORECASE)
_NOT = re.compile(
    r"\b(nicht|kein\w*|not|no|non|un|nur|eingeschränkt|teilweise|only|partly|limited)\b",
    re.IGNORECASE,
)
_OFFSET = re.compile(r"(?:Z|[+-]\d{2}(?::?\d{2})?)$", re.IGNORECASE)
_RULE = ("freq", "interval", "byday", "bymonthday", "byweekno", "byyearday", "until", "count")


class Times(NamedTuple):
    """When a service takes place, in words, and how sure that is."""

    text: str | None = None
    kind: str | None = None
    in_holidays: str | None = None
    first: dt.date | None = None
    last: dt.date | None = None
    kind_told: bool = True
    local: bool = True


def read_hsds(path: Path, faults: FaultList, *, known: Collection[str] = ()) -> pd.DataFrame:
    """Read services that were exported as HSDS 3.0 or 3.1.

    Parameters
    ----------
    path : Path
        JSON (services, organizations, services at locations, a page of the API), or a tabular
        data package as a folder or ZIP.
    faults : FaultList
        Gets what is wrong, and services that are not active.
    known : collection of str
        Names of categories: where a service has several terms, one of these is taken.

    Returns
    -------
    DataFrame
        Text by the names of `COLUMNS`, one row per service and location, with `file` and `row`
        (running number).

    Raises
    ------
    SourceError
        When the file is unreadable, or holds no services.
    """
    names = {plain_header(name) for name in known}
    rows: list[Row] = []
    untold = abroad = 0
    for number, found in enumerate(read_services(path, faults), start=1):
        ask = Asker(path.name, number, faults)
        if _hides(found):
            rows.append({"row": number, "confidential": "ja"})
        elif _is_active(ask, found.service):
            times = _times(ask, found)
            untold += not times.kind_told
            abroad += not times.local
            rows.append(_row(ask, found, times, names))
    if untold:
        message = (
            f"{untold} Angebote sagen nicht, ob ihre Zeiten feste Termine oder Öffnungszeiten sind "
            f"(HSDS kennt das nicht): sie gelten als offen"
        )
        faults.note(path.name, None, "schedules", None, message)
    if abroad:
        message = f"{abroad} Angebote nennen Zeiten anderer Zeitzonen: gelesen als hiesige Uhrzeit"
        faults.note(path.name, None, "opens_at", None, message)
    return offer_rows(path.name, rows)


def _hides(found: Found) -> bool:
    """Whether people live or hide there: then nothing of it goes on, not into a message either."""
    ask = Asker("", 0, FaultList())
    place = ask.table(found.at, "location")
    terms = [ask.table(entry, "taxonomy_term") for entry in ask.items(found.service, "attributes")]
    return is_shelter(
        *(ask.text(term, "name") for term in terms),
        ask.text(found.service, "name"),
        ask.text(found.organization, "name"),
        ask.text(place, "name"),
    )


def _is_active(ask: Asker, service: Item) -> bool:
    """Whether a service exists now; others are noted."""
    status = ask.text(service, "status")
    if status is None:
        ask.note("status", None, "status fehlt (Pflichtfeld): gilt als active")
    elif status.lower() != "active":
        ask.note("status", status, "Angebot ist nicht active: zählt nicht", rejected=True)
        return False
    return True


def _row(ask: Asker, found: Found, times: Times, known: Collection[str]) -> Row:
    """One service at one location."""
    service, at = found.service, found.at
    provider = ask.text(found.organization, "name")
    place = ask.table(at, "location")
    row: Row = {
        "row": ask.row,
        "offer_id": ask.text(at, "id")
        or joined([ask.text(service, "id"), ask.text(place, "id")], "-"),
        "name": ask.text(service, "name"),
        "provider": None if provider == NO_PROVIDER else provider,
        "times": times.text,
        "times_kind": times.kind,
        "in_holidays": times.in_holidays,
        "valid_from": times.first.isoformat() if times.first else None,
        "valid_to": times.last.isoformat() if times.last else None,
        "languages": _languages(ask, service),
        "target_group": ask.text(service, "eligibility_description"),
        "age": _age(ask, service),
        "cost": _cost(ask, service),
        "admission": _admission(ask, service),
        "contact": _contact(ask, found),
        "link": ask.link(service, "url") or ask.link(place, "url"),
        "last_confirmed": _day(ask, service, "assured_date"),
        **_place(ask, found),
        **_capacity(ask, service),
    }
    barrier, described = _access(ask, place)
    row["barrier_free"] = barrier
    kind, others, columns = _terms(ask, service, known)
    row["category"] = kind or NO_CATEGORY
    said = [ask.lines(service, "description"), others, described]
    said += [ask.text(service, key) for key in ("interpretation_services", "wait_time", "alert")]
    row["remark"] = joined(said, "\n")
    return {**row, **columns}


# Place ----------------------------------------------------------------------------------------


def _place(ask: Asker, found: Found) -> Row:
    """Where it takes place."""
    place = ask.table(found.at, "location")
    kind = (ask.text(place, "location_type") or "physical").lower() if place else ""
    schedules = [*ask.items(found.at, "schedules"), *ask.items(found.service, "schedules")]
    attended = joined(ask.text(schedule, "attending_type") for schedule in schedules) or ""
    if kind == "virtual" or (kind != "physical" and _ONLINE.search(attended)):
        return {"format": "online"}
    if kind == "postal":
        ask.note("location_type", kind, "nur eine Postanschrift: der Ort ist unbekannt")
        return {}
    if not place:
        return {}
    addresses = ask.items(place, "addresses")
    where = next(
        (a for a in addresses if ask.text(a, "address_type") != "postal"), next(iter(addresses), {})
    )
    name = ask.text(place, "name")
    return {
        "format": "vor Ort",
        "venue": name,
        "street": ask.text(where, "address_1"),
        "postcode": ask.text(where, "postal_code"),
        "town": ask.text(where, "city"),
        "place": ask.text(where, "region"),
        "lat": ask.number(place, "latitude"),
        "lon": ask.number(place, "longitude"),
    }


def _access(ask: Asker, place: Item) -> tuple[str | None, str | None]:
    """Whether a place is free of barriers, where that is said clearly; and what is said."""
    texts = [
        joined([ask.text(entry, "description"), ask.text(entry, "details")], ". ")
        for entry in ask.items(place, "accessibility")
    ]
    said = joined(texts, ". ")
    if said is None or not _ACCESS.search(said):
        return None, said
    if said.strip(". ").lower() == "nicht barrierefrei":
        return "nein", None
    return (None if _NOT.search(said) else "ja"), None if said == "barrierefrei" else said


# Texts ----------------------------------------------------------------------------------------


def _terms(ask: Asker, service: Item, known: Collection[str]) -> tuple[str | None, str | None, Row]:
    """Category, further terms, and columns of the offers' table that HSDS has no field for."""
    headers = {plain_header(column.header): key for key, column in COLUMNS.items()}
    columns: Row = {}
    terms: list[tuple[tuple[bool, bool], int, str]] = []
    for attribute in ask.items(service, "attributes"):
        term = ask.text(ask.table(attribute, "taxonomy_term"), "name")
        value, kind = ask.text(attribute, "value"), ask.text(attribute, "link_type")
        key = headers.get(plain_header(term or ""))
        if kind == _COLUMN and key is not None:
            columns[key] = value
        elif term or ask.text(attribute, "label"):
            named = term or ask.text(attribute, "label") or ""
            rank = (kind != _CATEGORY, plain_header(named) not in known)
            terms.append((rank, len(terms), named))
    names = [name for _, _, name in sorted(terms)]
    more = joined(names[1:], ", ")
    return next(iter(names), None), f"Weitere Begriffe: {more}" if more else None, columns


def _languages(ask: Asker, service: Item) -> str | None:
    """Languages by name, or by code."""
    spoken = ask.items(service, "languages")
    return joined(
        (ask.text(one, "name") or language(ask.text(one, "code")) for one in spoken), ", "
    )


def _age(ask: Asker, service: Item) -> str | None:
    """Ages in words."""
    low, high = ask.number(service, "minimum_age"), ask.number(service, "maximum_age")
    if low and high:
        return f"{low}-{high}"
    return f"ab {low}" if low else f"bis {high}" if high else None


def _cost(ask: Asker, service: Item) -> str | None:
    """What it costs, in words."""
    options = []
    for option in ask.items(service, "cost_options"):
        amount = ask.number(option, "amount")
        price = joined([amount, ask.text(option, "currency")], " ") if amount else None
        words = joined([ask.text(option, "option"), ask.text(option, "amount_description")], ", ")
        options.append(f"{price} ({words})" if price and words else price or words)
    return ask.text(service, "fees_description") or joined(options) or ask.text(service, "fees")


def _admission(ask: Asker, service: Item) -> str | None:
    """What one needs to take part."""
    papers = [ask.text(one, "document") for one in ask.items(service, "required_documents")]
    return joined([ask.text(service, "application_process"), joined(papers, ", ")])


def _capacity(ask: Asker, service: Item) -> Row:
    """Places, where there is one number of them."""
    key = "service_capacities" if "service_capacities" in service else "service_capacity"
    entries = ask.items(service, key)
    if len(entries) != 1:
        return {}
    return {
        "places_total": ask.number(entries[0], "maximum"),
        "places_free": ask.number(entries[0], "available"),
    }


def _contact(ask: Asker, found: Found) -> str | None:
    """Who answers: of the service at the place, else of the organization."""

    def of(*owners: Item) -> str | None:
        people = [
            joined([ask.text(one, "name"), _phones(ask, one), ask.text(one, "email")], ", ")
            for owner in owners
            for one in ask.items(owner, "contacts")
        ]
        phones = [_phones(ask, owner) for owner in owners]
        return joined([*people, *phones, *(ask.text(owner, "email") for owner in owners)])

    return of(found.at, found.service) or of(found.organization)


def _phones(ask: Asker, owner: Item) -> str | None:
    """Numbers of somebody."""
    numbers = []
    for phone in ask.items(owner, "phones"):
        extension = ask.text(phone, "extension")
        number = (ask.text(phone, "number") or "").strip('"')
        numbers.append(f"{number}-{extension}" if number and extension else number)
    return joined(numbers, ", ")


def _day(ask: Asker, item: Item, key: str) -> str | None:
    """A date; what is none is noted."""
    text = ask.text(item, key)
    found = day_of(text)
    if text and found is None:
        ask.note(key, text, "kein Datum wie 2026-12-31; wird nicht verwendet")
    return found.isoformat() if found else None


# Times ----------------------------------------------------------------------------------------


def _times(ask: Asker, found: Found) -> Times:
    """When it takes place: as told for the service there, else in general, else for the house."""
    levels = (found.at, found.service, ask.table(found.at, "location"))
    schedules: Sequence[Item] = next(
        (own for level in levels if (own := ask.items(level, "schedules"))), []
    )
    parts = [_part(ask, schedule) for schedule in schedules]
    if not parts:
        return Times()
    spans = {(part.first, part.last) for part in parts}
    if len(spans) > 1:
        message = "Zeiten mit verschiedener Gültigkeit: gelten zusammen vom ersten bis zum letzten"
        ask.note("schedules", len(parts), f"{message} Tag")
    firsts, lasts = [part.first for part in parts], [part.last for part in parts]
    timed = [part for part in parts if part.text]
    kinds = {part.kind for part in timed if part.kind}
    return Times(
        joined(part.text for part in timed),
        (kinds.pop() if len(kinds) == 1 else "offen") if timed else None,
        joined((part.in_holidays for part in timed), "; ") if timed else None,
        None if None in firsts else min(day for day in firsts if day),
        None if None in lasts else max(day for day in lasts if day),
        all(part.kind for part in timed),
        all(part.local for part in parts),
    )


def _part(ask: Asker, schedule: Item) -> Times:
    """One schedule."""
    begin, end = ask.text(schedule, "opens_at"), ask.text(schedule, "closes_at")
    start = day_of(ask.text(schedule, "dtstart"))
    first = day_of(ask.text(schedule, "valid_from")) or start
    last = day_of(ask.text(schedule, "valid_to")) or day_of(ask.text(schedule, "until"))
    notes = ask.text(schedule, "notes") or ""
    kind = re.search(r"Terminart: (fest|offen)", notes)
    holidays = re.search(r"In den Ferien: (ja|nein)", notes)
    local = all(_is_local(text) for text in (begin, end))
    told = Times(
        None, kind[1] if kind else None, holidays[1] if holidays else None, first, last, local=local
    )
    recurs = {key.upper(): ask.text(schedule, key) or "" for key in _RULE}
    if not begin and not end and not recurs["FREQ"] and not recurs["BYDAY"]:
        return told._replace(text=ask.text(schedule, "description"))
    hours = _hours(begin, end)
    if hours is None:
        ask.note("opens_at", f"{begin}-{end}", "keine Uhrzeiten: die Zeiten sind unbekannt")
        return told._replace(text=None)
    try:
        series = _series(recurs, start or first)
    except ValueError as error:
        ask.note("schedules", joined(recurs.values(), " "), f"{error}; die Zeiten sind unbekannt")
        return told._replace(text=ask.text(schedule, "description"))
    text = "; ".join(f"{days} {hours}" for days in series.days)
    return told._replace(text=text, last=last or series.last)


def _series(recurs: dict[str, str], start: dt.date | None) -> Series:
    """Days in words, and the last one."""
    if not recurs["FREQ"] and not recurs["BYDAY"]:
        if start is None:
            raise ValueError("weder Wochentag noch Datum")
        return Series((weekdays([start.weekday()]),), start)
    parts = {**recurs, "FREQ": recurs["FREQ"] or "WEEKLY"}
    # Lists may stand with blanks or semicolons here, and whole numbers as 2.0.
    if ends := day_of(parts["UNTIL"]):
        parts["UNTIL"] = f"{ends:%Y%m%d}"
    plain = {k: re.sub(r"\.0*$", "", re.sub(r"[,;\s]+", ",", v.strip())) for k, v in parts.items()}
    return series_of(";".join(f"{key}={text}" for key, text in plain.items() if text), start)


def _hours(begin: str | None, end: str | None) -> str | None:
    """Times of the day: "18:00-19:30"."""
    opens, closes = clock(begin), clock(end)
    return f"{opens}-{closes}" if opens and closes and opens != closes else None


def _is_local(text: str | None) -> bool:
    """Whether a time is one of Central Europe, or does not say which it is."""
    found = _OFFSET.search(text or "")
    return found is None or found[0].replace(":", "") in {"+01", "+02", "+0100", "+0200"}
