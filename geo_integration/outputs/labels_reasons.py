"""Words for why an offer, or a category, is not reached: German first, English second."""

from __future__ import annotations

from geo_integration.frames import (
    FULL,
    NO_CONNECTION,
    NO_FIT,
    NO_OFFER,
    NO_STOP,
    NO_WAY_HOME,
    NOT_IN_TIME,
    NOT_LOCATED,
    NOT_ON_DAY,
    ONLY_IF_BOOKED,
    ONLY_IN_TERM,
    OVER_LIMIT,
    SERVED,
)

REASON_WORDS: dict[str, tuple[str, str]] = {
    f"reason.{SERVED}": ("hin und zurück erreichbar", "reached, there and back"),
    f"reason.{ONLY_IF_BOOKED}": ("nur mit bestelltem Rufbus", "only with a booked call-bus"),
    f"reason.{ONLY_IN_TERM}": ("nur in der Schulzeit", "only in school term"),
    f"reason.{FULL}": ("ausgebucht", "full"),
    f"reason.{OVER_LIMIT}": ("Weg dauert zu lange", "way takes too long"),
    f"reason.{NO_WAY_HOME}": ("hin ja, zurück nein", "there yes, home no"),
    f"reason.{NOT_IN_TIME}": ("keine Ankunft zur rechten Zeit", "no arrival in time"),
    f"reason.{NO_CONNECTION}": ("keine Verbindung", "no connection"),
    f"reason.{NO_STOP}": ("keine Haltestelle in Gehweite", "no stop within walking distance"),
    f"reason.{NOT_ON_DAY}": ("kein Angebot an diesem Tag", "no offer on this day"),
    f"reason.{NOT_LOCATED}": (
        "kein Ort, zu dem man kommen kann",
        "no place to go to",
    ),
    f"reason.{NO_FIT}": ("kein passendes Angebot", "no offer that suits"),
    f"reason.{NO_OFFER}": ("kein Angebot erfasst", "no offer recorded"),
    f"why.{SERVED}": ("Hin und zurück erreichbar.", "Within reach, there and back."),
    f"why.{ONLY_IF_BOOKED}": (
        "Nur erreichbar, wenn vorher ein Rufbus bestellt wird.",
        "Within reach only if a call-bus is booked beforehand.",
    ),
    f"why.{ONLY_IN_TERM}": (
        "Nur in der Schulzeit erreichbar: An diesem Tag fehlt die Fahrt oder das Angebot.",
        "Within reach in school term only: on this day the ride or the offer is missing.",
    ),
    f"why.{FULL}": (
        "Erreichbar, aber ausgebucht.",
        "Within reach, but without a free place.",
    ),
    f"why.{OVER_LIMIT}": (
        "Es gibt einen Weg, aber er dauert länger als {max} Minuten.",
        "There is a way, but it takes longer than {max} minutes.",
    ),
    f"why.{NO_WAY_HOME}": (
        "Hin kommt man, aber in {wait} Minuten nach dem Ende beginnt keine Fahrt nach Hause.",
        "One gets there, but no way home starts within {wait} minutes after the end.",
    ),
    f"why.{NOT_IN_TIME}": (
        "Keine Fahrt kommt in den {wait} Minuten vor dem Beginn an.",
        "No service arrives within {wait} minutes before the start.",
    ),
    f"why.{NO_CONNECTION}": (
        "An diesem Tag fährt keine Verbindung dorthin.",
        "No service goes there on this day.",
    ),
    f"why.{NO_STOP}": (
        "Keine Haltestelle in {access} Gehminuten, und der ganze Weg ist zu Fuß zu weit.",
        "No stop within {access} minutes on foot, and too far to walk all the way.",
    ),
    f"why.{NOT_ON_DAY}": (
        "An diesem Tag findet kein Angebot dieser Kategorie statt.",
        "No offer of this category takes place on this day.",
    ),
    f"why.{NOT_LOCATED}": (
        (
            "Es gibt Angebote, aber keines zählt: Ihr Ort ist nicht genau genug bekannt, sie sind "
            "nur online oder an diesem Tag nicht gültig."
        ),
        (
            "There are offers, but none counts: their place is not known well enough, they are "
            "online only, or not valid on this day."
        ),
    ),
    f"why.{NO_FIT}": (
        "Es gibt Angebote, aber keines ist für die ganze Zielgruppe offen.",
        "There are offers, but none is open to the whole group that needs them.",
    ),
    f"why.{NO_OFFER}": (
        "In dieser Kategorie ist kein Angebot erfasst.",
        "No offer of this category is recorded.",
    ),
}
