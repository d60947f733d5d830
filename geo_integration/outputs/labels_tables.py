"""Words of workbooks, GeoPackage and guards: German first, English second."""

from __future__ import annotations

TABLE_WORDS: dict[str, tuple[str, str]] = {
    "sheet.guide": ("Lesehinweis", "Read first"),
    "sheet.figures": ("Kennzahlen", "Key figures"),
    "sheet.areas": ("Gemeinden", "Municipalities"),
    "sheet.bands": ("Zeitbänder", "Time bands"),
    "sheet.gaps": ("Versorgungslücken", "Underserved areas"),
    "sheet.offers": ("Angebote", "Offers"),
    "sheet.sessions": ("Termine", "Sessions"),
    "sheet.uncounted": ("Nicht gezählt", "Not counted"),
    "sheet.assumptions": ("Annahmen", "Assumptions"),
    "sheet.dates": ("Fahrplantage", "Service dates"),
    "sheet.guards": ("Prüfungen", "Checks"),
    "sheet.faults": ("Eingabefehler", "Input faults"),
    "sheet.sources": ("Quellen", "Sources"),
    "column.area": ("Gemeinde", "Municipality"),
    "column.area_id": ("Schlüssel", "Key"),
    "column.category": ("Kategorie", "Category"),
    "column.field": ("Handlungsfeld", "Field of action"),
    "column.day_type": ("Tag", "Day"),
    "column.residents": ("Einwohner", "Residents"),
    "column.residents_model": ("Einwohner (Modell)", "Residents (model)"),
    "column.covered": ("erreichen ein Angebot", "Reach an offer"),
    "column.uncovered": ("erreichen keines", "Reach none"),
    "column.booked": ("davon nur mit Rufbus", "Of these by call-bus only"),
    "column.share_covered": ("Anteil", "Share"),
    "column.band": ("bis Minuten je Weg", "Up to minutes each way"),
    "column.within": ("Einwohner darin", "Residents within"),
    "column.rank": ("Rang", "Rank"),
    "column.gap": ("Gebiet", "Area"),
    "column.gap_id": ("Kennung", "Id"),
    "column.cells": ("Zellen", "Cells"),
    "column.reason": ("Hauptgrund", "Main reason"),
    "column.nearest": ("nächstes Angebot", "Nearest offer"),
    "column.minutes": ("Minuten im Mittel", "Minutes on average"),
    "column.offer_id": ("Nr", "No."),
    "column.name": ("Name", "Name"),
    "column.provider": ("Träger", "Provider"),
    "column.times": ("Termine", "Times"),
    "column.counted": ("gezählt", "Counted"),
    "column.grade": ("Ortsangabe", "Location"),
    "column.located_by": ("gefunden durch", "Found by"),
    "column.note": ("Hinweis", "Note"),
    "column.weekday": ("Wochentag", "Weekday"),
    "column.date": ("Datum", "Date"),
    "column.trips": ("Fahrten", "Trips"),
    "column.trips_median": ("übliche Zahl (Median)", "Usual number (median)"),
    "column.candidates": ("Tage zur Auswahl", "Days to choose from"),
    "column.check": ("Prüfung", "Check"),
    "column.level": ("Art", "Kind"),
    "column.file": ("Datei", "File"),
    "column.row": ("Zeile", "Row"),
    "column.column": ("Spalte", "Column"),
    "column.found": ("gefunden", "Found"),
    "column.message": ("Meldung", "Message"),
    "column.severity": ("Folge", "Effect"),
    "column.assumption": ("Annahme", "Assumption"),
    "column.value": ("Wert", "Value"),
    "column.layer": ("Ebene", "Layer"),
    "column.source": ("Quelle", "Source"),
    "column.licence": ("Lizenz", "Licence"),
    "column.attribution": ("Namensnennung", "Attribution"),
    "column.status": ("Art der Daten", "Kind of data"),
    "severity.rejected": ("Zeile nicht übernommen", "Row not taken"),
    "severity.warning": ("Hinweis", "Warning"),
    "level.info": ("Auskunft", "Information"),
    "level.warning": ("Warnung", "Warning"),
    "county.total": ("Landkreis gesamt", "Whole county"),
    "county.selection": ("Auswahl gesamt", "Whole selection"),
    "guide.title": (
        "{name}: Erreichbarkeit von Integrationsangeboten",
        "{name}: access to integration offers",
    ),
    "guide.selection": (
        "Auswahl: {names}. Nur dafür wurde gerechnet.",
        "Selection: {names}. Nothing else was computed.",
    ),
    "guide.what": (
        (
            "Gezählt sind Einwohner, die mindestens ein Angebot der Kategorie hin und "
            "zurück erreichen: zu Fuß oder mit Bus, Bahn und Fähre, rechtzeitig vor "
            "Beginn, und nach dem Ende wieder nach Hause."
        ),
        (
            "Counted are residents who reach at least one offer of the category, there "
            "and back: on foot or by bus, train and ferry, in time for the start, and "
            "home again after the end."
        ),
    ),
    "column.withheld": ("in keiner Zahl (geheim)", "In no count (withheld)"),
    "guard.cells_withheld": (
        (
            "{count} Zellen mit zu wenigen Einwohnern sind zurückgehalten ({detail} Einwohner, "
            "in keiner anderen Zahl enthalten)"
        ),
        "{count} cells with too few residents are withheld ({detail} residents, in no other count)",
    ),
    "guide.withheld": (
        (
            "Zellen mit weniger als {k} Einwohnern, und solche, aus denen man sie errechnen "
            "könnte, sind zurückgehalten: Ihre Einwohner stehen nur in der Gesamtzahl. Anteile "
            "erst ab {base} gezählten Einwohnern."
        ),
        (
            "Cells with fewer than {k} residents, and those from which they could be computed, are "
            "withheld: their residents are in the total only. Shares only from {base} counted "
            "residents."
        ),
    ),
    "guide.run": ("Lauf {run}, Verfahren {version}.", "Run {run}, method {version}."),
    "assumption.max_minutes": (
        "längster Weg, Minuten (hin, zurück je)",
        "longest way, minutes (each)",
    ),
    "assumption.max_minutes_category": (
        "längster Weg, Minuten: {name}",
        "longest way, minutes: {name}",
    ),
    "assumption.max_wait": (
        "längste Wartezeit am Ort, Minuten",
        "longest wait at the venue, minutes",
    ),
    "assumption.earliest": ("frühester Aufbruch", "earliest departure"),
    "assumption.latest": ("späteste Heimkehr", "latest return"),
    "assumption.visit": ("kürzester Besuch offener Angebote, Minuten", "shortest visit, minutes"),
    "assumption.walking": ("Gehwege", "Walking"),
    "assumption.speed": ("Gehgeschwindigkeit, km/h", "walking speed, km/h"),
    "assumption.direct": (
        "längster Fußweg von Tür zu Tür, Minuten",
        "longest walk door to door, minutes",
    ),
    "assumption.access": (
        "längster Fußweg zur Haltestelle, Minuten",
        "longest walk to a stop, minutes",
    ),
    "assumption.transfer": (
        "längster Fußweg beim Umsteigen, Minuten",
        "longest transfer walk, minutes",
    ),
    "assumption.buffer": ("Mindestzeit beim Umsteigen, Sekunden", "least transfer time, seconds"),
    "assumption.window": (
        "Abfahrten für Angebote ohne Zeiten",
        "departures for offers without times",
    ),
    "assumption.source": ("Quelle der Regel", "source of the rule"),
    "walking.straight": (
        "Luftlinie mal Umwegfaktor {factor}; es ist kein Straßennetz geladen",
        "straight line times detour factor {factor}; no streets are loaded",
    ),
    "walking.streets": ("über das Straßennetz {file}", "over the street network {file}"),
    "guard.feed_validity": ("Fahrplan gültig {detail}", "Timetable valid {detail}"),
    "guard.no_timetable": (
        "Kein Fahrplan im Profil: nur Fußwege sind gerechnet",
        "No timetable in the profile: walking only",
    ),
    "guard.thin_dates": (
        (
            "{count} Tage im Fahrplan haben weniger als 70 % der Fahrten, die an "
            "solchen Tagen üblich sind ({detail})"
        ),
        (
            "{count} days in the timetable have less than 70 % of the trips usual on "
            "such days ({detail})"
        ),
    ),
    "guard.atypical_date": (
        "{count} gewählte Fahrplantage weichen um mehr als 30 % vom Üblichen ab ({detail})",
        "{count} chosen service dates differ from the usual by more than 30 % ({detail})",
    ),
    "guard.cells_without_stop": (
        "{count} bewohnte Zellen haben keine Haltestelle in Gehweite ({detail} Einwohner)",
        "{count} populated cells have no stop within walking distance ({detail} residents)",
    ),
    "guard.cells_off_street": (
        (
            "{count} bewohnte Zellen liegen zu weit von jeder Straße ({detail} "
            "Einwohner); dort sind keine Fußwege gerechnet"
        ),
        "{count} populated cells are too far from any street ({detail} residents); no walks there",
    ),
    "guard.offers_off_street": (
        "{count} gezählte Angebote liegen zu weit von jeder Straße ({detail})",
        "{count} counted offers are too far from any street ({detail})",
    ),
    "guard.offers_uncounted": (
        "{count} Angebote sind nicht gezählt ({detail})",
        "{count} offers are not counted ({detail})",
    ),
    "guard.offers_outside": (
        "{count} gezählte Angebote liegen außerhalb des Landkreises und zählen mit",
        "{count} counted offers lie outside the county and count",
    ),
    "guard.offers_untimed": (
        "{count} Angebote ohne bekannte Zeiten zählen mit dem mittleren Hinweg ({detail})",
        "{count} offers without known times count by their median way out ({detail})",
    ),
    "guard.sessions_outside_rule": (
        (
            "{count} Termine liegen außerhalb von frühestem Aufbruch und spätester "
            "Heimkehr ({detail}); sie kann niemand mit Bus und Bahn erreichen"
        ),
        (
            "{count} sessions lie outside earliest departure and latest return "
            "({detail}); nobody can reach them"
        ),
    ),
    "guard.nobody_reached": (
        "{count} Kombinationen aus Kategorie und Tag erreicht niemand ({detail})",
        "{count} combinations of category and day are reached by nobody ({detail})",
    ),
    "guard.same_on_days": (
        (
            "Die Ergebnisse sind an diesen Tagen völlig gleich: {detail}. Unterscheidet "
            "der Fahrplan sie wirklich nicht?"
        ),
        (
            "Results are identical on these days: {detail}. Does the timetable really "
            "not tell them apart?"
        ),
    ),
    "guard.rejected_rows": (
        "{count} Zeilen der Eingaben sind nicht übernommen; sie stehen in den Tabellen",
        "{count} input rows were not taken; they are listed in the tables",
    ),
    "guard.residents_total": (
        "{count} Einwohner in {detail} Zellen sind gerechnet",
        "{count} residents in {detail} cells",
    ),
}
