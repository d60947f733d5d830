"""The review round: one workbook for each municipality or provider, sent out and read back.

Each workbook holds, hidden, what was sent. So three versions are compared: what was sent, what
came back, and what the offers' file says by now. Only what changed on their side alone is taken
over; where both changed there is a conflict, and nothing is overwritten.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from typing import TYPE_CHECKING, NamedTuple

import openpyxl
import pandas as pd
import xlsxwriter

from geo_integration.errors import SourceError
from geo_integration.files import beside, slug
from geo_integration.inputs.offers.columns import COLUMNS, ONLY_READ
from geo_integration.inputs.offers.headers import offer_sheets
from geo_integration.inputs.offers.rows import Row, each, join_parts, made_id, without_notes
from geo_integration.inputs.offers.sources import sniff
from geo_integration.inputs.offers.values import NO, date_of
from geo_integration.inputs.sheets import as_text, read_sheets
from geo_integration.inputs.tables import FaultList

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

ANSWER = "Rückmeldung"
ANSWERS = SAME, CHANGED, NEW, GONE = "stimmt", "geändert", "neu", "entfällt"
STATE = "Stand"
HISTORY = "offers_history.csv"
HISTORY_COLUMNS = [
    "when",
    "who",
    "from",
    "offer_id",
    "name",
    "column",
    "before",
    "after",
    "outcome",
]
TAKEN, CONFLICT, ADDED, LEFT_OUT, CONFIRMED = (
    "übernommen", "Konflikt", "neu aufgenommen", "fehlt im Rücklauf", "bestätigt",
)  # fmt: skip
KEYS = [key for key in COLUMNS if key not in ("confidential", "remark")]
_OURS = ("offer_id", "last_confirmed", "confirmed_by")
_FIXED_DATE = dt.datetime(2000, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)
_GUIDE = (
    "Bitte prüfen Sie die Angebote und tragen Sie in der Spalte Rückmeldung ein:",
    "stimmt – alle Angaben sind richtig;  geändert – Angaben in der Zeile berichtigt;",
    "entfällt – gibt es nicht mehr;  neu – eine neue Zeile unter den anderen.",
    "Die Spalte Nr bitte nicht ändern. Leere Rückmeldung: nicht geprüft.",
)


class Merged(NamedTuple):
    """What became of the returned workbooks; `history` has HISTORY_COLUMNS."""

    history: pd.DataFrame
    refused: list[str]


# Sending ---------------------------------------------------------------------------------------


def write_rounds(
    path: Path,
    folder: Path,
    *,
    by: str,
    county: str,
    on: dt.date,
    locate: Callable[[pd.DataFrame], Sequence[str | None]] | None = None,
) -> list[Path]:
    """Write a workbook to check for each group of offers.

    Parameters
    ----------
    path : Path
        The offers' file. Confidential offers are not sent to anybody.
    folder : Path
        Where the workbooks go.
    by : {"municipality", "provider"}
        What makes a group; offers without it form one of their own.
    county : str
        Key of the county, which the workbook must still bear when it comes back.
    on : date
        Day of sending.
    locate : callable, optional
        Tells the municipalities of offers; else what the list says of them counts.

    Returns
    -------
    list of Path
        The files, in order of the groups' names.
    """
    rows = [offer for offer in _current(path).values() if not _is_secret(offer)]
    groups: dict[str, list[Row]] = {}
    for offer, group in zip(rows, _groups(rows, by, locate), strict=True):
        groups.setdefault(group or f"ohne {COLUMNS[by].header}", []).append(offer)
    written = []
    for group, own in sorted(groups.items()):
        target = folder / f"pruefung_{slug(group)}_{on:%Y-%m-%d}.xlsx"
        again = 1
        while target in written:  # groups whose names differ in signs only
            again += 1
            target = folder / f"pruefung_{slug(group)}-{again}_{on:%Y-%m-%d}.xlsx"
        with beside(target) as part:
            _write_round(part, group, own, {"county": county, "group": group, "on": f"{on}"})
        written.append(target)
    return written


def _groups(
    rows: list[Row], by: str, locate: Callable[[pd.DataFrame], Sequence[str | None]] | None
) -> list[str | None]:
    """What each offer is sorted by; None where it is not known."""
    if by != "municipality" or not rows:
        return [offer[by] for offer in rows]
    table = pd.DataFrame(rows).drop(columns="sheet")
    table = table.astype(object).where(table.notna(), None)
    join_parts(table)
    said = [a or b for a, b in zip(table["municipality"], table["town"], strict=True)]
    found = locate(table) if locate else said
    return [one or other for one, other in zip(found, said, strict=True)]


def _is_secret(offer: Row) -> bool:
    """Whether an offer may be confidential."""
    mark = (offer["confidential"] or "").strip().lower()
    return bool(mark) and mark not in NO


def _write_round(path: Path, group: str, rows: Sequence[Row], meta: dict[str, str]) -> None:
    """One workbook: the rows to check, and hidden the same rows as they were sent."""
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
        book.set_properties({"created": _FIXED_DATE})
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        text = book.add_format({"num_format": "@"})
        bold = book.add_format({"bold": True, "font_size": 13})
        sheet = book.add_worksheet("Angebote")
        sheet.write_string(0, 0, f"Angebote zur Prüfung: {group}", bold)
        for at, line in enumerate(_GUIDE, start=1):
            sheet.write_string(at, 0, line)
        start = len(_GUIDE) + 2
        keys = [key for key in KEYS if key not in ONLY_READ or any(o[key] for o in rows)]
        for at, header in enumerate([ANSWER, *(COLUMNS[key].header for key in keys)]):
            sheet.write_string(start, at, header, head)
            sheet.set_column(at, at, max(14, len(header) + 2), text)
        for row, offer in enumerate(rows, start=start + 1):
            for at, key in enumerate(keys, start=1):
                sheet.write_string(row, at, offer[key] or "")
        rule = {"validate": "list", "source": list(ANSWERS)}
        sheet.data_validation(start + 1, 0, start + len(rows) + 100, 0, rule)
        sheet.freeze_panes(start + 1, 3)
        state = book.add_worksheet(STATE)
        state.write_string(0, 0, json.dumps(meta, ensure_ascii=False, sort_keys=True))
        state.write_row(1, 0, keys)
        for row, offer in enumerate(rows, start=2):
            for at, key in enumerate(keys):
                state.write_string(row, at, offer[key] or "")
        state.very_hidden()


# Reading back ----------------------------------------------------------------------------------


class _Return(NamedTuple):
    """A returned workbook: where from, when sent, rows as sent and as they came back."""

    group: str
    on: dt.date
    sent: dict[str, Row]
    rows: list[Row]


def merge_rounds(path: Path, files: Iterable[Path], *, county: str, on: dt.date) -> Merged:
    """Take returned workbooks over into the offers' file.

    Parameters
    ----------
    path : Path
        The offers' file, .xlsx; only cells that change are written, rows are added below. The
        version before is kept in the folder `history` beside it.
    files : iterable of Path
        Returned workbooks.
    county : str
        Key of the county.
    on : date
        Day of the merge: offers that were checked are confirmed as of this day.

    Returns
    -------
    Merged
        Every change, conflict, confirmation, and row that did not come back; workbooks that could
        not be read are named, the others go on.

    Raises
    ------
    SourceError
        When the offers' file cannot be read or is no .xlsx.
    """
    if path.suffix.lower() not in {".xlsx", ".xlsm"}:
        raise SourceError(f"{path}: zum Eintragen bitte als .xlsx speichern und county.toml ändern")
    ours = _current(path)
    found: list[list[str | None]] = []
    refused = []
    new: list[Row] = []
    changes: dict[tuple[str, str], str | None] = {}
    for file in files:
        try:
            returned = _read_round(file, county)
        except SourceError as error:
            refused.append(str(error))
            continue
        lines = _compare(returned, ours, new, changes, on)
        found.extend([f"{on}", line[0], file.name, *line[1:]] for line in lines)
    history = pd.DataFrame(found, columns=HISTORY_COLUMNS)
    if changes or new:
        _write_back(path, ours, changes, new, on)
    if len(history):
        _append_history(path.parent / HISTORY, history)
    return Merged(history, refused)


def _current(path: Path) -> dict[str, Row]:
    """Offers of the file as text, by id; where they stand is in them."""
    if sniff(path) is not None:
        raise SourceError(
            f"{path}: keine Tabelle. Zum Prüfen verschickt wird die eigene Angebotsliste; in "
            f"county.toml unter [layers] offers steht sie als erste"
        )
    found: dict[str, Row] = {}
    for sheet in offer_sheets(path, FaultList()):
        for _, offer in each(without_notes(sheet.known, sheet.raw, FaultList())):
            offer_id = offer["offer_id"] or made_id(offer, found)
            if offer["name"] and offer_id not in found:
                found[offer_id] = offer | {"offer_id": offer_id, "sheet": sheet}
    return found


def _read_round(file: Path, county: str) -> _Return:
    """A workbook that came back."""
    sheets = {sheet.name: sheet for sheet in read_sheets(file)}
    try:
        state = [[as_text(value) for value in row] for row in sheets[STATE].rows]
        meta = json.loads(state[0][0] or "")
        group, on = str(meta["group"]), dt.date.fromisoformat(meta["on"])
        sent_for = str(meta["county"])
    except (KeyError, ValueError, TypeError, IndexError) as error:
        raise SourceError(
            f"{file}: keine Prüfliste dieses Programms (das verborgene Blatt {STATE!r} fehlt). Die "
            f"Änderungen bitte in eine mit 'offers send' erzeugte Liste übertragen"
        ) from error
    if sent_for != county:
        raise SourceError(f"{file}: die Prüfliste gehört zum Landkreis {sent_for}, nicht {county}")
    keys = [key for key in state[1] if key in COLUMNS]
    sent = {}
    for row in state[2:]:
        offer = dict.fromkeys(KEYS) | dict(zip(keys, row, strict=False))
        sent[str(offer["offer_id"])] = offer
    rows = []
    for sheet in offer_sheets(file, FaultList()):
        answers = sheet.raw[ANSWER] if ANSWER in sheet.raw else pd.Series(None, sheet.raw.index)
        for at, offer in each(sheet.known):
            rows.append(offer | {"answer": answers[at]})
    return _Return(group, on, sent, rows)


def _compare(
    returned: _Return,
    ours: dict[str, Row],
    new: list[Row],
    changes: dict[tuple[str, str], str | None],
    on: dt.date,
) -> Iterable[list[str | None]]:
    """Decide on every row; changes are entered in `changes`, `new` and `ours`."""
    came = set()
    for row in returned.rows:
        answer = (row["answer"] or "").strip().lower()
        who = row["confirmed_by"] or returned.group
        sent = returned.sent.get(row["offer_id"] or "")
        if sent is None:
            if row["name"]:
                offer_id = row["offer_id"] or made_id(row, set(ours))
                if offer_id in ours:
                    yield [who, offer_id, row["name"], None, None, None, CONFLICT]
                    continue
                added = row | {"offer_id": offer_id, "last_confirmed": f"{on}", "confirmed_by": who}
                ours[offer_id] = added
                new.append(added)
                yield [who, offer_id, row["name"], None, None, None, ADDED]
            continue
        came.add(row["offer_id"])
        yield from _compare_row(row, sent, ours, changes, (who, answer, returned.on, on))
    for offer_id, sent in returned.sent.items():
        if offer_id not in came:
            yield [returned.group, offer_id, sent["name"], None, None, None, LEFT_OUT]


def _compare_row(
    row: Row,
    sent: Row,
    ours: dict[str, Row],
    changes: dict[tuple[str, str], str | None],
    about: tuple[str, str, dt.date, dt.date],
) -> Iterable[list[str | None]]:
    """Decide on one offer that was sent."""
    who, answer, sent_on, on = about
    offer_id = str(sent["offer_id"])
    own = ours.get(offer_id)
    theirs = {key: row[key] for key in KEYS if key not in _OURS}
    if answer == GONE:
        theirs["valid_to"] = row["valid_to"] or f"{on:%d.%m.%Y}"
    edits = {key: value for key, value in theirs.items() if not _equal(value, sent[key])}
    if not edits and answer not in ANSWERS:
        return
    if own is None:
        yield [who, offer_id, row["name"], None, None, None, CONFLICT]
        return
    confirmed = date_of(own["last_confirmed"] or "")
    newer = confirmed is not None and confirmed > sent_on
    clash = False
    for key, value in edits.items():
        if _equal(own[key], value):
            continue
        outcome = TAKEN if _equal(own[key], sent[key]) and not newer else CONFLICT
        clash |= outcome == CONFLICT
        yield [who, offer_id, own["name"], COLUMNS[key].header, own[key], value, outcome]
        if outcome == TAKEN:
            changes[offer_id, key] = own[key] = value
    if not clash:
        for key, value in (("last_confirmed", f"{on}"), ("confirmed_by", who)):
            changes[offer_id, key] = own[key] = value
        if not edits:
            yield [who, offer_id, own["name"], None, None, None, CONFIRMED]


def _equal(one: str | None, other: str | None) -> bool:
    """Whether two texts say the same; blanks at the ends and line ends do not matter."""
    return " ".join((one or "").split()) == " ".join((other or "").split())


# Writing back ----------------------------------------------------------------------------------


def _write_back(
    path: Path,
    ours: dict[str, Row],
    changes: dict[tuple[str, str], str | None],
    new: Sequence[Row],
    on: dt.date,
) -> None:
    """Change the cells of the offers' file, and add the new rows; the old file is kept."""
    kept = path.parent / "history"
    kept.mkdir(exist_ok=True)
    number = 1
    while (old := kept / f"{path.stem}_{on:%Y-%m-%d}_{number}{path.suffix}").exists():
        number += 1
    old.write_bytes(path.read_bytes())
    book = openpyxl.load_workbook(path, keep_vba=path.suffix.lower() == ".xlsm")
    first = next(iter(ours.values()))["sheet"]
    for (offer_id, key), value in changes.items():
        offer = ours[offer_id]
        if "sheet" in offer:
            sheet = offer["sheet"]
            _set(book[sheet.name], int(offer["row"]), _column(book, sheet, key), value)
            _set(book[sheet.name], int(offer["row"]), _column(book, sheet, "offer_id"), offer_id)
    for offer in new:
        row = book[first.name].max_row + 1
        for key in KEYS:
            if offer[key]:
                _set(book[first.name], row, _column(book, first, key), offer[key])
    with beside(path) as part:
        book.save(part)


