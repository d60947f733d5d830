"""Commands: parse, call the pipeline, print. Computes nothing.

Heavy modules are imported inside the commands, so that --help answers at once.
"""

from __future__ import annotations

import contextlib
import logging
import math
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from geo_integration import __version__
from geo_integration.cli_audit import audit
from geo_integration.cli_geocode import geocode
from geo_integration.cli_offers import offers
from geo_integration.cli_sheet import sheet
from geo_integration.console import plain_errors, settings_of
from geo_integration.errors import GeoIntegrationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from geo_integration.matrix import Question
    from geo_integration.pipeline import Run
    from geo_integration.settings import Settings

_FILE = click.Path(dir_okay=False, path_type=Path)
STEPS = {
    "matrix": "Reisezeiten",
    "read": "Eingaben lesen",
    "journeys": "Wege hin und zurück",
    "measures": "Erreichbarkeit auswerten",
    "pages": "Karten schreiben",
    "tables": "Tabellen schreiben",
}
SHOWN_NOTES, SHOWN_STEPS = 20, 3


class _GermanGroup(click.Group):
    """Commands in the order of their use."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        first = ["run", "sheet", "check", "init", "fetch", "offers", "geocode"]
        return [*first, "travel-times", "audit"]

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401  what the command gives back
        """Say in German that somebody has stopped a command."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("\nAbgebrochen.", err=True)
            sys.exit(130)


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
@click.option(
    "--internal",
    is_flag=True,
    help="Nichts zurückhalten; überall als INTERN gekennzeichnet, nicht veröffentlichen.",
)
def run(
    county: str,
    municipalities: tuple[str, ...],
    categories: tuple[str, ...],
    out: Path | None,
    *,
    internal: bool,
) -> None:
    """Rechnet, wer welche Angebote erreicht, und schreibt Karten und Tabellen.

    \b
    Geschrieben werden:
      index.html                   Karte des Landkreises, im Browser zu öffnen
      befunde.html                 die Befunde in Worten, zum Lesen und Drucken
      SCHLÜSSEL-GEMEINDE.html      eine Karte je Gemeinde
      tables/erreichbarkeit.xlsx   die Zahlen als Tabellen
      coverage.gpkg                für QGIS
      manifest.json                woraus gerechnet wurde: Dateien, Einstellungen, Fahrplantage
    Daneben, im Ordner ORDNER-pruefen und nicht zum Veröffentlichen:
      eingaben_pruefen.xlsx        was an den Eingaben nicht stimmt, falls etwas nicht stimmt

    \b
    Beispiele:
      geo-integration run friesland
      geo-integration run friesland -g Wangerland -k Sprachkurs
      geo-integration run C:\\Daten\\mein-landkreis --out C:\\Daten\\karten
    """  # noqa: D301  \b is for click
    with plain_errors():
        from geo_integration import pipeline

        settings = settings_of(county)
        name = _folder_name(settings.folder.name, municipalities, categories)
        folder = out or Path("maps") / (f"{name}-intern" if internal else name)
        with _progress() as progress:
            result = pipeline.run(
                settings,
                folder,
                municipalities=municipalities,
                categories=categories,
                internal=internal,
                progress=progress,
            )
        _print_summary(result, pipeline.with_categories(settings, categories))


@cli.command(short_help="Alle Eingaben eines Landkreises prüfen.")
@click.argument("county", metavar="LANDKREIS")
@click.option(
    "--report",
    type=_FILE,
    metavar="DATEI",
    help="Alle Ebenen und Befunde auch in diese Excel-Datei (.xlsx) schreiben.",
)
def check(county: str, report: Path | None) -> None:
    """Prüft alle Dateien eines Landkreises: was sie enthalten, und was daran falsch ist.

    Je Ebene stehen da: ein Urteil (gut, mit Hinweisen, unbrauchbar, fehlt), Datei, Stand, Quelle,
    Lizenz und wie weit sie den Landkreis abdeckt; dann die ersten Befunde mit Datei, Zeile und
    Spalte, am Ende, was zuerst zu tun ist. Alle Befunde schreibt --report.

    Endet mit 0, wenn gerechnet werden kann (auch wenn einzelne Zeilen fehlerhaft sind), sonst
    mit 2.

    \b
    Beispiele:
      geo-integration check friesland
      geo-integration check C:\\Daten\\mein-landkreis --report pruefung.xlsx
    """  # noqa: D301  \b is for click
    with plain_errors():
        import datetime as dt

        from geo_integration.files import beside
        from geo_integration.inputs import inspection_report as words
        from geo_integration.inputs.county import inspect_county
        from geo_integration.inputs.inspection import inspect_layers
        from geo_integration.outputs.workbook import write_texts

        settings = settings_of(county)
        if report is not None:
            words.require_own_report(report, settings)
        found = inspect_county(settings)
        today = dt.datetime.now().astimezone().date()
        reports = inspect_layers(settings, found, today=today)
        lines = [
            words.title(settings),
            *words.described(reports, settings),
            "",
            *words.troubles(reports),
        ]
        for line in lines:
            click.echo(line)
        if report is not None:
            with beside(report) as part:
                write_texts(part, words.report_tables(reports, settings))
            click.echo(f"Alle Befunde: {report}")
        _print_end(words.first_steps(reports, settings), found.errors, found.faults)


