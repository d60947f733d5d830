"""Offer workbooks -> OFFERS (not yet located), SESSIONS, and the rows that were rejected."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd
from rapidfuzz import process

from geo_integration.errors import SourceError
from geo_integration.files import slug
from geo_integration.inputs.offers.headers import offer_sheets
from geo_integration.inputs.offers.rows import (
    Row,
    each,
    join_parts,
    made_id,
    note_on,
    without_notes,
)
from geo_integration.inputs.offers.sessions import read_sessions
from geo_integration.inputs.offers.values import (
    NO,
    date_of,
    flag,
    format_of,
    places,
)
from geo_integration.inputs.tables import FaultList, number, plain_header

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo_integration.profile import Category

_SECRET = re.compile(
    r"vertraulich|geheim|schutzadresse|nicht\s+(?:zu\s+)?veröffentlich|nicht\s+öffentlich|confidential",
    re.IGNORECASE,
)
_FILE, _ROW = "\0file", "\0row"  # no header is called so
_FLAGS = ("in_holidays", "women_only", "childcare", "barrier_free")
_ALIKE = 80  # of 100, for a word that may be meant
_PLACES = ("places_total", "places_free")
_DATES = ("valid_from", "valid_to", "last_confirmed")


class OfferInputs(NamedTuple):
    """What an offers file holds.

    `offers` lacks place columns until geocoding has added them; `rejected` holds the rows that
    were not taken, as they were, with the reason beside; `raw` all rows as they were, with file
    and row, but those that may be confidential.
    """

    offers: pd.DataFrame
    sessions: pd.DataFrame
    rejected: pd.DataFrame
    raw: pd.DataFrame


def read_offers(
    files: Path | Sequence[Path], categories: Sequence[Category], faults: FaultList
) -> OfferInputs:
    """Read lists of offers: workbooks, CSV, and files of other programs.

    Parameters
    ----------
    files : Path or sequence of Path
        Of a workbook all visible sheets with headers as in `COLUMNS` are read.
    categories : sequence of Category
        The categories that may occur, by id, label, or synonym.
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
    paths = [files] if isinstance(files, Path) else list(files)
    known = _names_of(categories)
    sheets = [sheet for path in paths for sheet in offer_sheets(path, faults, known=known)]
    raw = pd.concat([sheet.raw for sheet in sheets], ignore_index=True)
    table = pd.concat([sheet.known for sheet in sheets], ignore_index=True)
    table = without_secrets(table, faults)
    table = without_notes(table, raw, faults)
    start = len(faults)
    offers = _without_unusable(table, categories, faults)
    _with_values(offers, faults)
    sessions = read_sessions(offers, faults)
    raw = raw.loc[table.index].assign(**{_FILE: table["file"], _ROW: table["row"]})
    rejected = rows_with(raw, faults[start:], "rejected")
    if offers.empty:
        reasons = "; ".join(dict.fromkeys(rejected["Grund"])) if len(rejected) else "keine Zeilen"
        names = ", ".join(str(path) for path in paths)
        raise SourceError(f"{names}: kein brauchbares Angebot ({reasons[:300]})")
    return OfferInputs(offers.reset_index(drop=True), sessions, rejected, raw)


# Rows -----------------------------------------------------------------------------------------


def without_secrets(table: pd.DataFrame, faults: FaultList) -> pd.DataFrame:
    """Leave out confidential rows before anything of them can reach a message or a file.

    What may be a secret is one: "vertraulich!" is no clear no.
    """
    marks = table["confidential"].map(lambda text: str(text or "").strip().lower())
    secret = ((marks != "") & ~marks.isin(NO)).astype(bool)
    for _, offer in each(table[secret]):
        message = "vertraulich: das Angebot wird weder gezählt noch gezeigt"
        note_on(faults, offer, "confidential", None, message)
    said = table["remark"].map(lambda text: bool(_SECRET.search(str(text or "")))).astype(bool)
    said &= marks == ""
    for _, offer in each(table[said]):
        message = (
            "die Bemerkung spricht von Vertraulichkeit: das Angebot wird weder gezählt noch "
            "gezeigt. Darf es erscheinen, unter Vertraulich nein eintragen"
        )
        note_on(faults, offer, "confidential", None, message)
    secret |= said
    return table[~secret]


def _without_unusable(
    table: pd.DataFrame, categories: Sequence[Category], faults: FaultList
) -> pd.DataFrame:
    """Reject rows without name, with an unknown category, or with an id that was there before."""
    known = _names_of(categories)
    ids: dict[int, str] = {}
    taken: dict[str, str] = {}
    kinds: dict[int, str] = {}
    for at, offer in each(table):
        offer_id = offer["offer_id"] or made_id(offer, taken)
        if taken.get(offer_id, _book(offer)) != _book(offer):
            offer_id = _other_id(offer, taken)
        category = known.get(plain_header(offer["category"] or ""))
        if not offer["name"]:
            note_on(faults, offer, "name", None, "Name fehlt", rejected=True)
        elif category is None:
            message = f"unbekannte Kategorie{_meant(offer['category'], categories)}"
            note_on(faults, offer, "category", offer["category"], message, rejected=True)
        elif offer_id in taken:
            note_on(faults, offer, "offer_id", offer_id, "Nr kommt doppelt vor", rejected=True)
        else:
            ids[at], kinds[at], taken[offer_id] = offer_id, category, _book(offer)
    good = table.loc[list(ids)].copy()
    good["offer_id"], good["category"] = list(ids.values()), list(kinds.values())
    return good


