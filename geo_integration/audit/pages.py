"""Web pages: nothing is loaded from elsewhere, and the data hold only what may be public."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from geo_integration.audit.columns import WORDS, tables_of
from geo_integration.audit.tables import check_cells, check_tables
from geo_integration.errors import SourceError
from geo_integration.outputs.maps.blocks import MISSING, unpack

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from geo_integration.audit.report import Report

_REMOTE = re.compile(r"\s*(?:https?:|wss?:|ftp:)?//", re.IGNORECASE)
_CSS = re.compile(r"(?:url\(|@import)\s*[\"']?\s*((?:https?:|ftp:)?//[^\"')\s;]*)", re.IGNORECASE)
_ASKED = re.compile(
    r"(?:fetch|importScripts|import|sendBeacon|WebSocket|EventSource)\s*\(\s*[\"'`]((?:https?:|wss?:)?//[^\"'`]*)"
    r"|\.open\(\s*[\"'`]\w+[\"'`]\s*,\s*[\"'`]((?:https?:)?//[^\"'`]*)"
    r"|\.(?:src|href)\s*=\s*[\"'`]((?:https?:)?//[^\"'`]*)"
    r"|(?:from|import)\s+[\"'`]((?:https?:)?//[^\"'`]*)"
)
_LINKS = {"a", "area"}
_LOADING = (
    "src",
    "href",
    "xlink:href",
    "data",
    "poster",
    "action",
    "formaction",
    "background",
    "manifest",
)
_NO_NETWORK = re.compile(r"(?<![\w-])(?:https?:|wss?:|\*(?![\w-]))", re.IGNORECASE)
# Keys of the data of a page; whatever else stands there was never looked at.
PAGE_KEYS: dict[str, set[str]] = {
    "": {
        "lang", "words", "county", "name", "title", "area", "selection", "sample", "internal",
        "status_note", "modelled", "min_count", "min_share_base", "min_gap", "reasons", "bands",
        "categories", "days", "rule", "facts", "areas", "places", "stops", "cells", "grid",
        "shapes", "quality", "supply", "reference", "offers", "offer_columns", "gaps",
        "table", "sources", "dates", "blocks", "ways", "context",
        "addresses", "background",
    },
    "categories": {"id", "label", "letter", "field", "max"},
    "days": {"id", "label"},
    "rule": {"max", "wait", "early", "late", "visit", "access", "direct", "speed", "source"},
    "facts": {"method_version", "made_from", "walking", "guards"},
    "areas": {"id", "name", "page", "rings"},
    "grid": {"columns", "rows", "least", "x", "y"},
    "quality": {"classes", "days"},
    "ways": {"lines", "stops", "band", "earliest", "latest"},
    "context": {"kinds", "origin", "per_degree"},
    "addresses": {"places"},
    "background": {"url", "host", "attribution"},
    "offers": {
        "name", "provider", "category", "area", "grade", "note", "doubtful", "counted", "timed",
        "sessions", "written", "by_appointment", "confirmed", "stale", "places_free", "languages",
        "level", "target_group", "women_only", "childcare", "barrier_free", "format", "extra",
        "at",
    },
    "gaps": {"names", "outlines", "at"},
    "table": {"rows", "by"},
    "table.by": {"residents", "covered", "share"},
}  # fmt: skip
# Packed columns, by the beginning of the block's name.
BLOCK_COLUMNS: dict[str, set[str]] = {
    "cells": {"i", "j", "area", "residents"},
    "gaps-": {
        "rank",
        "residents",
        "cells",
        "reason",
        "offer",
        "minutes",
        "need",
        "name",
        "shape",
    },
    "q-": {"reason", "out", "back", "walk", "booked", "lead"},
    "quality": {"quality"},
    "context": {"parts", "sizes", "x", "y"},
    "addresses": {
        "names",
        "place",
        "houses",
        "cells",
        "number",
        "letter",
        "move",
        "cell",
        "nearby",
    },
    "supply-": {"tenths"},
    "reference": {"bike", "car"},
    "ways": {
        "access_count",
        "access_stop",
        "access_s",
        "stop_name",
        "afoot_offer",
        "afoot_count",
        "afoot_cell",
        "afoot_min",
        "run_pattern",
        "run_start",
        "run_line",
        "run_booked",
        "run_lead",
        "pattern_count",
        "hop_from",
        "hop_to",
        "hop_leaves",
        "hop_at",
        "at_offer",
        "at_mode",
        "at_day",
        "at_table",
        "table_limit",
        "state_count",
        "label_count",
        "span_count",
        "out_count",
        "back_count",
        "exception_count",
        "state_reason",
        "state_far",
        "state_label",
        "state_out",
        "state_back",
        "state_minutes",
        "state_span",
        "span_first",
        "span_last",
        "label_weekday",
        "label_from",
        "label_to",
        "label_start",
        "label_end",
        "out_label",
        "out_run",
        "out_hop",
        "out_venue",
        "out_rides",
        "back_label",
        "back_run",
        "back_hop",
        "back_venue",
        "back_rides",
        "exception_cell",
        "exception_about",
        "exception_value",
        "state",
    },
}
_PRIVATE = ("offer.remark", "offer.confirmed_by", "offer.confidential")


class _Page(HTMLParser):
    """Collects what a page loads, its policy, its scripts, its tables."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.remote: list[str] = []
        self.policies: list[str] = []
        self.blocks: list[tuple[dict[str, str], list[str]]] = []
        self.tables: list[list[list[object]]] = []
        self.comments = 0
        self._cell: list[str] | None = None
        self._in_block = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "meta" and given.get("http-equiv", "").lower() == "content-security-policy":
            self.policies.append(given.get("content", ""))
        if tag == "meta" and given.get("http-equiv", "").lower() == "refresh":
            self.remote += re.findall(
                r"url=\s*['\"]?((?:https?:)?//\S+)", given.get("content", ""), re.IGNORECASE
            )
        if tag not in _LINKS:
            addresses = [given.get(name, "") for name in _LOADING]
            addresses += [part.strip().split(" ")[0] for part in given.get("srcset", "").split(",")]
            self.remote += [address for address in addresses if _REMOTE.match(address)]
        self.remote += _CSS.findall(given.get("style", ""))
        self._in_block = tag in {"script", "style"}
        if self._in_block:
            self.blocks.append(({**given, "": tag}, []))
        elif tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in {"td", "th"} and self.tables and self.tables[-1]:
            self._cell = []

    def handle_endtag(self, tag: str) -> None:
        self._in_block = False
        if tag in {"td", "th"} and self._cell is not None:
            self.tables[-1][-1].append(" ".join("".join(self._cell).split()))
            self._cell = None

    def handle_data(self, data: str) -> None:
        if self._in_block and self.blocks:
            self.blocks[-1][1].append(data)
        elif self._cell is not None:
            self._cell.append(data)


