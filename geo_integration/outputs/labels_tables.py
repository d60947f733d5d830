"""Words of workbooks, GeoPackage and guards: German first, English second."""

from __future__ import annotations

TABLE_WORDS: dict[str, tuple[str, str]] = {
    "sheet.guide": ("Lesehinweis", "Read first"),
    "sheet.figures": ("Kennzahlen", "Key figures"),
    "sheet.areas": ("Gemeinden", "Municipalities"),
    "sheet.reasons": ("Gründe", "Reasons"),
    "sheet.places": ("Ortsteile", "Places"),
    "sheet.losses": ("Verluste", "Losses"),
    "sheet.loss_causes": ("Verlorene Angebote", "Offers lost"),
    "sheet.bands": ("Zeitbänder", "Time bands"),
    "sheet.quality": ("ÖV-Güteklassen", "Transport quality"),
    "quality.A": ("A (höchstrangig)", "A (top)"),
    "quality.B": ("B", "B"),
    "quality.C": ("C", "C"),
    "quality.D": ("D", "D"),
    "quality.E": ("E", "E"),
    "quality.F": ("F", "F"),
    "quality.G": ("G (Grundangebot)", "G (basic)"),
    "quality.none": ("ohne Klasse", "no class"),
    "quality_method.oerok": ("ÖROK (Österreich)", "ÖROK (Austria)"),
    "quality_method.are": (
        "ARE (Schweiz), an Deutschland angepasst",
        "ARE (Switzerland), as adapted to Germany",
    ),
    "sheet.gaps": ("Versorgungslücken", "Underserved areas"),
    "sheet.offers": ("Angebote", "Offers"),
    "sheet.sessions": ("Termine", "Sessions"),
    "sheet.uncounted": ("Nicht gezählt", "Not counted"),
    "sheet.assumptions": ("Annahmen", "Assumptions"),
    "sheet.dates": ("Fahrplantage", "Service dates"),
    "sheet.guards": ("Prüfungen", "Checks"),
    "sheet.supply": ("Plätze", "Capacity"),
    "column.offers_known": ("Angebote mit bekannten Plätzen", "Offers with known places"),
    "column.offers_counted": ("Angebote, die zählen", "Offers that count"),
    "column.places_per_1000": (
        "Plätze je 1.000 Einwohner, die sie erreichen (2SFCA)",
        "Places for 1,000 residents who reach them (2SFCA)",
    ),
    "column.residents_without": ("Einwohner ohne Platz in Reichweite", "Residents with no place"),
    "column.gini": ("Ungleichheit (Gini)", "Inequality (Gini)"),
    "sheet.faults": ("Eingabefehler", "Input faults"),
    "sheet.rejected": ("Nicht übernommen", "Not taken"),
    "sheet.doubtful": ("Mit Hinweisen", "With doubts"),
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
    "column.booked": ("von diesen mit Rufbus", "Of those who reach none: by call-bus"),
    "column.share_covered": ("Anteil", "Share"),
    "column.place": ("Ortsteil", "Place"),
    "column.residents_counted": ("Einwohner (gezählt)", "Residents (counted)"),
    "column.covered_first": ("erreichen ein Angebot: {day}", "Reach an offer: {day}"),
    "column.lost": ("davon nicht an diesem Tag", "Of these not on this day"),
    "column.lost_paused": (
        "weil ihre Angebote dann nicht stattfinden",
        "Because their offers do not take place then",
    ),
    "column.lost_no_way": ("weil die Fahrt fehlt", "Because the ride is missing"),
    "column.gained": ("nur an diesem Tag", "On this day only"),
    "column.why": ("Was fehlt", "What is missing"),
    "loss.paused": ("das Angebot", "the offer"),
    "loss.no_way": ("die Fahrt", "the ride"),
    "column.fit": ("passt nicht, weil", "Does not suit because"),
    "misfit.women_only": ("nur für Frauen", "women only"),
    "misfit.age": ("nicht für jedes Alter der Zielgruppe", "not for all ages of the group"),
    "misfit.level": ("anderes Sprachniveau", "other language level"),
    "misfit.language": ("andere Sprache", "other language"),
    "misfit.admission": ("Zulassung nötig", "admission needed"),
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
    "assumption.max_way": (
        "längere Wege werden nicht gesucht, Minuten",
        "longer ways are not looked for, minutes",
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
    "assumption.quality_oerok": (
        (
            "Verfahren der ÖROK (Österreich), Tabellen aus zweiter Hand: Abfahrten von 6 bis 20 "
            "Uhr ohne Rufbus, Fußweg bis 1250 m; sagt nichts über Kurszeiten und Rückfahrt"
        ),
        (
            "Method of the Austrian ÖROK, tables second-hand: departures from 6 to 20 without "
            "call-buses, up to 1250 m on foot; says nothing of course times or the way home"
        ),
    ),
    "assumption.quality_are": (
        (
            "Verfahren des ARE (Schweiz), an Deutschland angepasst, Tabellen aus zweiter Hand: "
            "Abfahrten von 6 bis 20 Uhr ohne Rufbus, Luftlinie bis 1000 m; sagt nichts über "
            "Kurszeiten und Rückfahrt"
        ),
        (
            "Method of the Swiss ARE, as adapted to Germany, tables second-hand: departures from "
            "6 to 20 without call-buses, up to 1000 m by straight line; says nothing of course "
            "times or the way home"
        ),
    ),
    "naming.both": (" und ", " and "),
    "naming.more": ("{names} und weitere Orte", "{names} and other places"),
    "naming.near": ("bei {name}", "near {name}"),
    "naming.around": ("Gebiet um {name}", "Area around {name}"),
    "naming.areas": ("{n} Gemeinden", "{n} municipalities"),
    "walking.straight": (
        "Luftlinie mal Umwegfaktor {factor}; es ist kein Straßennetz geladen",
        "straight line times detour factor {factor}; no streets are loaded",
    ),
    "walking.streets": ("über das Straßennetz {file}", "over the street network {file}"),
    "guard.residents_total": (
        "Gerechnet: {count} Einwohner in {detail} Zellen",
        "Computed: {count} residents in {detail} cells",
    ),
    "guard.groups_withheld": (
        (
            "Zahlen von Gruppen, die fehlen, weil sie klein sind oder kleine verraten: "
            "{count} von {detail}"
        ),
        (
            "Numbers of groups that are missing, being small or telling small ones: {count} of "
            "{detail}"
        ),
    ),
    "guard.need_negative": (
        "{detail}: in {count} Zellen gibt die Formel weniger als 0; dort wird 0 gerechnet",
        "{detail}: in {count} cells the formula gives less than 0, which is taken as 0",
    ),
    "guard.need_filled": (
        "{detail}: in {count} Zellen fehlt eine kleine Zahl (geheim oder 0); sie wird geschätzt",
        "{detail}: in {count} cells a small number is missing (secret or 0), which is estimated",
    ),
    "guard.need_unknown": (
        (
            "{detail}: in {count} Zellen fehlt eine Zahl; dort wird mit dem Anteil der Gemeinde "
            "gerechnet"
        ),
        "{detail}: in {count} cells a number is missing; the municipality's rate is taken",
    ),
    "guard.need_even": (
        (
            "{detail}: die Formel gibt in ganzen Gemeinden 0, obwohl die Summe größer ist; in "
            "{count} Zellen wird nach Einwohnern verteilt"
        ),
        (
            "{detail}: the formula gives 0 in whole municipalities although the total is greater; "
            "in {count} cells it is spread by residents"
        ),
    ),
    "guard.need_above": (
        "{detail}: in {count} Zellen ergibt die Schätzung mehr Personen, als dort wohnen",
        "{detail}: in {count} cells the estimate gives more people than live there",
    ),
    "guard.group_unused": (
        "Gruppen in county.toml, die keine Kategorie nennt (group = …): {detail}",
        "Groups in county.toml that no category names (group = …): {detail}",
    ),
    "guard.groups_exposed": (
        (
            "Personen in kleinen Zahlen, die sich schon aus früheren Veröffentlichungen errechnen "
            "lassen: {count}. Mit der oder dem Datenschutzbeauftragten besprechen"
        ),
        (
            "People in small numbers that earlier publications tell already: {count}. Talk "
            "to the data protection officer"
        ),
    ),
    "guard.cells_withheld": (
        (
            "Zellen mit zu wenigen Einwohnern, zurückgehalten: {count} "
            "({detail} Einwohner, in keiner anderen Zahl enthalten)"
        ),
        "Cells with too few residents, withheld: {count} ({detail} residents, in no other count)",
    ),
    "guard.feed_validity": ("Fahrplan gültig: {detail}", "Timetable valid: {detail}"),
    "guard.no_timetable": (
        "Kein Fahrplan im Profil: nur Fußwege sind gerechnet",
        "No timetable in the profile: walking only",
    ),
    "guard.thin_dates": (
        (
            "Tage im Fahrplan mit weniger als 70 % der Fahrten, die an solchen Tagen üblich sind: "
            "{count} ({detail})"
        ),
        (
            "Days in the timetable with less than 70 % of the trips usual on such days: {count} "
            "({detail})"
        ),
    ),
    "guard.thin_operators": (
        (
            "Betreiber, deren Fahrten an manchen Tagen ganz oder zu mehr als 30 % fehlen: {count} "
            "(Betreiber: Tage, der erste: {detail})"
        ),
        (
            "Operators of whose trips all or more than 30 % are missing on some days: {count} "
            "(operator: days, the first: {detail})"
        ),
    ),
    "guard.lone_date": (
        (
            "Gewählte Fahrplantage, die die einzigen ihrer Art sind (ob sie üblich sind, ist nicht "
            "zu prüfen): {count} ({detail})"
        ),
        (
            "Service dates that are the only ones of their kind in the timetable, so nothing tells "
            "whether they are typical: {count} ({detail})"
        ),
    ),
    "guard.atypical_date": (
        "Gewählte Fahrplantage, die um mehr als 30 % vom Üblichen abweichen: {count} ({detail})",
        "Chosen service dates that differ from the usual by more than 30 %: {count} ({detail})",
    ),
    "guard.varying_lines": (
        "Linien, die von Tag zu Tag anders fahren, etwa nach der Tide: {count} ({detail})",
        "Lines that run differently from day to day, by the tide, say: {count} ({detail})",
    ),
    "guard.no_service": (
        "Ausgewählte Tage ganz ohne Verkehr: {count} ({detail}); dort zählen nur Fußwege",
        "Chosen dates without any service: {count} ({detail}); walking only on these",
    ),
    "guard.lent_date": (
        (
            "Wochentage, die im Fahrplan nicht vorkommen und nach einem anderen gerechnet sind: "
            "{count} ({detail})"
        ),
        "Weekdays that do not occur in the timetable and go by another: {count} ({detail})",
    ),
    "guard.on_demand_lines": (
        "Als Rufbus erkannte Linien: {count} ({detail})",
        "Lines taken as call-buses: {count} ({detail})",
    ),
    "guard.cells_without_stop": (
        "Bewohnte Zellen ohne Haltestelle in Gehweite: {count} ({detail} Einwohner)",
        "Populated cells without a stop within walking distance: {count} ({detail} residents)",
    ),
    "guard.cells_off_street": (
        "Bewohnte Zellen zu weit von jeder Straße, ohne Fußwege: {count} ({detail} Einwohner)",
        "Populated cells too far from any street, without walks: {count} ({detail} residents)",
    ),
    "guard.cells_on_islands": (
        "Bewohnte Zellen an Wegen ohne Verbindung zum übrigen Netz: {count} ({detail} Einwohner)",
        "Populated cells on paths cut off from the other streets: {count} ({detail} residents)",
    ),
    "guard.offers_on_islands": (
        "Gezählte Angebote an Wegen ohne Verbindung zum übrigen Netz: {count} ({detail})",
        "Counted offers on paths cut off from the other streets: {count} ({detail})",
    ),
    "guard.stops_on_islands": (
        "Haltestellen an Wegen ohne Verbindung zum übrigen Netz: {count} von {detail}",
        "Stops on paths cut off from the other streets: {count} of {detail}",
    ),
    "guard.stops_off_street": (
        "Haltestellen zu weit von jeder Straße, zu Fuß nicht erreichbar: {count} von {detail}",
        "Stops too far from any street, not reached on foot: {count} of {detail}",
    ),
    "guard.offers_off_street": (
        "Gezählte Angebote zu weit von jeder Straße: {count} ({detail})",
        "Counted offers too far from any street: {count} ({detail})",
    ),
    "guard.offers_uncounted": (
        "Nicht gezählte Angebote: {count} ({detail})",
        "Offers that are not counted: {count} ({detail})",
    ),
    "guard.offers_outside": (
        "Gezählte Angebote außerhalb des Landkreises: {count}",
        "Counted offers outside the county: {count}",
    ),
    "guard.offers_doubtful": (
        "Gezählte Angebote, deren Ort niemand bestätigt hat: {count} ({detail})",
        "Counted offers whose place nobody has confirmed: {count} ({detail})",
    ),
    "guard.offers_untimed": (
        "Angebote ohne bekannte Zeiten, gezählt mit dem mittleren Hinweg: {count} ({detail})",
        "Offers without known times, counted by their median way out: {count} ({detail})",
    ),
    "guard.sessions_outside_rule": (
        (
            "Termine vor dem frühesten Aufbruch oder nach der spätesten Heimkehr, für niemanden "
            "erreichbar: {count} ({detail})"
        ),
        (
            "Sessions before earliest departure or after latest return, out of reach for all: "
            "{count} ({detail})"
        ),
    ),
    "guard.nobody_reached": (
        "Von niemandem erreicht: {count} Paare aus Kategorie und Tag ({detail})",
        "Reached by nobody: {count} pairs of category and day ({detail})",
    ),
    "guard.same_on_days": (
        (
            "Ergebnisse völlig gleich an: {detail}. Unterscheidet der Fahrplan diese Tage wirklich "
            "nicht?"
        ),
        "Results identical on: {detail}. Does the timetable really not tell these days apart?",
    ),
    "guard.rejected_rows": (
        "Zeilen der Eingaben, die nicht übernommen sind: {count}",
        "Input rows that were not taken: {count}",
    ),
}
