"""The columns of an offers' table: what each means, and what people call it.

One list serves the reader, the template, its sheet of explanations, and the documentation.
"""

from __future__ import annotations

from typing import NamedTuple

YES_NO = ("ja", "nein")


class OfferColumn(NamedTuple):
    """One column: header in the template, other names, explanation, example, choices."""

    header: str
    synonyms: tuple[str, ...]
    meaning: str
    example: str = ""
    choices: tuple[str, ...] = ()
    required: bool = False

    @property
    def headers(self) -> tuple[str, ...]:
        """All names the column may have."""
        return (self.header, *self.synonyms)


# Column of the frame -> what is known of it, in the order of the template.
COLUMNS: dict[str, OfferColumn] = {
    "offer_id": OfferColumn(
        "Nr", ("ID", "Nummer", "Lfd. Nr.", "Kennung", "Angebotsnummer", "Kursnummer", "offer_id"),
        "Eigene Nummer; jede nur einmal. Bleibt sie leer, wird eine aus Name und Träger gebildet.",
        "A-001",
    ),
    "name": OfferColumn(
        "Name",
        ("Angebot", "Titel", "Bezeichnung", "Angebotsname", "Kurs", "Kursname", "Kurstitel",
         "Name des Angebots", "Projekt", "Maßnahme", "offer", "title", "course"),
        "Wie das Angebot heißt.", "Deutschkurs A1 am Abend", required=True,
    ),
    "provider": OfferColumn(
        "Träger",
        ("Anbieter", "Veranstalter", "Organisation", "Verein", "Kursträger", "Einrichtung",
         "Institution", "Träger/Anbieter", "provider", "organization", "organisation", "host"),
        "Wer es anbietet.", "Volkshochschule",
    ),
    "field": OfferColumn(
        "Handlungsfeld", ("Feld", "Bereich", "field of action"),
        "Handlungsfeld des Konzepts; ergibt sich sonst aus der Kategorie.",
    ),
    "category": OfferColumn(
        "Kategorie",
        ("Art", "Angebotsart", "Art des Angebots", "Kursart", "Rubrik", "Typ", "Thema",
         "category", "type", "kind"),
        "Eine der Kategorien des Landkreises (county.toml).", required=True,
    ),
    "venue": OfferColumn(
        "Veranstaltungsort",
        ("Gebäude", "Raum", "Kursort", "Treffpunkt", "Location", "venue", "Ort der Veranstaltung"),
        "Name des Hauses; hilft, den Ort zu finden.", "Bürgerhaus",
    ),
    "street": OfferColumn(
        "Straße",
        ("Strasse", "Adresse", "Anschrift", "Straße und Hausnummer", "Straße, Nr.",
         "Straße/Hausnummer", "Straße Hausnr.", "street", "address"),
        "Straße und Hausnummer.", "Am Markt 1",
    ),
    "house_number": OfferColumn(
        "Hausnummer", ("Hausnr.", "Haus-Nr.", "HNr", "house number"),
        "Nur wenn sie nicht bei der Straße steht.",
    ),
    "postcode": OfferColumn(
        "PLZ", ("Postleitzahl", "postcode", "zip", "postal code"), "Postleitzahl.", "26441"
    ),
    "town": OfferColumn(
        "Ort", ("Stadt", "PLZ/Ort", "PLZ Ort", "PLZ, Ort", "Wohnort", "town", "city"),
        "Postalischer Ort.", "Jever",
    ),
    "place": OfferColumn(
        "Ortsteil", ("Stadtteil", "Ortschaft", "Bauerschaft", "OT", "district"),
        "Ortsteil, falls der Ort mehrere hat.", "Moorwarfen",
    ),
    "municipality": OfferColumn(
        "Gemeinde", ("Kommune", "Stadt/Gemeinde", "Gemeinde/Stadt", "municipality"),
        "Stadt oder Gemeinde, in der das Angebot stattfindet.", "Jever",
    ),
    "lat": OfferColumn(
        "Breite", ("Breitengrad", "Latitude", "lat", "Nord", "y"),
        "Geographische Breite in Grad, nur wenn bekannt.", "53,5734",
    ),
    "lon": OfferColumn(
        "Länge", ("Längengrad", "Longitude", "lon", "lng", "Ost", "x"),
        "Geographische Länge in Grad, nur wenn bekannt.", "7,9004",
    ),
    "times": OfferColumn(
        "Termine",
        ("Zeiten", "Kurszeiten", "Öffnungszeiten", "Sprechzeiten", "Trainingszeiten", "Uhrzeit",
         "Wann", "Tag und Uhrzeit", "Zeit", "times", "schedule", "opening hours"),
        "Wochentage und Uhrzeiten; auch „jeden 1. Mi im Monat 15-17 Uhr“, „nach Vereinbarung“.",
        "Di + Do 18:00-19:30",
    ),
    "weekday": OfferColumn(
        "Wochentag", ("Tag", "Wochentage", "Tage", "weekday", "day"),
        "Nur wenn die Tage nicht bei den Terminen stehen.",
    ),
    "times_kind": OfferColumn(
        "Terminart", ("Art der Termine", "times_kind"),
        "fest: man kommt zum Anfang und bleibt bis zum Ende. offen: man kommt irgendwann.",
        "fest", ("fest", "offen"),
    ),
    "in_holidays": OfferColumn(
        "In den Ferien", ("Ferien", "Auch in den Ferien", "in_holidays"),
        "Ob es auch in den Schulferien stattfindet.", "nein", YES_NO,
    ),
    "valid_from": OfferColumn(
        "Gültig von", ("Beginn", "Start", "Kursbeginn", "Von", "Startdatum", "ab", "valid from"),
        "Erster Tag; davor zählt das Angebot nicht.", "01.09.2026",
    ),
    "valid_to": OfferColumn(
        "Gültig bis", ("Ende", "Kursende", "Bis", "Enddatum", "valid to", "until"),
        "Letzter Tag; danach zählt das Angebot nicht.", "31.07.2027",
    ),
    "languages": OfferColumn(
        "Sprachen", ("Sprache", "Beratungssprachen", "Unterrichtssprache", "languages"),
        "In welchen Sprachen es stattfindet.", "Deutsch, Arabisch",
    ),
    "level": OfferColumn(
        "Niveau", ("Sprachniveau", "Stufe", "GER", "Kursniveau", "level"),
        "Sprachniveau A1 bis C2, auch von-bis.", "A1",
    ),
    "target_group": OfferColumn(
        "Zielgruppe", ("Zielgruppen", "Für wen", "target group"), "Für wen es gedacht ist.",
        "Erwachsene",
    ),
    "age": OfferColumn(
        "Alter", ("Altersgruppe", "Alter von bis", "age"),
        "Alter in Jahren: „6-12“, „ab 16“, „bis 27“.", "ab 16",
    ),
    "women_only": OfferColumn(
        "Nur für Frauen", ("Frauen", "Frauenkurs", "women only"), "Ob es nur Frauen offensteht.",
        "nein", YES_NO,
    ),
    "childcare": OfferColumn(
        "Kinderbetreuung", ("Kinderbeaufsichtigung", "childcare"),
        "Ob Kinder solange betreut werden.", "nein", YES_NO,
    ),
    "barrier_free": OfferColumn(
        "Barrierefrei", ("Rollstuhlgerecht", "Barrierefreiheit", "barrier free", "accessible"),
        "Ob Ort und Räume barrierefrei sind.", "ja", YES_NO,
    ),
    "cost": OfferColumn(
        "Kosten", ("Gebühr", "Entgelt", "Preis", "Teilnahmegebühr", "cost", "fee"),
        "Was die Teilnahme kostet.", "kostenlos",
    ),
    "admission": OfferColumn(
        "Zulassung",
        ("Voraussetzung", "Voraussetzungen", "Zugang", "Teilnahmevoraussetzung", "admission"),
        "Was man zur Teilnahme braucht.", "BAMF-Berechtigung",
    ),
    "places_total": OfferColumn(
        "Plätze", ("Kapazität", "Anzahl Plätze", "Teilnehmerzahl", "max. TN", "capacity", "places"),
        "Wie viele Plätze es gibt.", "20",
    ),
    "places_free": OfferColumn(
        "Freie Plätze", ("frei", "verfügbare Plätze", "free places", "places_free"),
        "Wie viele Plätze frei sind; „ausgebucht“ ist 0.", "4",
    ),
    "contact": OfferColumn(
        "Kontakt",
        ("Ansprechpartner", "Ansprechpartnerin", "Ansprechperson", "Telefon", "Tel.", "E-Mail",
         "Mail", "contact", "phone", "email"),
        "Name, Telefon oder E-Mail. Mehrere solche Spalten werden zusammengefasst.",
        "04461 000000",
    ),
    "link": OfferColumn(
        "Link", ("Internet", "Homepage", "Webseite", "Website", "URL", "www"),
        "Adresse im Internet.", "https://example.org",
    ),
    "format": OfferColumn(
        "Format", ("Durchführung", "Präsenz/Online", "mode"),
        "vor Ort oder online; zu Online-Angeboten muss niemand hinfahren.", "vor Ort",
        ("vor Ort", "online"),
    ),
    "confidential": OfferColumn(
        "Vertraulich",
        ("Vertraulicher Ort", "Geheim", "geschützt", "Schutzadresse", "confidential"),
        "ja: das Angebot wird weder gezählt noch gezeigt. Was kein klares Nein ist, gilt als Ja.",
        "nein", YES_NO,
    ),
    "last_confirmed": OfferColumn(
        "Zuletzt bestätigt",
        ("Bestätigt am", "Letzte Bestätigung", "Zuletzt geprüft", "Stand",
         "Letzte Aktualisierung", "Aktualisiert", "Geprüft am", "last confirmed", "updated"),
        "Tag, an dem zuletzt jemand die Angaben geprüft hat.", "01.09.2026",
    ),
    "confirmed_by": OfferColumn(
        "Bestätigt von", ("Geprüft von", "Bearbeiter", "Bearbeiterin", "confirmed by"),
        "Wer geprüft hat.", "Koordinierungsstelle",
    ),
    "remark": OfferColumn(
        "Bemerkung",
        ("Bemerkungen", "Hinweis", "Hinweise", "Notiz", "Anmerkung", "Anmerkungen", "Beschreibung",
         "Sonstiges", "remark", "notes", "description"),
        "Freier Text; wird nicht veröffentlicht.",
    ),
}  # fmt: skip
REQUIRED = tuple(key for key, column in COLUMNS.items() if column.required)
# Not in the template: they only help to read what others wrote.
ONLY_READ = ("house_number", "weekday")
