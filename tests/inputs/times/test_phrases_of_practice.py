"""Times as offices, clubs, churches and lists of offers write them, and what a person understands.

A line is a phrase, "=>", and its meaning: weekdays, hours and the rhythm, parts with " | ", and in
brackets -F or +F (not in, or also in school holidays), -H or +H (public holidays), A (by
appointment). A written \\n or \\t stands for the sign.
"""

from __future__ import annotations

import re

import pytest

from geo_integration.inputs.times.schedules import Hours, parse_times

DAYS = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")

READ = r"""
Mo-Do 8.30-12.30 Uhr => Mo-Do 8:30-12:30
montags u. mittwochs, 18:30 - 20 h => Mo,Mi 18:30-20:00
jeden 2. und 4. Do im Monat, 15.00–17.00 => Do 15:00-17:00 m2,m4
jeden letzten Freitag im Monat 15-17 Uhr => Fr 15:00-17:00 m-1
Mi (14-tägig) 16-18 Uhr => Mi 16:00-18:00 2w
Mo 16-18 Uhr in ungeraden KW => Mo 16:00-18:00 2w
täglich außer So 10–18 => Mo-Sa 10:00-18:00
Mo - Fr 9-12, Do zusätzlich 14-17 Uhr => Mo-Fr 9:00-12:00 | Do 14:00-17:00
Sa. 10-12 Uhr (nicht in den Ferien) => Sa 10:00-12:00 [-F]
Mo 22-2 Uhr => Mo 22:00-26:00
18-19:30 (Anfänger), 19:30-21 (Fortgeschrittene) dienstags => Di 18:00-19:30 | Di 19:30-21:00
Mo, Di 09:00-12:00 und 13:00-16:00 => Mo,Di 9:00-12:00 | Mo,Di 13:00-16:00
n.V. => [A]
Mo-Fr nach telefonischer Vereinbarung => [A]
Di 9 - 11 Uhr und nach Vereinbarung => Di 9:00-11:00 [A]
24/7 => Mo-So 0:00-24:00
Mo/Mi/Fr 8-12 => Mo,Mi,Fr 8:00-12:00
Mo 8-12/14-16 => Mo 8:00-12:00 | Mo 14:00-16:00
Do., 16:30 - 18:00 Uhr, ab 6 J. => Do 16:30-18:00
Fr 15-17 (Kinder 6-12 Jahre) => Fr 15:00-17:00
Fr 15-17 (6-12 Jahre) => Fr 15:00-17:00
Fr 15-17, 6-12 Jahre => Fr 15:00-17:00
Di 18:00-19:30, 12,50 EUR => Di 18:00-19:30
Di 18:00-19:30, 5-10 EUR => Di 18:00-19:30
Di 18:00-19:30 Uhr, 5-10 € => Di 18:00-19:30
Di 18-20; 5-10 Euro => Di 18:00-20:00
Mi 10-11:30 Tel. 04461 919-0 => Mi 10:00-11:30
Mi 10-11:30, Tel. 04461 919-0 => Mi 10:00-11:30
Mi 10-11:30 (Tel. 04461 9-12) => Mi 10:00-11:30
Tues & Thurs 6-7:30pm => Di,Do 18:00-19:30
every first Monday 10-12 => Mo 10:00-12:00 m1
am WE 10-16 Uhr => Sa,So 10:00-16:00
Sa/So 10-16 Uhr => Sa,So 10:00-16:00
Sa und So von 10.00 bis 16.00 Uhr => Sa,So 10:00-16:00
Öffnungszeiten: Di 14-18 Uhr, Sprechstunde: Do 9-11 Uhr => Di 14:00-18:00 | Do 9:00-11:00
Kurs Di 18-20 Uhr, Anmeldung erforderlich => Di 18:00-20:00
Di 18-20 Uhr, Anmeldung erforderlich => Di 18:00-20:00
Di 18-20 Uhr (Anmeldung erforderlich) => Di 18:00-20:00
Di 18-20 Uhr, ohne Anmeldung => Di 18:00-20:00
Di 9-11 Uhr (ohne Termin) => Di 9:00-11:00
Di 9-11 Uhr ohne Termin => Di 9:00-11:00
Offene Sprechstunde: Di 9-11 Uhr => Di 9:00-11:00
Mo 9-12 (ohne Termin), Do 14-16 (mit Termin) => Mo 9:00-12:00 | Do 14:00-16:00 [A]
Di 9-11 Uhr, kein Termin erforderlich => Di 9:00-11:00
Beratung Di 9-11 Uhr => Di 9:00-11:00
Sprechzeiten: Mo, Di, Do, Fr 8.30 - 12.00 Uhr sowie Do 14.00 - 17.30 Uhr und nach Vereinbarung
    => Mo,Di,Do,Fr 8:30-12:00 | Do 14:00-17:30 [A]
Bürozeiten Mo-Do 8-16, Fr 8-13 => Mo-Do 8:00-16:00 | Fr 8:00-13:00
Wed 3:30 - 5:00 pm => Mi 15:30-17:00
Monday 9-11 => Mo 9:00-11:00
Mon & Wed 10:00-12:30 => Mo,Mi 10:00-12:30
Mon-Fri from 8am to 12pm => Mo-Fr 8:00-12:00
Fri 7.30 - 9 p.m. => Fr 19:30-21:00
Every Tuesday from 6 pm to 8 pm => Di 18:00-20:00
First Saturday of each month, 10 am - 1 pm => Sa 10:00-13:00 m1
every second and fourth Monday of the month 6-8 pm => Mo 18:00-20:00 m2,m4
Mondays 6 PM – 7:30 PM (term time only) => Mo 18:00-19:30 [-F]
Mon 9-12, closed on public holidays => Mo 9:00-12:00 [-H]
Sat 10-12 except public holidays => Sa 10:00-12:00 [-H]
weekdays 9-12 => Mo-Fr 9:00-12:00
Mon, Wed, Fri: 5 - 6 pm => Mo,Mi,Fr 17:00-18:00
Mi 15:30-17 Uhr => Mi 15:30-17:00
Mo 7-8:30 Uhr => Mo 7:00-8:30
Mo-Fr 8-12, Do 14-18 => Mo-Fr 8:00-12:00 | Do 14:00-18:00
Mo-Fr 8-12, Mo+Di 13-16, Do 13-18 => Mo-Fr 8:00-12:00 | Mo,Di 13:00-16:00 | Do 13:00-18:00
Mo-Fr 9-12 Uhr, mittwochs geschlossen => Mo,Di,Do,Fr 9:00-12:00
Mo-Fr 9-12 Uhr (mittwochs geschlossen) => Mo,Di,Do,Fr 9:00-12:00
Mo-Fr (außer Mi) 9-12 Uhr => Mo,Di,Do,Fr 9:00-12:00
Mo-Fr 9-12 Uhr (außer Mi) => Mo,Di,Do,Fr 9:00-12:00
Mo-Fr 9-12 Uhr außer mittwochs => Mo,Di,Do,Fr 9:00-12:00
Di-So 10-17, Mo geschlossen => Di-So 10:00-17:00
Mo geschlossen, Di-Fr 10-17 Uhr => Di-Fr 10:00-17:00
Mo-Fr 8:00-12:00; Do 14:00-18:00 => Mo-Fr 8:00-12:00 | Do 14:00-18:00
Mo-Sa 9-18, So + feiertags geschlossen => Mo-Sa 9:00-18:00 [-H]
Mo-Sa 9-18, Sonn- und Feiertage geschlossen => Mo-Sa 9:00-18:00 [-H]
Di 18-19:30 Uhr (außer in den Schulferien) => Di 18:00-19:30 [-F]
Di 18-19:30 Uhr (nicht in den nds. Ferien) => Di 18:00-19:30 [-F]
Di 18-19:30 Uhr (außer in den niedersächsischen Schulferien) => Di 18:00-19:30 [-F]
Mi 15-17, außer Ferien => Mi 15:00-17:00 [-F]
Mi 15-17, außer Ferien und Feiertage => Mi 15:00-17:00 [-F -H]
Mi 15-17 Uhr. In den Ferien geschlossen. => Mi 15:00-17:00 [-F]
Mi 15-17 Uhr; geschlossen in den Ferien => Mi 15:00-17:00 [-F]
Mi 15-17 Uhr, entfällt in den Ferien => Mi 15:00-17:00 [-F]
Mi 15-17 Uhr (Schulferien: geschlossen) => Mi 15:00-17:00 [-F]
Mi 15-17 Uhr (während der Schulzeit) => Mi 15:00-17:00 [-F]
Mi 15-17 Uhr, nur Schulzeit => Mi 15:00-17:00 [-F]
Mi 15-17 Uhr (nur in der Schulzeit) => Mi 15:00-17:00 [-F]
Mi 15-17, ganzjährig => Mi 15:00-17:00 [+F]
Mi 15-17 (auch in den Ferien) => Mi 15:00-17:00 [+F]
Mi 15-17, auch in den Ferien geöffnet => Mi 15:00-17:00 [+F]
Mi 15-17, auch in den Ferien geschlossen => Mi 15:00-17:00 [-F]
So 10-12, an Feiertagen geschlossen => So 10:00-12:00 [-H]
Mo-Fr 9-12 (nicht feiertags) => Mo-Fr 9:00-12:00 [-H]
nicht in den Ferien: Mi 15-17 => Mi 15:00-17:00 [-F]
Mi 15-17 kein Treffen in den Ferien => Mi 15:00-17:00 [-F]
jd. 1. u. 3. Mi. im Monat 19.00 - 21.00 Uhr => Mi 19:00-21:00 m1,m3
jeden 1. Di. d. Monats, 15-17 Uhr => Di 15:00-17:00 m1
am 1. Dienstag im Monat von 15 bis 17 Uhr => Di 15:00-17:00 m1
erster und dritter Dienstag im Monat 15-17 => Di 15:00-17:00 m1,m3
letzter Do im Monat 19-21 Uhr => Do 19:00-21:00 m-1
jeder 2. Donnerstag im Monat 19-21 => Do 19:00-21:00 m2
1. Sonntag im Monat 11-13 Uhr => So 11:00-13:00 m1
alle 14 Tage Mo 18-20 Uhr => Mo 18:00-20:00 2w
Mo 18-20 Uhr alle 2 Wochen => Mo 18:00-20:00 2w
Mo 18-20 Uhr, 14-tägig, ungerade KW => Mo 18:00-20:00 2w
Mo 18-20 Uhr (gerade KW) => Mo 18:00-20:00 2w
wöchentlich, Mi 9-12 => Mi 9:00-12:00
wöchentlich mittwochs 9-12 Uhr => Mi 9:00-12:00
Mi 9-12 Uhr (wöchentlich) => Mi 9:00-12:00
jede Woche Mi 9-12 => Mi 9:00-12:00
jede zweite Woche Mi 9-12 => Mi 9:00-12:00 2w
Mi 9-12; Fr 14-16 (14-tägig) => Mi 9:00-12:00 | Fr 14:00-16:00 2w
dreiwöchentlich Do 18-20 => Do 18:00-20:00 3w
2-wöchentlich Do 18-20 => Do 18:00-20:00 2w
alle drei Wochen Do 18-20 => Do 18:00-20:00 3w
Mo.8-12 Uhr => Mo 8:00-12:00
Mo:8-12Uhr => Mo 8:00-12:00
Mi16-18 => Mi 16:00-18:00
MO-FR 9:00-12:00 UHR => Mo-Fr 9:00-12:00
Mo. – Fr.: 9:00 – 12:00 Uhr => Mo-Fr 9:00-12:00
Mo-Fr von 09:00Uhr bis 12:00Uhr => Mo-Fr 9:00-12:00
Mo 8.30h - 12h => Mo 8:30-12:00
Montagabend 18-20 Uhr => Mo 18:00-20:00
Montag Abend 18-20 Uhr => Mo 18:00-20:00
Dienstagvormittag 9-11 Uhr => Di 9:00-11:00
Di vormittags 9-11 Uhr => Di 9:00-11:00
Di nachmittags 14-16 Uhr => Di 14:00-16:00
Mo-Fr vormittags 9-12, nachmittags 14-17 => Mo-Fr 9:00-12:00 | Mo-Fr 14:00-17:00
Mi morgens 9-11 Uhr => Mi 9:00-11:00
Mo, Mi, Fr jew. 9-12 => Mo,Mi,Fr 9:00-12:00
Mo. + Mi. jeweils von 9.00 - 12.00 Uhr => Mo,Mi 9:00-12:00
Di 9-12 u.14-16 => Di 9:00-12:00 | Di 14:00-16:00
Di 9-12 Uhr+Do 14-16 Uhr => Di 9:00-12:00 | Do 14:00-16:00
Mo\t9-12 => Mo 9:00-12:00
Mo-Fr\n9-12 Uhr\nSa\n10-12 Uhr => Mo-Fr 9:00-12:00 | Sa 10:00-12:00
Di 18-20 Uhr, Gemeindehaus => Di 18:00-20:00
Di 18-20 Uhr im Gemeindehaus => Di 18:00-20:00
Di 18-20 Uhr, Raum 12 => Di 18:00-20:00
Di 18-20 Uhr, kostenlos => Di 18:00-20:00
Di 18-20 Uhr; kostenfrei => Di 18:00-20:00
Di 18-20 Uhr (kostenlos) => Di 18:00-20:00
Di 18-20 Uhr, Eintritt frei => Di 18:00-20:00
Di 18-20; Kosten: 5 Euro => Di 18:00-20:00
Di 18-20 Uhr (Frauen), Do 18-20 Uhr (Männer) => Di,Do 18:00-20:00
Di 9-12 Uhr für Frauen => Di 9:00-12:00
Di 9-12 Uhr nur für Frauen => Di 9:00-12:00
Di 9-12 Uhr nur Frauen, Do 9-12 => Di,Do 9:00-12:00
Di 18-20 Uhr, 4 UStd. => Di 18:00-20:00
Di 18-20 Uhr (A1), 20-21:30 Uhr (B1) => Di 18:00-20:00 | Di 20:00-21:30
Mo + Mi + Fr 8:30-12:45 (A2.1) => Mo,Mi,Fr 8:30-12:45
Mo-Do 8.30-12.45 Uhr, 600 UE => Mo-Do 8:30-12:45
Fr 18 - 24 Uhr => Fr 18:00-24:00
Fr 20-01 Uhr => Fr 20:00-25:00
jeden Tag 8-20 Uhr => Mo-So 8:00-20:00
Mo bis So 8-20 Uhr => Mo-So 8:00-20:00
tgl. 8-20 Uhr => Mo-So 8:00-20:00
tgl. außer Di 14-18 => Mo,Mi,Do,Fr,Sa,So 14:00-18:00
Mo-Fr: 9-12 Uhr, Mo-Do auch 13-15 Uhr => Mo-Fr 9:00-12:00 | Mo-Do 13:00-15:00
Mo 9-12, Di nach Vereinbarung => Mo 9:00-12:00 [A]
Mo 9-12; Di nach Vereinbarung => Mo 9:00-12:00 [A]
Termine nur nach tel. Vereinbarung => [A]
Termine nach Vereinbarung (Tel. 04461 919-0) => [A]
auf Anfrage => [A]
Mi 15-17 Uhr (Café), 17-18 Uhr (Beratung) => Mi 15:00-17:00 | Mi 17:00-18:00
Di 18-20 (mit Anmeldung), Do 18-20 (ohne Anmeldung) => Di,Do 18:00-20:00
Mo 9-12 Tel 04461-919-0 => Mo 9:00-12:00
Mo 9-12, Handy 0151 23456789 => Mo 9:00-12:00
Fr 15-17 (7-10 J.) => Fr 15:00-17:00
Fr 15-17 für Kinder von 7 bis 10 Jahren => Fr 15:00-17:00
Kinder 7-10 Jahre Fr 15-16, Jugendliche ab 11 Jahren Fr 16-18 => Fr 15:00-16:00 | Fr 16:00-18:00
Gruppe 1: Di 9-10, Gruppe 2: Do 9-10 => Di 9:00-10:00 | Do 9:00-10:00
Halle 3, Mo 14-16 => Mo 14:00-16:00
Kurs: 9-12 Uhr, Mo-Do => Mo-Do 9:00-12:00
Mo 14-16 Uhr 10-15 € => Mo 14:00-16:00
Mo-Fr 9-12, So und Feiertage geschlossen, Sa 10-12 => Mo-Fr 9:00-12:00 | Sa 10:00-12:00 [-H]
Mo-Fr 9-12; Sa, So und feiertags geschlossen => Mo-Fr 9:00-12:00 [-H]
täglich 10-18, Sonn- u. Feiertage geschlossen => Mo-Sa 10:00-18:00 [-H]
So 10-12, feiertags geschlossen => So 10:00-12:00 [-H]
Mi 15-17; geschlossen an Feiertagen => Mi 15:00-17:00 [-H]
Mi 15-17, Pause in den Ferien => Mi 15:00-17:00 [-F]
Mi 15-17 (nds. Schulferien ausgenommen) => Mi 15:00-17:00 [-F]
Mo-Fr 9-12 (Mi geschlossen) => Mo,Di,Do,Fr 9:00-12:00
täglich 9-12 außer Sa und So => Mo-Fr 9:00-12:00
täglich 10-18 Uhr außer montags => Di-So 10:00-18:00
täglich außer Mo (10-18) => Di-So 10:00-18:00
Montagabend 20-22 Uhr => Mo 20:00-22:00
Mi vormittags: 9 - 11:30 Uhr, Do nachmittags: 14 - 16 Uhr => Mi 9:00-11:30 | Do 14:00-16:00
Mi abends, 18-20 => Mi 18:00-20:00
Fr abends 20-2 Uhr => Fr 20:00-26:00
Sonnabend 10-12, Sonntagabend 18-20 => Sa 10:00-12:00 | So 18:00-20:00
Mo, Di nach Vereinbarung 9-12 => Mo,Di 9:00-12:00 [A]
Mo nach Vereinbarung\nDi 9-12 => Di 9:00-12:00 [A]
Mo-Fr n. V.; Do 14-16 => Do 14:00-16:00 [A]
Mo ohne Termin 9-12, Di mit Termin 9-12 => Mo,Di 9:00-12:00 [A]
Mo 9-12 bitte anmelden => Mo 9:00-12:00
Mo 9-12, im EG, Di 9-12 => Mo,Di 9:00-12:00
Mo 9-12, nur Kinder, Di 9-12 => Mo,Di 9:00-12:00
Frauen: Mo 9-12, Männer: Di 9-12 => Mo,Di 9:00-12:00
nur für Frauen: Mo 9-12 => Mo 9:00-12:00
Frauen Mo 9-12 => Mo 9:00-12:00
Kurs für Frauen Mo 9-12 => Mo 9:00-12:00
Kurs A1: Mo 9-12, Kurs B1: Di 9-12 => Mo,Di 9:00-12:00
A1 Mo 9-12, B1 Di 9-12 => Mo,Di 9:00-12:00
Kurs A1 Mo-Do 8:30-12:45 Uhr => Mo-Do 8:30-12:45
Sprechstunde Mo 9-12, Beratung Di 9-12 => Mo,Di 9:00-12:00
Sprechzeiten Mo 9-12; Öffnungszeiten Di 14-17 => Mo 9:00-12:00 | Di 14:00-17:00
Café\nMi 15-17 => Mi 15:00-17:00
Di 9-12.10 Uhr => Di 9:00-12:10
Mo 9.30-12.15. Di 10-11 => Mo 9:30-12:15 | Di 10:00-11:00
Mo 9-12.00. Di 10-11 => Mo 9:00-12:00 | Di 10:00-11:00
Mo 8:30-10 => Mo 8:30-10:00
Mon 8:30-12:30 => Mo 8:30-12:30
So 6:30-8 Uhr => So 6:30-8:00
Fri 02:00-04:00 => Fr 2:00-4:00
Mo 9-12 do. 14-16 => Mo 9:00-12:00 | Do 14:00-16:00
Mo-Do 8-12, 13-16; Fr 8-12 => Mo-Fr 8:00-12:00 | Mo-Do 13:00-16:00
Mo-Fr 8-12; Di+Do 8-12, 14-18 => Mo-Fr 8:00-12:00 | Di,Do 14:00-18:00
letzter Fr. im Monat, 18 - 20 Uhr, Gemeindehaus => Fr 18:00-20:00 m-1
am letzten Freitag im Monat abends 18-20 => Fr 18:00-20:00 m-1
Di 18-20 (14 tägig) => Di 18:00-20:00 2w
Di 18-20 14 täg. => Di 18:00-20:00 2w
Mo-Do 9-13 | Fr 9-12 | Sa geschlossen => Mo-Do 9:00-13:00 | Fr 9:00-12:00
Mo–Do 9–13 Uhr / Fr 9–12 Uhr => Mo-Do 9:00-13:00 | Fr 9:00-12:00
Mo 9 bis 12 / Mi 14 bis 16 => Mo 9:00-12:00 | Mi 14:00-16:00
- Mo 9-12\n- Di 10-12 => Mo 9:00-12:00 | Di 10:00-12:00
* Mo 9-12\n* Di 10-12\n* nach Vereinbarung => Mo 9:00-12:00 | Di 10:00-12:00 [A]
Mo / Di: 9-12 => Mo,Di 9:00-12:00
Mo - Di 9-12 => Mo,Di 9:00-12:00
So-Sa 9-12 => Mo-So 9:00-12:00
Mo 18 Uhr 30 bis 20 Uhr 15 => Mo 18:30-20:15
Mo 18-20 Uhr\n\n10 € => Mo 18:00-20:00
Mo 18-20 Uhr 10 € => Mo 18:00-20:00
Mo 18-20 Uhr 10 (Raum 3) => Mo 18:00-20:10
Montags, 18.00 Uhr - 19.30 Uhr, Saal 1, 3 Euro => Mo 18:00-19:30
Mon–Fri 09:00–17:00 => Mo-Fr 9:00-17:00
Mon to Thu 9.00-16.00, Fri 9.00-13.00 => Mo-Do 9:00-16:00 | Fr 9:00-13:00
Open daily 10am-6pm => Mo-So 10:00-18:00
Open daily 10am-6pm except Mondays => Di-So 10:00-18:00
Wednesdays during term time 4-5.30pm => Mi 16:00-17:30 [-F]
Wednesdays 4-5.30pm (not during school holidays) => Mi 16:00-17:30 [-F]
last Friday of the month 7-9pm => Fr 19:00-21:00 m-1
2nd & 4th Tue 7-9pm => Di 19:00-21:00 m2,m4
Tue 11:30-1pm => Di 11:30-13:00
Tue 9-11:30 am => Di 9:00-11:30
Tu, Th 6-8 pm => Di,Do 18:00-20:00
by appointment => [A]
Tue 9-11 or by appointment => Di 9:00-11:00 [A]
Mo-Fr 08:00-12:00; PH off => Mo-Fr 8:00-12:00 [-H]
Mo-Fr 08:00-12:00; SH off => Mo-Fr 8:00-12:00 [-F]
Mo-Fr 08:00-12:00 || "nach Vereinbarung" => Mo-Fr 8:00-12:00 [A]
We[2] 15:00-17:00; We[4] 10:00-12:00 => Mi 15:00-17:00 m2 | Mi 10:00-12:00 m4
Mo-Fr 08:00-12:00; Sa,So 10:00-12:00 => Mo-Fr 8:00-12:00 | Sa,So 10:00-12:00
Mo-Fr 08:00-12:00; We off => Mo,Di,Do,Fr 8:00-12:00
Mo 09:00-12:00 open "nur mit Anmeldung" => Mo 9:00-12:00
täglich außer sonn- und feiertags 9-12 => Mo-Sa 9:00-12:00 [-H]
täglich außer So und feiertags 9-12 => Mo-Sa 9:00-12:00 [-H]
täglich außer So und an Feiertagen 9-12 => Mo-Sa 9:00-12:00 [-H]
1. Mo im Monat 9-12, 1. Di im Monat 14-16 => Mo 9:00-12:00 m1 | Di 14:00-16:00 m1
1. Mo im Monat 9-12, Di 14-16 => Mo 9:00-12:00 m1 | Di 14:00-16:00
jeden ersten und dritten Do (außer in den Ferien), 19-21 Uhr => Do 19:00-21:00 m1,m3 [-F]
alle 14 Tage montags und mittwochs 9-12 => Mo,Mi 9:00-12:00 2w
14-tägig montags 9-12, mittwochs wöchentlich 9-12 => Mo 9:00-12:00 2w | Mi 9:00-12:00
montags 9-12 14-tägig und mittwochs 9-12 => Mo 9:00-12:00 2w | Mi 9:00-12:00
Mo 9-12 (alle 14 Tage), Mi 9-12 (jede Woche) => Mo 9:00-12:00 2w | Mi 9:00-12:00
Abendkurs Di + Do 18-21 Uhr => Di,Do 18:00-21:00
Di + Do Abend 18-21 => Di,Do 18:00-21:00
Mo-Do jeweils vormittags von 8:30 bis 12:30 => Mo-Do 8:30-12:30
Di morgens, 9 bis 11 => Di 9:00-11:00
Fr abend 20-0 Uhr => Fr 20:00-24:00
Di 9-12:30, 13:30-16 => Di 9:00-12:30 | Di 13:30-16:00
Di 10.00-12.00 Uhr, 0-3 Jahre => Di 10:00-12:00
Di 16-18 Uhr (8 - 12 J.) => Di 16:00-18:00
Haus 2, Raum 14, Di 16-18 => Di 16:00-18:00
Raum 14: Di 16-18 => Di 16:00-18:00
Mo, Di, Do 9-12 Uhr, Mi nach Vereinbarung => Mo,Di,Do 9:00-12:00 [A]
Mo 9-12, Di nach Vereinbarung, Fr 9-12 => Mo,Fr 9:00-12:00 [A]
Mo 9-12, Di und Do nach Vereinbarung => Mo 9:00-12:00 [A]
Mo 9-12 und Di nach Vereinbarung 14-16 => Mo 9:00-12:00 | Di 14:00-16:00 [A]
Mo 9-12, Di nur nach Vereinbarung; Mi 14-16 => Mo 9:00-12:00 | Mi 14:00-16:00 [A]
jeden 1. Mo im Monat 9-12, Di nach Vereinbarung => Mo 9:00-12:00 m1 [A]
14-tägig Mo 9-12, Di nach Vereinbarung => Mo 9:00-12:00 2w [A]
Mo geschlossen, Di nach Vereinbarung => [A]
Kurs A2 Mo-Do 8:30-12:45 Uhr => Mo-Do 8:30-12:45
Mo + Mi 8:30-12:45 (A2.1) => Mo,Mi 8:30-12:45
Mo + Mi 8:30-12:45 (A1-A2) => Mo,Mi 8:30-12:45
Niveau B1: Di 9-12 => Di 9:00-12:00
Frauen Di 9-12, Männer Do 9-12 => Di,Do 9:00-12:00
Halle 2 Di 14-16 => Di 14:00-16:00
Gruppe 2 Di 9-10 => Di 9:00-10:00
Deutschkurs: Di + Do 18-20 Uhr => Di,Do 18:00-20:00
Mo-Fr nach telefonischer Vereinbarung; Do 14-16 => Do 14:00-16:00 [A]
nach telefonischer Vereinbarung\nDo 14-16 => Do 14:00-16:00 [A]
"""

