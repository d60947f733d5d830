"""The workbook: every published number as a table, in the formats planners expect."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pandas as pd
import xlsxwriter

from geo_integration.outputs import workbook_sheets as sheets
from geo_integration.outputs.labels import label
from geo_integration.outputs.sentences import Context

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from geo_integration.frames import Facts, Published
    from geo_integration.outputs.labels import Language
    from geo_integration.outputs.workbook_sheets import Sheet
    from geo_integration.settings import Settings

# Excel stores a date of making; a fixed one keeps equal runs byte-equal.
_FIXED_DATE = dt.datetime(2000, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)
_FORMATS = {
    "count": "#,##0",
    "share": "0.0%",
    "value": "0.00",
    "minutes": "#,##0",
    "text": "@",
    "date": "dd.mm.yyyy",
}
_MAX_WIDTH = 60
_MIN_WIDTH = 8
_MAX_TEXT = 32_000


def write_workbook(
    path: Path,
    published: Published,
    settings: Settings,
    *,
    facts: Facts,
    guards: Sequence[Mapping[str, object]],
) -> None:
    """Write all tables of a run into one workbook.

    Parameters
    ----------
    path : Path
        The file.
    published : Published
        What disclosure control let through.
    settings : Settings
        The county profile.
    facts : Facts
        What every page and table says of the run.
    guards : sequence of mapping
        What the guards found.
    """
    context = Context(published, settings, settings.county.language, facts)
    contents = {
        "figures": sheets.figures(context, county=True),
        "indicators": sheets.indicators(context),
        "need": sheets.need(context),
        "areas": sheets.figures(context, county=False),
        "reasons": sheets.reasons(context),
        "places": sheets.places(context),
        "place_need": sheets.place_need(context),
        "supply": sheets.supply(context),
        "losses": sheets.losses(context),
        "loss_causes": sheets.loss_causes(context),
        "bands": sheets.bands(context),
        "quality": sheets.quality(context),
        "gaps": sheets.gaps(context),
        "offers": sheets.offers(context, counted=True),
        "uncounted": sheets.offers(context, counted=False),
        "assumptions": sheets.assumptions(context),
        "dates": sheets.dates(context),
        "guards": sheets.guards(context, guards),
        "sources": sheets.sources(context),
    }
    with _book(path, title=_title(context)) as book:
        _write_guide(book, context)
        for name, columns in contents.items():
            _write_sheet(book, context.say(f"sheet.{name}"), columns)
        if facts["internal"]:
            for sheet in book.worksheets():
                sheet.set_header(f"&C&B{context.say('page.internal')}")
                sheet.set_tab_color("#B3123C")


def write_to_check(
    path: Path,
    faults: pd.DataFrame,
    rejected: pd.DataFrame,
    doubtful: pd.DataFrame,
    language: Language,
) -> None:
    """Write what is wrong with the inputs; not to be published.

    Parameters
    ----------
    path : Path
        The file.
    faults : DataFrame
        FAULTS.
    rejected, doubtful : DataFrame
        Rows of the offers' lists that were not taken, and those taken with doubts, as they were,
        with why.
    language : {"de", "en"}
        Of the headers.
    """
    with _book(path) as book:
        _write_sheet(book, label("sheet.faults", language), sheets.faults(faults, language))
        for name, table in (("sheet.rejected", rejected), ("sheet.doubtful", doubtful)):
            if len(table):
                columns: Sheet = [(str(c), "text", table[c]) for c in table.columns]
                _write_sheet(book, label(name, language), columns)


def write_texts(path: Path, tables: Mapping[str, pd.DataFrame]) -> None:
    """Write tables as they are, a sheet each; every value is text, and none becomes a formula."""
    with _book(path) as book:
        for name, table in tables.items():
            _write_sheet(book, name, [(str(c), "text", table[c]) for c in table.columns])


def _book(path: Path, **properties: str) -> xlsxwriter.Workbook:
    """A workbook in which no text becomes a formula or a link, and no date is that of making."""
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({**properties, "created": _FIXED_DATE})
    return book


def _title(context: Context) -> str:
    return context.say("guide.title", name=context.settings.county.name)


def _write_guide(book: xlsxwriter.Workbook, context: Context) -> None:
    """First sheet: what this is, and what it is not."""
    county, rule = context.settings.county, context.settings.disclosure
    sheet = book.add_worksheet(context.say("sheet.guide"))
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    bold = book.add_format({"bold": True, "font_size": 14, "text_wrap": True})
    warn = book.add_format({"bold": True, "font_color": "#9C0006", "text_wrap": True})
    sheet.set_column(0, 0, 100)
    lines = [(_title(context), bold)]
    if context.facts["internal"]:
        lines.append((context.say("page.internal"), warn))
    if county.data_status == "sample":
        lines.append((context.say("page.sample"), warn))
    if county.status_note:
        lines.append((county.status_note, wrap))
    selected = context.facts["selected"]
    if selected:
        lines.append((context.say("guide.selection", names=", ".join(selected)), warn))
    lines += [
        (context.say("guide.what"), wrap),
        (context.say("guide.withheld", k=rule.min_count, base=rule.min_share_base), wrap),
        (
            context.say(
                "guide.run",
                run=context.facts["made_from"],
                version=context.facts["method_version"],
            ),
            wrap,
        ),
    ]
    for row, (text, style) in enumerate(lines):
        sheet.write_string(row, 0, text[:_MAX_TEXT], style)


def _write_sheet(book: xlsxwriter.Workbook, name: str, columns: Sheet) -> None:
    """One table: headers frozen and filtered, numbers as numbers."""
    sheet = book.add_worksheet(name)
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    rows = 0
    for at, (title, kind, values) in enumerate(columns):
        style = book.add_format({"num_format": _FORMATS[kind], "valign": "top"})
        sheet.write_string(0, at, title, head)
        longest = len(title)
        for row, value in enumerate(values, start=1):
            rows = max(rows, row)
            longest = max(longest, _write_cell(sheet, row, at, kind, value, style))
        sheet.set_column(at, at, max(_MIN_WIDTH, min(longest + 2, _MAX_WIDTH)))
    sheet.freeze_panes(1, 0)
    if rows:
        sheet.autofilter(0, 0, rows, len(columns) - 1)


def _write_cell(
    sheet: Worksheet, row: int, at: int, kind: str, value: object, style: Format
) -> int:
    """Write one value; returns its length in characters."""
    if value is None or value is pd.NA or value != value:  # noqa: PLR0124  NaN is not itself
        return 0
    if isinstance(value, dt.date):
        sheet.write_datetime(row, at, dt.datetime.combine(value, dt.time()), style)
        return 10
    if kind == "text":
        # What is half a character cannot be written.
        text = str(value)[:_MAX_TEXT].encode("utf-8", "replace").decode()
        sheet.write_string(row, at, text, style)
        return len(text)
    sheet.write_number(row, at, float(str(value)), style)
    return len(f"{float(str(value)):,.0f}")
