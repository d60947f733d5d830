"""Words of the interactive page: German first, English second."""

from __future__ import annotations

_VIEWS: dict[str, tuple[str, str]] = {
    "control.view": ("Darstellung", "Display"),
    "control.mode": ("Unterwegs", "By"),
    "control.way": ("Weg", "Way"),
    "control.limit": ("Höchstens je Weg", "At most each way"),
    "control.compare": ("Vergleichen mit", "Compare with"),
    "control.compare_none": ("– kein Vergleich –", "– no comparison –"),
    "view.time": ("Minuten von Tür zu Tür", "Minutes from door to door"),
    "view.why": ("Erreichbar, oder warum nicht", "Within reach, or why not"),
    "view.lost": ("Verlust gegenüber: {first}", "Lost compared with: {first}"),
    "view.quality": ("ÖV-Güteklasse", "Public transport quality"),
    "view.supply": ("Plätze je 1.000 Einwohner", "Places for 1,000 residents"),
    "mode.transit": ("Bus, Bahn, Fähre, zu Fuß", "Bus, train, ferry, on foot"),
    "mode.booked": ("auch mit bestelltem Rufbus", "also by booked call-bus"),
    "mode.walk": ("nur zu Fuß", "on foot only"),
    "mode.bike": ("mit dem Fahrrad", "by bicycle"),
    "mode.car": ("mit dem Auto", "by car"),
    "way.both": ("hin und zurück", "there and back"),
    "way.out": ("nur hin", "there only"),
    "way.back": ("nur zurück", "back only"),
    "legend.people": ("{people}", "{people}"),
    "legend.coarse": (
        "In diesem Maßstab stehen je 5 × 5 Zellen als eine: die Klasse der meisten Einwohner.",
        "At this scale 5 × 5 cells stand as one: the class that most residents have.",
    ),
    "legend.kept": ("erreichbar, wie {first}", "within reach, as on {first}"),
    "legend.gained": ("nur {day} erreichbar", "within reach on {day} only"),
    "legend.lost": ("{first} erreichbar, {day} nicht", "within reach on {first}, not on {day}"),
    "legend.never": ("an beiden Tagen nicht", "on neither day"),
    "legend.both": ("beides: {one}, {other}", "both: {one}, {other}"),
    "legend.only": ("nur {what}", "{what} only"),
    "legend.neither": ("keines von beiden", "neither"),
    "legend.quality": ("Güteklasse {letter}", "Class {letter}"),
    "legend.quality_none": ("keine Güteklasse", "no class"),
    "legend.supply_from": ("ab {n}", "from {n}"),
    "legend.supply_little": ("weniger", "fewer"),
    "legend.supply_nothing": ("kein Platz in Reichweite", "no place within reach"),
    "legend.supply_unknown": ("Plätze nicht bekannt", "places not known"),
    "headline.main": (
        "der {residents} {people} erreichen ein Angebot {how}.",
        "of the {residents} {people} reach an offer {how}.",
    ),
    "headline.uncovered": ("Für {n} gilt das nicht.", "{n} do not."),
    "card.quality": ("ÖV-Güteklasse {letter}", "Public transport class {letter}"),
    "card.quality_none": ("ohne ÖV-Güteklasse", "No public transport class"),
    "headline.compared": (
        "Zum Vergleich – {other}: {share} ({n}).",
        "Compared with {other}: {share} ({n}).",
    ),
    "headline.compared_withheld": (
        "Zum Vergleich – {other}: zu wenige für einen Anteil.",
        "Compared with {other}: too few for a share.",
    ),
    "headline.changed": (
        " · hier umgestellt; im Bericht: mit Bus und Bahn hin und zurück in {limit} Minuten",
        " · changed here; in the report: by bus and train there and back in {limit} minutes",
    ),
    "headline.both": (
        "{mode} hin und zurück in höchstens {minutes} Minuten je Weg",
        "{mode} there and back in at most {minutes} minutes each way",
    ),
    "headline.out": (
        "{mode} rechtzeitig in höchstens {minutes} Minuten",
        "{mode} in time in at most {minutes} minutes",
    ),
    "headline.back": (
        "so, dass sie {mode} danach in höchstens {minutes} Minuten nach Hause kommen",
        "from which they get home {mode} in at most {minutes} minutes",
    ),
    "headline.one": (
        "{mode} in höchstens {minutes} Minuten",
        "{mode} in at most {minutes} minutes",
    ),
    "by.transit": ("mit Bus, Bahn, Fähre oder zu Fuß", "by bus, train, ferry or on foot"),
    "by.booked": (
        "mit Bus, Bahn, Fähre, bestelltem Rufbus oder zu Fuß",
        "by bus, train, ferry, booked call-bus or on foot",
    ),
    "by.walk": ("zu Fuß", "on foot"),
    "by.bike": ("mit dem Fahrrad", "by bicycle"),
    "by.car": ("mit dem Auto", "by car"),
    "detail.label": ("Auswahl, Lücken, Angebote", "Selection, underserved areas, offers"),
    "tab.card": ("Auswahl", "Selection"),
    "tab.gaps": ("Lücken", "Underserved"),
    "tab.offers": ("Angebote", "Offers"),
    "page.print": ("Drucken", "Print"),
    "page.other_language": ("English", "Deutsch"),
    "page.print_dates": ("Fahrplan vom {list}", "Timetable of {list}"),
    "search.label": (
        "Ort, Haltestelle oder Angebot suchen",
        "Search for a place, stop or offer",
    ),
    "search.label_addresses": (
        "Adresse, Ort, Haltestelle oder Angebot suchen",
        "Search for an address, place, stop or offer",
    ),
    "search.place": ("Ort", "Place"),
    "search.address": ("Adresse", "Address"),
    "search.street": ("Straße", "Street"),
    "search.point": ("Koordinaten", "Coordinates"),
    "search.coordinates": ("{north} Nord, {east} Ost", "{north} north, {east} east"),
    "search.missing": ("Nr. {asked} fehlt im Verzeichnis", "no. {asked} is not in the list"),
    "search.other_town": ("anderer Ort", "another town"),
    "search.astray": (
        "Im eingegebenen Ort steht diese Straße nicht im Verzeichnis; gezeigt ist {text}.",
        "The town you typed has no such street in the list; shown is {text}.",
    ),
    "search.no_number": (
        "Hausnummer {asked} nicht gefunden; gezeigt ist Nr. {shown}.",
        "House number {asked} not found; shown is no. {shown}.",
    ),
    "search.middle": (
        "Gezeigt ist die Mitte der Straße; mit Hausnummer wird es genau.",
        "Shown is the middle of the street; a house number makes it exact.",
    ),
    "search.nearby": (
        "Die Adresse liegt in keiner bewohnten Zelle; gezeigt ist die nächste (bis 300 m).",
        "The address lies in no inhabited cell; shown is the nearest one, at most 300 m away.",
    ),
    "search.no_cell": (
        "Diese Adresse liegt in keiner bewohnten Zelle, auch nicht im Umkreis von 300 m.",
        "This address lies in no inhabited cell, nor is there one within 300 m.",
    ),
    "search.no_cell_here": (
        "Diese Adresse liegt in keiner Zelle dieser Seite; bitte im ganzen Landkreis suchen.",
        "This address lies in no cell of this page; please search on the page of the county.",
    ),
    "search.nearest": (
        "Dort wohnt niemand; gezeigt ist die nächste bewohnte Zelle, etwa {metres} m entfernt.",
        "Nobody lives there; shown is the nearest inhabited cell, about {metres} m away.",
    ),
    "search.elsewhere": (
        "Das liegt in {name}, außerhalb dieser Seite.",
        "That lies in {name}, beyond this page.",
    ),
    "search.beyond": ("Das liegt außerhalb von {name}.", "That lies outside {name}."),
    "search.swapped": (
        "Breite und Länge waren vertauscht.",
        "Latitude and longitude were exchanged.",
    ),
    "search.stop": ("Haltestelle", "Stop"),
    "search.offer": ("Angebot", "Offer"),
    "search.found": ("{n} Treffer", "{n} found"),
    "search.none": ("nichts gefunden", "nothing found"),
    "search.outside": (
        "Dort wohnt niemand, auch nicht im Umkreis von {metres} m.",
        "Nobody lives there, nor within {metres} m.",
    ),
    "background.label": ("Hintergrundkarte aus dem Internet", "Background map from the internet"),
    "background.note": (
        (
            "Beim Einschalten lädt Ihr Browser Kartenbilder von {host}. Dieser Server sieht dann "
            "Ihre IP-Adresse und welchen Ausschnitt Sie ansehen. Vorher wird nichts geladen, und "
            "nichts wird gemerkt: Auf der nächsten Seite ist die Karte wieder aus."
        ),
        (
            "When switched on, your browser loads pictures from {host}. That server then sees "
            "your IP address and which part of the map you look at. Nothing is loaded before, and "
            "nothing is remembered: on the next page the map is off again."
        ),
    ),
    "background.failed": (
        "Die Karte aus dem Internet lässt sich nicht laden und ist wieder aus.",
        "The map from the internet cannot be loaded and is off again.",
    ),
    "background.credit": ("Hintergrund: {text}", "Background: {text}"),
    "filter.text": ("Suche in den Angeboten", "Search the offers"),
    "filter.weekday": ("Wochentag", "Weekday"),
    "filter.from": ("Beginn ab", "Begins from"),
    "filter.language": ("Sprache", "Language"),
    "filter.level": ("Niveau", "Level"),
    "filter.group": ("Zielgruppe", "Target group"),
    "filter.any": ("alle", "all"),
    "filter.barrier_free": ("barrierefrei", "step-free"),
    "filter.childcare": ("mit Kinderbetreuung", "with childcare"),
    "filter.women_only": ("nur für Frauen", "women only"),
    "filter.stale": ("seit sechs Monaten nicht bestätigt", "not confirmed for six months"),
    "filter.everything": ("alle Kategorien", "all categories"),
    "filter.free": ("nicht ausgebucht", "not full"),
    "filter.reset": ("Filter zurücksetzen", "Reset filters"),
    "filter.found": ("{n} von {all} Angeboten", "{n} of {all} offers"),
    "filter.more": ("… und {n} weitere: bitte filtern", "… and {n} more: please filter"),
    "filter.not_on_map": ("nicht auf der Karte", "not on the map"),
    "filter.note": (
        "Filter wirken auf Liste und Zeichen; gerechnet ist mit allen Angeboten.",
        "Filters choose list and symbols; what is computed counts all offers.",
    ),
    "csv.download_areas": ("Tabelle als CSV", "Table as CSV"),
    "csv.download_cells": ("Alle Zellen als CSV", "All cells as CSV"),
    "csv.download_gaps": ("Lücken als CSV", "Areas as CSV"),
    "csv.download_offers": ("Angebote als CSV", "Offers as CSV"),
    "csv.cells": ("Gitterzellen", "Grid cells"),
    "csv.class": ("Klasse", "Class"),
    "csv.out": ("Minuten hin", "Minutes there"),
    "csv.back": ("Minuten zurück", "Minutes back"),
    "csv.reason": ("Grund", "Reason"),
    "csv.rank": ("Rang", "Rank"),
    "csv.gap": ("Gebiet", "Area"),
    "csv.nearest": ("nächstes Angebot", "nearest offer"),
    "csv.minutes": ("Minuten", "Minutes"),
    "line.visits": (
        "Besuch möglich: frühestens ab {first}, spätestens bis {last} Uhr",
        "visit possible: from {first} at the earliest, until {last} at the latest",
    ),
    "line.session": ("{day} {start}–{end} Uhr", "{day} {start}–{end}"),
    "line.out": (
        "hin {minutes}: {leave} aus dem Haus, ab {stop} mit {line}, da um {arrive}",
        "there {minutes}: leave at {leave}, from {stop} by {line}, there at {arrive}",
    ),
    "line.out_changes": (
        (
            "hin {minutes}: {leave} aus dem Haus, ab {stop} mit {line}, {changes} × umsteigen, da "
            "um {arrive}"
        ),
        (
            "there {minutes}: leave at {leave}, from {stop} by {line}, {changes} × change, there "
            "at {arrive}"
        ),
    ),
    "line.out_on_foot": (
        "hin {minutes} zu Fuß: {leave} aus dem Haus, da um {arrive}",
        "there {minutes} on foot: leave at {leave}, there at {arrive}",
    ),
    "line.back": (
        "zurück {minutes}: mit {line} bis {stop}, zu Hause um {arrive}",
        "home {minutes}: by {line} to {stop}, home at {arrive}",
    ),
    "line.back_changes": (
        (
            "zurück {minutes}: {changes} × umsteigen, zuletzt mit {line} bis {stop}, zu Hause um "
            "{arrive}"
        ),
        "home {minutes}: {changes} × change, last by {line} to {stop}, home at {arrive}",
    ),
    "line.back_on_foot": (
        "zurück {minutes} zu Fuß, zu Hause um {arrive}",
        "home {minutes} on foot, home at {arrive}",
    ),
    "line.booked": ("mit bestelltem Rufbus: {minutes}", "by booked call-bus: {minutes}"),
    "line.walk": ("ganz zu Fuß {minutes}", "all the way on foot {minutes}"),
    "line.booked_lead": (
        "mit bestelltem Rufbus: {minutes} (mindestens {lead} vorher bestellen)",
        "by booked call-bus: {minutes} (book at least {lead} ahead)",
    ),
    "uncounted.one": (
        "zählt nicht mit: kein Ort, zu dem man kommen kann",
        "not counted: no place to go to",
    ),
    "offers.title": ("Angebote", "Offers"),
    "offers.confirmed": ("Bestätigt", "Confirmed"),
    "offers.stale": ("veraltet", "out of date"),
    "gap.need": ("davon etwa {n} aus der Zielgruppe", "about {n} of the target group"),
    "layer.context": ("Gewässer, Straßen, Linien", "Waters, roads, lines"),
    "context.water": ("Gewässer", "Water"),
    "context.green": ("Wald und Grün", "Woods and parks"),
    "context.road": ("Straße", "Road"),
    "context.rail": ("Bahn", "Railway"),
    "context.ferry": ("Fähre", "Ferry"),
    "context.bus": ("Bus (Luftlinie)", "Bus (straight line)"),
}