def check_page(report: Report, file: str, text: str) -> str:
    """Look through one page; give its text without the words that every page carries.

    Parameters
    ----------
    report : Report
        Gets the findings.
    file : str
        Name of the page.
    text : str
        Its source.

    Returns
    -------
    str
        The source; of the data, only what differs from page to page.
    """
    page = _Page()
    page.feed(text)
    page.close()
    for address in dict.fromkeys([*page.remote, *_in_blocks(page)]):
        report.add(file, "remote", "", f"Lädt von einem anderen Server: {address[:80]}")
    if not page.policies:
        report.add(file, "policy", "", "Ohne Inhaltsrichtlinie (Content-Security-Policy)")
    allowed = f"img-src data: https://{host}" if (host := _background_host(page)) else ""
    for policy in page.policies:
        # Pictures of the one host that readers may switch on, told in the data, and nothing else.
        parts = [part.strip() for part in policy.split(";")]
        rest = "; ".join(part for part in parts if not allowed or part != allowed)
        if _NO_NETWORK.search(rest) or "default-src" not in policy:
            report.add(file, "policy", "", "Die Inhaltsrichtlinie erlaubt andere Server")
    tables = [t for n, rows in enumerate(page.tables) for t in tables_of(rows, f"Tabelle {n + 1}")]
    check_tables(report, file, tables)
    packed = {
        attributes["id"].removeprefix("block-"): "".join(content)
        for attributes, content in page.blocks
        if attributes.get("id", "").startswith("block-")
    }
    for attributes, content in page.blocks:
        if "json" in attributes.get("type", ""):
            source = "".join(content)
            text = text.replace(source, _check_data(report, file, source, packed), 1)
    return text


def _background_host(page: _Page) -> str:
    """Host of the map that readers of the page may switch on; "" where there is none."""
    for attributes, content in page.blocks:
        if attributes.get("id") != "data" or "json" not in attributes.get("type", ""):
            continue
        try:
            background = json.loads("".join(content))["background"]
            address = urlsplit(background["url"])
            host = str(background["host"])
        except (KeyError, RecursionError, TypeError, ValueError):
            return ""
        known = re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", host)
        return host if known and (address.scheme, address.netloc) == ("https", host) else ""
    return ""


def _in_blocks(page: _Page) -> Iterator[str]:
    """Addresses that scripts and styles load."""
    for attributes, content in page.blocks:
        source = "".join(content)
        if attributes[""] == "style":
            yield from _CSS.findall(source)
        elif "json" not in attributes.get("type", ""):
            for found in _ASKED.findall(source):
                yield from (address for address in found if address)


# The data of our pages -------------------------------------------------------------------------


