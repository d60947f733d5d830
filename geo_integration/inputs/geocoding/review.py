"""Doubtful places of offers: a workbook to look through, and what a person decided there."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException

from geo_integration.errors import OutputError
from geo_integration.files import beside
from geo_integration.inputs.geocoding.addresses import normalise, town_key
from geo_integration.inputs.geocoding.finders import CONTRADICTION_M
from geo_integration.inputs.geocoding.given import FAR_M, from_degrees, from_utm
from geo_integration.inputs.geocoding.ledger import (
    Confirmed,
    address_text,
    read_ledger,
    write_ledger,
)
from geo_integration.inputs.tables import FaultList, cell, number, read_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandas as pd
    import shapely
    from shapely.geometry.base import BaseGeometry

    from geo_integration.inputs.geocoding.finders import Candidate, Hit

REVIEW = "geocoding_review.xlsx"
PICK, OWN_LAT, OWN_LON, BY = "Auswahl", "Eigene Breite", "Eigene Länge", "Geprüft von"
HEADERS = {
    PICK: 9, "Nr": 12, "Name": 34, "Anschrift": 38, "Grund": 44, "Vorschlag": 40, "Art": 14,
    "Quelle": 16, "Abstand m": 10, "Breite": 11, "Länge": 11, "Karte": 16, OWN_LAT: 13,
    OWN_LON: 13, BY: 16,
}  # fmt: skip
KINDS = {
    "house": "Haus", "street": "Straße", "stop": "Haltestelle", "place": "Ortsteil",
    "given": "Koordinate", "confirmed": "bestätigt",
}  # fmt: skip
EXPLAINED = """\
Was hier zu tun ist

Jedes Angebot, dessen Ort unsicher ist, steht auf dem Blatt „Prüfen“, eine Zeile je Vorschlag.
1. Stimmt ein Vorschlag, in seiner Zeile unter „Auswahl“ ein x wählen; nur eines je Angebot.
2. Stimmt keiner, in einer Zeile des Angebots „Eigene Breite“ und „Eigene Länge“ ausfüllen:
    Grad wie 53,57343 und 7,90039, oder UTM in Metern. Eigene Koordinaten gelten vor jedem x.
3. Unter „Geprüft von“ ein Kürzel eintragen; sonst gilt der Name dessen, der die Liste einliest.
4. Speichern und einlesen:  geo-integration geocode confirm LANDKREIS DATEI

Angebote ohne x und ohne eigene Koordinaten bleiben, wie sie sind; die Liste darf in Teilen
ausgefüllt und mehrmals eingelesen werden. Reihenfolge und Filter sind gleichgültig.
Was bestätigt ist, steht in geocoding.csv neben county.toml und wird nie überschrieben. Um es
zu ändern, dort die Zeile löschen. Ändert sich die Anschrift eines Angebots, gilt es nicht mehr.
Die Anschrift hier zu ändern bewirkt nichts: das gehört in die Angebotsliste.
"""
_YES = ("x", "ja", "j", "1", "wahr", "✓", "✔", "×")
_NO = ("", "nein", "n", "0", "-", "falsch")
_CREATED = dt.datetime(2000, 1, 1)  # noqa: DTZ001  the same file from the same contents
_LONGEST = 500


class _Choice(NamedTuple):
    """What one row of the workbook decides; `own` where coordinates were typed."""

    row: int
    point: shapely.Point
    grade: str
    by: str
    own: bool


# Writing ----------------------------------------------------------------------------------------


def write_review(path: Path, offers: pd.DataFrame, hits: Sequence[Hit], crs: str) -> int:
    """Write the doubtful offers, a row for each candidate.

    Parameters
    ----------
    path : Path
        The workbook.
    offers : DataFrame
        From `read_offers`.
    hits : sequence of Hit
        Of `find_hits`, in the same order.
    crs : str
        CRS of the hits.

    Returns
    -------
    int
        Number of offers to look at.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    rows: list[list[object]] = []
    listed = 0
    for offer, hit in zip(offers.to_dict("records"), hits, strict=True):
        if hit.doubtful:
            listed += 1
            rows += _rows_of({str(k): v for k, v in offer.items()}, hit, crs)
    with beside(path) as part:
        try:
            with xlsxwriter.Workbook(str(part), {"in_memory": True}) as book:
                book.set_properties({"created": _CREATED})
                _write_sheets(book, rows)
        except XlsxWriterException as error:
            raise OutputError(f"{path}: kann nicht geschrieben werden ({error})") from error
    return listed


def _rows_of(offer: Mapping[str, object], hit: Hit, crs: str) -> list[list[object]]:
    """Rows of one offer; one without a candidate where there is none to pick."""
    head = [offer["offer_id"], offer["name"], address_text(offer), hit.note or _reason(hit)]
    # The middle of a municipality is no place that anybody could confirm.
    found = [c for c in hit.candidates if c.grade in KINDS]
    rows: list[list[object]] = []
    for candidate in found:
        lat, lon = _degrees(candidate, crs)
        away = round(candidate.point.distance(found[0].point))
        where = f"https://www.openstreetmap.org/?mlat={lat:.6f}&mlon={lon:.6f}#map=18/{lat:.6f}/{lon:.6f}"
        like = " (ähnlicher Name)" if candidate.misspelt else ""
        said = [candidate.label + like, KINDS[candidate.grade], candidate.source, away]
        rows.append(["", *head, *said, lat, lon, where, None, None, ""])
    return rows or [["", *head, "", "", "", None, None, None, "", None, None, ""]]


