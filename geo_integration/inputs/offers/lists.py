"""Offer workbooks -> OFFERS (not yet located), SESSIONS, and the rows that were rejected."""

from __future__ import annotations

import difflib
import hashlib
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from geo_integration.errors import SourceError
from geo_integration.inputs.offers.columns import COLUMNS, REQUIRED
from geo_integration.inputs.offers.values import (
    DROP_IN,
    FIXED,
    NO,
    date_of,
    flag,
    looks_like_time,
    places,
)
from geo_integration.inputs.sheets import read_sheets
from geo_integration.inputs.tables import (
    FaultList,
    any_value,
    header_row,
    number,
    plain_header,
    require_columns,
    table_of,
)
from geo_integration.inputs.times.schedules import parse_hours

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from geo_integration.inputs.sheets import Sheet
    from geo_integration.settings import Category

# Columns that our own list of rejected rows adds; they are ignored when it comes back.
REPORT = ("Blatt", "Zeile", "Grund")
# Sheets of the template that hold no offers.
OWN_SHEETS = ("Erklärung", "Listen")
SAMPLE = "BEISPIEL"
_FILE, _ROW = "\0file", "\0row"  # no header is called so
_JOINED = ("contact", "remark")
_FLAGS = ("in_holidays", "women_only", "childcare", "barrier_free")
Row = dict[str, Any]
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


class OfferSheet(NamedTuple):
    """Rows of one sheet as text.

    `raw` has them as they were, `known` by the names of `COLUMNS`, with file and row; both have
    the same index. `head` is the row of the headers as a spreadsheet counts it; `sources` tells
    which headers each column was read from.
    """

    name: str
    head: int
    sources: dict[str, list[str]]
    raw: pd.DataFrame
    known: pd.DataFrame


