"""Commands for doubtful places of offers: list them, take over what was decided."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from geo_integration.console import plain_errors, settings_of

_COUNTY = click.argument("county", metavar="LANDKREIS")
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group(short_help="Unsichere Orte von Angeboten prüfen und bestätigen.")
def geocode() -> None:
    """Die Orte von Angeboten, die unsicher sind, prüfen und bestätigen.

    \b
      geo-integration geocode review LANDKREIS           Liste mit Vorschlägen schreiben
      geo-integration geocode confirm LANDKREIS DATEI    ausgefüllte Liste einlesen
    """  # noqa: D301  \b is for click


@geocode.command(short_help="Liste der unsicheren Orte schreiben.")
@_COUNTY
@click.option(
    "--out",
    "-o",
    type=_FILE,
    metavar="DATEI",
    help="Name der Liste.  [Vorgabe: geocoding_review.xlsx im Ordner des Landkreises]",
)
def review(county: str, out: Path | None) -> None:
    """Schreibt eine Excel-Liste der Angebote, deren Ort unsicher ist, mit Vorschlägen.

    Eine Liste gleichen Namens wird überschrieben.
    """
    with plain_errors():
        from geo_integration.inputs.geocoding.county import review_county
        from geo_integration.inputs.geocoding.review import REVIEW
        from geo_integration.inputs.tables import FaultList

        settings, faults = settings_of(county), FaultList()
        path = settings.folder / REVIEW if out is None else out
        count = review_county(settings, path, faults)
    click.echo(f"{count} Angebote mit unsicherem Ort: {path}")


@geocode.command(short_help="Eine ausgefüllte Liste einlesen.")
@_COUNTY
@click.argument("file", metavar="DATEI", type=_FILE)
@click.option("--by", default="", metavar="KÜRZEL", help="Wer bestätigt, falls nicht angegeben.")
def confirm(county: str, file: Path, by: str) -> None:
    """Liest die ausgefüllte Liste ein und merkt sich bestätigte Orte in geocoding.csv."""
    with plain_errors():
        from geo_integration.inputs.geocoding.county import confirm_county
        from geo_integration.inputs.tables import FaultList

        settings, faults = settings_of(county), FaultList()
        today = dt.datetime.now(tz=dt.UTC).astimezone().date()
        count = confirm_county(settings, file, faults, by=by, today=today)
    for fault in faults:
        where = f"Zeile {fault['row']}: " if fault["row"] else ""
        click.echo(f"HINWEIS  {fault['file']}, {where}{fault['message']} ({fault['found']})")
    click.echo(f"{count} Orte neu bestätigt: {settings.folder / 'geocoding.csv'}")
