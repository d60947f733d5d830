"""Sheets of workbooks and CSV files that hold offers, under whatever headers.

Files of other programs become such a sheet as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from geo_integration.errors import SourceError
from geo_integration.inputs.offers.columns import COLUMNS, REQUIRED
from geo_integration.inputs.offers.sources import read_source, sniff
from geo_integration.inputs.sheets import read_sheets
from geo_integration.inputs.tables import (
    any_value,
    header_row,
    plain_header,
    require_columns,
    table_of,
)

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from geo_integration.inputs.sheets import Sheet
    from geo_integration.inputs.tables import FaultList

# Columns that our own list of rejected rows adds; they are ignored when it comes back.
REPORT = ("Blatt", "Zeile", "Grund")
# Sheets of the template that hold no offers.
OWN_SHEETS = ("Erklärung", "Listen")
_JOINED = ("contact", "remark")
# A list of courses, such as BAMF-NAvI shows: there the kind of course is its name.
_STREET = {"strasse", "str", "street"}  # a "Nr." after it is the house's
_COURSES = {"traeger", "kursart"}


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


def offer_sheets(path: Path, faults: FaultList, *, known: Collection[str] = ()) -> list[OfferSheet]:
    """Read all visible sheets that hold offers, as text.

    Parameters
    ----------
    path : Path
        The file.
    faults : FaultList
        Gets the sheets and columns that are not used.
    known : collection of str
        Names of categories; sources that name several pick one of them.

    Returns
    -------
    list of OfferSheet
        At least one; of a file of another program one, without headers of its own.

    Raises
    ------
    SourceError
        When the file is unreadable, or no sheet has the required columns.
    """
    kind = sniff(path)
    if kind is not None:
        return [_of_source(read_source(path, kind, faults, known=known))]
    names = {plain_header(h) for column in COLUMNS.values() for h in column.headers}
    must = [{plain_header(h) for h in COLUMNS[key].headers} for key in REQUIRED]
    found, others, best = [], [], (-1, ["keine Spalten"])
    for sheet in read_sheets(path):
        if not any_value(sheet) or sheet.name in OWN_SHEETS:
            continue
        head, score = header_row(sheet, names)
        table = table_of(sheet, head).drop(columns=list(REPORT), errors="ignore")
        headers = {plain_header(h) for h in table.columns}
        complete = all(headers & wanted for wanted in must) or headers >= _COURSES
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


def _of_source(table: pd.DataFrame) -> OfferSheet:
    """A file of another program as if it had been typed."""
    table.index = pd.Index(table["row"].to_numpy())
    used = [key for key in COLUMNS if key in REQUIRED or table[key].notna().any()]
    headers = {key: COLUMNS[key].header for key in used}
    sources = {key: [header] for key, header in headers.items()}
    return OfferSheet("", 0, sources, table[used].rename(columns=headers), table)


def _known(
    path: Path, sheet: Sheet, label: str, found: tuple[pd.DataFrame, int], faults: FaultList
) -> OfferSheet:
    """Columns by the names of the frame; those that are not there, empty; others noted."""
    raw, head = found
    key_of = {plain_header(h): key for key, column in COLUMNS.items() for h in column.headers}
    sources: dict[str, list[str]] = {}
    before = ""
    for header in raw.columns:
        key = key_of.get(
            plain_header(header.rsplit(".", 1)[0] if header[-1:].isdigit() else header)
        )
        key = key_of.get(plain_header(header), key)
        if key == "offer_id" and before in _STREET:
            key = "house_number"
        before = plain_header(header)
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
    if "name" not in sources:
        table["name"] = table["category"]
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
