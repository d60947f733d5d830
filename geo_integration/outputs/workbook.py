"""The workbook: every published number as a table, in the formats planners expect."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd
import xlsxwriter

from geo_integration.outputs.labels import label

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from geo_integration.frames import Facts, Published
    from geo_integration.outputs.labels import Language
    from geo_integration.settings import Named, Settings

# Excel stores a date of making; a fixed one keeps equal runs byte-equal.
_FIXED_DATE = dt.datetime(2000, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)
_FORMATS = {
    "count": "#,##0",
    "share": "0.0%",
    "minutes": "#,##0",
    "text": "@",
    "date": "dd.mm.yyyy",
}
_MAX_WIDTH = 60
_MIN_WIDTH = 8
_MAX_TEXT = 32_000

Sheet = list[tuple[str, str, "Iterable[object]"]]


class _Context(NamedTuple):
    """What every sheet needs."""

    published: Published
    settings: Settings
    language: Language
    facts: Facts

    def say(self, key: str, **values: object) -> str:
        text = label(key, self.language)
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", str(value))
        return text

    def name_of(self, entries: Sequence[Named]) -> dict[str, str]:
        return {entry.id: entry.name_in(self.language) for entry in entries}


def write_workbook(
    path: Path,
    published: Published,
    settings: Settings,
    *,
    facts: Facts,
    guards: Sequence[Mapping[str, object]],
    faults: pd.DataFrame,
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
    faults : DataFrame
        FAULTS of the inputs.
    """
    context = _Context(published, settings, settings.county.language, facts)
    sheets = {
        "figures": _figures(context, county=True),
        "areas": _figures(context, county=False),
        "bands": _bands(context),
        "quality": _quality(context),
        "gaps": _gaps(context),
        "offers": _offers(context, counted=True),
        "uncounted": _offers(context, counted=False),
        "assumptions": _assumptions(context),
        "dates": _dates(context),
        "guards": _guards(context, guards),
        "faults": _faults(context, faults),
        "sources": _sources(context),
    }
    with xlsxwriter.Workbook(
        path, {"strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        book.set_properties({"title": _title(context), "created": _FIXED_DATE})
        _write_guide(book, context)
        for name, columns in sheets.items():
            _write_sheet(book, context.say(f"sheet.{name}"), columns)


def write_rejected(path: Path, rejected: pd.DataFrame, doubtful: pd.DataFrame) -> None:
    """Write the rows that were not taken, and those taken with doubts, as they were, with why."""
    both = {"Nicht übernommen": rejected, "Mit Hinweisen": doubtful}
    write_texts(path, {name: table for name, table in both.items() if len(table)})


def write_texts(path: Path, tables: Mapping[str, pd.DataFrame]) -> None:
    """Write tables as they are, a sheet each; every value is text, and none becomes a formula."""
    with xlsxwriter.Workbook(
        path, {"strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        book.set_properties({"created": _FIXED_DATE})
        for name, table in tables.items():
            _write_sheet(book, name, [(str(c), "text", table[c]) for c in table.columns])


def _title(context: _Context) -> str:
    return context.say("guide.title", name=context.settings.county.name)


def _write_guide(book: xlsxwriter.Workbook, context: _Context) -> None:
    """First sheet: what this is, and what it is not."""
    county, rule = context.settings.county, context.settings.disclosure
    sheet = book.add_worksheet(context.say("sheet.guide"))
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    bold = book.add_format({"bold": True, "font_size": 14, "text_wrap": True})
    warn = book.add_format({"bold": True, "font_color": "#9C0006", "text_wrap": True})
    sheet.set_column(0, 0, 100)
    lines = [(_title(context), bold)]
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


def _residents_title(context: _Context) -> str:
    modelled = context.settings.residents.modelled
    return context.say("column.residents_model" if modelled else "column.residents")


def _area_names(context: _Context) -> dict[str, str]:
    """Names of municipalities, and of the sum over all that were computed."""
    areas = context.published.areas
    total = "county.selection" if context.facts["selected"] else "county.total"
    names = dict(zip(areas["area_id"], areas["name"].astype(str), strict=True))
    return {context.settings.county.ags: context.say(total)} | names


def _figures(context: _Context, *, county: bool) -> Sheet:
    """Residents within reach, for the county or per municipality."""
    table = context.published.area_coverage
    own = table["area_id"] == context.settings.county.ags
    table = table[own if county else ~own]
    categories = context.name_of(context.settings.categories)
    fields = context.name_of(context.settings.fields)
    field_of = {c.id: fields[c.field] for c in context.settings.categories}
    say = context.say
    return [
        (say("column.area"), "text", table["area_id"].map(_area_names(context))),
        (say("column.area_id"), "text", table["area_id"]),
        (say("column.field"), "text", table["category"].map(field_of)),
        (say("column.category"), "text", table["category"].map(categories)),
        (
            say("column.day_type"),
            "text",
            table["day_type"].map(context.name_of(context.settings.day_types)),
        ),
        (_residents_title(context), "count", table["residents"]),
        (say("column.covered"), "count", table["covered"]),
        (say("column.share_covered"), "share", table["share_covered"]),
        (say("column.uncovered"), "count", table["uncovered"]),
        (say("column.booked"), "count", table["booked"]),
        (say("column.withheld"), "count", table["withheld"]),
    ]


def _bands(context: _Context) -> Sheet:
    """Residents within 30, 45, 60 minutes."""
    table = context.published.bands
    say = context.say
    return [
        (say("column.area"), "text", table["area_id"].map(_area_names(context))),
        (
            say("column.category"),
            "text",
            table["category"].map(context.name_of(context.settings.categories)),
        ),
        (
            say("column.day_type"),
            "text",
            table["day_type"].map(context.name_of(context.settings.day_types)),
        ),
        (say("column.band"), "minutes", table["band_min"]),
        (_residents_title(context), "count", table["residents"]),
        (say("column.within"), "count", table["within"]),
    ]


def _quality(context: _Context) -> Sheet:
    """Residents by class of public transport quality, classes beside each other."""
    table = context.published.quality_residents
    wide = table.pivot(index=["area_id", "day_type"], columns="quality", values="residents")
    order = table[["area_id", "day_type"]].drop_duplicates()
    rows = wide.reindex(pd.MultiIndex.from_frame(order)).reset_index()
    days = context.name_of(context.settings.day_types)
    say = context.say
    return [
        (say("column.area"), "text", rows["area_id"].map(_area_names(context))),
        (say("column.day_type"), "text", rows["day_type"].map(days)),
        *((say(f"quality.{name}"), "count", rows[name]) for name in wide.columns),
    ]


def _gaps(context: _Context) -> Sheet:
    """Underserved areas."""
    table = context.published.gaps
    offers = context.published.offers.set_index("offer_id")["name"]
    say = context.say
    return [
        (
            say("column.category"),
            "text",
            table["category"].map(context.name_of(context.settings.categories)),
        ),
        (
            say("column.day_type"),
            "text",
            table["day_type"].map(context.name_of(context.settings.day_types)),
        ),
        (say("column.rank"), "count", table["rank"]),
        (say("column.gap"), "text", table["name"]),
        (_residents_title(context), "count", table["residents"]),
        (say("column.cells"), "count", table["cells"]),
        (say("column.reason"), "text", [say(f"reason.{r}") for r in table["reason"]]),
        (say("column.nearest"), "text", table["offer_id"].map(offers)),
        (say("column.minutes"), "minutes", table["minutes"]),
        (say("column.gap_id"), "text", table["gap_id"]),
    ]


def _offers(context: _Context, *, counted: bool) -> Sheet:
    """Offers that count, or do not."""
    table = context.published.offers
    table = table[table["counted"] if counted else ~table["counted"]]
    say = context.say
    areas = table["area_id"].map(_area_names(context))
    return [
        (say("column.offer_id"), "text", table["offer_id"]),
        (say("column.name"), "text", table["name"]),
        (say("column.provider"), "text", table["provider"]),
        (
            say("column.category"),
            "text",
            table["category"].map(context.name_of(context.settings.categories)),
        ),
        (say("column.area"), "text", areas),
        (say("column.times"), "text", table["times"]),
        (say("column.grade"), "text", [say(f"grade.{g}") for g in table["grade"]]),
        (say("column.located_by"), "text", table["located_by"]),
        (say("column.note"), "text", table["location_note"]),
    ]


def _assumptions(context: _Context) -> Sheet:
    """The rule, in words and values."""
    rule, walking, transit = (getattr(context.settings, n) for n in ("rule", "walking", "transit"))
    say = context.say
    names = context.name_of(context.settings.categories)
    rows: list[tuple[str, object]] = [(say("assumption.max_minutes"), rule.max_minutes)]
    rows += [
        (say("assumption.max_minutes_category", name=names[c.id]), c.max_minutes)
        for c in context.settings.categories
        if c.max_minutes is not None
    ]
    rows += [
        (say("assumption.max_way"), rule.max_way_min),
        (say("assumption.max_wait"), rule.max_wait_min),
        (say("assumption.earliest"), rule.earliest_departure),
        (say("assumption.latest"), rule.latest_return),
        (say("assumption.visit"), rule.visit_min),
        (say("assumption.walking"), context.facts["walking"]),
        (say("assumption.speed"), walking.speed_kmh),
        (say("assumption.direct"), walking.max_direct_min),
        (say("assumption.access"), walking.max_access_min),
        (say("assumption.transfer"), walking.max_transfer_min),
        (say("assumption.buffer"), transit.transfer_buffer_s),
        (say("assumption.window"), " – ".join(transit.window)),
        (say("assumption.source"), rule.source),
        (say("sheet.quality"), say("assumption.quality")),
    ]
    shown = [_number_text(value, context.language) for _, value in rows]
    return [
        (say("column.assumption"), "text", [name for name, _ in rows]),
        (say("column.value"), "text", shown),
    ]


def _number_text(value: object, language: Language) -> str:
    text = f"{value:g}" if isinstance(value, int | float) else str(value)
    return text.replace(".", ",") if language == "de" and isinstance(value, float) else text


def _dates(context: _Context) -> Sheet:
    """Which date stands for which kind of day."""
    table = context.published.service_dates
    say = context.say
    days = context.name_of(context.settings.day_types)
    return [
        (say("column.day_type"), "text", table["day_type"].map(days)),
        (say("column.weekday"), "text", [say(f"weekday.{int(w)}") for w in table["weekday"]]),
        (say("column.date"), "date", table["date"]),
        (say("column.trips"), "count", table["trips"]),
        (say("column.trips_median"), "count", table["trips_median"]),
        (say("column.candidates"), "count", table["candidates"]),
    ]


def _guards(context: _Context, guards: Sequence[Mapping[str, object]]) -> Sheet:
    """What the guards found."""
    say = context.say
    return [
        (say("column.level"), "text", [say(f"level.{g['level']}") for g in guards]),
        (say("column.check"), "text", context.facts["guards"]),
    ]


def _faults(context: _Context, faults: pd.DataFrame) -> Sheet:
    """Faults of the inputs."""
    say = context.say
    kinds = {"row": "count"}
    sheet = [
        (say(f"column.{name}"), kinds.get(name, "text"), faults[name])
        for name in ("file", "row", "column", "found", "message")
    ]
    return [
        *sheet,
        (say("column.severity"), "text", [say(f"severity.{s}") for s in faults["severity"]]),
    ]


def _sources(context: _Context) -> Sheet:
    """Sources and licences."""
    table = context.published.sources
    names = ("layer", "file", "source", "date", "licence", "attribution", "status", "note")
    return [
        (
            context.say(f"column.{name}"),
            "text",
            [context.say(f"status.{s}") for s in table[name]] if name == "status" else table[name],
        )
        for name in names
    ]