# A person understands them, or guesses; here they are kept as text, and planners are told. What
# is on the right is the most that may be told of them.
KEPT = r"""
Kursstart 01.09.2026 Mo+Mi 9-12:15 => Mo,Mi 9:00-12:15
Anmeldung Mo-Fr 8-12, Kurs Di 18-20 => Di 18:00-20:00
Tel. Sprechzeiten Mo 9-10; persönlich Do 15-18 => Do 15:00-18:00
Fr 15-17 (6-12) => Fr 15:00-17:00
Fr 15-17 Kinder 6-12 => Fr 15:00-17:00
Mo 9-12 Raum 14-16 => Mo 9:00-12:00
Tel. 04461 919-0, Mi 10-11:30 => Mi 10:00-11:30
Donnertags 9-12 => Do 9:00-12:00
Montag's 9-12 Uhr => Mo 9:00-12:00
Mo １８:00-19:30 => Mo 18:00-19:30
Di 18ºº - 20ºº Uhr => Di 18:00-20:00
Di 18^30 - 20 Uhr => Di 18:30-20:00
Di halb acht bis neun => Di 19:30-21:00
WE 10-16 Uhr => Sa,So 10:00-16:00
Fr + WE 10-16 => Fr-So 10:00-16:00
we open Mo 9-12 => Mo 9:00-12:00
Sprechzeiten Mo 9-12; Kurszeiten Di 18-20 => Di 18:00-20:00
Bürozeiten: Mo-Fr 8-12 Uhr; Unterrichtszeiten: Di + Do 18-20 Uhr => Di,Do 18:00-20:00
Anmeldung\nMo-Fr 8-12\nKurs\nDi 18-20 => Di 18:00-20:00
Anmeldung:\nMo-Fr 8-12\nKurs:\nDi 18-20 => Di 18:00-20:00
Mo-Fr 8-12 (Anmeldung), Di 18-20 (Kurs) => Di 18:00-20:00
Mo-Fr 8-12 (Büro), Di 18-20 (Kurs) => Di 18:00-20:00
Büro\nMo-Fr 8-12\nKurs\nDi 18-20 => Di 18:00-20:00
Büro: Mo-Fr 8-12, Kurs: Di 18-20 => Di 18:00-20:00
Mo 9-12 (telefonisch), Do 15-18 (persönlich) => Do 15:00-18:00
Mo 9-12 Uhr online, Mi 9-12 Uhr in Präsenz => Mi 9:00-12:00
Annahme Mo 9-11; Ausgabe Mi 14-16 => Mi 14:00-16:00
Tafel: Ausgabe Di 13-15 Uhr, Anmeldung bis 12 Uhr => Di 13:00-15:00
Di 18-20 Uhr - ohne Anmeldung => Di 18:00-20:00
Tuesdays, 10 a.m. - noon => Di 10:00-12:00
Tuesdays 10 am - 12 noon => Di 10:00-12:00
Thursday evenings 7-9 pm => Do 19:00-21:00
Mo-Fr 8-12 und 14-16 Uhr, Fr 8-12 Uhr => Mo-Do 8:00-12:00 | Mo-Do 14:00-16:00 | Fr 8:00-12:00
Mo-Fr 9-12, 14-17; Mi 9-12 => Mo,Di,Do,Fr 9:00-12:00 | Mo,Di,Do,Fr 14:00-17:00 | Mi 9:00-12:00
täglich 8-12 und 14-18, So 14-18 Uhr => Mo-Sa 8:00-12:00 | Mo-Sa 14:00-18:00 | So 14:00-18:00
Mo-Do 9-12 und 13-16 Uhr, Fr nur 9-12 Uhr => Mo-Do 9:00-12:00 | Mo-Do 13:00-16:00 | Fr 9:00-12:00
Mo-Fr 8-16, Fr 8-12 => Mo-Do 8:00-16:00 | Fr 8:00-12:00
Mo-Fr 9-17, Mi bis 19 Uhr => Mo,Di,Do,Fr 9:00-17:00 | Mi 9:00-19:00
Mo-Fr 9-12, Mi nachmittags geschlossen => Mo-Fr 9:00-12:00
Mo-Fr 9-12 u. 14-17, Mi nachmittags geschlossen => Mo-Fr 9:00-12:00 | Mo,Di,Do,Fr 14:00-17:00
Mo-Fr 9-12, nicht Mi => Mo,Di,Do,Fr 9:00-12:00
Mo bis Fr ohne Mi 9-12 => Mo,Di,Do,Fr 9:00-12:00
Mo 8-12, Di 8-12, Mi -, Do 8-12 und 14-18, Fr 8-12 => Mo,Di,Do,Fr 8:00-12:00 | Do 14:00-18:00
Mo: -\nDi: 9-12 => Di 9:00-12:00
Mo --- Di 9-12 => Di 9:00-12:00
Mi 15-17 Uhr, Ferien nach Absprache => Mi 15:00-17:00
Mi 15-17 Uhr, in den Ferien nicht geschlossen => Mi 15:00-17:00
Mi 15-17, nicht in den Sommerferien => Mi 15:00-17:00
Mi 15-17, Sommerpause im August => Mi 15:00-17:00
Mi 15-17, keine Ferienpause => Mi 15:00-17:00
Mi 15-17 Uhr (in den Ferien auf Anfrage) => Mi 15:00-17:00
Sa, So und feiertags 14-17 Uhr => Sa,So 14:00-17:00
Sonn- und feiertags 14-17 Uhr => So 14:00-17:00
Sa, So, Feiertag 14-17 => Sa,So 14:00-17:00
Di 15-17 Uhr (jeden 1. im Monat) => Di 15:00-17:00 m1
Di (1. und 3. im Monat) 15-17 Uhr => Di 15:00-17:00 m1,m3
Di 15-17 Uhr (1. + 3. Di im Monat) => Di 15:00-17:00 m1,m3
Do 19-21 Uhr, letzter im Monat => Do 19:00-21:00 m-1
Mo 18-20 (ger. KW) => Mo 18:00-20:00 2w
Mo 18-20; ungerade KW => Mo 18:00-20:00 2w
Mo 18-20\nin geraden Kalenderwochen => Mo 18:00-20:00 2w
Mo 18-20; zweiwöchentlich => Mo 18:00-20:00 2w
Mo 18-20\nvierzehntäglich => Mo 18:00-20:00 2w
fortnightly\nMon 6-8 pm => Mo 18:00-20:00 2w
Mon 6-8 pm; every other week => Mo 18:00-20:00 2w
2x wöchentlich Mo + Mi 9-12 => Mo,Mi 9:00-12:00
zweimal wöchentlich Mo + Mi 9-12 => Mo,Mi 9:00-12:00
jede 1. und 3. Woche Mi 9-12 => Mi 9:00-12:00 m1,m3
jeden Montag im Monat 9-12 => Mo 9:00-12:00
Di 9-12 ab 5.10. => Di 9:00-12:00
Di 9-12 bis 18.12.2026 => Di 9:00-12:00
Di 9-12, 10 Termine ab 05.10.2026 => Di 9:00-12:00
Di 9-12 (10x) => Di 9:00-12:00
ab Herbst Mo 9-12 => Mo 9:00-12:00
Schuljahr 25-26 Mo 9-12 => Mo 9:00-12:00
Mo 9-12 (außer 24.12.) => Mo 9:00-12:00
Di ca. 18-20 Uhr => Di 18:00-20:00
Di 18 bis ca. 20 Uhr => Di 18:00-20:00
Di 18 Uhr (Dauer 90 Min.) => Di 18:00-19:30
Di 18-20 Uhr, Einlass 17:30 => Di 18:00-20:00
Di Einlass 17:30-18:00, Kurs 18-20 => Di 18:00-20:00
Di ab 9-12 => Di 9:00-12:00
Mo 8,30-12 => Mo 8:30-12:00
Mo 0900-1200 => Mo 9:00-12:00
Mo 9.- 12. Uhr => Mo 9:00-12:00
Mo 9 : 00 - 12 : 00 => Mo 9:00-12:00
Mo 8 - 12. 30 Uhr => Mo 8:00-12:30
Mitwoch 9-12 => Mi 9:00-12:00
Dienstg 9-12 => Di 9:00-12:00
Die + Don 9-12 => Di,Do 9:00-12:00
Mo bis einschl. Mi 9-12 => Mo-Mi 9:00-12:00
Mo. und Die. 9-12 => Mo,Di 9:00-12:00
nur Di 9-12 => Di 9:00-12:00
Di nur 9-12 => Di 9:00-12:00
Mo · Mi · Fr 9-12 => Mo,Mi,Fr 9:00-12:00
Mo; Mi; Fr 9-12 => Mo,Mi,Fr 9:00-12:00
Mo&nbsp;9-12 => Mo 9:00-12:00
Mo 9-12<br>Di 10-12 => Mo 9:00-12:00 | Di 10:00-12:00
Mo\tDi\n9-12\t14-17 => Mo 9:00-12:00 | Di 14:00-17:00
Montag 9-12\nund 14-17 => Mo 9:00-12:00 | Mo 14:00-17:00
Di 18-20, Raum 3.14 => Di 18:00-20:00
Di 18-20, R. 12-14 => Di 18:00-20:00
Di 18-20 Uhr, mit Kinderbetreuung => Di 18:00-20:00
Di 18-20 Uhr (max. 12-15 Personen) => Di 18:00-20:00
Di 18-20 Uhr, 45-60 Min. => Di 18:00-20:00
Di 18-20 Uhr, Kurs-Nr. 12-14 => Di 18:00-20:00
Di 18-20 Uhr, Niveau A1-B1 => Di 18:00-20:00
Vollzeit Mo-Fr 8-13 => Mo-Fr 8:00-13:00
Mo 18-20 und 1x Sa 10-14 => Mo 18:00-20:00
Fr 18 bis Sa 2 Uhr => Fr 18:00-26:00
rund um die Uhr => Mo-So 0:00-24:00
Di 9-12 Uhr, nachm. n. V. => Di 9:00-12:00 [A]
nach tel. Absprache unter 04461 919-0 => [A]
So 11-12 (nach dem Gottesdienst) => So 11:00-12:00
Begegnungscafé: Mi 15-17 Uhr => Mi 15:00-17:00
Mi 15:00-17:00 Uhr Café Welcome => Mi 15:00-17:00
Kleiderkammer Di 9-11, Do 15-17 => Di 9:00-11:00 | Do 15:00-17:00
Di + Do 9-11 Uhr Ausgabe, Mi 9-11 Uhr Annahme => Di,Do 9:00-11:00
Frau Müller Mo 9-12, Fr. Meyer Di 9-12 => Mo 9:00-12:00 | Di 9:00-12:00
Mo-Fr 10-12 Uhr Fr. 9-11 Uhr => Mo-Do 10:00-12:00
Di 18-20 Uhr, Anmeldung erforderlich, Mo-Fr 8-12 => Di 18:00-20:00
Di 18-20, Anmeldung erforderlich Mo-Fr 8-12 => Di 18:00-20:00
Di 18-20, Anmeldung erforderlich\nMo-Fr 8-12 => Di 18:00-20:00
Di 18-20\nAnmeldung erforderlich\nMo-Fr 8-12 => Di 18:00-20:00
Di 18-20\nAnmeldung: Mo-Fr 8-12 => Di 18:00-20:00
Di 18-20 (Anmeldung Mo-Fr 8-12) => Di 18:00-20:00
Di 18-20, Anmeldung bis Mo 12 Uhr => Di 18:00-20:00
Di 18-20; Tel. 04461 919-0 (Mo-Fr 8-12) => Di 18:00-20:00
Di 18-20; Tel. 04461 919-0, Mo-Fr 8-12 => Di 18:00-20:00
Mo 9-12, 0151 23456789 => Mo 9:00-12:00
Fr 15-17, 7-10 Kinder => Fr 15:00-17:00
Fr 15-17, Kinder 7-10 => Fr 15:00-17:00
Fr 15-17 Kinder 7-10 => Fr 15:00-17:00
Fr 15-17, Kinder (7-10) => Fr 15:00-17:00
Fr 15-17 Kinder: 7-10 => Fr 15:00-17:00
Fr 15-17, Klasse 7-10 => Fr 15:00-17:00
Fr 15-17, Kl. 8-10 => Fr 15:00-17:00
Fr 15-17, U7-U10 => Fr 15:00-17:00
Gruppe 1 9-10, Gruppe 2 10-11 Di => Di 9:00-10:00 | Di 10:00-11:00
Gruppe 9-10 Di 14-16 => Di 14:00-16:00
Haus 8-12, Mo 14-16 => Mo 14:00-16:00
Mo 14-16, Halle 3-5 => Mo 14:00-16:00
Mo 14-16, Etage 3 - 5 => Mo 14:00-16:00
Mo 14-16 Halle 3 => Mo 14:00-16:00
Mo 14-16 Halle, 18-20 Küche => Mo 14:00-16:00 | Mo 18:00-20:00
Mo 14-16 Kurs 8-12 => Mo 14:00-16:00
Mo 14-16, Kurs 8-12 => Mo 14:00-16:00
Kurs 8-12 Mo 14-16 => Mo 14:00-16:00
Kurs 7 - 9 Mo 14-16 => Mo 14:00-16:00
Mo 14-16 10-15 Euro pro Kurs => Mo 14:00-16:00
Mo 10-15, 5,- € => Mo 10:00-15:00
Mo 14-16 Uhr, Gebühr 10-15 => Mo 14:00-16:00
Mo 14-16 Uhr, Kosten 8-10 => Mo 14:00-16:00
Mo 14-16 Uhr, Eintritt 8-10 => Mo 14:00-16:00
Di 20 UE 18-20 => Di 18:00-20:00
Di 18-20 Uhr, 8-10 UE => Di 18:00-20:00
So und Feiertage 10-12 => So 10:00-12:00
Sonntag, feiertags geschlossen 10-12 => So 10:00-12:00
Mo-Fr 9-12, Mi geschlossen in den Ferien => Mo-Fr 9:00-12:00
nicht geschlossen in den Ferien, Mi 15-17 => Mi 15:00-17:00
Mi 15-17 nie geschlossen in den Ferien => Mi 15:00-17:00
Mi 15-17 keine Pause in den Ferien => Mi 15:00-17:00
Mi 15-17, entfällt nicht in den Ferien => Mi 15:00-17:00
Mi 15-17 fällt in den Ferien aus => Mi 15:00-17:00 [-F]
Mi 15-17, entfällt in den Sommerferien => Mi 15:00-17:00
Mi 15-17, geschlossen in den Ferien und am 24.12. => Mi 15:00-17:00
Mo-Fr 9-12 und 14-17 (Mi nachmittag geschlossen) => Mo-Fr 9:00-12:00 | Mo,Di,Do,Fr 14:00-17:00
Mo-Fr 9-12 (12-13 geschlossen) 13-17 => Mo-Fr 9:00-12:00 | Mo-Fr 13:00-17:00
Mo-Fr 9-17 (12-13 geschlossen) => Mo-Fr 9:00-12:00 | Mo-Fr 13:00-17:00
Mo-Fr 9-12 außer Mi 14-16 => Mo,Di,Do,Fr 9:00-12:00 | Mi 14:00-16:00
Montagmorgen 9-11 => Mo 9:00-11:00
Mi-abends 18-20 => Mi 18:00-20:00
Mi 9-11 Uhr vormittags => Mi 9:00-11:00
Mi abends ab 18-20 => Mi 18:00-20:00
Mo-Fr nach Vereinbarung, Sa 10-12 => Sa 10:00-12:00 [A]
Mo 9-12 nicht ohne Anmeldung => Mo 9:00-12:00
Mo 9-12 Uhr, um Anmeldung wird gebeten => Mo 9:00-12:00
Telefonzeiten Mo 9-12; Kurs Di 18-20 => Di 18:00-20:00
Mo 18-20; Anmeldung telefonisch => Mo 18:00-20:00
Mo 18-20; Änderungen vorbehalten => Mo 18:00-20:00
Mo 10-12, so auch Di 10-12 => Mo,Di 10:00-12:00
Mo-Fr 8-12 und 14-16 Uhr, Fr auch 8-12 Uhr => Mo-Fr 8:00-12:00 | Mo-Fr 14:00-16:00
jeden 1. Di d.M. 15-17 => Di 15:00-17:00 m1
jeden 1. Di d. M. 15-17 => Di 15:00-17:00 m1
Di 18-20, 4x => Di 18:00-20:00
Di von 9-11 Uhr in Jever, Do von 9-11 Uhr in Varel => Di,Do 9:00-11:00
Di 9-11 (Jever), Do 9-11 (Varel) => Di,Do 9:00-11:00
Mo\n- Fr 9-12 => Mo-Fr 9:00-12:00
- Mo 9-12\n- Fr => Mo 9:00-12:00
Mo: Di: 9-12 Mi: Do: 14-16 => Di 9:00-12:00 | Do 14:00-16:00
Mo: 9-12 Di: Mi: 14-16 => Mo 9:00-12:00 | Mi 14:00-16:00
Mo: , Di: 9-12 => Di 9:00-12:00
Mo 18-20 Uhr 10 Plätze => Mo 18:00-20:00
Mo 18-20 Uhr 15 Teilnehmer => Mo 18:00-20:00
Mo 18-20h 12 Personen => Mo 18:00-20:00
Mo 18-20 Uhr\n12 Termine => Mo 18:00-20:00
Mo 18-20 Uhr 10-12 Personen => Mo 18:00-20:00
Closed Mondays, Tue-Sun 10-18 => Di-So 10:00-18:00
Every Wed 4pm-5.30pm, no meeting in school holidays => Mi 16:00-17:30
Tuesday 7-9 (pm) => Di 19:00-21:00
drop-in Tue 9-11 => Di 9:00-11:00
Mo 9-12, Di 9-12 (beides nicht in den Ferien) => Mo,Di 9:00-12:00
Mo 9-12 (nicht in den Ferien), Di 9-12 => Mo,Di 9:00-12:00
Mo 9-12 (auch in den Ferien), Di 9-12 (nicht in den Ferien) => Mo,Di 9:00-12:00
Mo (außer in den Ferien), Di 9-12 => Mo,Di 9:00-12:00
Mo 9-12 außer am 1. Mai => Mo 9:00-12:00
täglich außer feiertags und So 9-12 => Mo-Sa 9:00-12:00 [-H]
täglich außer Sa, So, Feiertag 9-12 => Mo-Fr 9:00-12:00 [-H]
jeden Mo und Mi im Monat 9-12 => Mo,Mi 9:00-12:00
Mo 9-12 Uhr, nächster Termin 5.10. => Mo 9:00-12:00
Mo 9-12 Uhr (Start: 5.10.) => Mo 9:00-12:00
Mo 9-12 Uhr, 6 x => Mo 9:00-12:00
Mo 9-12 Uhr, 10 Abende => Mo 9:00-12:00
Mo-Fr Intensivkurs 9-13 => Mo-Fr 9:00-13:00
Mo-Do vormittags, Fr 9-12 => Fr 9:00-12:00
Mo-Do vormittags; Fr 9-12 => Fr 9:00-12:00
Di 14-16, 9-12 => Di 9:00-12:00 | Di 14:00-16:00
Di 10.00-12.00 Uhr (Krabbelgruppe 0-3 Jahre) => Di 10:00-12:00
Di 10.00-12.00 Uhr, Alter 0-3 => Di 10:00-12:00
Di 10-12 (ab 18) => Di 10:00-12:00
Di 10-12 Uhr, ü60 => Di 10:00-12:00
Di 10-12 Uhr, 60+ => Di 10:00-12:00
Di 16-18, Raum 14/15 => Di 16:00-18:00
Di 16-18 Raum 14-15 => Di 16:00-18:00
Di 16-18, Schulstr. 12-14 => Di 16:00-18:00
Di 16-18 (Schulstr. 12-14) => Di 16:00-18:00
Di 16-18, Schulstr. 12 => Di 16:00-18:00
Di 16-18, 26441 Jever => Di 16:00-18:00
Schulstr. 9-11 Di 16-18 => Di 16:00-18:00
Di 16-18, Linie 10-12 => Di 16:00-18:00
Di 16-18, Buslinie 212 => Di 16:00-18:00
9-12 Uhr Mo, Di nach Vereinbarung => Mo 9:00-12:00 [A]
9-12 Uhr, Mo nach Vereinbarung => Mo 9:00-12:00 [A]
Mo 9-12, jeden 1. Di nach Vereinbarung => Mo 9:00-12:00
Mo 9-12, täglich nach Vereinbarung => Mo 9:00-12:00 [A]
Mo 9-12 Kinder Di 14-16 => Mo 9:00-12:00 | Di 14:00-16:00
Gruppe 2-4 Di 9-10 => Di 9:00-10:00
Deutschkurs Di + Do 18-20 Uhr; Sprechzeiten Mo 9-12 => Di,Do 18:00-20:00
Kinderkurs Di 15-16 => Di 15:00-16:00
"""