_PAGE: dict[str, tuple[str, str]] = {
    "page.title": (
        "{name}: Wer erreicht welche Integrationsangebote?",
        "{name}: Who can reach which integration offers?",
    ),
    "page.lead": (
        "Wer kommt zu Fuß und mit Bus und Bahn hin – und wieder zurück? Und wo nicht: warum?",
        "Who gets there on foot and by public transport – and home again? And where not: why?",
    ),
    "page.internal": ("INTERN – nicht veröffentlichen", "INTERNAL – do not publish"),
    "page.sample": (
        "Beispieldaten – nicht für Entscheidungen.",
        "Sample data – not for decisions.",
    ),
    "page.skip_map": ("Zur Karte", "Skip to the map"),
    "page.skip_gaps": ("Zu den Versorgungslücken", "Skip to the underserved areas"),
    "page.skip_tables": ("Zu den Tabellen", "Skip to the tables"),
    "page.findings": ("Befunde in Worten", "Findings in words"),
    "page.nav": ("Seiten", "Pages"),
    "page.county": ("Ganzer Landkreis", "Whole county"),
    "page.selection": ("Auswahl", "Selection"),
    "page.selection_of": ("Auswahl von {n} Gemeinden", "Selection of {n} municipalities"),
    "page.to_page": ("Seite von {name} öffnen", "Open the page of {name}"),
    "page.noscript": (
        "Die Karte braucht JavaScript. Die wichtigsten Zahlen stehen hier als Tabelle.",
        "The map needs JavaScript. The main figures are given here as tables.",
    ),
    "page.too_old": (
        (
            "Die Karte konnte nicht gezeichnet werden. Bitte einen aktuellen Browser verwenden "
            "(Firefox, Edge oder Chrome)."
        ),
        "The map could not be drawn. Please use a current browser (Firefox, Edge or Chrome).",
    ),
    "page.made": (
        "geo-integration, Verfahren {version}, Lauf {run}",
        "geo-integration, method {version}, run {run}",
    ),
    "control.heading": ("Was wird gezeigt?", "What is shown?"),
    "control.category": ("Kategorie", "Category"),
    "control.day": ("Tag", "Day"),
    "control.layers": ("Ebenen", "Layers"),
    "layer.offers": ("Angebote der Kategorie", "Offers of the category"),
    "layer.others": ("Angebote anderer Kategorien", "Offers of other categories"),
    "layer.gaps": ("Versorgungslücken", "Underserved areas"),
    "layer.stops": ("Haltestellen", "Stops"),
    "layer.places": ("Ortsnamen", "Place names"),
    "layer.borders": ("Gemeindegrenzen", "Municipal boundaries"),
    "layer.stops_hint": (
        "Haltestellen, Buslinien und kleinere Straßen erscheinen erst nach dem Hineinzoomen.",
        "Stops, bus lines and smaller roads appear once you zoom in.",
    ),
    "map.label": (
        (
            "Karte. Pfeiltasten verschieben, Plus und Minus zoomen, Eingabetaste wählt die Stelle "
            "unter dem Fadenkreuz."
        ),
        "Map. Arrow keys pan, plus and minus zoom, Enter picks the spot under the crosshair.",
    ),
    "map.zoom_in": ("Vergrößern", "Zoom in"),
    "map.zoom_out": ("Verkleinern", "Zoom out"),
    "map.home": ("Ganzes Gebiet", "Whole area"),
    "map.sources": ("Quellen", "Sources"),
    "map.outside": (
        "außerhalb (Nachbarkreise, Meer)",
        "outside (neighbouring counties, sea)",
    ),
    "map.inside": ("im Gebiet, ohne Einwohner", "inside, without residents"),
    "map.others": ("andere Gemeinden", "other municipalities"),
    "legend.heading": ("Legende", "Legend"),
    "legend.class": ("Klasse", "Class"),
    "legend.symbols": ("Zeichen", "Symbols"),
    "legend.withheld": (
        "Punktiert: Einwohnerzahl zurückgehalten (Geheimhaltung)",
        "Dotted: number of residents withheld (secrecy)",
    ),
    "legend.withheld_count": ("{n} Zellen", "{n} cells"),
    "legend.note": (
        "Einwohner: Summe der Gitterzellen mit veröffentlichter Einwohnerzahl.",
        "Residents: sum over the grid cells whose number is published.",
    ),
    "legend.minutes_to": ("bis {n} min", "up to {n} min"),
    "legend.minutes_over": ("über {n} min", "over {n} min"),
    "legend.minutes_none": ("kein Weg gefunden", "no way found"),
    "legend.walk_none": ("zu Fuß zu weit", "too far on foot"),
    "legend.offer": ("Angebot (Buchstabe: Kategorie)", "Offer (letter: category)"),
    "legend.doubtful": ("Ort nur ungefähr bekannt", "Place only roughly known"),
    "legend.several": ("mehrere Angebote an einem Ort", "several offers at one place"),
    "legend.gap": ("Versorgungslücke mit Rang", "Underserved area with rank"),
    "headline.scope": ("{name} · {category} · {day}", "{name} · {category} · {day}"),
    "headline.withheld": (
        "Der Anteil ist zurückgehalten: zu wenige Personen.",
        "The share is withheld: too few persons.",
    ),
    "unit.residents": ("Einwohner", "residents"),
    "unit.residents_model": ("Einwohner (Modell)", "residents (model)"),
    "unit.min": ("min", "min"),
    "unit.cell": ("Gitterzelle", "grid cell"),
    "unit.cells": ("Gitterzellen", "grid cells"),
    "unit.withheld": (".", "."),
    "unit.withheld_long": ("zurückgehalten (Geheimhaltung)", "withheld (secrecy)"),
    "unit.yes": ("ja", "yes"),
    "unit.no": ("nein", "no"),
}

