"""Offer workbooks -> OFFERS (not yet located), SESSIONS, and the rows that were rejected."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from geo_integration.errors import SourceError
from geo_integration.inputs.schedules import parse_hours
from geo_integration.inputs.tables import FaultList, cell, number, read_table, require_columns

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geo_integration.settings import Category

# Column of the frame -> headers it may have; the first is the one of the template.
HEADERS: dict[str, tuple[str, ...]] = {
    "offer_id": ("Nr", "Nr.", "ID", "id"),
    "name": ("Name", "Angebot", "name"),
    "provider": ("Träger", "Anbieter", "provider"),
    "category": ("Kategorie", "category"),
    "street": ("Straße", "Strasse", "Adresse", "street", "address"),
    "postcode": ("PLZ", "postcode"),
    "town": ("Ort", "town"),
    "place": ("Ortsteil", "place"),
    "municipality": ("Gemeinde", "municipality"),
    "lat": ("Breite", "lat", "latitude"),
    "lon": ("Länge", "lon", "longitude"),
    "times": ("Termine", "Zeiten", "times"),
    "times_kind": ("Terminart", "times_kind"),
    "in_holidays": ("In den Ferien", "in_holidays"),
    "languages": ("Sprachen", "languages"),
    "level": ("Niveau", "level"),
    "target_group": ("Zielgruppe", "target_group"),
    "women_only": ("Nur für Frauen", "women_only"),
    "childcare": ("Kinderbetreuung", "childcare"),
    "barrier_free": ("Barrierefrei", "barrier_free"),
    "cost": ("Kosten", "cost"),
    "places_total": ("Plätze", "places"),
    "places_free": ("Freie Plätze", "places_free"),
    "contact": ("Kontakt", "contact"),
    "link": ("Link", "link"),
    "format": ("Format", "format"),
    "confidential": ("Vertraulich", "confidential"),
    "last_confirmed": ("Zuletzt bestätigt", "last_confirmed"),
    "confirmed_by": ("Bestätigt von", "confirmed_by"),
    "remark": ("Bemerkung", "remark"),
}
REQUIRED = ("name", "category")
# Columns that our own list of rejected rows adds; they are ignored when it comes back.
REPORT = ("Zeile", "Grund")
_YES = ("ja", "j", "yes", "y", "true", "1", "x", "wahr")
_NO = ("nein", "n", "no", "false", "0", "falsch")
_DROP_IN = ("offen", "offene zeiten", "öffnungszeiten", "open", "drop-in")
_FIXED = ("fest", "feste zeiten", "kurs", "fixed")


class OfferInputs(NamedTuple):
    """What an offers file holds.

    `offers` lacks place columns until geocoding has added them; `rejected` holds the rows that
    were not taken, as they were, with the reason beside.
    """

    offers: pd.DataFrame
    sessions: pd.DataFrame
    rejected: pd.DataFrame


def read_offers(path: Path, categories: Sequence[Category], faults: FaultList) -> OfferInputs:
    """Read the offers' workbook or CSV.

    Parameters
    ----------
    path : Path
        The file; headers as in `HEADERS`.
    categories : sequence of Category
        The categories that may occur, by id or label.
    faults : FaultList
        Gets every row and cell that cannot be used.

    Returns
    -------
    OfferInputs
        One row per offer that can be used, its sessions, and the rejected rows.

    Raises
    ------
    SourceError
        When the file is unreadable, lacks a required column, or holds no usable row.
    """
    raw = read_table(path, []).drop(columns=list(REPORT), errors="ignore")
    table = _with_known_headers(path, raw, faults)
    table = _without_secrets(path, table, faults)
    raw = raw.loc[table.index]
    start = len(faults)
    offers = _without_unusable(path, table, categories, faults)
    offers = _with_flags(path, offers, faults)
    sessions = _sessions(path, offers, faults)
    offers["timed"] = offers["offer_id"].isin(sessions["offer_id"])
    rejected = _rejected_rows(raw, faults[start:])
    if offers.empty:
        reasons = "; ".join(dict.fromkeys(rejected["Grund"])) if len(rejected) else "keine Zeilen"
        raise SourceError(f"{path}: kein brauchbares Angebot ({reasons[:300]})")
    return OfferInputs(offers.reset_index(drop=True), sessions, rejected)


def _without_secrets(path: Path, table: pd.DataFrame, faults: FaultList) -> pd.DataFrame:
    """Leave out confidential rows before anything of them can reach a message or a file.

    What may be a secret is one: "vertraulich!" is no clear no.
    """
    marks = table["confidential"].map(lambda text: str(text or "").strip().lower())
    secret = (marks != "") & ~marks.isin(_NO)
    for row in table.index[secret]:
        message = "vertraulich: das Angebot wird weder gezählt noch gezeigt"
        faults.note(path.name, row, "Vertraulich", None, message)
    return table[~secret]


def _with_known_headers(path: Path, raw: pd.DataFrame, faults: FaultList) -> pd.DataFrame:
    """Rename the columns; add those that are not there, empty; note those not known."""
    lower = {str(c).strip().lower(): c for c in reversed(list(raw.columns))}
    names: dict[str, str] = {}
    for column, headers in HEADERS.items():
        found = next((lower[h.lower()] for h in headers if h.lower() in lower), None)
        if found is not None:
            names[found] = column
    for header in [str(c) for c in raw.columns if c not in names]:
        if header.lower().startswith(("vertraul", "confid")):
            raise SourceError(
                f"{path}: die Spalte {header!r} ist nicht bekannt; gemeint ist wohl 'Vertraulich'. "
                f"Damit kein vertrauliches Angebot erscheint, bitte so benennen"
            )
        message = "Spalte unbekannt, nicht verwendet; bekannt sind die Spalten der Vorlage"
        faults.note(path.name, 1, header, None, message)
    present = list(names.values())
    lacking = [HEADERS[c][0] for c in REQUIRED if c not in present]
    require_columns(path, [str(c) for c in raw.columns], lacking)
    table = raw[list(names)].rename(columns=names)
    return table.reindex(columns=list(HEADERS)).astype(object).where(lambda t: t.notna(), None)


def _without_unusable(
    path: Path, table: pd.DataFrame, categories: Sequence[Category], faults: FaultList
) -> pd.DataFrame:
    """Reject rows without name, with an unknown category, or with an id that was there before."""
    known = {c.id.lower(): c.id for c in categories} | {c.label.lower(): c.id for c in categories}
    known |= {c.label_en.lower(): c.id for c in categories if c.label_en}
    ids: dict[int, str] = {}
    kinds: dict[int, str] = {}
    for row in table.index:
        category = cell(table, row, "category")
        offer_id = cell(table, row, "offer_id") or f"Zeile-{row}"
        found = known.get(str(category).lower())
        if not cell(table, row, "name"):
            faults.note(path.name, row, "Name", None, "Name fehlt", rejected=True)
        elif found is None:
            message = f"unbekannte Kategorie; bekannt: {', '.join(c.label for c in categories)}"
            faults.note(path.name, row, "Kategorie", category, message, rejected=True)
        elif offer_id in ids.values():
            faults.note(path.name, row, "Nr", offer_id, "Nr kommt doppelt vor", rejected=True)
        else:
            ids[row], kinds[row] = offer_id, found
    good = table.loc[list(ids)].copy()
    good["offer_id"], good["category"] = list(ids.values()), list(kinds.values())
    return good


def _with_flags(path: Path, offers: pd.DataFrame, faults: FaultList) -> pd.DataFrame:
    """Turn yes/no texts into flags, and coordinates into numbers."""
    default = {"in_holidays": True}
    for column in ("in_holidays", "women_only", "childcare", "barrier_free"):
        header = HEADERS[column][0]
        values: list[bool | None] = []
        for row, text in zip(offers.index, offers[column], strict=True):
            plain = str(text or "").strip().lower()
            if plain and plain not in _YES + _NO:
                faults.note(path.name, row, header, text, "erwartet wird ja oder nein")
            known = plain in _YES + _NO
            values.append(plain in _YES if known else default.get(column))
        offers[column] = pd.array(values, dtype="boolean")
    for column in ("lat", "lon"):
        numbers = offers[column].map(number)
        for row in offers.index[offers[column].notna() & numbers.isna()]:
            found = cell(offers, row, column)
            message = "keine Koordinate in Grad; wird nicht verwendet"
            faults.note(path.name, row, HEADERS[column][0], found, message)
        offers[column] = numbers.astype(float)
    offers["row"] = offers.index
    return offers


def _sessions(path: Path, offers: pd.DataFrame, faults: FaultList) -> pd.DataFrame:
    """SESSIONS of all offers; times that are not understood are noted, and stay unknown."""
    rows: list[dict[str, object]] = []
    for row, offer in offers.iterrows():
        if not offer["times"]:
            continue
        try:
            hours = parse_hours(offer["times"])
            drop_in = _is_drop_in(offer["times_kind"])
        except ValueError as error:
            message = (
                f"{error}; erwartet wird etwa 'Di 18:00-19:30; Do 18:00-19:30', Terminart fest "
                f"oder offen. Das Angebot zählt mit unbekannten Zeiten"
            )
            faults.note(path.name, int(str(row)), "Termine", offer["times"], message)
            continue
        rows += [
            {
                "session_id": f"{offer['offer_id']}/{i}",
                "offer_id": offer["offer_id"],
                "weekday": hour.weekday,
                "start_s": hour.start_s,
                "end_s": hour.end_s,
                "drop_in": drop_in,
                "term_only": not offer["in_holidays"],
            }
            for i, hour in enumerate(hours, start=1)
        ]
    columns = ["session_id", "offer_id", "weekday", "start_s", "end_s", "drop_in", "term_only"]
    sessions = pd.DataFrame(rows, columns=columns)
    whole = {"weekday": "int64", "start_s": "int64", "end_s": "int64"}
    return sessions.astype({**whole, "drop_in": "bool", "term_only": "bool"})


def _is_drop_in(text: str | None) -> bool:
    """Whether the times are opening hours."""
    plain = (text or "fest").strip().lower()
    if plain not in _DROP_IN + _FIXED:
        raise ValueError(f"Terminart {text!r} nicht verstanden")
    return plain in _DROP_IN


def _rejected_rows(raw: pd.DataFrame, faults: Sequence[dict[str, object]]) -> pd.DataFrame:
    """The rejected rows as they were, with row number and reason."""
    reasons: dict[int, list[str]] = {}
    for fault in faults:
        if fault["severity"] == "rejected" and fault["row"] is not None:
            text = f"{fault['column']}: {fault['message']} (gefunden: {fault['found'] or 'nichts'})"
            reasons.setdefault(int(str(fault["row"])), []).append(text)
    rejected = raw.loc[sorted(reasons)].copy()
    rejected.insert(0, "Zeile", rejected.index)
    rejected.insert(1, "Grund", ["; ".join(reasons[row]) for row in rejected.index])
    return rejected.reset_index(drop=True)
