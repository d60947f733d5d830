"""What `check` found, in words for the screen and as tables for a workbook."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pandas as pd

from geo_integration.errors import OutputError
from geo_integration.inputs import layer_cover as cover
from geo_integration.inputs.county import input_files
from geo_integration.inputs.geocoding.review import REVIEW
from geo_integration.inputs.inspection import MISSING
from geo_integration.inputs.layer_files import ABSENT, UNKNOWN
from geo_integration.inputs.sheets import sheet_names
from geo_integration.inputs.starter import README

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from geo_integration.inputs.inspection import LayerReport
    from geo_integration.inputs.layer_files import Origin
    from geo_integration.settings import Settings

WITHOUT = {
    "timetable": "es wird nur zu Fuß gerechnet",
    "calendar": "Ferien und Feiertage gelten als gewöhnliche Tage",
    "places": "Gebiete heißen nach der Gemeinde; Angebote finden keinen Ortsteil",
    "stops": "Angebote werden nach den Haltestellen des Fahrplans gesucht",
    "addresses": "Angebote ohne Koordinaten liegen an Haltestelle oder Ortsteil, nicht am Haus",
    "streets": "Fußwege sind Luftlinie mal Umwegfaktor {detour}",
    "register": "Karten und Tabellen nennen keine Quellen und Lizenzen",
}
SHEETS = ("Ebenen", "Befunde")
SHOWN_FAULTS = 3
_FIRST = 9  # before whatever can wait until the layer can be read
_WIDTH, _NAME, _VERDICT = 118, 15, 15


# In words ---------------------------------------------------------------------------------------


def title(settings: Settings) -> str:
    """Name of the county and its folder; sample data are called so."""
    sample = settings.county.data_status == "sample"
    note = "; Beispieldaten (data_status in county.toml)" if sample else ""
    return f"{settings.county.name} ({settings.folder}){note}"


def described(reports: Sequence[LayerReport], settings: Settings) -> list[str]:
    """Lines that tell of each layer what it is and what it holds."""
    lines = []
    for report in reports:
        head = f"{report.name:<{_NAME}}{report.verdict:<{_VERDICT}}"
        if not report.files:
            lines.append(head + without(report.key, settings))
            continue
        names = ", ".join(str(file) for file in report.files)
        lines += _wrapped(f"{names}; Stand: {report.date}" if _there(report) else names, head)
        said = [finding.text for finding in report.findings]
        if report.key != "register" and _there(report):
            said.append(_origin(report.origin))
        sentences = [text[:1].upper() + text[1:] for text in said]
        lines += _wrapped(". ".join(sentences), " " * 4)
    return lines


def _there(report: LayerReport) -> bool:
    """Whether any file of a layer is there."""
    return any(file.kind != ABSENT for file in report.files)


def _origin(about: Origin) -> str:
    """Source and licence in short; the report has them in full."""
    if not about.source and not about.licence:
        return f"Quelle und Lizenz: {UNKNOWN}"
    source, licence = (
        textwrap.shorten(text or UNKNOWN, width, placeholder="…")
        for text, width in ((about.source, 40), (about.licence, 24))
    )
    return f"Quelle: {source}; Lizenz: {licence}"


def _wrapped(text: str, head: str) -> list[str]:
    """Text behind a head, and below it."""
    return textwrap.wrap(
        text, _WIDTH, initial_indent=head, subsequent_indent=" " * 4, break_on_hyphens=False
    )


def without(key: str, settings: Settings) -> str:
    """What a run does without a layer."""
    detour = f"{settings.walking.detour_factor:g}".replace(".", ",")
    return WITHOUT.get(key, "wird nicht benutzt").format(detour=detour)


def first_steps(reports: Sequence[LayerReport], settings: Settings) -> list[str]:
    """What to do, most urgent first.

    Parameters
    ----------
    reports : sequence of LayerReport
        From `inspect_layers`.
    settings : Settings
        The county profile.

    Returns
    -------
    list of str
        Unusable layers first, then what is probably wrong, rejected rows, what could be better,
        layers that are missing.
    """
    steps: list[tuple[int, str]] = []
    unused = _unused(settings)
    for report in reports:
        steps += [(weight, f"{report.name}: {todo}") for weight, todo in _steps(report, unused)]
        if report.files and not _there(report):
            unused = ""  # once is enough
        if report.verdict == MISSING and report.key in ("timetable", "calendar", "streets"):
            steps.append((cover.OPEN, f"{report.name} ergänzen: {without(report.key, settings)}"))
    return [text for _, text in sorted(steps, key=lambda step: -step[0])]


def _steps(report: LayerReport, unused: str) -> Iterator[tuple[int, str]]:
    """What to do about one layer, and how much it matters."""
    if report.files and not _there(report):
        names = ", ".join(file.path.name for file in report.files)
        way = "in den Ordner legen, oder den richtigen Namen in county.toml eintragen"
        yield _FIRST, f"{names} {way}{unused}"
    elif report.errors:
        yield _FIRST, "in Ordnung bringen, siehe FEHLER"
    rejected = sum(fault["severity"] == "rejected" for fault in report.faults)
    if rejected:
        rows = "Zeile" if rejected == 1 else "Zeilen"
        yield cover.WORTH, f"{rejected} nicht übernommene {rows} berichtigen"
    for finding in report.findings:
        if finding.todo:
            yield finding.weight, finding.todo


def _unused(settings: Settings) -> str:
    """Files of the folder that no layer uses: one of them may be meant."""
    known = {README, REVIEW, *(path.name for path in _read_files(settings))}
    try:
        there = sorted(path.name for path in settings.folder.iterdir() if path.is_file())
    except OSError:
        return ""
    names = [name for name in there if name not in known and not name.startswith((".", "~"))]
    return f" (im Ordner liegt ungenutzt: {cover.some(names)})" if names else ""


def say_fault(fault: Mapping[str, object]) -> str:
    """One fault on one line."""
    where = str(fault["file"])
    where += f", Zeile {fault['row']}" if fault["row"] else ""
    where += f", Spalte {fault['column']}" if fault["column"] else ""
    found = f" (gefunden: {fault['found']})" if fault["found"] else ""
    kind = "ZEILE NICHT ÜBERNOMMEN" if fault["severity"] == "rejected" else "HINWEIS"
    return f"{kind}  {where}: {fault['message']}{found}"


def troubles(reports: Sequence[LayerReport]) -> list[str]:
    """Errors and faults, layer by layer, of each layer the first."""
    lines = []
    for report in reports:
        lines += [f"FEHLER  {error}" for error in report.errors]
        lines += [say_fault(fault) for fault in report.faults[:SHOWN_FAULTS]]
        rest = len(report.faults) - SHOWN_FAULTS
        if rest > 0:
            lines.append(
                f"… und {rest} weitere zu {report.name}; alle schreibt --report DATEI.xlsx"
            )
    return lines


# As tables --------------------------------------------------------------------------------------


def report_tables(reports: Sequence[LayerReport], settings: Settings) -> dict[str, pd.DataFrame]:
    """All that was found, as two tables of text: layers, and everything that is wrong.

    Returns
    -------
    dict of str to DataFrame
        By name of the sheet, as in `SHEETS`.
    """
    layers = [
        {
            "Ebene": report.name,
            "Urteil": report.verdict,
            "Dateien": ", ".join(str(file) for file in report.files),
            "Stand": report.date if report.files else "",
            "Quelle": report.origin.source or UNKNOWN if report.files else "",
            "Lizenz": report.origin.licence or UNKNOWN if report.files else "",
            "Inhalt": ". ".join(f.text for f in report.findings)
            if report.files
            else without(report.key, settings),
            "Zu tun": ". ".join(f.todo for f in report.findings if f.todo),
            "Befunde": str(len(report.errors) + len(report.faults)),
        }
        for report in reports
    ]
    rows: list[dict[str, object]] = []
    for report in reports:
        wrong = {"Ebene": report.name, "Wirkung": "Ebene unbrauchbar"}
        rows += [{**wrong, "Meldung": error} for error in report.errors]
        rows += [{"Ebene": report.name, **_fault_row(fault)} for fault in report.faults]
    columns = ["Ebene", "Wirkung", "Datei", "Zeile", "Spalte", "Gefunden", "Meldung"]
    tables = (pd.DataFrame(layers), pd.DataFrame(rows, columns=columns, dtype=object))
    return dict(zip(SHEETS, tables, strict=True))


def _fault_row(fault: Mapping[str, object]) -> dict[str, object]:
    """One fault as a row."""
    rejected = fault["severity"] == "rejected"
    return {
        "Wirkung": "Zeile nicht übernommen" if rejected else "Hinweis",
        "Datei": fault["file"],
        "Zeile": fault["row"],
        "Spalte": fault["column"],
        "Gefunden": fault["found"],
        "Meldung": fault["message"],
    }


def require_own_report(path: Path, settings: Settings) -> None:
    """Make sure that a report replaces nothing but an earlier one.

    Raises
    ------
    OutputError
        When the file is an input, no workbook by its name, or there and no such report.
    """
    if path.suffix.lower() != ".xlsx":
        raise OutputError(f"{path}: erwartet wird ein Dateiname auf .xlsx")
    inputs = {file.resolve() for file in _read_files(settings)}
    if path.resolve() in inputs:
        raise OutputError(f"{path}: ist eine Eingabedatei des Landkreises; anderen Namen wählen")
    if path.exists() and sheet_names(path) != list(SHEETS):
        raise OutputError(
            f"{path}: es gibt schon eine andere Datei dieses Namens; anderen Namen wählen"
        )


def _read_files(settings: Settings) -> list[Path]:
    """Every file that is read, also lists of people."""
    return [*input_files(settings), *settings.files("people")]