_CARDS: dict[str, tuple[str, str]] = {
    "card.heading": ("Auswahl", "Selection"),
    "card.hint": (
        "Eine Zelle oder ein Zeichen in der Karte anklicken – oder eine Lücke in der Liste.",
        "Click a cell or a symbol on the map – or an area in the list.",
    ),
    "card.close": ("Auswahl schließen", "Close selection"),
    "card.cell": ("Gitterzelle in {area}", "Grid cell in {area}"),
    "card.outside": ("außerhalb des Landkreises", "outside the county"),
    "card.near": ("bei {place}", "near {place}"),
    "card.on_day": ("Alle Kategorien, Tag: {day}", "All categories, day: {day}"),
    "card.reached": ("erreichbar", "within reach"),
    "card.not_reached": ("nicht erreichbar", "not within reach"),
    "card.booked": ("nur mit Rufbus", "call-bus only"),
    "card.spot": ("{n} Angebote an diesem Ort", "{n} offers at this place"),
    "card.times": ("Termine", "Times"),
    "card.times_unknown": ("Termine unbekannt", "Times unknown"),
    "card.grade": ("Ortsangabe", "Location"),
    "card.note": ("Hinweis zum Ort", "Note on the location"),
    "card.stop": ("Haltestelle {name}", "Stop {name}"),
    "card.gap": ("Versorgungslücke Rang {rank}", "Underserved area, rank {rank}"),
    "card.show": ("In der Karte zeigen", "Show on the map"),
    "time.drop_in": ("offen", "drop in"),
    "time.weeks": ("alle {n} Wochen", "every {n} weeks"),
    "time.of_month": ("nur {numbers} im Monat", "only {numbers} of the month"),
    "time.last": ("letzter", "last"),
    "time.and": (" und ", " and "),
    "time.appointment": ("nach Vereinbarung", "by appointment"),
    "time.as_written": ("„{text}“ (nicht ausgewertet)", "“{text}” (not evaluated)"),
    "time.term_only": ("nicht in den Ferien", "not in school holidays"),
    "gap.heading": ("Versorgungslücken", "Underserved areas"),
    "gap.intro": (
        "{category}, {day}: zusammenhängende Gebiete ohne Erreichbarkeit, die größten zuerst.",
        "{category}, {day}: contiguous areas out of reach, the largest first.",
    ),
    "gap.beyond": (
        "Lücken können über die Gemeindegrenze reichen; ihre Einwohner zählen dann ganz.",
        "Areas may reach beyond the municipality; their residents are then counted in full.",
    ),
    "gap.none": (
        "Keine Lücke ab {n} Einwohnern in dieser Auswahl.",
        "No underserved area of {n} residents or more in this selection.",
    ),
    "gap.all": (
        "Betrifft das ganze Gebiet, deshalb keine einzelnen Lücken.",
        "Concerns the whole area, so no single areas are listed.",
    ),
    "gap.nearest": ("Nächstes Angebot: {offer}", "Nearest offer: {offer}"),
    "gap.minutes": ("bester Weg im Mittel {n} min", "best way {n} min on average"),
}

