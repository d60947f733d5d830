"""Commands: parse, call the pipeline, print. Computes nothing.

Heavy modules are imported inside the commands, so that --help answers at once.
"""

from __future__ import annotations

import contextlib
import logging
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from geo_integration import __version__
from geo_integration.errors import GeoIntegrationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from geo_integration.pipeline import Run
    from geo_integration.settings import Settings

STEPS = {
    "read": "Eingaben lesen",
    "journeys": "Wege hin und zurück",
    "measures": "Erreichbarkeit auswerten",
    "pages": "Karten schreiben",
    "tables": "Tabellen schreiben",
}
LAYERS = {
    "areas": "Gemeinden",
    "places": "Orte",
    "timetable": "Fahrplan",
    "calendar": "Fahrplantage",
    "residents": "Einwohner",
    "offers": "Angebotsliste",
    "geocoding": "Lage der Angebote",
    "streets": "Straßen",
    "register": "Quellen",
}
SHOWN_FAULTS = 200


class _GermanGroup(click.Group):
    """Commands in the order of their use."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return ["run", "check", "init"]


@click.group(
    cls=_GermanGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=(
        "Anfangen: 'geo-integration run friesland' rechnet den mitgelieferten Beispiel-Landkreis "
        "und nennt am Ende die Datei, die im Browser zu öffnen ist."
    ),
)
@click.version_option(__version__, "--version", help="Version zeigen.", prog_name="geo-integration")
@click.option("--debug", is_flag=True, help="Bei Fehlern den ganzen Ablauf zeigen.")
def cli(*, debug: bool) -> None:
    """Wer erreicht welche Integrationsangebote – hin und zurück, zu Fuß und mit Bus und Bahn?

    LANDKREIS ist bei allen Befehlen der Name eines mitgelieferten Landkreises (friesland) oder der
    Pfad eines Ordners, in dem eine Datei county.toml liegt.
    """
    logging.basicConfig(level=logging.DEBUG if debug else logging.WARNING, format="%(message)s")
    for noisy in ("numba", "matplotlib", "pyogrio", "fiona"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


@cli.command(short_help="Karten und Tabellen eines Landkreises rechnen.")
@click.argument("county", metavar="LANDKREIS")
@click.option(
    "--municipality",
    "-g",
    "municipalities",
    multiple=True,
    metavar="NAME",
    help="Nur diese Gemeinde (Name oder Schlüssel); mehrfach möglich.",
)
@click.option(
    "--category",
    "-k",
    "categories",
    multiple=True,
    metavar="NAME",
    help="Nur diese Kategorie von Angeboten; mehrfach möglich.",
)
@click.option(
    "--out",
    "-o",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="ORDNER",
    help="Wohin die Ergebnisse kommen.  [Vorgabe: maps/LANDKREIS; mit Auswahl ein eigener Ordner]",
)
def run(
    county: str, municipalities: tuple[str, ...], categories: tuple[str, ...], out: Path | None
) -> None:
    """Rechnet, wer welche Angebote erreicht, und schreibt Karten und Tabellen.

    \b
    Geschrieben werden:
      index.html                   Karte des Landkreises, im Browser zu öffnen
      SCHLÜSSEL-GEMEINDE.html      eine Karte je Gemeinde
      tables/erreichbarkeit.xlsx   die Zahlen als Tabellen
      tables/nicht_uebernommen.xlsx  Zeilen der Angebotsliste mit Fehlern, falls es welche gibt
      coverage.gpkg                für QGIS
      manifest.json                woraus gerechnet wurde: Dateien, Einstellungen, Fahrplantage

    \b
    Beispiele:
      geo-integration run friesland
      geo-integration run friesland -g Wangerland -k Sprachkurs
      geo-integration run C:\\Daten\\mein-landkreis --out C:\\Daten\\karten
    """  # noqa: D301  \b is for click
    with _plain_errors():
        from geo_integration import pipeline

        settings = _settings(county)
        folder = out or Path("maps") / _folder_name(
            settings.folder.name, municipalities, categories
        )
        with _progress() as progress:
            result = pipeline.run(
                settings,
                folder,
                municipalities=municipalities,
                categories=categories,
                progress=progress,
            )
        _print_summary(result, pipeline.with_categories(settings, categories))


@cli.command(short_help="Alle Eingaben eines Landkreises prüfen.")
@click.argument("county", metavar="LANDKREIS")
def check(county: str) -> None:
    """Prüft alle Dateien eines Landkreises und nennt jeden Fehler mit Datei, Zeile und Spalte.

    Endet mit 0, wenn gerechnet werden kann (auch wenn einzelne Zeilen fehlerhaft sind), sonst
    mit 2.
    """
    with _plain_errors():
        from geo_integration.inputs.county import inspect_county

        settings = _settings(county)
        found = inspect_county(settings)
    errors, faults = found.errors, found.faults
    click.echo(f"{settings.county.name} ({settings.folder})")
    for layer, what in found.held.items():
        click.echo(f"  {LAYERS[layer]:<18} {what}")
    for fault in faults[:SHOWN_FAULTS]:
        _print_fault(fault)
    if len(faults) > SHOWN_FAULTS:
        click.echo(f"… und {len(faults) - SHOWN_FAULTS} weitere Hinweise")
    for error in errors:
        click.echo(f"FEHLER  {error}")
    if errors:
        click.echo(f"{len(errors)} Fehler: so kann nicht gerechnet werden.")
        sys.exit(2)
    rejected = sum(fault["severity"] == "rejected" for fault in faults)
    click.echo(
        f"Es kann gerechnet werden. Nicht übernommene Zeilen: {rejected}, "
        f"weitere Hinweise: {len(faults) - rejected}."
    )


@cli.command(short_help="Einen neuen Landkreis-Ordner anlegen.")
@click.argument("folder", metavar="ORDNER", type=click.Path(file_okay=False, path_type=Path))
def init(folder: Path) -> None:
    """Legt einen Ordner für einen neuen Landkreis an.

    Darin liegen danach county.toml mit Erklärungen zu jedem Eintrag, eine leere Angebotsliste
    (offers.xlsx) und LIESMICH.txt mit den nächsten Schritten. Vorhandene Dateien bleiben, wie sie
    sind.
    """
    with _plain_errors():
        from geo_integration.inputs.starter import write_starter

        for path, written in write_starter(folder):
            click.echo(f"{'angelegt ' if written else 'vorhanden'}  {path}")
        click.echo(
            f'Weiter: {folder / "LIESMICH.txt"} lesen, dann geo-integration check "{folder}"'
        )


def _settings(county: str) -> Settings:
    from geo_integration.settings import find_county, read_settings

    return read_settings(find_county(county))


def _folder_name(county: str, municipalities: Sequence[str], categories: Sequence[str]) -> Path:
    """Own folder for a selection, so that it never replaces the whole county."""
    from geo_integration.files import slug

    chosen = [slug(name) for name in (*municipalities, *categories)]
    return Path(county) if not chosen else Path(f"{county}-{'-'.join(chosen)}"[:80])


@contextlib.contextmanager
def _plain_errors() -> Iterator[None]:
    """Print errors that are raised on purpose as one line, and end with 2."""
    try:
        yield
    except GeoIntegrationError as error:
        if click.get_current_context().find_root().params.get("debug"):
            raise
        click.echo(f"Fehler: {error}", err=True)
        sys.exit(2)


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """Bars for the steps of a run; plain lines where the output is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    bars = Progress(
        TextColumn("{task.description:<26}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
    )
    tasks: dict[str, object] = {}
    with bars:

        def show(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(STEPS[step], total=total)
            bars.update(tasks[step], completed=done, total=total)  # type: ignore[arg-type]

        yield show


def _print_summary(result: Run, settings: Settings) -> None:
    """Short table of the shares, what the guards found, and which file to open."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(width=None if sys.stdout.isatty() else 110)
    rows = result.published.area_coverage
    rows = rows[rows["area_id"] == settings.county.ags]
    title = f"{settings.county.name}: Einwohner mit Angebot in Reichweite"
    table = Table(title=escape(title))
    table.add_column("Kategorie")
    for day in settings.day_types:
        table.add_column(escape(day.label), justify="right")
    for category in settings.categories:
        own = rows[rows["category"] == category.id].set_index("day_type")["share_covered"]
        shares = [own.get(day.id) for day in settings.day_types]
        shown = [" ." if s is None or math.isnan(s) else f"{s * 100:.0f} %" for s in shares]
        table.add_row(escape(category.label), *shown)
    console.print(table)
    if settings.county.data_status == "sample":
        console.print("Beispieldaten – nicht für Entscheidungen.", style="bold")
    for line in result.notes:
        console.print(f"Prüfung: {line}", markup=False, highlight=False)
    rejected = int((result.faults["severity"] == "rejected").sum())
    if rejected:
        console.print(f"{rejected} Zeilen der Eingaben nicht übernommen; Liste in den Tabellen.")
    click.echo(f"\nIm Browser öffnen: {result.index.resolve()}")


def _print_fault(fault: dict[str, object]) -> None:
    """One fault on one line."""
    where = str(fault["file"])
    where += f", Zeile {fault['row']}" if fault["row"] else ""
    where += f", Spalte {fault['column']}" if fault["column"] else ""
    found = f" (gefunden: {fault['found']})" if fault["found"] else ""
    kind = "ZEILE NICHT ÜBERNOMMEN" if fault["severity"] == "rejected" else "HINWEIS"
    click.echo(f"{kind}  {where}: {fault['message']}{found}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of the command."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    cli(arguments, prog_name="geo-integration")