def _print_end(steps: list[str], errors: list[str], faults: list[dict[str, object]]) -> None:
    """What to do first, and whether a run can be made."""
    if steps:
        click.echo("Zuerst:")
    for number, step in enumerate(steps[:SHOWN_STEPS], start=1):
        click.echo(f"  {number}. {step}")
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
    with plain_errors():
        from geo_integration.inputs.starter import write_starter

        for path, written in write_starter(folder):
            click.echo(f"{'angelegt ' if written else 'vorhanden'}  {path}")
        click.echo(
            f'Weiter: {folder / "LIESMICH.txt"} lesen, dann geo-integration check "{folder}"'
        )


@cli.command(short_help="Dateien aus den Quellen des Profils laden.")
@click.argument("county", metavar="LANDKREIS")
@click.argument("layers", metavar="[EBENE]...", nargs=-1)
@click.option("--again", is_flag=True, help="Auch nach neueren Ausgaben fragen.")
def fetch(county: str, layers: tuple[str, ...], *, again: bool) -> None:
    """Lädt die Dateien, die in county.toml unter [sources] stehen, in den Landkreis-Ordner.

    Was schon da ist, wird geprüft und bleibt, auch wenn es von Hand geladen wurde. Fahrpläne und
    Straßen werden auf den Landkreis und seine Umgebung zugeschnitten. Schlägt eine Ebene fehl,
    kommen die anderen trotzdem; dann endet der Befehl mit 2.

    \b
    Beispiele:
      geo-integration fetch C:\\Daten\\mein-landkreis
      geo-integration fetch C:\\Daten\\mein-landkreis timetable streets --again
    """  # noqa: D301  \b is for click
    with plain_errors():
        from geo_integration.inputs.fetching import layers as fetching

        settings = settings_of(county)
        with _downloads() as progress:
            outcomes = fetching.fetch(
                settings,
                layers,
                again=again,
                progress=progress,
                say=lambda line: click.echo(line, err=True),
            )
    for line in fetching.summary(outcomes):
        click.echo(line)
    if any(found.state == "fehlgeschlagen" for found in outcomes):
        sys.exit(2)


@contextlib.contextmanager
def _downloads() -> Iterator[Callable[[str, int, int | None], None]]:
    """A bar for each file that is loaded; nothing where the output is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    bars = Progress(
        TextColumn("{task.description:<16}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )
    tasks: dict[str, object] = {}
    with bars:

        def show(layer: str, done: int, total: int | None) -> None:
            if layer not in tasks:
                tasks[layer] = bars.add_task(layer, total=total)
            bars.update(tasks[layer], completed=done, total=total)  # type: ignore[arg-type]

        yield show


class _Number(click.FloatRange):
    """A number within limits; what is none is told in German."""

    def convert(
        self,
        value: Any,  # noqa: ANN401  as click has it
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float:
        """Read it, with decimal point or comma."""
        try:
            number = float(str(value).replace(",", "."))
        except ValueError:
            number = math.nan
        if not float(self.min or 0) <= number <= float(self.max or 0):
            self.fail(f"erwartet wird eine Zahl von {self.min:g} bis {self.max:g}", param, ctx)
        return number


class _ManyFiles(click.Command):
    """Takes several files after one --gtfs, as a shell's * gives them."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Repeat the option before every file that follows it."""
        repeated: list[str] = []
        after = False
        for arg in args:
            if after and not arg.startswith("-"):
                repeated += ["--gtfs"] if repeated[-1] != "--gtfs" else []
            else:
                after = arg == "--gtfs"
            repeated.append(arg)
        return super().parse_args(ctx, repeated)


