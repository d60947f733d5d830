"""What an audit found: one line for each finding, and what is to be done."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

SHOWN = 3
_INSPECT = (
    "In Word, Excel, PowerPoint: Datei > Informationen > Auf Probleme überprüfen > Dokument prüfen"
)
# Kind of finding -> whether the audit fails, and what to do about it.
KINDS: dict[str, tuple[bool, str]] = {
    "unreadable": (True, "Entfernen oder so speichern, dass es sich prüfen lässt"),
    "remote": (True, "Die Datei neu erzeugen oder die Adresse entfernen"),
    "policy": (True, "Die Seite neu erzeugen"),
    "unknown_key": (True, "Die Seite mit dieser Programmversion neu erzeugen"),
    "small_count": (True, "Diese Zahl zurückhalten, und eine zweite, sonst ist sie zu errechnen"),
    "difference": (True, "Eine der Zahlen zurückhalten oder zusammenfassen"),
    "derivable": (True, "Eine zweite Zahl dieser Gruppe zurückhalten"),
    "small_base": (True, "Den Anteil weglassen"),
    "small_text": (False, "Ansehen: Sind es Personen, die Zahl weglassen"),
    "hidden": (True, "Einblenden und ansehen, oder löschen"),
    "comment": (True, f"Löschen. {_INSPECT}"),
    "tracked": (True, "Alle Änderungen annehmen und die Nachverfolgung ausschalten"),
    "author": (True, f"Entfernen. {_INSPECT}"),
    "defined_name": (True, "Im Namens-Manager löschen"),
    "link": (True, "Verknüpfung lösen (Daten > Verknüpfungen bearbeiten) oder als Wert einfügen"),
    "leftover": (True, f"Entfernen. {_INSPECT}"),
    "embedded": (True, "Als Bild oder als Wert einfügen"),
    "embedded_table": (False, "Die Tabelle dahinter geht mit hinaus; besser als Bild einfügen"),
    "internal_column": (True, "Die Spalte löschen; sie ist nur für die eigene Arbeit bestimmt"),
    "internal_file": (True, "Nicht mit veröffentlichen: die Datei ist nur für die eigene Arbeit"),
    "internal_mark": (True, "Mit einem öffentlichen Lauf neu erzeugen"),
    "layer": (True, "Die Ebene löschen und die Datei neu exportieren"),
    "dwellings": (True, "Zu Zellen oder Gemeinden zusammenfassen"),
    "deleted_rows": (True, "In QGIS in eine neue Datei exportieren (oder VACUUM)"),
    "secret": (True, "Entfernen; es darf in keiner veröffentlichten Datei stehen"),
    "path": (True, "Entfernen; er verrät Namen von Rechnern oder Personen"),
    "temporary": (True, "Löschen"),
    "unnamed": (False, "Gehört sie hierher? Das Manifest des Laufs nennt sie nicht"),
    "changed": (False, "Von Hand geändert; ansehen, ob das so gewollt ist"),
    "missing": (False, "Das Manifest nennt sie, sie liegt aber nicht hier"),
    "unseen": (False, "Diesen Teil selbst ansehen"),
    "rules": (False, "Mit --county prüfen oder das manifest.json des Laufs dazulegen"),
}  # fmt: skip


class Rules(NamedTuple):
    """How small a published number may be; groups are multiples of `rounding`."""

    min_count: int = 5
    min_share_base: int = 30
    rounding: int = 1


class Finding(NamedTuple):
    """One finding: file and place, its kind (of `KINDS`), what was found."""

    file: str
    kind: str
    place: str
    found: str

    @property
    def fails(self) -> bool:
        """Whether it is more than a hint."""
        return KINDS[self.kind][0]

    def line(self, more: int = 0) -> str:
        """The finding as a reader sees it; `more` are like it in the same file."""
        head = "FEHLER " if self.fails else "HINWEIS"
        where = ": ".join(part for part in (self.file, self.place) if part)
        others = f" (und {more} weitere Stellen)" if more else ""
        return f"{head} {where}: {self.found}{others}. {KINDS[self.kind][1]}."


class Report:
    """Collects findings; texts that hold a secret are covered before they are kept."""

    def __init__(self, rules: Rules, is_secret: Callable[[str], bool]) -> None:
        self.rules = rules
        self.findings: list[Finding] = []
        self.files: list[str] = []
        self.unseen: Counter[str] = Counter()
        self._is_secret = is_secret

    def add(self, file: str, kind: str, place: str, found: str) -> None:
        """Keep one finding; what was kept already is left out."""
        place, found = (
            "(verdeckt)" if text and self._is_secret(text) else " ".join(text.split())[:200]
            for text in (place, found)
        )
        finding = Finding(file, kind, place, found)
        if finding not in self.findings[-50:]:
            self.findings.append(finding)

    @property
    def fails(self) -> bool:
        """Whether there is more than hints."""
        return any(finding.fails for finding in self.findings)

    def lines(self) -> list[str]:
        """All findings, failures first; of one kind in one file the first few."""
        groups: dict[tuple[str, str], list[Finding]] = {}
        for finding in self.findings:
            groups.setdefault((finding.file, finding.kind), []).append(finding)
        said = []
        for group in sorted(groups.values(), key=lambda found: not found[0].fails):
            shown = group[:SHOWN]
            said += [one.line() for one in shown[:-1]]
            said.append(shown[-1].line(len(group) - len(shown)))
        return said
