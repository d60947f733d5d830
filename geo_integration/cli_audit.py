"""The command that looks through finished outputs before they are published."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from geo_integration.console import plain_errors, settings_of


@click.command(short_help="Fertige Ergebnisse vor dem Veröffentlichen prüfen.")
@click.argument("folder", metavar="ORDNER", type=click.Path(path_type=Path))
@click.option(
    "--county",
    metavar="LANDKREIS",
    help="Auch nach Texten suchen, die in den Eingaben dieses Landkreises vertraulich sind.",
)
def audit(folder: Path, county: str | None) -> None:
    """Prüft alle Dateien eines Ordners, bevor sie veröffentlicht werden.

    Gesucht wird, was nicht hinausgehen darf: kleine Zahlen und solche, die sich ausrechnen lassen,
    Verborgenes in Excel und Word, Namen in Dokumenteigenschaften und Bildern, Seiten, die etwas von
    fremden Servern laden, Pfade dieses Rechners, Reste interner Läufe. Geändert wird nichts.

    Endet mit 0, wenn nichts gefunden wurde (Hinweise zählen nicht), mit 1, wenn etwas nicht
    hinausgehen darf, mit 2, wenn der Ordner oder der Landkreis nicht lesbar ist.

    \b
    Beispiele:
      geo-integration audit maps/friesland --county friesland
      geo-integration audit C:\\Daten\\Kreistag
    """  # noqa: D301  \b is for click
    with plain_errors():
        from geo_integration.audit.folder import audit_folder, summary
        from geo_integration.audit.report import Rules

        rules = secrets = None
        troubles: list[str] = []
        if county is not None:
            from geo_integration.audit.secrets import county_secrets

            settings = settings_of(county)
            stated = settings.disclosure
            rules = Rules(stated.min_count, stated.min_share_base, stated.rounding)
            secrets, troubles = county_secrets(settings)
        report = audit_folder(folder, rules, secrets)
        for name in troubles:
            report.add(
                name, "unreadable", "Eingabe des Landkreises", "nicht lesbar, nichts daraus gesucht"
            )
        for line in report.lines():
            click.echo(line)
        click.echo(summary(report, with_county=county is not None))
        if report.fails:
            sys.exit(1)
