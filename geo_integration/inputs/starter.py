"""A new county folder: commented profile, empty offers workbook, next steps."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import TYPE_CHECKING

from geo_integration.errors import SettingsError
from geo_integration.files import beside
from geo_integration.inputs.offers.columns import COLUMNS, REQUIRED
from geo_integration.inputs.offers.template import write_template
from geo_integration.profile import PROFILE
from geo_integration.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OFFERS, README = "offers.xlsx", "LIESMICH.txt"
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
        OFFERS: _write_offers,
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


def _write_offers(path: Path) -> None:
    """An empty workbook with the categories of the profile beside it."""
    try:
        categories = [category.label for category in read_settings(path.parent).categories]
    except SettingsError:  # said by whatever is done next
        template = resources.files("geo_integration.inputs") / "starter_county.toml"
        profile = tomllib.loads(template.read_text(encoding="utf-8"))
        categories = [category["label"] for category in profile["categories"]]
    write_template(path, categories)


def _write_readme(path: Path, folder: Path) -> None:
    required = ", ".join(COLUMNS[key].header for key in REQUIRED)
    path.write_text(_TEXT.format(required=required, folder=folder), encoding="utf-8-sig")