# No weekly hours stand in these, or several readings are as good.
UNKNOWN = r"""
dienstags ab 17
jeden letzten Freitag im Monat
in ungeraden KW
Di, Mi und Fr vormittags
nur in den Ferien
Di 10-12 nur in den Ferien
1x monatlich Sonntag 11 Uhr
1x monatlich Sonntag 11-13 Uhr
17.00 Uhr
Mo 18:00 bis Mi 12:00
Einlass 17:30, Beginn 18:00
Treffen: 05.10., 19.10., 02.11. jeweils 18 Uhr
Treffen: 05.10., 19.10., 02.11. jeweils Mo 18-20 Uhr
werktags
werktags 9-12 Uhr
feiertags geschlossen
Sommer 9-18 Winter 10-16
Mai bis September: Sa 14-17
alle zwei Wochen mittwochs
Jeden Tag
donnerstags 19 Uhr s.t.
2 x wöchentlich 9-12
Di 7 pm
every first Monday
We open 9-12
Anmeldung: Mo-Fr 8-12
Anmeldung\nMo-Fr 8-12
Büro Mo-Fr 8-12
Telefonische Sprechzeiten\nMo 9-12\nDi 10-12
Telefonsprechstunde Mo 9-10 Uhr
Telefonisch erreichbar:\nMo-Fr 9-12
Telefonzeiten: Mo-Fr 9-12
Mo 9-12 (Zoom)
Mo 18-20 Uhr online
Hotline Mo-Fr 8-18
Tue 6:30-8
Tuesday 6:30-8:00
Thursdays 7.30-9
Wed 3:30 - 5:00
Mon 10-4
every 2nd Monday 6-8 pm
Mo 3:30-5
Di 4.30 - 6.00 Uhr
Do 5-7 Uhr
Mo 12-2 Uhr
Mo 11-1
Mi 15-17 Uhr, nicht nur in den Ferien
Mi 15-17 Uhr außerhalb der Schulzeit
Mi 15-17 Uhr, nicht in der Schulzeit
Mi 15-17 Uhr in den Ferien
Mi 15-17 Uhr während der Ferien
Ferien: Mi 15-17 Uhr
Ferienzeiten\nMi 15-17 Uhr
Ferienprogramm:\nMi 15-17 Uhr
In den Ferien:\nMi 15-17 Uhr
Schulzeit: Mi 15-17 Uhr, Ferien: Mi 10-12 Uhr
Mi 15-17, in den Sommerferien 10-12
nur feiertags 14-17
Mi 15-17 (Ferien)
vorletzter Do im Monat 19-21 Uhr
jeden 2. Do 19-21 Uhr
jeden zweiten Donnerstag 19-21
1 x im Monat sonntags 11-13
einmal im Monat sonntags 11-13
monatlich, So 11-13
So 11-13 Uhr einmal monatlich
alle 2 Monate am 1. So 11-13
jeden zweiten Monat, 1. So 11-13 Uhr
vierteljährlich am 1. So 11-13 Uhr
Mon 6-8 pm; biweekly
Mo und Mi im Wechsel 9-12
Mo, Mi 9-12 im wöchentlichen Wechsel
Mo 9-12 (wechselnd)
zweimal im Monat Mi 9-12
in der 1. Woche des Monats Mi 9-12
jeden Mi außer am 1. Mi im Monat 9-12
Mi 9-12 außer 1. im Monat
Mi 9-12, Fr 14-16 (14-tägig)
alle 4 Wochen
KW 36-40 Mo 9-12
jeden 15. im Monat 9-12
am 1. des Monats 9-12
Mo 05.10. 18-20 Uhr
Mo, 5. Oktober, 18-20 Uhr
Mo 5.10.26, 18-20 Uhr
Mo-Fr 12.-16.10. 9-12 Uhr
Mo-Fr 12-16.10. 9-12 Uhr
Mo-Fr 12.10-16.10 9-12 Uhr
Mo-Fr 12-16.10., 9-12 Uhr
01.10.-31.03. Mo 9-12
Oktober-März Mo 9-12
Okt.-März: Mo-Fr 9-16; Apr.-Sept.: Mo-Fr 9-18
im Winter Mo 9-12
Sommersemester Mo 9-12
Mo 9-12 zurzeit geschlossen
zurzeit geschlossen
Mo 9-12 (derzeit Pause)
3 Termine: 6.10., 13.10., 20.10. 18-20
5.10. + 12.10. Mo 18-20
Sa 3.10. und So 4.10. 10-16
Di 18 Uhr
dienstags um 18.30 Uhr
So 10.30 Uhr Gottesdienst
Mo 9:00
Di 18:00 - open end
Di 18-open end
Mo bis 12 Uhr
Di nachmittags 2-4 Uhr
Di abends 8-10
Di 9-12 bzw. 14-16
Mo und Di 9-12 bzw. 14-16
Mo o. Di 9-12
Mo oder Di 9-12
Di 9-12?
Montag, den 9-12
Mo 18-20 und Sa 10-14 (einmal monatlich)
Fr 20 Uhr - So 14 Uhr
durchgehend geöffnet
jederzeit
wochentags 9-12
individuell
flexibel
s. Homepage
siehe www.vhs-friesland.de
wird noch bekannt gegeben
Termine auf der Internetseite
k.A.
-
Montag von 9 Uhr bis Freitag 12 Uhr
So nach dem Gottesdienst
Fr. Meyer 9-12
Tel. 04461 919-0\nMo-Fr 8-12
Tel. 04461 919-0: Mo-Fr 8-12
Mo 9-12 Tel. 04461 919-0 14-16
Mo 9-12 Tel. 04461 9190 14-16
Fr 15-17 ab 7
Di Gruppe 9-10
Kurs 1. Mo 14-16
Mo 10-15 €
Di 18.00-19.30 Euro
Di 8-12 UE
Sonn- und Feiertage geschlossen
Mo-Fr 9-12 (geschlossen)
Mo-Fr (geschlossen) 9-12
Mo-Fr 9-12, Sa 10-12 außer Mi
Mo-Fr 9-12 außer Mi und Sa
Mo-Fr 9-12 außer 1. Mi im Monat
Mo-Fr 9-12 außer Mi, 14-tägig
Mo 9-12 (außer Di)
Montagabend 8-10
Mi vormittags und nachmittags 14-16
Mi vormittags, 14-16
Mi vormittags 9-12 und nachmittags
Fr nachmittags 14-2 Uhr
außer Mi nach Vereinbarung
jeden 1. Mo nach Vereinbarung
Unterricht: Mo-Do 8:30-12:45, Beratung: Fr 9-11
Öffnungszeiten der Verwaltung: Mo-Fr 8-12
Geschäftszeiten: Mo-Fr 8-12
Online: Mo 18-20
Mo 18-20; online
Mo 18-20; per Zoom
Mo 18-20\nnur online
Winterzeit\nMi 15-17
Ramadan:\nMo 20-22
Di 10.10-12.12
Di 9-12.10
Mo 12-16.10
Do 14-16.10.
5.-9.10. Mo-Fr 9-12
Tue 7:15 - 8:45
Sun 5-7
Do 4:30 - 5:30 Uhr
so auch Di 10-12
ab 2. Mo im Monat 18-20
bis 1. Di im Monat 15-17
Di 18-20, jede 2.+4. Woche
Di 18-20 zweimal monatlich
Di 18-20 2-mal im Monat
Di 18-20 2 x im Monat
Mo 9-12, gerade Wochen Jever, ungerade Wochen Varel
Mi - Di 9-12
Mo 18-20 Uhr 12. Oktober
Mon-Fri 9-5
Wednesdays 4-5.30pm during school holidays
Wednesdays 4-5.30pm, school holidays only
Tue 11am-1
SH Mo-Fr 08:00-12:00
Mo-Fr 08:00-12:00 "Büro"
Mo 09:00+
dawn-dusk
Mo-Fr 8-12, in den Ferien nur Mo und Di
Mo-Fr 8-12 Uhr (Ferien: Mo+Di)
jeden 1. und 2. Mo, 3. Di im Monat 9-12
1. Mo und Di im Monat 9-12
jeden 1. Mo - Mi im Monat 9-12
Mo 9-12 Uhr, 2. und 4. Woche im Monat
Di 10-12, ab 18
Mo 9-12, Di nach Vereinbarung (14-tägig)
Mo 7-9 Kinder Di 14-16
Ferienkurs Mo-Fr 9-12
Kurs in den Ferien Mo-Fr 9-12
Telefonische Anmeldung nach Vereinbarung\nMo 9-12
"""


