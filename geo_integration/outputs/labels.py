"""Every word a reader sees on pages and in tables: German first, English second.

One flat dictionary per room of the output, merged into one. A key is `room.name`; words in braces
are filled in by whoever shows the text. To add a word, add a line; to add a room, add a dictionary
and name it in `_WORDS`.
"""

from __future__ import annotations

from typing import Literal

from geo_integration.errors import OutputError
from geo_integration.outputs.labels_findings import FINDING_WORDS
from geo_integration.outputs.labels_reasons import REASON_WORDS
from geo_integration.outputs.labels_sheets import SHEET_WORDS
from geo_integration.outputs.labels_tables import TABLE_WORDS

Language = Literal["de", "en"]
Words = dict[str, tuple[str, str]]

_PAGE: Words = {
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
    "page.nav_sections": ("Auf dieser Seite", "On this page"),
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
    "control.mode": ("Darstellung", "Display"),
    "control.layers": ("Ebenen", "Layers"),
    "mode.reach": ("Erreichbarkeit (hin und zurück)", "Within reach (there and back)"),
    "mode.out": ("Minuten Hinweg", "Minutes there"),
    "mode.back": ("Minuten Rückweg", "Minutes back"),
    "mode.walk": ("Minuten zu Fuß", "Minutes on foot"),
    "layer.offers": ("Angebote der Kategorie", "Offers of the category"),
    "layer.others": ("Angebote anderer Kategorien", "Offers of other categories"),
    "layer.gaps": ("Versorgungslücken", "Underserved areas"),
    "layer.stops": ("Haltestellen", "Stops"),
    "layer.places": ("Ortsnamen", "Place names"),
    "layer.borders": ("Gemeindegrenzen", "Municipal boundaries"),
    "layer.stops_hint": (
        "Haltestellen erscheinen erst nach dem Hineinzoomen.",
        "Stops appear once you zoom in.",
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
    "legend.unknown": ("keine Angabe", "not stated"),
    "legend.offer": ("Angebot (Buchstabe: Kategorie)", "Offer (letter: category)"),
    "legend.doubtful": ("Ort nur ungefähr bekannt", "Place only roughly known"),
    "legend.several": ("mehrere Angebote an einem Ort", "several offers at one place"),
    "legend.gap": ("Versorgungslücke mit Rang", "Underserved area with rank"),
    "legend.stop": ("Haltestelle", "Stop"),
    "headline.scope": ("{name} · {category} · {day}", "{name} · {category} · {day}"),
    "headline.main": (
        (
            "der {residents} {people} erreichen ein Angebot – hin und zurück, je Weg höchstens "
            "{minutes} Minuten."
        ),
        (
            "of the {residents} {people} reach an offer – there and back, at most {minutes} "
            "minutes each way."
        ),
    ),
    "headline.uncovered": ("Nicht erreichbar ist es für {n}.", "It is out of reach for {n}."),
    "headline.booked": (
        "Für {n} davon ginge es mit bestelltem Rufbus.",
        "For {n} of these a booked call-bus would do.",
    ),
    "headline.bands": (
        "Hin und zurück je Weg in höchstens {list}.",
        "There and back, each way within {list}.",
    ),
    "headline.withheld": (
        "Der Anteil ist zurückgehalten: zu wenige Personen.",
        "The share is withheld: too few persons.",
    ),
    "headline.missing": ("Hierzu liegt keine Auswertung vor.", "There is no result for this."),
    "unit.residents": ("Einwohner", "residents"),
    "unit.model": ("Modell", "model"),
    "unit.residents_model": ("Einwohner (Modell)", "residents (model)"),
    "unit.min": ("min", "min"),
    "unit.cell": ("Gitterzelle", "grid cell"),
    "unit.cells": ("Gitterzellen", "grid cells"),
    "unit.withheld": (".", "."),
    "unit.withheld_long": ("zurückgehalten (Geheimhaltung)", "withheld (secrecy)"),
    "unit.yes": ("ja", "yes"),
    "unit.no": ("nein", "no"),
}

_CARDS: Words = {
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
    "card.lead": ("mindestens {n} Min. vorher anmelden", "book at least {n} min ahead"),
    "card.out": ("hin", "there"),
    "card.back": ("zurück", "back"),
    "card.walk": ("zu Fuß", "on foot"),
    "card.line": ("Linie {line}", "line {line}"),
    "card.on_foot": ("zu Fuß", "on foot"),
    "card.best": ("Bestes Angebot: {offer}", "Best offer: {offer}"),
    "card.nearest": ("Nächstes Angebot: {offer}", "Nearest offer: {offer}"),
    "card.choice.one": ("1 Angebot in Reichweite", "1 offer within reach"),
    "card.choice.many": ("{n} Angebote in Reichweite", "{n} offers within reach"),
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

_GRADES: Words = {
    "grade.given": ("Koordinate angegeben", "coordinates given"),
    "grade.confirmed": ("Ort bestätigt", "place confirmed"),
    "grade.street": ("nur die Straße bekannt", "only the street known"),
    "grade.house": ("Hausadresse", "house address"),
    "grade.stop": ("über eine Haltestelle gefunden", "found by a stop"),
    "grade.place": ("nur der Ort bekannt", "only the village known"),
    "grade.municipality": ("nur die Gemeinde bekannt", "only the municipality known"),
    "grade.none": ("Ort unbekannt", "place unknown"),
}

_TABLES: Words = {
    "areas.heading": ("Gemeinden im Vergleich", "Municipalities compared"),
    "areas.caption": (
        "{category}: {people} mit Angebot in Reichweite, hin und zurück",
        "{category}: {people} with an offer within reach, there and back",
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
    "source.offers": ("Angebote", "Offers"),
    "source.timetable": ("Fahrplan", "Timetable"),
    "source.calendar": ("Kalender", "Calendar"),
    "source.addresses": ("Adressen", "Addresses"),
    "source.streets": ("Wege", "Streets"),
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
_OFFER_COLUMNS: Words = {
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

_WEEKDAYS: Words = {
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

_PAGE_WORDS: Words = _PAGE | _CARDS | REASON_WORDS | _GRADES | _TABLES | _OFFER_COLUMNS | _WEEKDAYS
_WORDS: Words = _PAGE_WORDS | TABLE_WORDS | FINDING_WORDS | SHEET_WORDS

OFFER_COLUMNS = tuple(key.removeprefix("offer.") for key in _OFFER_COLUMNS)


def label(key: str, lang: Language) -> str:
    """Words for one key.

    Parameters
    ----------
    key : str
        Key such as "page.sample".
    lang : {"de", "en"}
        Language.

    Returns
    -------
    str
        The words; braces are left to be filled in.

    Raises
    ------
    OutputError
        When there is no such key.
    """
    try:
        return _WORDS[key][0 if lang == "de" else 1]
    except KeyError:
        raise OutputError(f"Im Wörterbuch labels.py fehlt der Eintrag {key!r}") from None


def words(lang: Language) -> dict[str, str]:
    """All words of the pages in one language, by key.

    Parameters
    ----------
    lang : {"de", "en"}
        Language.

    Returns
    -------
    dict of str to str
        Key to words.
    """
    return {key: label(key, lang) for key in _PAGE_WORDS}


LITTLE = 0.005


def clock(seconds: int) -> str:
    """Write seconds of the day as HH:MM.

    Parameters
    ----------
    seconds : int
        Of the day; past 24 hours it is the clock of the night after.

    Returns
    -------
    str
        Such as "18:30".
    """
    return f"{seconds // 3600 % 24:02d}:{seconds % 3600 // 60:02d}"


def number(value: float, lang: Language, *, digits: int = 0) -> str:
    """Write a number as the language does: 1.234,5 or 1,234.5.

    Parameters
    ----------
    value : float
        The number.
    lang : {"de", "en"}
        Language.
    digits : int
        Digits after the decimal sign.

    Returns
    -------
    str
        The number as text.
    """
    text = f"{value:,.{digits}f}"
    return text.translate(str.maketrans(",.", ".,")) if lang == "de" else text


def percent(share: float, lang: Language) -> str:
    """Write a share (0 to 1) in whole per cent, as the language does: 45 % or 45%.

    Some is never written as none, nor nearly all as all: < 1 %, > 99 %.

    Parameters
    ----------
    share : float
        The share.
    lang : {"de", "en"}
        Language.

    Returns
    -------
    str
        The share as text, in German with a space that does not break.
    """
    whole = number(share * 100, lang)
    if 0 < share < LITTLE:
        whole = "<\N{NO-BREAK SPACE}1"
    elif 1 - LITTLE <= share < 1:
        whole = ">\N{NO-BREAK SPACE}99"
    return f"{whole}%" if lang == "en" else f"{whole}\N{NO-BREAK SPACE}%"
