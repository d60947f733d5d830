"""Commands for the list of offers: template, lists to check, answers taken over."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from geo_integration.console import plain_errors, settings_of

if TYPE_CHECKING:
    from collections.abc import Sequence

_COUNTY = click.argument("county", metavar="LANDKREIS")
_DAY = click.option(
    "--date",
    "day",
    type=click.DateTime(["%Y-%m-%d", "%d.%m.%Y"]),
    metavar="TAG",
    help="Tag, der eingetragen wird.  [Vorgabe: heute]",
)


class _InOrder(click.Group):
    """Commands in the order of their use."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return ["template", "send", "merge", "export"]


@click.group(cls=_InOrder, short_help="Angebotsliste: Vorlage, Prüflisten, Rücklauf, Export.")
def offers() -> None:
    """Die Liste der Angebote anlegen, prüfen lassen und den Rücklauf eintragen.

    \b
    Eine Runde der Bestandsaufnahme:
      geo-integration offers template LANDKREIS       leere Vorlage mit Erklärungen
      geo-integration offers send LANDKREIS           je Gemeinde eine Liste zum Prüfen
      geo-integration offers merge LANDKREIS *.xlsx   Antworten eintragen, Konflikte nennen
      geo-integration offers export LANDKREIS         für andere Programme (HSDS 3.0)
    """  # noqa: D301  \b is for click


@offers.command(short_help="Leere Angebotsliste mit Auswahllisten und Erklärungen.")
@_COUNTY
@click.option(
    "--out",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("angebote_vorlage.xlsx"),
    metavar="DATEI",
    help="Name der Datei (.xlsx).  [Vorgabe: angebote_vorlage.xlsx]",
)
def template(county: str, out: Path) -> None:
    """Schreibt eine leere Angebotsliste mit den Kategorien und Gemeinden des Landkreises.

    Eine vorhandene Datei wird nicht überschrieben.
    """
    with plain_errors():
        from geo_integration.errors import OutputError
        from geo_integration.files import beside
        from geo_integration.inputs.county import area_names
        from geo_integration.inputs.offers.template import write_template

        settings = settings_of(county)
        if out.exists():
            raise OutputError(f"{out}: gibt es schon; mit -o einen anderen Namen angeben")
        with beside(out) as part:
            write_template(part, [c.label for c in settings.categories], area_names(settings))
        click.echo(f"Geschrieben: {out}")


@offers.command(short_help="Je Gemeinde oder Träger eine Liste zum Prüfen schreiben.")
@_COUNTY
@click.option(
    "--by",
    type=click.Choice(["municipality", "provider"]),
    default="municipality",
    help="Wer je eine Liste bekommt: Gemeinden (municipality) oder Träger (provider).",
    show_default=True,
)
@click.option(
    "--out",
    "-o",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("pruefung"),
    metavar="ORDNER",
    help="Wohin die Listen kommen.  [Vorgabe: pruefung]",
)
@_DAY
def send(county: str, by: str, out: Path, day: dt.datetime | None) -> None:
    """Schreibt Listen, in denen Gemeinden oder Träger ihre Angebote prüfen.

    Vertrauliche Angebote und interne Bemerkungen stehen in keiner Liste. Die Listen werden per
    E-Mail verschickt; was zurückkommt, trägt 'offers merge' ein.
    """
    with plain_errors():
        from geo_integration.inputs.geocoding.county import municipality_names
        from geo_integration.inputs.offers.review import write_rounds

        settings = settings_of(county)
        path = settings.files("offers")[0]
        files = write_rounds(
            path,
            out,
            by=by,
            county=settings.county.ags,
            on=_day(day),
            locate=lambda offers: municipality_names(settings, offers),
        )
        for file in files:
            click.echo(f"Geschrieben: {file}")
        if others := settings.files("offers")[1:]:
            names = ", ".join(other.name for other in others)
            click.echo(f"Nicht dabei, weil nur die erste Liste geprüft wird: {names}")


@offers.command(short_help="Zurückgekommene Listen in die Angebotsliste eintragen.")
@_COUNTY
@click.argument(
    "files",
    metavar="DATEI...",
    nargs=-1,
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
)
@_DAY
def merge(county: str, files: Sequence[Path], day: dt.datetime | None) -> None:
    """Trägt Antworten in die Angebotsliste ein.

    Eingetragen wird, was nur in der Antwort geändert wurde. Was inzwischen auch in der
    Angebotsliste anders steht, ist ein Konflikt: Er wird genannt, und nichts wird überschrieben.
    Die bisherige Liste liegt danach im Ordner history; offers_history.csv nennt jede Änderung mit
    Tag und Person.
    """
    with plain_errors():
        from geo_integration.inputs.offers.review import CONFLICT, LEFT_OUT, merge_rounds

        settings = settings_of(county)
        path = settings.files("offers")[0]
        merged = merge_rounds(path, files, county=settings.county.ags, on=_day(day))
        records = merged.history.fillna("").to_dict("records")
        for line in records:
            what = f"{line['column']}: {line['before'] or '–'} -> {line['after'] or '–'}"
            text = f"{line['outcome']:<18} {line['offer_id']}  {line['name']}"
            click.echo(f"{text}  {what}" if line["column"] else text)
        for message in merged.refused:
            click.echo(f"NICHT GELESEN  {message}")
        counts = Counter(line["outcome"] for line in records)
        said = ", ".join(f"{name}: {count}" for name, count in counts.items())
        click.echo(f"Zusammen: {said or 'keine Änderungen'}.")
        if counts[CONFLICT]:
            click.echo("Konflikte bitte in der Angebotsliste von Hand entscheiden.")
        if counts[LEFT_OUT]:
            click.echo("Zeilen, die im Rücklauf fehlen, sind unverändert geblieben.")


@offers.command(short_help="Angebote für andere Programme schreiben (HSDS 3.0).")
@_COUNTY
@click.option(
    "--out",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("angebote_hsds.zip"),
    metavar="DATEI",
    help="Name der Datei (.zip).  [Vorgabe: angebote_hsds.zip]",
)
def export(county: str, out: Path) -> None:
    """Schreibt die Angebote als offene Daten: Open Referral HSDS 3.0, Tabellen in einem ZIP.

    Vertrauliche Angebote, Bemerkungen und wer bestätigt hat stehen nicht darin, Koordinaten nur,
    wo der Ort genau bekannt ist.
    """
    with plain_errors():
        from geo_integration.errors import OutputError
        from geo_integration.pipeline import export_offers

        if out.suffix.lower() != ".zip":
            raise OutputError(f"{out}: der Name muss auf .zip enden")
        settings = settings_of(county)
        if out.resolve() in {path.resolve() for path in settings.files("offers")}:
            raise OutputError(f"{out}: ist die Angebotsliste selbst; einen anderen Namen angeben")
        number = export_offers(settings, out)
        click.echo(f"{number} Angebote geschrieben: {out}")


def _day(given: dt.datetime | None) -> dt.date:
    """The day that is entered."""
    return given.date() if given else dt.datetime.now().astimezone().date()