@cli.command(
    "travel-times", cls=_ManyFiles, short_help="Reisezeiten zwischen beliebigen Orten als Tabelle."
)
@click.option(
    "--origins",
    required=True,
    type=_FILE,
    metavar="DATEI",
    help="Von wo: CSV, Excel oder Parquet mit id, lon, lat (Grad) oder eine Geodatei mit id.",
)
@click.option("--destinations", required=True, type=_FILE, metavar="DATEI", help="Wohin; ebenso.")
@click.option(
    "--out", "-o", required=True, type=_FILE, metavar="DATEI", help="Ergebnis: .parquet oder .csv."
)
@click.option(
    "--modes",
    default="walk,transit",
    show_default=True,
    type=click.Choice(["walk,transit", "walk,transit,on_demand", "walk", "bike", "car"]),
    metavar="ART",
    help="walk,transit | walk,transit,on_demand (mit Rufbus) | walk | bike | car.",
)
@click.option(
    "--gtfs",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="DATEI",
    help="Fahrplan (GTFS); mehrfach möglich.",
)
@click.option(
    "--streets",
    type=_FILE,
    metavar="DATEI",
    help="Straßen: .osm.pbf, .osm, .osm.gz oder .graphml; ohne: Luftlinie mal 1,3.",
)
@click.option(
    "--date",
    type=click.DateTime(["%Y-%m-%d", "%d.%m.%Y"]),
    metavar="TAG",
    help="Verkehrstag, etwa 2026-11-24.",
)
@click.option("--depart", metavar="HH:MM", help="Abfahrt, frühestens.")
@click.option(
    "--arrive-by",
    is_flag=True,
    help="--depart nennt stattdessen die späteste Ankunft; das Fenster endet dann.",
)
@click.option(
    "--window",
    default=60,
    show_default=True,
    type=click.IntRange(1, 24 * 60),
    metavar="MIN",
    help="So viele Minuten ab --depart (mit --arrive-by: bis dahin), jede einzeln.",
)
@click.option(
    "--percentiles",
    default="50",
    show_default=True,
    metavar="P,P",
    help="Über alle Minuten des Fensters; 50 ist der Median.",
)
@click.option(
    "--max-minutes",
    default=120.0,
    show_default=True,
    metavar="MIN",
    type=_Number(1, 24 * 60),
    help="Längere Wege gelten als keine.",
)
@click.option(
    "--max-rides",
    type=click.IntRange(1, 20),
    metavar="N",
    help="Höchstens so viele Fahrten.  [Vorgabe: ohne Grenze]",
)
@click.option(
    "--walk-kmh",
    default=4.8,
    show_default=True,
    type=_Number(0.5, 15),
    metavar="KM/H",
    help="Gehgeschwindigkeit.",
)
@click.option(
    "--max-walk-minutes",
    default=30.0,
    show_default=True,
    metavar="MIN",
    type=_Number(0, 600),
    help="Längster Weg zur und von der Haltestelle; ganz zu Fuß das Doppelte.",
)
def travel_times(**options: Any) -> None:  # noqa: ANN401  click hands them over by name
    """Rechnet Reisezeiten von Tür zu Tür zwischen allen Paaren zweier Listen von Orten.

    Braucht keinen Landkreis-Ordner: OpenStreetMap und GTFS von irgendwo auf der Welt genügen.
    Umsteigen: zu Fuß höchstens 10 Minuten, mindestens eine Minute. Geschrieben wird eine Zeile je
    Paar: from_id, to_id und je Perzentil travel_time_p50_min; leer heißt: kein Weg. Daneben nennt
    eine .json-Datei (zeiten.csv.json) Eingaben, Tag, Methode und alle Hinweise. Eingaben und fremde
    Dateien werden nie ersetzt.

    \b
    Beispiele:
      geo-integration travel-times --gtfs bus.zip bahn.zip --streets ort.osm.pbf \\
        --origins zellen.csv --destinations kurse.csv --date 2026-11-24 --depart 08:00 \\
        --window 120 --percentiles 5,50,95 -o zeiten.parquet
      geo-integration travel-times --modes walk --streets ort.osm.pbf \\
        --origins zellen.gpkg --destinations kurse.csv --max-minutes 45 -o zu_fuss.csv
    """  # noqa: D301  \b is for click
    with plain_errors():
        from geo_integration import matrix
        from geo_integration.inputs.tables import FaultList
        from geo_integration.matrix_notes import say
        from geo_integration.outputs.matrix import SUFFIXES

        out: Path = options["out"]
        if out.suffix.lower() not in SUFFIXES:
            raise click.BadParameter(
                "erwartet wird eine Datei auf .parquet oder .csv", param_hint="-o"
            )
        question = _question(options)
        matrix.check_output(question, out)
        faults = FaultList()
        try:
            with _progress() as progress:
                found = matrix.find_matrix(
                    question,
                    faults=faults,
                    progress=lambda done, total: progress("matrix", done, total),
                )
        except GeoIntegrationError:
            _print_some(list(dict.fromkeys(say(fault) for fault in faults)), err=True)
            raise
        except KeyboardInterrupt:
            click.echo("\nAbgebrochen; es wurde nichts geschrieben.", err=True)
            sys.exit(130)
        about = matrix.write(found, out)
    for line in [*_unused(question), *found.notes]:
        click.echo(line)
    _print_some(found.faults, rest=f"; alle stehen in {about.name}")
    pairs = len(found.origins) * len(found.destinations)
    for name, minutes in found.minutes.items():
        known = int((minutes == minutes).sum())  # noqa: PLR0124  NaN is not equal to itself
        click.echo(f"{name}: {known} von {pairs} Paaren mit Weg")
        if not known:
            click.echo("WARNUNG: kein einziges Paar hat einen Weg; Lage der Orte und Zeit prüfen")
    click.echo(f"Geschrieben: {out} und {about.name}")


