"""Times of offers as people write them -> SESSIONS."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from geo_integration.inputs.offers.rows import Row, each, note_on
from geo_integration.inputs.offers.values import DROP_IN, FIXED
from geo_integration.inputs.times.schedules import Times, parse_times

if TYPE_CHECKING:
    from geo_integration.inputs.tables import FaultList

_STARTS_ONLY = re.compile(r"(?:(?!-|–|\bbis\b).)*\d(?:(?!-|–|\bbis\b).)*", re.IGNORECASE)
_EXAMPLE = "'Di 18:00-19:30; Do 18:00-19:30' oder 'jeden 1. Mi im Monat 15-17 Uhr'"
_KINDS = {"weekday": "int64", "start_s": "int64", "end_s": "int64"}
_COLUMNS = (
    "session_id", "offer_id", "weekday", "start_s", "end_s", "rhythm", "drop_in", "term_only",
)  # fmt: skip


def read_sessions(offers: pd.DataFrame, faults: FaultList) -> pd.DataFrame:
    """Read the times of all offers.

    Parameters
    ----------
    offers : DataFrame
        Offers with their texts; gets the columns `timed` (whether any time is known),
        `by_appointment`, and `in_holidays`, which is yes where nothing is said.
    faults : FaultList
        Gets what is not understood: that stays unknown, which is not closed.

    Returns
    -------
    DataFrame
        SESSIONS.
    """
    rows: list[dict[str, object]] = []
    timed, booked, holidays = [], [], []
    for _, offer in each(offers):
        times = _times(offer, faults)
        on_holidays = _in_holidays(offer, times, faults)
        rows += _rows(offer, times, on_holidays=on_holidays)
        timed.append(bool(times.hours))
        booked.append(times.by_appointment)
        holidays.append(on_holidays)
    offers["timed"], offers["by_appointment"] = timed, booked
    offers["in_holidays"] = pd.array(holidays, "boolean")
    sessions = pd.DataFrame(rows, columns=list(_COLUMNS))
    return sessions.astype({**_KINDS, "drop_in": "bool", "term_only": "bool", "rhythm": "object"})


def _times(offer: Row, faults: FaultList) -> Times:
    """Times of one offer; none where it is not said whether one has to come to the start."""
    text = offer["times"]
    if not text:
        return Times([])
    times = parse_times(text)
    kind = (offer["times_kind"] or "fest").strip().lower()
    if kind not in DROP_IN + FIXED:
        message = "Terminart nicht verstanden: fest oder offen. Das Angebot zählt ohne Zeiten"
        note_on(faults, offer, "times_kind", offer["times_kind"], message)
        return times._replace(hours=[])
    if times.not_understood:
        why = f" ({times.remark})" if times.remark else ""
        if _STARTS_ONLY.fullmatch(text):
            why = " (das Ende fehlt)"
        if times.hours:
            message = f"nicht verstanden: {times.not_understood!r}{why}; nur das Übrige zählt"
        else:
            message = (
                f"Zeiten nicht verstanden{why}; erwartet wird etwa {_EXAMPLE}. Das Angebot zählt "
                f"mit unbekannten Zeiten"
            )
        note_on(faults, offer, "times", text, message)
    return times


def _in_holidays(offer: Row, times: Times, faults: FaultList) -> bool:
    """Whether it also takes place in school holidays; of two answers the careful one."""
    stated: bool | None = offer["in_holidays"]
    own = None if pd.isna(stated) else bool(stated)
    if own and times.in_holidays is False:
        message = "nach den Terminen findet es nicht in den Ferien statt: so wird gerechnet"
        note_on(faults, offer, "in_holidays", "ja", message)
        return False
    said = times.in_holidays if own is None else own
    return True if said is None else said


def _rows(offer: Row, times: Times, *, on_holidays: bool) -> list[dict[str, object]]:
    """Rows of SESSIONS."""
    drop_in = (offer["times_kind"] or "").strip().lower() in DROP_IN
    return [
        {
            "session_id": f"{offer['offer_id']}/{i}",
            "offer_id": offer["offer_id"],
            "weekday": hour.weekday,
            "start_s": hour.start_s,
            "end_s": hour.end_s,
            "rhythm": hour.rhythm or None,
            "drop_in": drop_in,
            "term_only": not on_holidays,
        }
        for i, hour in enumerate(times.hours, start=1)
    ]