_GRADES: dict[str, tuple[str, str]] = {
    "grade.given": ("Koordinate angegeben", "coordinates given"),
    "grade.confirmed": ("Ort bestätigt", "place confirmed"),
    "grade.street": ("nur die Straße bekannt", "only the street known"),
    "grade.house": ("Hausadresse", "house address"),
    "grade.stop": ("über eine Haltestelle gefunden", "found by a stop"),
    "grade.place": ("nur der Ort bekannt", "only the village known"),
    "grade.municipality": ("nur die Gemeinde bekannt", "only the municipality known"),
    "grade.none": ("Ort unbekannt", "place unknown"),
}

_TABLES: dict[str, tuple[str, str]] = {
    "areas.heading": ("Gemeinden im Vergleich", "Municipalities compared"),
    "areas.caption": (
        "{category}: {people}, die ein Angebot {how} erreichen",
        "{category}: {people} who reach an offer {how}",
    ),
    "areas.name": ("Gemeinde", "Municipality"),
    "areas.total": ("Landkreis gesamt", "Whole county"),
    "areas.selected": ("Auswahl gesamt", "Whole selection"),
    "areas.residents": ("Einwohner", "Residents"),
    "areas.covered": ("erreichen", "reached"),
    "areas.share": ("Anteil", "Share"),
    "areas.booked": ("+ Rufbus", "+ call-bus"),
    "areas.note": (
        (
            "Zellen mit weniger als {k} Einwohnern, und solche, aus denen man sie errechnen "
            "könnte, sind zurückgehalten: Ihre Einwohner stehen nur in der Spalte „Einwohner“. "
            "Anteile (sonst ein Punkt) erst ab {base} gezählten Einwohnern."
        ),
        (
            "Cells with fewer than {k} residents, and those from which they could be computed, "
            "are withheld: their residents are in the column “Residents” only. Shares (else a "
            "dot) only from {base} counted residents."
        ),
    ),
    "areas.booked_note": (
        (
            "„+ Rufbus“: erreichen das Angebot nur, wenn vorher ein Rufbus bestellt wird; nicht in "
            "„erreichen“ enthalten."
        ),
        "“+ call-bus”: reached only if a call-bus is booked beforehand; not part of “reached”.",
    ),
    "areas.sort": ("Sortieren nach {column}", "Sort by {column}"),
    "offers.heading": ("Angebote: {category}", "Offers: {category}"),
    "offers.intro": (
        "{n} Angebote dieser Kategorie auf dieser Seite sind in der Karte eingetragen.",
        "{n} offers of this category on this page are drawn on the map.",
    ),
    "offers.none": ("Kein Angebot dieser Kategorie.", "No offer of this category."),
    "offers.name": ("Angebot", "Offer"),
    "offers.provider": ("Träger", "Provider"),
    "offers.area": ("Gemeinde", "Municipality"),
    "offers.times": ("Termine", "Times"),
    "offers.category": ("Kategorie", "Category"),
    "offers.reason": ("Grund", "Reason"),
    "offers.map": ("Karte", "Map"),
    "uncounted.heading": (
        "Nicht gezählte Angebote",
        "Offers that are not counted",
    ),
    "uncounted.intro": (
        "Diese {n} Angebote gehen nicht in die Auswertung ein und fehlen in der Karte.",
        "These {n} offers do not enter the results and are not on the map.",
    ),
    "uncounted.none": (
        "Alle Angebote dieser Seite sind gezählt.",
        "All offers of this page are counted.",
    ),
    "uncounted.online": ("findet online statt", "held online"),
    "method.heading": ("Regel, Verfahren und Prüfungen", "Rule, method and checks"),
    "method.rule": ("Regel", "Rule"),
    "method.rule_text": (
        (
            "Erreichbar heißt: hin und zurück je höchstens {max} Minuten von Tür zu Tür, mit "
            "höchstens {wait} Minuten Wartezeit vor Beginn und nach Ende; frühester Aufbruch "
            "{early} Uhr, späteste Heimkehr {late} Uhr. Offene Angebote: Besuch von mindestens "
            "{visit} Minuten."
        ),
        (
            "Within reach means: there and back at most {max} minutes each, door to door, with at "
            "most {wait} minutes of waiting before the start and after the end; earliest departure "
            "{early}, latest return {late}. Drop-in offers: a visit of at least {visit} minutes."
        ),
    ),
    "method.other_limit": ("Abweichend: {list}.", "Different limits: {list}."),
    "method.walk_text": (
        (
            "Zu Fuß mit {speed} km/h; höchstens {access} Minuten zur Haltestelle, höchstens "
            "{direct} Minuten auf ganzem Weg."
        ),
        (
            "On foot at {speed} km/h; at most {access} minutes to a stop, at most {direct} minutes "
            "all the way."
        ),
    ),
    "method.walking": ("Gehwege", "Walking"),
    "method.rounding": (
        "Minuten sind auf ganze Minuten aufgerundet.",
        "Minutes are rounded up to whole minutes.",
    ),
    "method.guards": ("Prüfungen dieses Laufs", "Checks of this run"),
    "method.source": ("Quelle der Regel", "Source of the rule"),
    "dates.heading": ("Ausgewertete Fahrplantage", "Timetable days used"),
    "dates.day_type": ("Tag", "Day"),
    "dates.weekday": ("Wochentag", "Weekday"),
    "dates.date": ("Datum", "Date"),
    "dates.trips": ("Fahrten", "Trips"),
    "dates.trips_median": ("übliche Zahl (Median)", "usual number (median)"),
    "dates.candidates": ("Tage zur Auswahl", "Days to choose from"),
    "sources.heading": ("Quellen und Lizenzen", "Sources and licences"),
    "sources.layer": ("Ebene", "Layer"),
    "sources.file": ("Datei", "File"),
    "sources.source": ("Quelle", "Source"),
    "sources.date": ("Stand", "Date"),
    "sources.licence": ("Lizenz", "Licence"),
    "sources.attribution": ("Namensnennung", "Attribution"),
    "sources.status": ("Art", "Kind"),
    "sources.note": ("Bemerkung", "Note"),
    "status.real": ("echt", "real"),
    "status.modelled": ("Modell", "model"),
    "status.sample": ("Beispiel", "sample"),
    "source.areas": ("Gemeinden", "Municipalities"),
    "source.places": ("Orte", "Places"),
    "source.stops": ("Haltestellen", "Stops"),
    "source.residents": ("Einwohner", "Residents"),
    "source.totals": ("Gesamtzahlen", "Totals"),
    "source.people": ("Personen", "People"),
    "source.offers": ("Angebote", "Offers"),
    "source.timetable": ("Fahrplan", "Timetable"),
    "source.calendar": ("Kalender", "Calendar"),
    "source.addresses": ("Adressen", "Addresses"),
    "source.streets": ("Wege", "Streets"),
    "source.context": ("Kartenbild", "Map context"),
    "sources.software": (
        (
            "Kartensoftware: Leaflet 1.9.3 (BSD-2-Clause), © 2010–2022 Vladimir Agafonkin, "
            "© 2010–2011 CloudMade."
        ),
        (
            "Map software: Leaflet 1.9.3 (BSD-2-Clause), © 2010–2022 Vladimir Agafonkin, "
            "© 2010–2011 CloudMade."
        ),
    ),
}

