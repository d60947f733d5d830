"""Words of the printed sheets: German first, English second."""

from __future__ import annotations

SHEET_WORDS: dict[str, tuple[str, str]] = {
    "print.title": (
        "{category} – erreichbar hin und zurück",
        "{category} – within reach, there and back",
    ),
    "print.scope": ("{name} · {day}", "{name} · {day}"),
    "print.document": (
        "{category} – erreichbar hin und zurück: {name}",
        "{category} – within reach, there and back: {name}",
    ),
    "print.rule": (
        (
            "Erreichbar heißt: hin und zurück je höchstens {max} Minuten von Tür zu Tür, zu Fuß "
            "und mit Bus und Bahn; höchstens {wait} Minuten Wartezeit vor Beginn und nach Ende; "
            "Aufbruch ab {early} Uhr, daheim bis {late} Uhr. Offene Angebote: Besuch von "
            "mindestens {visit} Minuten."
        ),
        (
            "Within reach means: there and back at most {max} minutes each, door to door, on foot "
            "and by public transport; at most {wait} minutes of waiting before the start and after "
            "the end; leaving from {early}, home by {late}. Drop-in offers: a visit of at least "
            "{visit} minutes."
        ),
    ),
    "print.headline": (
        (
            "der {residents} {people} erreichen ein Angebot – hin und zurück, je Weg höchstens "
            "{minutes} Minuten."
        ),
        (
            "of the {residents} {people} reach an offer – there and back, at most {minutes} "
            "minutes each way."
        ),
    ),
    "print.uncovered": ("Nicht erreichbar ist es für {n}.", "It is out of reach for {n}."),
    "print.booked": (
        "Für {n} davon ginge es mit bestelltem Rufbus.",
        "For {n} of these a booked call-bus would do.",
    ),
    "print.no_share": (
        "Der Anteil ist zurückgehalten: zu wenige Personen.",
        "The share is withheld: too few persons.",
    ),
    "print.need": (
        "{group} (Schätzung): {covered} von {need} erreichen es, Spanne {low} bis {high}.",
        "{group} (estimate): {covered} of {need} reach it, range {low} to {high}.",
    ),
    "print.need_unknown": (
        "{group} (Schätzung): {covered} von {need} erreichen es.",
        "{group} (estimate): {covered} of {need} reach it.",
    ),
    "print.legend": (
        "Minuten von Tür zu Tür",
        "Minutes door to door",
    ),
    "print.too_long": ("{minutes}: zu lang", "{minutes}: too long"),
    "print.unknown": ("erreichbar, Minuten unbekannt", "reached, minutes unknown"),
    "print.other": ("sonst nicht erreichbar", "otherwise out of reach"),
    "print.longer": ("längerer Weg", "longer way"),
    "print.withheld": ("Einwohner zurückgehalten", "residents withheld"),
    "print.offer": ("Angebot", "Offer"),
    "print.doubtful": ("Ort ungefähr", "place roughly known"),
    "print.several": ("mehrere (Anzahl)", "several (number)"),
    "print.stop": ("Haltestelle", "Stop"),
    "print.missing": ("Hierzu liegt keine Auswertung vor.", "There is no result for this."),
    "print.gap": ("Versorgungslücke", "Underserved area"),
    "print.boundary": ("Gemeindegrenze", "Boundary"),
    "print.land": ("ohne Einwohner", "no residents"),
    "print.outside": ("außerhalb", "outside"),
    "print.reasons": ("Warum nicht? {people}", "Why not? {people}"),
    "print.gap_people": ("{n} Einw.; {why}", "{n} residents; {why}"),
    "print.gap_people_need": (
        "{n} Einw., Bedarf {need}; {why}",
        "{n} residents, need {need}; {why}",
    ),
    "print.gaps_first": (
        "Zuerst die mit dem größten Bedarf (Schätzung: {group}).",
        "Those with most need first (estimate: {group}).",
    ),
    "print.gaps_more": (
        "… und {n} weitere (in der Karte umrandet, ohne Zahl)",
        "… and {n} more (outlined on the map, without number)",
    ),
    "print.areas": ("Gemeinden", "Municipalities"),
    "print.places": ("Ortsteile", "Places"),
    "print.rows_more": (
        "… und {n} weitere mit weniger Einwohnern ohne Angebot",
        "… and {n} more with fewer residents out of reach",
    ),
    "print.withheld_note": (
        (
            "Zellen unter {k} Einwohnern, und solche, aus denen man sie errechnen könnte, sind "
            "zurückgehalten und in keiner anderen Zahl als der Einwohnerzahl enthalten; ein Punkt "
            "statt einer Zahl: zurückgehalten."
        ),
        (
            "Cells with fewer than {k} residents, and those from which they could be computed, are "
            "withheld, and in no other number than the residents; a dot instead of a number: "
            "withheld."
        ),
    ),
    "print.scale": ("1 : {n}", "1 : {n}"),
    "print.north": ("N", "N"),
    "print.dates": ("Fahrplantage: {list}.", "Service dates: {list}."),
    "print.crs": (
        "Koordinatensystem {crs}; Maßstab bei Druck in Originalgröße ({paper}).",
        "Coordinate system {crs}; scale when printed at original size ({paper}).",
    ),
    "print.walking": ("Gehwege: {walking}.", "Walking: {walking}."),
    "print.sources": ("Quellen: {list}.", "Sources: {list}."),
    "print.source": ("{layers}: {attribution}", "{layers}: {attribution}"),
    "print.source_date": ("Stand {date}", "as of {date}"),
    "print.sheet": ("Blatt {n} von {all}", "Sheet {n} of {all}"),
}