def _column(book: openpyxl.Workbook, sheet: object, key: str) -> int:
    """Number of the column; where the sheet has none, one is added on the right."""
    page = book[sheet.name]  # type: ignore[attr-defined]
    head = sheet.head  # type: ignore[attr-defined]
    wanted = sheet.sources.get(key, [COLUMNS[key].header])[0]  # type: ignore[attr-defined]
    for at in range(1, page.max_column + 1):
        if " ".join(str(page.cell(head, at).value or "").split()) == wanted:
            return at
    page.cell(head, page.max_column + 1, wanted)
    return int(page.max_column)


def _set(page: object, row: int, column: int, value: str | None) -> None:
    """Write a text that is never taken for a formula."""
    cell = page.cell(row, column)  # type: ignore[attr-defined]
    cell.value = value
    if value is not None:
        cell.data_type = "s"


def _append_history(path: Path, history: pd.DataFrame) -> None:
    """Add to the history of the offers; a text that Excel would compute gets a quote in front."""
    before = path.read_text(encoding="utf-8-sig") if path.exists() else ""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    if not before:
        writer.writerow(HISTORY_COLUMNS)
    for row in history.to_numpy().tolist():
        writer.writerow([_tame(value) for value in row])
    with beside(path) as part:
        part.write_text(before + text.getvalue(), encoding="utf-8-sig")


def _tame(value: object) -> str:
    """Text that Excel does not compute."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