def _check_data(report: Report, file: str, source: str, packed: Mapping[str, str]) -> str:
    """The block of data; what is left of it when the words of the page are taken away."""
    try:
        data = json.loads(source)
    except (ValueError, RecursionError):
        report.add(file, "unreadable", "Daten der Seite", "kein gültiges JSON, nicht prüfbar")
        return source
    if not isinstance(data, dict):
        report.add(file, "unknown_key", "Daten der Seite", "kein Objekt")
        return source
    _check_keys(report, file, data)
    try:
        _check_blocks(report, file, data.get("blocks") or {}, packed)
        _check_cells(report, file, data, packed)
        _check_counts(report, file, data, packed)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, SourceError):
        report.add(
            file, "unreadable", "Daten der Seite", "anders aufgebaut als bekannt, nicht prüfbar"
        )
    return json.dumps({k: v for k, v in data.items() if k != "words"}, ensure_ascii=False)


def _check_keys(report: Report, file: str, data: Mapping[str, Any]) -> None:
    """No key that is not known as public."""
    for where, known in PAGE_KEYS.items():
        for entry in _entries(data, where):
            for key in sorted(set(entry) - known):
                report.add(
                    file, "unknown_key", f"Daten der Seite, {where or 'oben'}", f"Schlüssel {key!r}"
                )
    for offer in _entries(data, "offers"):
        for pair in offer.get("extra", ()):
            if isinstance(pair, list) and pair and str(pair[0]).startswith(_PRIVATE):
                report.add(file, "unknown_key", "Daten der Seite, offers", f"Schlüssel {pair[0]!r}")


def _entries(data: Mapping[str, Any], where: str) -> list[Mapping[str, Any]]:
    """All objects at a place of the data."""
    found: Any = [data]
    for name in where.split(".") if where else ():
        found = [entry.get(name, {}) for entry in found if isinstance(entry, dict)]
        if name == "by":
            found = [one for entry in found if isinstance(entry, dict) for one in entry.values()]
        found = [one for entry in found for one in (entry if isinstance(entry, list) else [entry])]
    return [entry for entry in found if isinstance(entry, dict)]


def _check_blocks(
    report: Report, file: str, about: Mapping[str, Any], packed: Mapping[str, str]
) -> None:
    """No packed column that is not known as public, and none that the page does not name."""
    for name in sorted({*about, *packed}):
        known = next((c for start, c in BLOCK_COLUMNS.items() if name.startswith(start)), set())
        columns = {str(entry[0]) for entry in about.get(name, [])}
        strange = sorted(columns - known) or ([] if columns and name in packed else ["?"])
        for column in strange:
            report.add(file, "unknown_key", f"Datenblock {name}", f"Spalte {column!r}")


def _check_cells(
    report: Report, file: str, data: Mapping[str, Any], packed: Mapping[str, str]
) -> None:
    """Residents of the cells."""
    if "cells" not in packed:
        return
    cells = unpack(packed["cells"], data["blocks"]["cells"])
    names = dict(enumerate(area.get("name") for area in data.get("areas", [])))
    areas = [names.get(area, area) for area in cells["area"].tolist()]
    missing = MISSING["u32"]
    residents = [None if n == missing else n for n in cells["residents"].tolist()]
    check_cells(report, file, "Karte", areas, residents)


def _check_counts(
    report: Report, file: str, data: Mapping[str, Any], packed: Mapping[str, str]
) -> None:
    """The tables behind the map, as the workbook has them."""
    say = {key.removeprefix("column."): words[0] for key, words in WORDS.items()}
    names = ("residents", "covered", "share")
    # The county's row: the municipalities are not here, so nothing can be added up.
    rows: list[list[object]] = [
        ["", key, *(columns.get(name) for name in names)]
        for key, columns in (data.get("table") or {"by": {}})["by"].items()
    ]
    titles = [say[n] for n in ("area", "category", "residents", "covered", "share_covered")]
    gaps = [row for name in packed if name.startswith("gaps-") for row in _gaps(data, packed, name)]
    found = []
    for place, head, body in (
        ("Gemeinden", titles, rows),
        ("Versorgungslücken", [say["area"], say["residents"], say["need"]], gaps),
    ):
        found += tables_of([head, *body], place)
    check_tables(report, file, found)


def _gaps(data: Mapping[str, Any], packed: Mapping[str, str], block: str) -> list[list[object]]:
    """Name, residents and need of each underserved area."""
    gaps = unpack(packed[block], data["blocks"][block])
    missing = MISSING["u32"]
    names = [data["gaps"]["names"][at] for at in gaps["name"].tolist()]
    numbers = [
        [None if n == missing else n for n in gaps[key].tolist()] for key in ("residents", "need")
    ]
    return [list(row) for row in zip(names, *numbers, strict=True)]
