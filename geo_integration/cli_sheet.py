"""The command for printed map sheets."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from geo_integration.console import plain_errors, settings_of
from geo_integration.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo_integration.outputs.sheets import Format, Orientation
    from geo_integration.profile import DayType
    from geo_integration.settings import Settings

FOLDER = "karten"


@click.command(short_help="Kartenblätter für Vorlagen zeichnen (PDF und PNG).")
@click.argument("county", metavar="LANDKREIS")
@click.option(
    "--category",
    "-k",
    "categories",
    multiple=True,
    metavar="NAME",
    help="Nur diese Kategorie von Angeboten; mehrfach möglich.",
)
@click.option(
    "--day",
    "-t",
    "days",
    multiple=True,
    metavar="NAME",
    help="Nur diese Tagesart; mehrfach möglich.",
)
@click.option(
    "--municipality",
    "-g",
    "municipalities",
    multiple=True,
    metavar="NAME",
    help="Blätter dieser Gemeinde statt des Landkreises; mehrfach möglich.",
)
@click.option(
    "--format",
    "size",
    type=click.Choice(["a4", "a3"]),
    default="a4",
    show_default=True,
    help="Papier.",
)
@click.option(
    "--orientation",
    type=click.Choice(["portrait", "landscape"]),
    default="portrait",
    show_default=True,
    help="Hochformat (portrait) oder Querformat (landscape).",
)
@click.option(
    "--out",
    "-o",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="ORDNER",
    help=f"Wohin die Blätter kommen.  [Vorgabe: maps/LANDKREIS/{FOLDER}]",
)
@click.option(
    "--internal",
    is_flag=True,
    help="Interne Fassung: nichts zurückgehalten, mit Wasserzeichen; nicht veröffentlichen.",
)
def sheet(
    county: str,
    categories: tuple[str, ...],
    days: tuple[str, ...],
    municipalities: tuple[str, ...],
    size: Format,
    orientation: Orientation,
    out: Path | None,
    *,
    internal: bool,
) -> None:
    """Zeichnet gedruckte Kartenblätter: Wer erreicht die Angebote einer Kategorie?

    Je Kategorie entsteht eine PDF-Datei mit einer Seite je Tagesart, und jede Seite auch als Bild
    (PNG, 300 dpi). Gerechnet wird immer der ganze Landkreis, wie mit run: Die Zahlen sind
    dieselben.

    \b
    Beispiele:
      geo-integration sheet friesland
      geo-integration sheet friesland -k Sprachkurs -t Schultag -g Wangerland
      geo-integration sheet C:\\Daten\\mein-landkreis --format a3 --orientation landscape
    """  # noqa: D301  \b is for click
    with plain_errors():
        from geo_integration import pipeline
        from geo_integration.outputs.sheets import Selection, write_sheets
        from geo_integration.published_before import require_keepable

        settings = settings_of(county)
        wanted = pipeline.with_categories(settings, categories).categories
        chosen = days_of(settings, days)
        name = settings.folder.name
        folder = out or Path("maps") / (f"{name}-intern" if internal else name) / FOLDER
        is_kept = settings.county.data_status == "real" and not internal
        if is_kept:
            require_keepable(settings.folder)
        click.echo("Der ganze Landkreis wird gerechnet …", err=True)
        computed = pipeline.compute(settings, internal=internal)
        _, areas = pipeline.with_municipalities(computed.inputs, municipalities)
        # The sheets tell numbers of the whole run, and later runs must know them.
        if is_kept:
            pipeline.keep(computed)
        selection = Selection(wanted, chosen, areas)
        with click.progressbar(length=len(selection), label="Blätter", file=sys.stderr) as bar:
            written = write_sheets(
                computed.published,
                computed.settings,
                folder,
                facts=computed.facts,
                selection=selection,
                size=size,
                orientation=orientation,
                progress=lambda: bar.update(1),
            )
    for path in written:
        if path.suffix == ".pdf":
            click.echo(f"Geschrieben: {path}")


def days_of(settings: Settings, names: Sequence[str]) -> Sequence[DayType]:
    """Kinds of day that were asked for, by id or label; all where none was."""
    known = {n.lower(): d for d in settings.day_types for n in (d.id, d.label, d.label_en) if n}
    unknown = [name for name in names if name.lower() not in known]
    if unknown:
        labels = ", ".join(day.label for day in settings.day_types)
        raise SettingsError(f"Unbekannte Tagesart {', '.join(unknown)}. Bekannt: {labels}")
    wanted = [known[name.lower()] for name in names]
    return [day for day in settings.day_types if day in wanted or not names]