def read_offers(path: Path, categories: Sequence[Category], faults: FaultList) -> OfferInputs:
    """Read the offers' workbook or CSV.

    Parameters
    ----------
    path : Path
        The file; headers as in `COLUMNS`. Of a workbook all visible sheets with such headers.
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
    sheets = offer_sheets(path, faults)
    raw = pd.concat([sheet.raw for sheet in sheets], ignore_index=True)
    table = pd.concat([sheet.known for sheet in sheets], ignore_index=True)
    table = _without_secrets(table, faults)
    table = _without_notes(table, raw, faults)
    start = len(faults)
    offers = _without_unusable(table, categories, faults)
    _with_values(offers, faults)
    sessions = _sessions(offers, faults)
    offers["timed"] = offers["offer_id"].isin(sessions["offer_id"])
    raw = raw.loc[table.index].assign(**{_FILE: table["file"], _ROW: table["row"]})
    rejected = rows_with(raw, faults[start:], "rejected")
    if offers.empty:
        reasons = "; ".join(dict.fromkeys(rejected["Grund"])) if len(rejected) else "keine Zeilen"
        raise SourceError(f"{path}: kein brauchbares Angebot ({reasons[:300]})")
    return OfferInputs(offers.reset_index(drop=True), sessions, rejected, raw)


# Sheets and headers ---------------------------------------------------------------------------


def offer_sheets(path: Path, faults: FaultList) -> list[OfferSheet]:
    """Read all visible sheets that hold offers, as text.

    Parameters
    ----------
    path : Path
        The file.
    faults : FaultList
        Gets the sheets and columns that are not used.

    Returns
    -------
    list of OfferSheet
        At least one.

    Raises
    ------
    SourceError
        When the file is unreadable, or no sheet has the required columns.
    """
    names = {plain_header(h) for column in COLUMNS.values() for h in column.headers}
    must = [{plain_header(h) for h in COLUMNS[key].headers} for key in REQUIRED]
    found, others, best = [], [], (-1, ["keine Spalten"])
    for sheet in read_sheets(path):
        if not any_value(sheet) or sheet.name in OWN_SHEETS:
            continue
        head, score = header_row(sheet, names)
        table = table_of(sheet, head).drop(columns=list(REPORT), errors="ignore")
        headers = {plain_header(h) for h in table.columns}
        complete = all(headers & wanted for wanted in must)
        if complete and not sheet.hidden:
            found.append((sheet, table, head + 1))
        elif complete or not sheet.hidden:
            others.append(sheet)
        if not sheet.hidden and score > best[0]:
            best = score, list(table.columns)
    if not found:
        lacking = [COLUMNS[key].header for key in REQUIRED]
        present = {plain_header(h) for h in best[1]}
        lacking = [h for h, wanted in zip(lacking, must, strict=True) if not present & wanted]
        require_columns(path, best[1], lacking, hint="Bekannt sind die Spalten der Vorlage")
    for sheet in others:
        message = "ausgeblendet" if sheet.hidden else "ohne die Spalten Name und Kategorie"
        faults.note(path.name, None, "Blatt", sheet.name, f"Blatt {message}: nicht gelesen")
    for message in dict.fromkeys(note for sheet, _, _ in found for note in sheet.notes):
        faults.note(path.name, None, None, None, message)
    labels = [f"{path.name}, Blatt {s.name}" if len(found) > 1 else path.name for s, _, _ in found]
    return [
        _known(path, sheet, label, (table, head), faults)
        for (sheet, table, head), label in zip(found, labels, strict=True)
    ]


def _known(
    path: Path, sheet: Sheet, label: str, found: tuple[pd.DataFrame, int], faults: FaultList
) -> OfferSheet:
    """Columns by the names of the frame; those that are not there, empty; others noted."""
    raw, head = found
    key_of = {plain_header(h): key for key, column in COLUMNS.items() for h in column.headers}
    sources: dict[str, list[str]] = {}
    for header in raw.columns:
        key = key_of.get(
            plain_header(header.rsplit(".", 1)[0] if header[-1:].isdigit() else header)
        )
        key = key_of.get(plain_header(header), key)
        if key is not None:
            sources.setdefault(key, []).append(header)
        elif plain_header(header).startswith(("vertraul", "confid", "geheim", "schutz")):
            raise SourceError(
                f"{path}: die Spalte {header!r} ist nicht bekannt; gemeint ist wohl 'Vertraulich'. "
                f"Damit kein vertrauliches Angebot erscheint, bitte so benennen"
            )
        else:
            message = "Spalte unbekannt, nicht verwendet; bekannt sind die Spalten der Vorlage"
            faults.note(label, head, header, None, message)
    table = pd.DataFrame(index=raw.index, columns=list(COLUMNS), dtype=object)
    for key, headers in sources.items():
        table[key] = _merged(label, raw[headers], key, faults)
    table = table.where(table.notna(), None)
    return OfferSheet(sheet.name, head, sources, raw, table.assign(file=label, row=raw.index))


def _merged(label: str, columns: pd.DataFrame, key: str, faults: FaultList) -> pd.Series:
    """One column of several that mean the same: contacts put together, else the first one."""
    if columns.shape[1] == 1:
        return columns.iloc[:, 0]
    values: list[str | None] = []
    for row, texts in zip(columns.index, columns.to_numpy(), strict=True):
        own = list(dict.fromkeys(text for text in texts if isinstance(text, str)))
        values.append("; ".join(own) if own and key in _JOINED else next(iter(own), None))
        if len(own) > 1 and key not in _JOINED:
            headers = " und ".join(repr(c) for c in columns.columns)
            message = f"die Spalten {headers} widersprechen sich: {own[0]!r} gilt"
            faults.note(label, int(row), str(columns.columns[0]), " / ".join(own), message)
    return pd.Series(values, columns.index, dtype=object)


# Rows -----------------------------------------------------------------------------------------


def each(table: pd.DataFrame) -> Iterator[tuple[int, Row]]:
    """Index and values of each row."""
    records: Any = table.to_dict("records")
    return zip(table.index, records, strict=True)


def note_on(
    faults: FaultList, offer: Row, key: str, found: object, message: str, **options: bool
) -> None:
    """One fault of one row."""
    faults.note(offer["file"], int(offer["row"]), COLUMNS[key].header, found, message, **options)


def _without_secrets(table: pd.DataFrame, faults: FaultList) -> pd.DataFrame:
    """Leave out confidential rows before anything of them can reach a message or a file.

    What may be a secret is one: "vertraulich!" is no clear no.
    """
    marks = table["confidential"].map(lambda text: str(text or "").strip().lower())
    secret = ((marks != "") & ~marks.isin(NO)).astype(bool)
    for _, offer in each(table[secret]):
        message = "vertraulich: das Angebot wird weder gezählt noch gezeigt"
        note_on(faults, offer, "confidential", None, message)
    return table[~secret]


def _without_notes(table: pd.DataFrame, raw: pd.DataFrame, faults: FaultList) -> pd.DataFrame:
    """Leave out footnotes below the offers, and the examples of the template."""
    filled = raw.loc[table.index].notna().sum(axis=1)
    dropped = []
    for _, rows in table.groupby("file", sort=False):
        full = filled[rows.index] > 1
        last = rows.index[full][-1] if full.any() else -1
        for at in rows.index[rows.index > last]:
            text, row = raw.loc[at].dropna().iloc[0], rows.loc[at]
            message = "Anmerkung unter der Tabelle: kein Angebot"
            faults.note(str(row["file"]), int(row["row"]), None, text, message)
            dropped.append(at)
    example = table["offer_id"].map(lambda text: str(text).upper().startswith(SAMPLE)).astype(bool)
    return table[~example].drop(index=[at for at in dropped if not example[at]])


def _without_unusable(
    table: pd.DataFrame, categories: Sequence[Category], faults: FaultList
) -> pd.DataFrame:
    """Reject rows without name, with an unknown category, or with an id that was there before."""
    known = _names_of(categories)
    ids: dict[int, str] = {}
    kinds: dict[int, str] = {}
    for at, offer in each(table):
        offer_id = offer["offer_id"] or made_id(offer, set(ids.values()))
        category = known.get(plain_header(offer["category"] or ""))
        if not offer["name"]:
            note_on(faults, offer, "name", None, "Name fehlt", rejected=True)
        elif category is None:
            message = f"unbekannte Kategorie{_meant(offer['category'], categories)}"
            note_on(faults, offer, "category", offer["category"], message, rejected=True)
        elif offer_id in ids.values():
            note_on(faults, offer, "offer_id", offer_id, "Nr kommt doppelt vor", rejected=True)
        else:
            ids[at], kinds[at] = offer_id, category
    good = table.loc[list(ids)].copy()
    good["offer_id"], good["category"] = list(ids.values()), list(kinds.values())
    return good


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
    labels = [category.label for category in categories]
    close = difflib.get_close_matches(found or "", labels, 1, 0.6)
    meant = f" (gemeint: {close[0]!r}?)" if close else ""
    return f"{meant}; bekannt: {', '.join(labels)}"


def made_id(offer: Row, taken: set[str]) -> str:
    """An id that stays the same when rows are moved or inserted."""
    what = [
        plain_header(offer[key] or "") for key in ("name", "provider", "street", "town", "times")
    ]
    made = f"o-{hashlib.blake2b('|'.join(what).encode(), digest_size=4).hexdigest()}"
    again = 1
    while (found := made if again == 1 else f"{made}-{again}") in taken:
        again += 1
    return found


# Values ---------------------------------------------------------------------------------------


def _with_values(offers: pd.DataFrame, faults: FaultList) -> None:
    """Turn texts into flags, numbers, and dates; put together what stands in two columns."""
    _join_parts(offers)
    for key in _FLAGS:
        offers[key] = pd.array([_flag(faults, o, key) for _, o in each(offers)], "boolean")
    for key in _DATES:
        dates = [_date(faults, o, key) for _, o in each(offers)]
        offers[key] = pd.Series(dates, offers.index, dtype=object)
    for key in ("places_total", "places_free"):
        values = [places(text) for text in offers[key]]
        offers[key] = pd.array([v if isinstance(v, int) else None for v in values], "Int64")
    for key in ("lat", "lon"):
        numbers = offers[key].map(number)
        for _, offer in each(offers[offers[key].notna() & numbers.isna()]):
            message = "keine Koordinate in Grad; wird nicht verwendet"
            note_on(faults, offer, key, offer[key], message)
        offers[key] = numbers.astype(float)


def _join_parts(offers: pd.DataFrame) -> None:
    """House number to the street, postcode out of the town, weekday to the time."""
    for at, offer in each(offers):
        if offer["house_number"] and offer["street"]:
            offers.at[at, "street"] = f"{offer['street']} {offer['house_number']}"
        first, _, rest = (offer["town"] or "").partition(" ")
        if first.isdigit() and len(first) in {4, 5} and rest:
            offers.at[at, "town"] = rest.strip()
            offers.at[at, "postcode"] = offer["postcode"] or first.zfill(5)
        elif offer["postcode"] and offer["postcode"].isdigit():
            offers.at[at, "postcode"] = offer["postcode"].zfill(5)
        begin, end = offer["valid_from"], offer["valid_to"]
        if looks_like_time(begin) and looks_like_time(end):
            offers.at[at, "valid_from"] = offers.at[at, "valid_to"] = None
            span = f"{begin}-{end}"
            offers.at[at, "times"] = offer["times"] = f"{offer['times'] or ''} {span}".strip()
        if offer["weekday"]:
            offers.at[at, "times"] = f"{offer['weekday']} {offer['times'] or ''}".strip()


def _flag(faults: FaultList, offer: Row, key: str) -> bool | None:
    """Yes, no, or not known; whatever is neither is noted."""
    value = flag(offer[key])
    if value is None and offer[key]:
        note_on(faults, offer, key, offer[key], "erwartet wird ja oder nein")
    return True if value is None and key == "in_holidays" else value


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


# Sessions -------------------------------------------------------------------------------------


def _sessions(offers: pd.DataFrame, faults: FaultList) -> pd.DataFrame:
    """SESSIONS of all offers; times that are not understood are noted, and stay unknown."""
    rows: list[dict[str, object]] = []
    for _, offer in each(offers):
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
            note_on(faults, offer, "times", offer["times"], message)
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
    if plain not in DROP_IN + FIXED:
        raise ValueError(f"Terminart {text!r} nicht verstanden")
    return plain in DROP_IN


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
