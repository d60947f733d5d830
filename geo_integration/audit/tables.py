"""Numbers in tables: those that are small, and those that can be computed from others."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from geo_integration.audit.columns import KEYS, Table, number_of
from geo_integration.inputs.offers.columns import COLUMNS
from geo_integration.inputs.tables import plain_header
from geo_integration.outputs.labels_findings import FINDING_WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo_integration.audit.report import Report

_ABOVE, _LABELS = 5, 4
# Columns of a list of offers that are never published, and those by which such a list is known.
_INTERNAL = {plain_header(COLUMNS[key].header) for key in ("confidential", "confirmed_by")}
_INTERNAL |= {"confirmedby", "confidential"}
_INTERNAL |= {"bemerkung", "bemerkungen", "remark", "remarks"}
_OF_OFFERS = {
    plain_header(COLUMNS[key].header) for key in ("provider", "category", "times", "contact")
}
_OF_OFFERS |= {"name", "angebot", "provider", "category", "times", "contact"}
_TOTAL = re.compile(
    r"(?:gesamt|insgesamt|summe|gesamtsumme|total|sum|zusammen|whole|landkreis|kreis)"
)
_ALL = re.compile(r"(?:gesamt|insgesamt|summe|gesamtsumme|total|sum|zusammen)")
# Sums that hold in a row: the whole, and its parts.
_SUMS = (
    ("residents", ("covered", "uncovered", "withheld")),
    ("residents_counted", ("covered", "uncovered")),
    ("lost", ("lost_paused", "lost_no_way")),
    ("need", ("need_covered",)),
)
_BASES: dict[str, tuple[tuple[str, ...], ...]] = {
    "need_share": (("need",),),
    "value": (("denominator",),),
    "share_covered": (("residents_counted",), ("covered", "uncovered"), ("need",), ("residents",)),
}
_NUMERATORS = {"need_share": "need_covered", "value": "numerator", "share_covered": "covered"}
_CONFIRMED = tuple(plain_header(text) for text in FINDING_WORDS["measure.confirmed"])
_OFFERS_PER = tuple(plain_header(text) for text in FINDING_WORDS["measure.offers_per_1000"])
_OFFERS = {plain_header(text) for text in FINDING_WORDS["measure.offers"]}


def check_tables(report: Report, file: str, tables: Sequence[Table]) -> None:
    """Look for small numbers, and for those that can be computed, in the tables of one file."""
    for table in tables:
        for row_number, row in table.rows:
            _check_row(report, file, table, row_number, row)
        _check_all_columns(report, file, table)
    alike: dict[tuple[str, ...], list[Table]] = {}
    for table in tables:
        alike.setdefault(table.titles, []).append(table)
    for group in alike.values():
        with_totals = [any(_is_total(row) for _, row in table.rows) for table in group]
        if sum(with_totals) == 1:
            _check_totals(report, file, group)
        else:
            for table in group:
                _check_totals(report, file, [table])


def check_internal(report: Report, file: str, place: str, rows: Sequence[Sequence[object]]) -> None:
    """Look for columns of a list of offers that are only for its keepers."""
    for head, titles in enumerate(rows[:_ABOVE]):
        plain = [plain_header(title) if isinstance(title, str) else "" for title in titles]
        own = [at for at, name in enumerate(plain) if name in _INTERNAL]
        for at in own if _OF_OFFERS & {*plain} else ():
            if any(row[at] not in (None, "") for row in rows[head + 1 :] if at < len(row)):
                report.add(file, "internal_column", place, f"Spalte {titles[at]!r} ist ausgefüllt")


def _place(table: Table, row: int, at: int | None = None) -> str:
    """Where a cell is."""
    sheet = f"Blatt {table.place!r}, " if table.place else ""
    column = "" if at is None else f", Spalte {table.titles[at]!r}"
    return f"{sheet}Zeile {row}{column}"


def _at(row: Sequence[object], at: int | None) -> float | None:
    """Number in a column that may be missing."""
    return number_of(row[at]) if at is not None and at < len(row) else None


def _check_row(
    report: Report, file: str, table: Table, row_number: int, row: Sequence[object]
) -> None:
    """One row by itself."""
    k = report.rules.min_count
    offers = _of_offers(table, row)
    named = {
        role: _at(row, at) for at, role in enumerate(table.roles) if role and role not in offers
    }
    for at in _people_in(table, offers):
        value = _at(row, at)
        if value is not None and 0 < abs(value) < k and "%" not in str(row[at]):
            report.add(
                file, "small_count", _place(table, row_number, at), f"{value:g}, kleiner als {k}"
            )
    for whole, parts in _SUMS:
        _check_sum(report, file, _place(table, row_number), whole, parts, named)
    _check_shares(report, file, table, row_number, row, named)


def _of_offers(table: Table, row: Sequence[object]) -> set[str]:
    """Which numbers of a goal count offers, not people; the value of such a goal is no share."""
    said = {
        name: plain_header(row[at])
        for name in ("counted", "definition")
        if (at := table.column(name)) is not None and at < len(row)
    }
    definition = said.get("definition", "")
    if said.get("counted") in _OFFERS or definition.startswith(_CONFIRMED):
        return {"numerator", "denominator", "value"}
    return {"numerator", "value"} if definition.startswith(_OFFERS_PER) else set()


def _people_in(table: Table, offers: set[str]) -> list[int]:
    """Columns that count people in a row."""
    goals = [name for name in ("numerator", "denominator") if name in {*table.roles} - offers]
    return [*table.counts(), *(table.roles.index(name) for name in goals)]


def _check_sum(
    report: Report, file: str, place: str, whole: str, parts: Sequence[str],
    named: Mapping[str, float | None],
) -> None:  # fmt: skip
    """A sum within a row: what is left over is small, or the one missing number follows."""
    there = [name for name in (whole, *parts) if name in named]
    if whole not in there or len(there) < 2:
        return
    missing = [name for name in there if named[name] is None]
    rest = (named[whole] or 0) - sum(named[name] or 0 for name in there[1:])
    if not missing and 0 < abs(rest) < report.rules.min_count:
        report.add(file, "difference", place, f"Aus den Zahlen der Zeile ergibt sich {abs(rest):g}")
    complete = len(there) == len(parts) + 1 > 2
    if len(missing) == 1 and complete and abs(rest) > 0:
        report.add(file, "derivable", place, f"Die eine fehlende Zahl ergibt sich: {abs(rest):g}")


def _check_shares(
    report: Report, file: str, table: Table, row_number: int, row: Sequence[object],
    named: Mapping[str, float | None],
) -> None:  # fmt: skip
    """Shares of few people, and shares that give away the number that is missing beside them."""
    least = report.rules.min_share_base
    for at, role in enumerate(table.roles):
        if (role not in named and role != "share") or _at(row, at) is None:
            continue
        if role not in (*_BASES, "share"):
            continue
        place, over = _place(table, row_number, at), _NUMERATORS.get(role)
        base = _base(table, row, role, named)
        if over is not None and named.get(over, 0) is None:
            report.add(file, "derivable", place, "Der Anteil verrät die fehlende Zahl daneben")
        elif base is not None and base < least:
            report.add(file, "small_base", place, f"Anteil von {base:g}, weniger als {least}")


def _base(
    table: Table, row: Sequence[object], role: str, named: Mapping[str, float | None]
) -> float | None:
    """How many people a share is of; 0 where that is withheld, None where no column says it."""
    for names in _BASES.get(role, ()):
        if all(name in named for name in names):
            values = [named[name] for name in names]
            if all(value is None for value in values):
                return 0
            known = [value for value in values if value is not None]
            return sum(known) if len(known) == len(values) else None
    numbers = [_at(row, at) for at in table.counts()]
    known = [value for value in numbers if value is not None]
    return None if not numbers else max(known, default=0)


def _is_total(row: Sequence[object]) -> bool:
    """Whether a row says that it adds up others."""
    return any(isinstance(value, str) and _says_total(value) for value in row[:_LABELS])


@functools.lru_cache(maxsize=10_000)
def _says_total(text: str) -> bool:
    """Whether a text calls something a total."""
    words = re.findall(r"[^\W\d_]+", text.lower()) if len(text) <= 60 else []
    return any(map(_ALL.fullmatch, words)) or bool(words and _TOTAL.fullmatch(words[0]))


def _check_totals(report: Report, file: str, tables: Sequence[Table]) -> None:
    """Totals and their parts: one missing part follows, a small rest is told."""
    keys = [i for i, role in enumerate(tables[0].roles) if role in KEYS]
    groups: dict[tuple[object, ...], list[tuple[Table, int, Sequence[object]]]] = {}
    for table in tables:
        for at, row in table.rows:
            if any(value not in (None, "") for value in row):
                key = tuple(str(row[i]) if i < len(row) else "" for i in keys)
                groups.setdefault(key, []).append((table, at, row))
    for group in groups.values():
        totals = [entry for entry in group if _is_total(entry[2])]
        if len(totals) != 1 or len(group) < 3:
            continue
        table, row_number, total = totals[0]
        parts = [entry[2] for entry in group if entry is not totals[0]]
        for at in _people_in(table, _of_offers(table, total)):
            values = [_at(row, at) for row in parts]
            if any(value is not None for value in values):
                _check_parts(report, file, _place(table, row_number, at), _at(total, at), values)


def _check_all_columns(report: Report, file: str, table: Table) -> None:
    """A column that adds up those left of it."""
    wholes = [
        i for i, title in enumerate(table.titles)
        if any(map(_ALL.fullmatch, re.findall(r"[^\W\d_]+", title.lower())))
    ]  # fmt: skip
    if len(wholes) != 1:
        return
    parts = [at for at in table.counts() if at < wholes[0] and table.roles[at] == "people"]
    for row_number, row in table.rows if len(parts) > 1 else ():
        values = [_at(row, at) for at in parts]
        if any(value is not None for value in values):
            place = _place(table, row_number, wholes[0])
            _check_parts(report, file, place, _at(row, wholes[0]), values)


def _check_parts(
    report: Report, file: str, place: str, total: float | None, parts: Sequence[float | None]
) -> None:
    """One total and its parts. Rounded numbers tell the rest only within a span."""
    known = [value for value in parts if value is not None]
    missing = len(parts) - len(known)
    if total is None or missing > 1:
        return
    rest = total - sum(known)
    k, step = report.rules.min_count, report.rules.rounding
    rounded = step > 1 and all(value % step == 0 for value in (total, *known))
    if rounded and (len(known) + 1) * step / 2 >= k:
        return
    if missing and rest > 0:
        report.add(
            file,
            "derivable",
            place,
            f"Summe minus sichtbare Teile ergibt die fehlende Zahl: {rest:g}",
        )
    elif not missing and 0 < abs(rest) < k:
        report.add(
            file, "difference", place, f"Summe und Teile unterscheiden sich um {abs(rest):g}"
        )


def check_cells(
    report: Report, file: str, place: str, areas: Sequence[object], residents: Sequence[object]
) -> None:
    """Residents of cells: none is small, and none alone in its municipality is missing."""
    k = report.rules.min_count
    missing: dict[object, int] = {}
    for at, (area, value) in enumerate(zip(areas, residents, strict=False)):
        count = number_of(value)
        if count is None:
            missing[area] = missing.get(area, 0) + 1
        elif 0 < abs(count) < k:
            report.add(
                file, "small_count", f"{place}, Zelle {at + 1}", f"{count:g}, kleiner als {k}"
            )
    for area, number_missing in missing.items():
        if number_missing == 1:
            found = "Nur eine Zelle ist zurückgehalten; die Einwohnerzahl der Gemeinde verrät sie"
            report.add(file, "derivable", f"{place}, Gemeinde {area}", found)
