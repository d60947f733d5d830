"""Words of the findings in plain language: German first, English second."""

from __future__ import annotations

FINDING_WORDS: dict[str, tuple[str, str]] = {
    "findings.title": ("{name}: Befunde", "{name}: findings"),
    "findings.back": ("Zur Karte", "To the map"),
    "findings.lead": (
        (
            "Wer erreicht welche Integrationsangebote, wer nicht, und warum? Als erreichbar gilt: "
            "in höchstens {max} Minuten je Weg zu Fuß oder mit Bus, Bahn und Fähre, rechtzeitig "
            "zum Beginn, und nach dem Ende wieder nach Hause."
        ),
        (
            "Who reaches which integration offers, who does not, and why? Within reach means: in "
            "at most {max} minutes each way on foot or by bus, train and ferry, in time for the "
            "start, and home again after the end."
        ),
    ),
    "findings.estimate": (
        "Zahlen von Gruppen sind Schätzungen und auf {base} gerundet.",
        "Numbers of groups are estimates, rounded to {base}.",
    ),
    "findings.short": ("Das Wichtigste", "In short"),
    "findings.reach_intro": (
        "So viele von 100 Einwohnern erreichen ein Angebot, hin und zurück:",
        "Of 100 residents so many reach an offer, there and back:",
    ),
    "findings.most_lost": (
        "{day}, verglichen mit {first}: Am meisten fehlt bei {list}.",
        "{day}: compared with {first}, most is missing in {list}.",
    ),
    "findings.lost_entry": ("{category} ({lost} Einwohner weniger)", "{category} ({lost} fewer)"),
    "findings.largest": (
        "{day}: Die dringendste Lücke bei {category}: {gap}",
        "{day}: most urgent gap, {category}: {gap}",
    ),
    "findings.goals": ("Ziele", "Goals"),
    "findings.no_goals": (
        "Im Profil stehen keine Ziele ([[indicators]] in county.toml).",
        "There are no goals in the profile ([[indicators]] in county.toml).",
    ),
    "findings.fields": ("Je Handlungsfeld", "By field of action"),
    "findings.guidelines": ("Leitlinien:", "Guidelines:"),
    "findings.share_row": ("erreichen ein Angebot", "reach an offer"),
    "findings.need_row": (
        "{group} (Schätzung: {need}; in Klammern die Spanne)",
        "{group} (estimate: {need}; the range in brackets)",
    ),
    "findings.need_of": ("{share} ({low} bis {high})", "{share} ({low} to {high})"),
    "findings.why": (
        "Warum nicht? Einwohner nach dem Hauptgrund:",
        "Why not? Residents by reason:",
    ),
    "findings.worst": ("Dringendste Lücken ({day}):", "Most urgent gaps ({day}):"),
    "findings.no_gap": (
        "Keine Lücke mit mindestens {n} Einwohnern.",
        "No gap with at least {n} residents.",
    ),
    "findings.lost": ("Was wegfällt:", "What falls away:"),
    "findings.lost_offers": (
        (
            "{day}: {lost} Einwohner weniger als {first}; dann kein passendes Angebot für "
            "{paused}, die Fahrt fehlt {no_way}. Betroffen vor allem: {offers}."
        ),
        (
            "{day}: {lost} residents fewer than on {first}; no offer then for {paused}, the "
            "ride is missing for {no_way}. Above all: {offers}."
        ),
    ),
    "findings.method": ("Woher die Zahlen kommen", "Where the numbers come from"),
    "findings.group": (
        "{label}: {formula} je Zelle{total}. Spanne der Schätzung aus: {sources}.",
        "{label}: {formula} per cell{total}. Range of the estimate from: {sources}.",
    ),
    "findings.group_total": (
        ", auf die Summe „{total}“ gebracht ({source})",
        ", scaled to the total “{total}” ({source})",
    ),
    "range.rounding": ("Rundung der Summe", "rounding of the total"),
    "range.census_noise": ("Geheimhaltung im Zensus", "noise added by the census"),
    "range.model_spread": ("Verteilung im Modell", "spread of the model"),
    "range.none": ("keine", "none"),
    "column.indicator": ("Ziel", "Goal"),
    "column.definition": ("Was gemessen wird", "What is measured"),
    "column.numerator": ("Zähler", "Numerator"),
    "column.denominator": ("Nenner", "Denominator"),
    "column.value_reached": ("Wert", "Value"),
    "column.target": ("Zielwert", "Target"),
    "column.goal_status": ("Stand", "Status"),
    "column.responsible": ("zuständig", "Responsible"),
    "column.interval": ("Turnus", "Interval"),
    "column.as_of": ("Datenstand", "Data as of"),
    "column.method": ("Verfahren", "Method"),
    "column.group": ("Gruppe (Schätzung)", "Group (estimate)"),
    "column.need": ("brauchen es", "Need it"),
    "column.need_covered": ("davon erreichen ein Angebot", "Of these reach an offer"),
    "column.need_share": ("Anteil der Gruppe", "Share of the group"),
    "column.need_low": ("mindestens", "At least"),
    "column.need_high": ("höchstens", "At most"),
    "column.finding": ("Befund", "Finding"),
    "sheet.need": ("Bedarf", "Need"),
    "sheet.place_need": ("Bedarf je Ortsteil", "Need by place"),
    "sheet.indicators": ("Ziele", "Goals"),
    "goal.met": ("erreicht", "met"),
    "goal.missed": ("nicht erreicht", "not met"),
    "goal.open": ("nicht bestimmbar", "cannot be told"),
    "measure.reach": (
        "Anteil, der {category} hin und zurück in {max} Minuten je Weg erreicht: {days}",
        "Share that reaches {category}, there and back in {max} minutes each way: {days}",
    ),
    "measure.confirmed": (
        "Anteil der gezählten Angebote, in den letzten sechs Monaten bestätigt",
        "Share of counted offers confirmed in the last six months",
    ),
    "measure.offers_per_1000": (
        "gezählte Angebote je 1.000",
        "counted offers per 1,000",
    ),
    "measure.residents": ("Einwohner", "residents"),
    "measure.offers": ("Angebote", "offers"),
    "gap.sentence": ("{name}: {people}; {why}.", "{name}: {people}; {why}."),
    "gap.people": ("{n} Einwohner", "{n} residents"),
    "gap.people_need": (
        "{n} Einwohner, davon etwa {need} {group}",
        "{n} residents, {need} {group}",
    ),
    "gap.why.no_offer": ("kein Angebot erfasst", "no offer recorded"),
    "gap.why.no_fit": ("kein Angebot, das passt", "no offer that suits"),
    "gap.why.not_located": (
        "kein Angebot mit einem Ort, zu dem man kommen kann",
        "no offer with a place to go to",
    ),
    "gap.why.not_on_day": ("an diesem Tag findet nichts statt", "nothing takes place on this day"),
    "gap.why.no_stop": (
        "keine Haltestelle in {access} Gehminuten",
        "no stop within {access} minutes on foot",
    ),
    "gap.why.no_connection": ("keine Fahrt zu „{offer}“", "no service to “{offer}”"),
    "gap.why.not_in_time": (
        "keine Ankunft bei „{offer}“ zum Beginn um {start} Uhr",
        "no arrival at “{offer}” for its start at {start}",
    ),
    "gap.why.not_in_time.open": (
        "keine Ankunft bei „{offer}“, solange geöffnet ist ({start} bis {end} Uhr)",
        "no arrival at “{offer}” while it is open ({start} to {end})",
    ),
    "gap.why.not_in_time.untimed": (
        "keine passende Ankunft bei „{offer}“ (Zeiten nicht bekannt)",
        "no suitable arrival at “{offer}” (times not known)",
    ),
    "gap.why.no_way_home": (
        "von „{offer}“ nach {end} Uhr keine Rückfahrt",
        "no way home from “{offer}” after {end}",
    ),
    "gap.why.no_way_home.open": (
        "nach einem Besuch bei „{offer}“ ({start} bis {end} Uhr) keine Rückfahrt",
        "no way home after a visit to “{offer}” ({start} to {end})",
    ),
    "gap.why.no_way_home.untimed": (
        "von „{offer}“ keine Rückfahrt (Zeiten nicht bekannt)",
        "no way home from “{offer}” (times not known)",
    ),
    "gap.why.only_in_term": (
        "nur in der Schulzeit erreichbar",
        "within reach in school term only",
    ),
    "gap.why.only_if_booked": ("nur mit bestelltem Rufbus", "only with a booked call-bus"),
    "gap.why.full": ("„{offer}“ ist ausgebucht", "“{offer}” is full"),
    "gap.why.over_limit": (
        "nächstes Angebot „{offer}“, im Mittel {minutes} Minuten auf dem längeren Weg",
        "nearest offer “{offer}”, {minutes} minutes on average for the longer way",
    ),
}
