"""A new county folder: commented profile, empty offers workbook, next steps."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

import xlsxwriter

from geo_integration.files import beside
from geo_integration.inputs.offers import HEADERS, REQUIRED
from geo_integration.settings import PROFILE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OFFERS, README = "offers.xlsx", "LIESMICH.txt"
YES_NO = ("in_holidays", "women_only", "childcare", "barrier_free", "confidential")
NOTES = {
    "offer_id": "Eigene Nummer, jede nur einmal, z. B. A-001",
    "category": "Wie in county.toml unter [[categories]]",
    "lat": "Grad, z. B. 53,5734 (nur wenn bekannt)",
    "lon": "Grad, z. B. 7,9004 (nur wenn bekannt)",
    "times": "z. B. Di 18:00-19:30; Do 18:00-19:30",
    "times_kind": "fest = Kurs, offen = Öffnungszeiten",
    "format": "vor Ort oder online",
    "confidential": "ja: wird weder gezählt noch gezeigt",
    "last_confirmed": "Datum",
}
_TEXT = """Neuer Landkreis-Ordner

1. county.toml öffnen und Name, Schlüssel und Dateinamen eintragen. Jeder Eintrag ist erklärt.
2. Dateien in diesen Ordner legen: Gemeindegrenzen, Einwohner je Gitterzelle, Fahrplan (GTFS).
3. Angebote in offers.xlsx eintragen, eine Zeile je Angebot. Pflicht sind: {required}.
4. Prüfen:   geo-integration check "{folder}"
5. Rechnen:  geo-integration run "{folder}"

Ein vollständiges Beispiel: geo-integration run friesland
"""


def write_starter(folder: Path) -> list[tuple[Path, bool]]:
    """Write the files of a new county; those that are there stay as they are.

    Parameters
    ----------
    folder : Path
        The new folder.

    Returns
    -------
    list of (Path, bool)
        Each file, and whether it was written.

    Raises
    ------
    OutputError
        When a file cannot be written.
    """
    makers: dict[str, Callable[[Path], None]] = {
        PROFILE: _write_profile,
        OFFERS: write_empty_offers,
        README: lambda path: _write_readme(path, folder),
    }
    done = []
    for name, make in makers.items():
        path = folder / name
        missing = not path.exists()
        if missing:
            with beside(path) as part:
                make(part)
        done.append((path, missing))
    return done


def _write_profile(path: Path) -> None:
    template = resources.files("geo_integration.inputs") / "starter_county.toml"
    path.write_bytes(template.read_bytes())


def _write_readme(path: Path, folder: Path) -> None:
    required = ", ".join(HEADERS[column][0] for column in REQUIRED)
    path.write_text(_TEXT.format(required=required, folder=folder), encoding="utf-8-sig")


def write_empty_offers(path: Path) -> None:
    """Write the offers' workbook with headers, notes and drop-down lists, and no rows."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Angebote")
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        must = book.add_format({"bold": True, "bottom": 1, "bg_color": "#DDEBF7"})
        for at, (column, headers) in enumerate(HEADERS.items()):
            sheet.write_string(0, at, headers[0], must if column in REQUIRED else head)
            sheet.set_column(at, at, max(12, len(headers[0]) + 2))
            if column in NOTES:
                sheet.write_comment(0, at, NOTES[column])
            choices = {"times_kind": ["fest", "offen"], "format": ["vor Ort", "online"]}.get(
                column, ["ja", "nein"] if column in YES_NO else None
            )
            if choices:
                sheet.data_validation(1, at, 2000, at, {"validate": "list", "source": choices})
        sheet.freeze_panes(1, 0)