def _reason(hit: Hit) -> str:
    """Why a hit without a note is doubtful."""
    return f"nur so genau bekannt: {KINDS.get(hit.grade, hit.grade)}"


def _degrees(candidate: Candidate, crs: str) -> tuple[float, float]:
    """Degrees north and east, to a tenth of a metre."""
    point = gpd.GeoSeries([candidate.point], crs=crs).to_crs("EPSG:4326").iloc[0]
    return round(point.y, 6), round(point.x, 6)


def _write_sheets(book: xlsxwriter.Workbook, rows: list[list[object]]) -> None:
    """The list, and how to fill it in."""
    bold = book.add_format({"bold": True, "bg_color": "#e8eef4", "text_wrap": True})
    text = book.add_format({"quote_prefix": True, "text_wrap": True, "valign": "top"})
    entry = book.add_format({"bg_color": "#fff8dc", "valign": "top"})
    sheet = book.add_worksheet("Prüfen")
    for column, (header, width) in enumerate(HEADERS.items()):
        sheet.write_string(0, column, header, bold)
        sheet.set_column(column, column, width)
    for at, row in enumerate(rows, start=1):
        for column, (header, value) in enumerate(zip(HEADERS, row, strict=True)):
            kind = entry if header in (PICK, OWN_LAT, OWN_LON, BY) else text
            if isinstance(value, int | float):
                sheet.write_number(at, column, value)
            elif header == "Karte" and value:
                sheet.write_url(at, column, str(value), string="Karte öffnen")
            elif value:
                sheet.write_string(at, column, _safe(value), kind)
            else:
                sheet.write_blank(at, column, None, kind)
    sheet.freeze_panes(1, 3)
    if rows:
        sheet.autofilter(0, 0, len(rows), len(HEADERS) - 1)
        sheet.data_validation(1, 0, len(rows), 0, {"validate": "list", "source": ["x"]})
    notes = book.add_worksheet("Erklärung")
    notes.set_column(0, 0, 110)
    for at, line in enumerate(EXPLAINED.splitlines()):
        notes.write_string(at, 0, line, bold if not at else None)


def _safe(value: object) -> str:
    """Text without control signs, not too long for a cell."""
    return re.sub(r"[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]+", " ", str(value))[:_LONGEST]


# Reading ----------------------------------------------------------------------------------------


def confirm(
    path: Path,
    offers: pd.DataFrame,
    ledger: Path,
    faults: FaultList,
    *,
    county: BaseGeometry,
    crs: str,
    by: str,
    today: dt.date,
    areas: gpd.GeoDataFrame | None = None,
) -> int:
    """Take over what a person decided in the workbook.

    Parameters
    ----------
    path : Path
        The workbook; any order, partly filled.
    offers : DataFrame
        From `read_offers`, as they are now.
    ledger : Path
        geocoding.csv; what stands there for an address that is still the same stays.
    faults : FaultList
        Gets every row that cannot be taken over.
    county : geometry
        Outline of the county in `crs`.
    crs : str
        The county's metric CRS.
    by : str
        Who confirms, where the workbook does not say.
    today : date
        Day of confirmation.
    areas : GeoDataFrame, optional
        AREAS: a place far from the municipality that the offer names is taken over, and noted.

    Returns
    -------
    int
        Number of offers newly confirmed.

    Raises
    ------
    SourceError
        When the workbook is unreadable or lacks a column.
    OutputError
        When the ledger cannot be written.
    """
    kept = read_ledger(ledger, faults)
    rows = {
        str(row["offer_id"]): {str(k): v for k, v in row.items()}
        for row in offers.to_dict("records")
    }
    known = {offer: address_text(row) for offer, row in rows.items()}
    new: dict[str, Confirmed] = {}
    for offer, choice in _choices(path, known, crs, faults).items():
        problem = _problem(choice, county, crs)
        before = kept.get(offer)
        if problem is None and before is not None:
            problem = _same_address(before, known[offer], choice, crs)
        if problem:
            faults.note(path.name, choice.row, "Nr", offer, problem, rejected=True)
        elif problem is None:
            away = None if areas is None else _contradiction(rows[offer], choice.point, areas)
            if away:
                faults.note(path.name, choice.row, "Nr", offer, away)
            at = gpd.GeoSeries([choice.point], crs=crs).to_crs("EPSG:4326").iloc[0]
            lon, lat = round(at.x, 6), round(at.y, 6)
            who = choice.by or by
            new[offer] = Confirmed(
                offer, known[offer], lon, lat, choice.grade, who, today.isoformat()
            )
    if new:
        write_ledger(ledger, kept | new)
    return len(new)


