"""Sample offers: invented from end to end, every name and provider says so."""

from __future__ import annotations

import csv
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import xlsxwriter

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

SOURCE = Path(__file__).with_name("sample_offers.csv")
SHEET = "Angebote"
CREATED = datetime(2026, 11, 22)  # noqa: DTZ001  Excel knows no zones
NUMBERS = ("Breite", "Länge", "Plätze", "Freie Plätze")
DATES = ("Zuletzt bestätigt",)
YES_NO = ("In den Ferien", "Nur für Frauen", "Kinderbetreuung", "Barrierefrei", "Vertraulich")
CHOICES = {"Terminart": ("fest", "offen"), "Format": ("vor Ort", "online")}
WIDTHS = {"Nr": 9, "Name": 46, "Kategorie": 30, "PLZ": 7, "Termine": 34, "Bemerkung": 52}
WIDE = {"Träger", "Straße", "Sprachen", "Zielgruppe", "Kontakt", "Link", "Bestätigt von"}
WIDE_WIDTH, DEFAULT_WIDTH = 28, 14
ROOM_FOR_NEW_ROWS = 200

Offer = dict[str, str]


def read_sample_offers(path: Path = SOURCE) -> list[Offer]:
    """Read the sample offers.

    Parameters
    ----------
    path : Path
        Table with the columns of the workbook, dates as ISO, decimal points.

    Returns
    -------
    list of dict
        One row per offer, all values as text, empty where unknown.
    """
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def write_offers(rows: list[Offer], path: Path) -> None:
    """Write the offers as a workbook with a frozen header and drop-downs for ja/nein.

    Parameters
    ----------
    rows : list of dict
        The offers, all with the same keys; the keys become the header.
    path : Path
        Workbook to write.
    """
    book = xlsxwriter.Workbook(str(path), {"in_memory": True})
    title = "Musterangebote Landkreis Friesland (erfunden)"
    book.set_properties({"title": title, "author": "geo-integration", "created": CREATED})
    bold = book.add_format({"bold": True, "valign": "top", "bg_color": "#E6EEF5", "bottom": 1})
    day = book.add_format({"num_format": "dd.mm.yyyy", "align": "left"})
    sheet = book.add_worksheet(SHEET)
    for column, header in enumerate(rows[0]):
        width = WIDTHS.get(header, WIDE_WIDTH if header in WIDE else DEFAULT_WIDTH)
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, header, bold)
        for line, row in enumerate(rows, start=1):
            _write(sheet, line, column, header, row[header], day)
        _add_choices(sheet, len(rows) + ROOM_FOR_NEW_ROWS, column, header)
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, len(rows), len(rows[0]) - 1)
    book.close()


def _write(sheet: Worksheet, line: int, column: int, header: str, value: str, day: Format) -> None:
    """Write one cell by the type of its column; empty values leave the cell empty."""
    if not value:
        return
    if header in DATES:
        sheet.write_datetime(line, column, date.fromisoformat(value), day)
    elif header in NUMBERS:
        sheet.write_number(line, column, float(value))
    else:
        sheet.write_string(line, column, value)


def _add_choices(sheet: Worksheet, last: int, column: int, header: str) -> None:
    """Offer the allowed values of a column as a drop-down."""
    choices = ("ja", "nein") if header in YES_NO else CHOICES.get(header)
    if choices:
        sheet.data_validation(
            1, column, last, column, {"validate": "list", "source": list(choices)}
        )