def _other_id(offer: Row, taken: Mapping[str, str]) -> str:
    """An id that another file has as well, with the name of this one."""
    own = f"{offer['offer_id']}-{slug(_book(offer))}"
    return own if taken.get(own, _book(offer)) == _book(offer) else made_id(offer, taken)


def _book(offer: Row) -> str:
    """Name of the file, without the sheet."""
    return str(offer["file"]).split(", Blatt ", 1)[0]


def _names_of(categories: Sequence[Category]) -> dict[str, str]:
    """Everything a category may be called -> its id."""
    known: dict[str, str] = {}
    for category in categories:
        for name in (category.id, category.label, category.label_en, *category.synonyms):
            if name:
                known.setdefault(plain_header(name), category.id)
    return known


def _meant(found: str | None, categories: Sequence[Category]) -> str:
    """The known categories, and the one that may be meant."""
    labels = {category.id: category.label for category in categories}
    known = _names_of(categories)
    close = process.extractOne(plain_header(found or ""), list(known), score_cutoff=_ALIKE)
    meant = f" (gemeint: {labels[known[close[0]]]!r}?)" if close else ""
    names = "" if close else f"; bekannt: {', '.join(labels.values())}"
    return (
        f"{meant}{names}. Ist es ein anderes Wort für eine Kategorie, dieses dort in county.toml "
        f"unter synonyms eintragen"
    )


# Values ---------------------------------------------------------------------------------------


def _with_values(offers: pd.DataFrame, faults: FaultList) -> None:
    """Turn texts into flags, numbers, and dates; put together what stands in two columns."""
    join_parts(offers)
    rows = [offer for _, offer in each(offers)]
    offers["format"] = [_format(offer) for offer in rows]
    for key in _FLAGS:
        offers[key] = pd.array([_flag(faults, offer, key) for offer in rows], "boolean")
    for key in _DATES:
        dates = [_date(faults, offer, key) for offer in rows]
        offers[key] = pd.Series(dates, offers.index, dtype=object)
    for key in _PLACES:
        offers[key] = pd.array([_places(offer, key, faults) for offer in rows], "Int64")
    more_free = (offers["places_free"] > offers["places_total"]).fillna(value=False).astype(bool)
    for _, offer in each(offers[more_free]):
        message = f"mehr freie Plätze als Plätze ({offer['places_total']}); bitte prüfen"
        note_on(faults, offer, "places_free", str(offer["places_free"]), message)
    for key in ("lat", "lon"):
        numbers = offers[key].map(number)
        for _, offer in each(offers[offers[key].notna() & numbers.isna()]):
            message = "keine Koordinate in Grad; wird nicht verwendet"
            note_on(faults, offer, key, offer[key], message)
        offers[key] = numbers.astype(float)


def _format(offer: Row) -> str | None:
    """How it is held; who writes "online" where the place belongs means that."""
    where = (offer["street"], offer["venue"], offer["town"])
    places = {format_of(text) for text in where if text}
    return format_of(offer["format"] or ("online" if "online" in places else None))


def _flag(faults: FaultList, offer: Row, key: str) -> bool | None:
    """Yes, no, or not known; whatever is neither is noted."""
    value = flag(offer[key])
    if value is None and offer[key]:
        note_on(faults, offer, key, offer[key], "erwartet wird ja oder nein")
    return value


def _places(offer: Row, key: str, faults: FaultList) -> int | None:
    """A number of places, or nothing; what is none is noted."""
    found = places(offer[key])
    if found is None and offer[key]:
        message = "keine Anzahl von Plätzen; gilt als nicht bekannt"
        note_on(faults, offer, key, offer[key], message)
    return found


def _date(faults: FaultList, offer: Row, key: str) -> object:
    """A date, or nothing; what is none is noted."""
    text = offer[key]
    if not text:
        return None
    found = date_of(text, last=key == "valid_to")
    if found is None:
        message = "kein Datum wie 31.12.2026; wird nicht verwendet"
        note_on(faults, offer, key, text, message)
    return found


def rows_with(
    raw: pd.DataFrame, faults: Sequence[dict[str, object]], severity: str
) -> pd.DataFrame:
    """Collect the rows that were found fault with, as they were.

    Parameters
    ----------
    raw : DataFrame
        `OfferInputs.raw`.
    faults : sequence of dict
        Rows of FAULTS.
    severity : {"rejected", "warning"}
        Which faults.

    Returns
    -------
    DataFrame
        Row number, reasons, and the row; where several sheets were read, the file with its sheet.
    """
    reasons: dict[tuple[object, object], list[str]] = {}
    for fault in faults:
        if fault["severity"] == severity:
            text = f"{fault['column']}: {fault['message']} (gefunden: {fault['found'] or 'nichts'})"
            reasons.setdefault((fault["file"], fault["row"]), []).append(text)
    where = list(zip(raw[_FILE], raw[_ROW], strict=True))
    hit = raw.index[[place in reasons for place in where]]
    found = raw.loc[hit].drop(columns=[_FILE, _ROW])
    found.insert(0, "Zeile", raw.loc[hit, _ROW])
    said = ["; ".join(reasons[place]) for place in where if place in reasons]
    found.insert(1, "Grund", said)
    if len(set(raw[_FILE])) > 1:
        found.insert(0, "Blatt", raw.loc[hit, _FILE])
    return found.reset_index(drop=True)