def _contradiction(
    row: Mapping[str, object], point: shapely.Point, areas: gpd.GeoDataFrame
) -> str | None:
    """What is odd about a place far from the municipality that an offer names."""
    shapes = dict(zip(areas["name"].map(town_key), areas.geometry, strict=True))
    for name in (row.get("municipality"), row.get("town")):
        shape = shapes.get(town_key(name)) if isinstance(name, str) else None
        if shape is not None:
            away = shape.distance(point)
            if away <= CONTRADICTION_M:
                return None
            far = f"{away / 1000:.1f}".replace(".", ",")
            return f"liegt {far} km außerhalb von {name}; übernommen, bitte prüfen"
    return None


def _same_address(before: Confirmed, address: str, choice: _Choice, crs: str) -> str | None:
    """Why a choice does not count against what is confirmed; "" where both are the same place."""
    if normalise(before.address) != normalise(address):
        return None
    point = from_degrees(before.lon, before.lat, crs)
    if point is not None and point.distance(choice.point) < 1:
        return ""
    return (
        "schon bestätigt, an einem anderen Ort; nicht überschrieben. Zum Ändern die Zeile in "
        "geocoding.csv löschen"
    )


def _problem(choice: _Choice, county: BaseGeometry, crs: str) -> str | None:
    """Why a place cannot be right."""
    if county.distance(choice.point) <= FAR_M:
        return None
    at = gpd.GeoSeries([choice.point], crs=crs).to_crs("EPSG:4326").iloc[0]
    swapped = from_degrees(at.y, at.x, crs)
    if swapped is not None and county.distance(swapped) <= FAR_M:
        return "Breite und Länge sind vertauscht; nicht übernommen"
    return "die Koordinaten liegen mehr als 60 km vom Landkreis entfernt; nicht übernommen"


def _choices(
    path: Path, known: Mapping[str, str], crs: str, faults: FaultList
) -> dict[str, _Choice]:
    """The one place that was picked or typed, of every offer that has one."""
    needed = [PICK, "Nr", "Anschrift", "Breite", "Länge", OWN_LAT, OWN_LON]
    table = read_table(path, needed, hint="Die Prüfliste neu schreiben lassen")
    found: dict[str, list[_Choice]] = {}
    for row in table.index:
        offer = cell(table, row, "Nr") or ""
        choice = _choice(path, table, row, crs, faults)
        if choice is None:
            continue
        if offer not in known:
            message = "dieses Angebot gibt es in der Angebotsliste nicht; nicht übernommen"
            faults.note(path.name, row, "Nr", offer, message, rejected=True)
        elif normalise(cell(table, row, "Anschrift")) != normalise(known[offer][:_LONGEST]):
            message = (
                "die Anschrift ist in der Angebotsliste eine andere als hier; nicht übernommen. "
                "Die Prüfliste neu schreiben lassen"
            )
            faults.note(path.name, row, "Anschrift", offer, message, rejected=True)
        else:
            found.setdefault(offer, []).append(choice)
    return {k: one for k, many in found.items() if (one := _only(path, k, many, faults))}


def _only(path: Path, offer: str, many: list[_Choice], faults: FaultList) -> _Choice | None:
    """The choice, if there is one; typed coordinates count before a cross."""
    typed = [choice for choice in many if choice.own]
    first, *rest = typed or many
    if all(choice.point.distance(first.point) < 1 for choice in rest):
        return first
    message = "mehrere Orte ausgewählt; keiner übernommen"
    faults.note(path.name, first.row, PICK, offer, message, rejected=True)
    return None


def _choice(
    path: Path, table: pd.DataFrame, row: int, crs: str, faults: FaultList
) -> _Choice | None:
    """What one row decides; None where it decides nothing."""
    mark = (cell(table, row, PICK) or "").strip().lower()
    texts = [cell(table, row, name) for name in (OWN_LON, OWN_LAT)]
    own = any(texts)
    if not own and mark in _NO:
        return None
    if not own and mark not in _YES:
        faults.note(path.name, row, PICK, mark, "erwartet wird x oder nichts; nicht übernommen")
        return None
    names = (OWN_LON, OWN_LAT) if own else ("Länge", "Breite")
    x, y = (number(cell(table, row, name)) for name in names)
    point = None
    if x is not None and y is not None:
        point = from_utm(x, y, crs) or from_degrees(x, y, crs)
    if point is None:
        message = "keine brauchbaren Koordinaten (Breite und Länge); nicht übernommen"
        found = "; ".join(text for text in texts if text) or None
        faults.note(path.name, row, names[1], found, message, rejected=True)
        return None
    kinds = {word: grade for grade, word in KINDS.items()}
    said = cell(table, row, "Art") if "Art" in table.columns else None
    by = cell(table, row, BY) if BY in table.columns else None
    grade = "given" if own else kinds.get(said or "", "given")
    return _Choice(row, point, grade, " ".join((by or "").split())[:60], own)