def _print_some(lines: list[str], *, rest: str = "", err: bool = False) -> None:
    """Print the first lines, and how many more there are."""
    for line in lines[:SHOWN_NOTES]:
        click.echo(line, err=err)
    if len(lines) > SHOWN_NOTES:
        click.echo(f"… und {len(lines) - SHOWN_NOTES} weitere{rest}", err=err)


def _unused(question: Question) -> list[str]:
    """Options that somebody gave, and that do not count with these modes."""
    ctx = click.get_current_context()
    idle = [] if question.modes not in ("bike", "car") else ["walk_kmh"]
    if not question.by_timetable:
        idle += ["gtfs", "date", "depart", "arrive_by", "window"]
        idle += ["percentiles", "max_rides", "max_walk_minutes"]
    given = [n for n in idle if ctx.get_parameter_source(n) == ParameterSource.COMMANDLINE]
    return [
        f"--{name.replace('_', '-')}: wird mit --modes {question.modes} nicht verwendet"
        for name in given
    ]


def _question(options: dict[str, Any]) -> Question:
    """Turn the options of travel-times into a question."""
    from geo_integration import matrix
    from geo_integration.profile import seconds_of_day

    by_timetable = "transit" in options["modes"]
    missing = [f"--{n}" for n in ("gtfs", "date", "depart") if by_timetable and not options[n]]
    if missing:
        raise click.UsageError(f"Mit {options['modes']} fehlt {', '.join(missing)}")
    try:
        percentiles = tuple(float(p) for p in options["percentiles"].split(","))
        if not all(0 <= p <= 100 for p in percentiles):
            raise ValueError  # noqa: TRY301  told below, as anything else that is no number
    except ValueError as error:
        message = "erwartet werden Zahlen von 0 bis 100 mit Komma dazwischen, etwa 5,50,95"
        raise click.BadParameter(message, param_hint="--percentiles") from error
    columns = [matrix.column_name(p) for p in percentiles]
    if len(set(columns)) < len(columns):
        raise click.BadParameter("eine Zahl steht zweimal da", param_hint="--percentiles")
    depart = options["depart"] or "00:00"
    if not re.fullmatch(r"([01]?\d|2\d|30):[0-5]\d", depart):
        raise click.BadParameter("erwartet wird eine Uhrzeit wie 08:30", param_hint="--depart")
    return matrix.Question(
        origins=options["origins"],
        destinations=options["destinations"],
        modes=options["modes"],
        window=matrix.asked_window(
            seconds_of_day(depart),
            options["window"],
            arrive_by=options["arrive_by"],
            max_s=int(options["max_minutes"] * 60),
            max_rides=options["max_rides"],
        ),
        percentiles=percentiles,
        date=options["date"].date() if options["date"] else None,
        gtfs=options["gtfs"],
        streets=options["streets"],
        walk_kmh=options["walk_kmh"],
        max_walk_min=options["max_walk_minutes"],
    )


def _folder_name(county: str, municipalities: Sequence[str], categories: Sequence[str]) -> Path:
    """Own folder for a selection, so that it never replaces the whole county."""
    from geo_integration.files import slug

    chosen = [slug(name) for name in (*municipalities, *categories)]
    return Path(county) if not chosen else Path(f"{county}-{'-'.join(chosen)}"[:80])


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
    if result.to_check:
        rejected = int((result.faults["severity"] == "rejected").sum())
        console.print(
            f"Eingaben: {rejected} Zeilen nicht übernommen, {len(result.faults) - rejected} "
            f"Hinweise; nur für Sie: {result.to_check}",
            markup=False,
            highlight=False,
        )
    click.echo(f"\nIm Browser öffnen: {result.index.resolve()}")


cli.add_command(offers)
cli.add_command(sheet)
cli.add_command(audit)
cli.add_command(geocode)


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of the command."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    cli(arguments, prog_name="geo-integration")