def rows(table):
    """Phrases and their meanings."""
    lines = table.strip("\n").replace("\n    => ", " => ").split("\n")
    pairs = [line.rpartition(" => ")[::2] for line in lines]
    return [(text.replace(r"\n", "\n").replace(r"\t", "\t"), meaning) for text, meaning in pairs]


def seconds(clock):
    hour, minute = clock.split(":")
    return int(hour) * 3600 + int(minute) * 60


def weekdays(names):
    if "-" not in names:
        return [DAYS.index(name) for name in names.split(",")]
    first, last = (DAYS.index(name) for name in names.split("-"))
    return list(range(first, last + 1))


def meant(meaning):
    """Hours and flags of a meaning."""
    told, _, flags = meaning.partition("[")
    hours = set()
    for part in filter(None, told.strip().split(" | ")):
        names, span, *rhythm = part.split()
        start, end = (seconds(clock) for clock in span.split("-"))
        hours |= {Hours(day, start, end, *rhythm) for day in weekdays(names)}
    return hours, set(flags.strip("]").split())


def flags_of(times):
    """What is said of holidays and appointments, in the signs of the tables."""
    signs = {True: "+", False: "-", None: ""}
    said = {"F": signs[times.in_holidays], "H": signs[times.public_holidays]}
    flags = {sign + key for key, sign in said.items() if sign}
    return flags | ({"A"} if times.by_appointment else set())


@pytest.mark.parametrize(("text", "meaning"), rows(READ))
def test_a_phrase_of_practice_is_understood_as_a_person_does(text, meaning):
    hours, flags = meant(meaning)
    times = parse_times(text)
    assert times.hours == sorted(hours)
    assert flags_of(times) == flags
    assert times.not_understood == ""


@pytest.mark.parametrize(("text", "meaning"), rows(KEPT))
def test_a_phrase_that_is_not_understood_is_kept_and_nothing_wrong_is_told(text, meaning):
    hours, flags = meant(meaning)
    times = parse_times(text)
    assert set(times.hours) <= hours
    assert flags_of(times) <= flags
    assert times.not_understood


@pytest.mark.parametrize("text", [text or meaning for text, meaning in rows(UNKNOWN)])
def test_a_phrase_without_weekly_hours_gives_none_and_is_kept(text):
    times = parse_times(text)
    assert times.hours == []
    assert re.sub(r"\s", "", times.not_understood) in re.sub(r"\s", "", text)
    assert times.not_understood