# Further columns of OFFERS that a reader may see, in the order they are shown. What is not named
# here (internal remarks, who confirmed) stays inside.
OFFER_WORDS: dict[str, tuple[str, str]] = {
    "offer.format": ("Format", "Format"),
    "offer.level": ("Niveau", "Level"),
    "offer.languages": ("Sprachen", "Languages"),
    "offer.target_group": ("Zielgruppe", "Target group"),
    "offer.women_only": ("Nur für Frauen", "Women only"),
    "offer.childcare": ("Kinderbetreuung", "Childcare"),
    "offer.barrier_free": ("Barrierefrei", "Step-free"),
    "offer.age": ("Alter", "Age"),
    "offer.admission": ("Zulassung", "Admission"),
    "offer.cost": ("Kosten", "Cost"),
    "offer.places_total": ("Plätze", "Places"),
    "offer.places_free": ("Freie Plätze", "Free places"),
    "offer.valid_from": ("Gültig von", "Valid from"),
    "offer.valid_to": ("Gültig bis", "Valid to"),
    "offer.venue": ("Veranstaltungsort", "Venue"),
    "offer.address": ("Adresse", "Address"),
    "offer.contact": ("Kontakt", "Contact"),
    "offer.link": ("Link", "Link"),
    "offer.last_confirmed": ("Zuletzt bestätigt", "Last confirmed"),
    "offer.stale": ("Seit über sechs Monaten nicht bestätigt", "Not confirmed for six months"),
}

_WEEKDAYS: dict[str, tuple[str, str]] = {
    "weekday.0": ("Montag", "Monday"),
    "weekday.1": ("Dienstag", "Tuesday"),
    "weekday.2": ("Mittwoch", "Wednesday"),
    "weekday.3": ("Donnerstag", "Thursday"),
    "weekday.4": ("Freitag", "Friday"),
    "weekday.5": ("Samstag", "Saturday"),
    "weekday.6": ("Sonntag", "Sunday"),
    "weekday_short.0": ("Mo", "Mon"),
    "weekday_short.1": ("Di", "Tue"),
    "weekday_short.2": ("Mi", "Wed"),
    "weekday_short.3": ("Do", "Thu"),
    "weekday_short.4": ("Fr", "Fri"),
    "weekday_short.5": ("Sa", "Sat"),
    "weekday_short.6": ("So", "Sun"),
}

PAGE_WORDS = _VIEWS | _PAGE | _CARDS | _GRADES | _TABLES | OFFER_WORDS | _WEEKDAYS
