"""The workbook that planners fill in: headers, lists to choose from, explanations, examples."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from geo_integration.inputs.offers.columns import COLUMNS, ONLY_READ
from geo_integration.inputs.offers.headers import OWN_SHEETS
from geo_integration.inputs.offers.rows import SAMPLE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ROWS = 2000
GUIDE, LISTS = OWN_SHEETS
# Excel stores a date of making; a fixed one keeps equal templates byte-equal.
_FIXED_DATE = dt.datetime(2000, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)
_INTRO = (
    "Eine Zeile je Angebot. Pflicht sind die blau unterlegten Spalten; alles andere darf fehlen.",
    "Spalten dürfen vertauscht, weggelassen und durch eigene ergänzt werden.",
    f"Zeilen, deren Nr mit {SAMPLE} beginnt, sind Beispiele und werden nicht gelesen.",
    "Persönliche Daten von Teilnehmenden gehören nicht in diese Tabelle.",
)
# Examples that differ from those of the columns.
_SAMPLES: tuple[dict[str, str], ...] = (
    {"name": "Deutschkurs A1 am Abend", "times": "Di + Do 18:00-19:30", "times_kind": "fest"},
    {
        "name": "Offene Beratung für Zugewanderte", "times": "Mo-Fr 9-12 Uhr, Do auch 14-18 Uhr",
        "times_kind": "offen", "in_holidays": "ja", "level": "", "admission": "", "age": "",
        "places_total": "", "places_free": "", "languages": "Deutsch, Englisch, Arabisch",
    },
    {
        "name": "Sport für Frauen", "times": "jeden 1. und 3. Mi im Monat 19-20:30",
        "women_only": "ja", "childcare": "ja", "level": "", "admission": "", "cost": "5 € im Monat",
    },
)  # fmt: skip


def write_template(
    path: Path, categories: Sequence[str], municipalities: Sequence[str] = ()
) -> None:
    """Write the offers' workbook without any offer.

    Parameters
    ----------
    path : Path
        The .xlsx file.
    categories, municipalities : sequence of str
        Names to choose from.
    """
    keys = [key for key in COLUMNS if key not in ONLY_READ]
    lists = {key: list(COLUMNS[key].choices) for key in keys if COLUMNS[key].choices}
    lists |= {"category": list(categories), "municipality": list(municipalities)}
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
        book.set_properties({"created": _FIXED_DATE})
        _write_offers(book, keys, {key: names for key, names in lists.items() if names})
        _write_guide(book, keys, lists)
        _write_lists(book, {key: names for key, names in lists.items() if names})


def _write_offers(
    book: xlsxwriter.Workbook, keys: Sequence[str], lists: dict[str, list[str]]
) -> None:
    """The sheet to fill in, with three examples."""
    sheet = book.add_worksheet("Angebote")
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    must = book.add_format(
        {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "bg_color": "#DDEBF7"}
    )
    grey = book.add_format({"italic": True, "font_color": "#7F7F7F"})
    text = book.add_format({"num_format": "@"})
    for at, key in enumerate(keys):
        column = COLUMNS[key]
        sheet.write_string(0, at, column.header, must if column.required else head)
        sheet.write_comment(0, at, column.meaning)
        # As text: Excel must not make dates of levels or drop the nought of a postcode.
        sheet.set_column(at, at, max(12, len(column.header) + 2), text)
        if key in lists:
            name = xl_col_to_name(list(lists).index(key))
            source = f"={LISTS}!${name}$2:${name}${len(lists[key]) + 1}"
            rule = {"validate": "list", "source": source, "error_type": "warning"}
            sheet.data_validation(1, at, ROWS, at, rule)
    for row, sample in enumerate(_SAMPLES, start=1):
        values = {key: COLUMNS[key].example for key in keys} | sample
        values |= {"offer_id": f"{SAMPLE}-{row}", "lat": "", "lon": "", "confidential": "nein"}
        values["category"] = lists["category"][(row - 1) % len(lists["category"])]
        for at, key in enumerate(keys):
            sheet.write_string(row, at, values[key], grey)
    sheet.freeze_panes(1, 2)


def _write_guide(
    book: xlsxwriter.Workbook, keys: Sequence[str], lists: dict[str, list[str]]
) -> None:
    """The sheet that explains each column."""
    sheet = book.add_worksheet(GUIDE)
    bold, wrap = (
        book.add_format({"bold": True}),
        book.add_format({"text_wrap": True, "valign": "top"}),
    )
    for width, at in zip((22, 70, 28, 40), range(4), strict=True):
        sheet.set_column(at, at, width)
    for row, line in enumerate(_INTRO):
        sheet.write_string(row, 0, line)
    start = len(_INTRO) + 1
    sheet.write_row(start, 0, ["Spalte", "Bedeutung", "Beispiel", "Möglich sind"], bold)
    for row, key in enumerate(keys, start=start + 1):
        column = COLUMNS[key]
        meaning = column.meaning + (" Pflicht." if column.required else "")
        values = (column.header, meaning, column.example, ", ".join(lists.get(key, [])))
        for at, value in enumerate(values):
            sheet.write_string(row, at, value, wrap)


def _write_lists(book: xlsxwriter.Workbook, lists: dict[str, list[str]]) -> None:
    """The hidden sheet that the lists to choose from come from."""
    sheet = book.add_worksheet(LISTS)
    for at, (key, names) in enumerate(lists.items()):
        sheet.write_column(0, at, [COLUMNS[key].header, *names])
    sheet.hide()
