"""The regular lines of the model timetable, as data.

Corridors and intervals follow the documented service; the sequence of stops, the
minute of the hour and the first and last journeys are modelled. Stops are written
as "municipality: stop; stop", in the names of the stop register.
"""

from __future__ import annotations

from dataclasses import dataclass, field

RAIL, BUS, FERRY, ON_DEMAND = 2, 3, 4, 715

Departures = dict[str, tuple[int, ...]]

# Services: school days, weekdays in the holidays, all weekdays, Saturdays, Sundays.
SCHOOL, HOLIDAY, WEEKDAY, SATURDAY, SUNDAY = "MF_SCHULE", "MF_FERIEN", "MF", "SA", "SO"


@dataclass(frozen=True)
class Line:
    """One line: its corridor and its journeys by service.

    ``out`` holds departures at the first stop, ``back`` arrivals at the first stop
    (minutes after midnight), so that both directions can be tied to one node.
    ``minutes`` fixes the running time between stops; otherwise it follows from the
    distance and ``speed_kmh``. A ``loop`` has no way back.
    """

    key: str
    short_name: str
    long_name: str
    agency: str
    mode: int
    stops: str
    out: Departures
    back: Departures = field(default_factory=dict)
    minutes: tuple[int, ...] = ()
    speed_kmh: float = 42.0
    headsigns: tuple[str, str] = ("", "")


def every(first: str, last: str, step: int = 60) -> tuple[int, ...]:
    """List departures from the first to the last, both "HH:MM", every ``step`` minutes."""
    return tuple(range(clock(first), clock(last) + 1, step))


def at(*times: str) -> tuple[int, ...]:
    """List single departures."""
    return tuple(clock(time) for time in times)


def clock(text: str) -> int:
    """Turn "HH:MM" into minutes after midnight."""
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


RAIL_LINES = (
    Line(
        key="RE18",
        short_name="RE18",
        long_name="Wilhelmshaven – Sande – Varel – Oldenburg (Modell, nur bis Jaderberg)",
        agency="bahn",
        mode=RAIL,
        stops="Wilhelmshaven; Sande; Varel(Oldb); Jaderberg",
        minutes=(6, 9, 6),
        headsigns=("Oldenburg", "Wilhelmshaven"),
        out={
            WEEKDAY: every("05:41", "21:41", 120),
            SATURDAY: every("07:41", "21:41", 120),
            SUNDAY: every("09:41", "21:41", 120),
        },
        back={
            WEEKDAY: every("07:20", "23:20", 120),
            SATURDAY: every("07:20", "23:20", 120),
            SUNDAY: every("09:20", "23:20", 120),
        },
    ),
    Line(
        key="RE19",
        short_name="RE19",
        long_name="Wilhelmshaven – Sande – Varel – Oldenburg – Bremen (Modell, nur bis Jaderberg)",
        agency="bahn",
        mode=RAIL,
        stops="Wilhelmshaven; Sande; Varel(Oldb); Jaderberg",
        minutes=(6, 9, 6),
        headsigns=("Oldenburg", "Wilhelmshaven"),
        out={
            WEEKDAY: every("04:41", "22:41", 120),
            SATURDAY: every("06:41", "20:41", 120),
            SUNDAY: every("08:41", "20:41", 120),
        },
        back={
            WEEKDAY: every("06:20", "22:20", 120),
            SATURDAY: every("08:20", "22:20", 120),
            SUNDAY: every("10:20", "22:20", 120),
        },
    ),
    Line(
        key="RB59",
        short_name="RB59",
        long_name="Wilhelmshaven – Sande – Jever – Wittmund – Esens (Modell)",
        agency="bahn",
        mode=RAIL,
        stops="""Wilhelmshaven; Sande; Schortens-Heidmühle; Jever; Wittmund; Burhafe(Ostfriesl);
            Esens (Ostfriesl)""",
        minutes=(7, 9, 7, 10, 8, 7),
        out={
            WEEKDAY: every("05:10", "22:10"),
            SATURDAY: every("06:10", "22:10"),
            SUNDAY: every("08:10", "22:10", 120),
        },
        back={
            WEEKDAY: every("05:50", "22:50"),
            SATURDAY: every("06:50", "22:50"),
            SUNDAY: every("09:50", "21:50", 120),
        },
    ),
)

BUS_LINES = (
    Line(
        key="111",
        short_name="111",
        long_name="Wilhelmshaven – Sande – Friedeburg – Wiesmoor (Modell)",
        agency="bus",
        mode=BUS,
        stops="""Wilhelmshaven: ZOB/Bahnhof; Stadthalle; Oldeoogestraße; Banter Weg/Peterstraße;
            Genossenschaftsstraße
            Sande: Mariensiel; Altenhof; Rüstringer Straße; Sanderbusch Krankenhaus; Rathaus;
            Kreuzung; Scharfe Ecke; Gewerbegebiet; Bahnhof; Preußischer Adler;
            Neustadtgödens Lehmbalje; Neustadtgödens Schule; Neustadtgödens Friedhof; Marienburg
            Friedeburg: Horsten Grashaus; Horsten Rathaus; Horsten Kirche; Horsten Grundschule;
            Horsten Genossenschaft; Horsten Büterweg; Etze Moorstrich; Etzel Mühlenbergstraße;
            Etzel Stapelstein; Strudden Lütten Didi; ZOB; B436/Mickenbarger Weg; Rußland;
            Leerhoff; Wiesede Bundesstraße
            Wiesmoor: Held; Markt""",
        out={
            WEEKDAY: every("06:00", "19:00"),
            SCHOOL: at("12:30", "13:30"),
            SATURDAY: every("08:00", "18:00", 120),
        },
        back={
            WEEKDAY: every("06:55", "19:55"),
            SCHOOL: at("07:25", "08:25"),
            SATURDAY: every("09:55", "19:55", 120),
        },
    ),
    Line(
        key="121",
        short_name="121",
        long_name="Wilhelmshaven – Hooksiel – Horumersiel – Schillig (Modell)",
        agency="bus",
        mode=BUS,
        stops="""Wilhelmshaven: ZOB/Bahnhof; Börsenplatz; Stadthalle; Werftstraße (Bismarckstraße);
            Europaviertel; Schaarreihe; Rundum; Antonslust; Kniphausen; Schule Fedderwarden;
            Kleine Reihe; Inhausen; Anzetel I; Anzetel II; Sengwarden Ort; Chausseehaus;
            ICI Abzw.; Bohnenburg
            Wangerland: Hooksiel Alter Hafen; Hooksiel ZOB; Hooksiel Nordstraße;
            Hooksiel Schmidtshörn; Wüppelser Altendeich; Hooksiel Nauenser Weg;
            Krummhörner Straße; Altebrücke; Rittershausen; Kaiserei; Wiarder Busch;
            Wiarder Altendeich; Kaisershof; Horumersiel Rudolf-Garlichs-Straße; Horumersiel Ort;
            Horumersiel Friesenhörn; Schillig Abzw.; Schillig Ort""",
        out={
            WEEKDAY: every("06:25", "20:25"),
            SCHOOL: at("12:55", "15:55"),
            SATURDAY: every("08:25", "18:25", 120),
            SUNDAY: every("09:25", "18:25", 180),
        },
        back={
            WEEKDAY: every("07:00", "20:00"),
            SCHOOL: at("07:30", "08:30"),
            SATURDAY: every("10:00", "20:00", 120),
            SUNDAY: every("12:00", "21:00", 180),
        },
    ),
    Line(
        key="211",
        short_name="211",
        long_name="Hooksiel – Hohenkirchen – Carolinensiel – Harlesiel (Modell)",
        agency="bus",
        mode=BUS,
        stops="""Wangerland: Hooksiel ZOB; Hooksiel Nordstraße; Hooksiel Schmidtshörn;
            Wüppelser Altendeich; Hooksiel Nauenser Weg; Krummhörner Straße; Altebrücke;
            Rittershausen; Maisidden; Aukens; Wiarden Aukenser Kirchpatt; Wiarden; Groß Rhaude;
            Gottels; Hohenkirchen ZOB; Hohenkirchen Schulzentrum; Groß Werdum;
            Altgarmssiel Schule; Großengarms; Neugarmssiel; Sophiensiel;
            Augustengroden Schwarzeck; Friedrich-Augustengroden
            Wittmund: Carolinensiel Bahnhof; Carolinensiel Feuerwehr;
            Carolinensiel Friedrichsschleuse
            Wangerland: Harlesiel Anleger (Linienbus)""",
        out={
            WEEKDAY: every("06:35", "18:35", 120),
            SCHOOL: at("13:35"),
            SATURDAY: at("10:35", "14:35", "18:35"),
        },
        back={
            WEEKDAY: every("08:25", "20:25", 120),
            SCHOOL: at("07:30"),
            SATURDAY: at("10:25", "14:25", "18:25"),
        },
    ),
    Line(
        key="212",
        short_name="212",
        long_name="Jever – Hohenkirchen – Horumersiel – Schillig (Modell)",
        agency="bus",
        mode=BUS,
        stops="""Jever: ZOB/Bahnhof; Kreisamt; Alter Markt/Schloss; Kiebitzplatz; Hookstief;
            Auskündigerei
            Wangerland: Westrum Bohneterei; Westrum Abzw.; Rickelhausen; Waddewarden Abzw.;
            Nenndorf; Oldorferbaum; Oldorf; Poggenburg; Hohenkirchen Sietwendung;
            Hohenkirchen Auhuserweg; Hohenkirchen Schulzentrum; Hohenkirchen ZOB; Gottels;
            Groß Rhaude; Wiarden; Wiarden Aukenser Kirchpatt; Aukens; Maisidden; Kaiserei;
            Wiarder Busch; Wiarder Altendeich; Kaisershof; Horumersiel Rudolf-Garlichs-Straße;
            Horumersiel Ort; Horumersiel Friesenhörn; Schillig Abzw.; Schillig Ort""",
        out={
            WEEKDAY: every("05:38", "19:38"),
            SCHOOL: at("13:13", "15:43"),
            SATURDAY: every("08:38", "18:38", 120),
            SUNDAY: every("10:38", "18:38", 120),
        },
        back={
            WEEKDAY: every("06:21", "20:21"),
            SCHOOL: at("07:36"),
            SATURDAY: every("08:21", "18:21", 120),
            SUNDAY: every("10:21", "18:21", 120),
        },
    ),
    Line(
        key="214",
        short_name="214",
        long_name="Jever – Moorwarfen – Sillenstede (Modell)",
        agency="bus",
        mode=BUS,
        stops="""Jever: ZOB/Bahnhof; Alter Markt/Schloss; AOK; Hermannstraße; Tivoli;
            Moorwarfen Lübben
            Schortens: Moorhausen; Moorhausen Siedlung; Sillenstede Schule;
            Sillenstede Nadorster Straße; Sillenstede Grafschafter Straße; Sillenstede Kirche;
            Sillenstede Mühle""",
        out={
            WEEKDAY: at("06:40", "09:40", "12:40", "16:40", "18:10"),
            SCHOOL: at("07:05", "13:15", "14:15", "15:40"),
            SATURDAY: at("09:40", "12:40"),
        },
        back={
            WEEKDAY: at("07:20", "10:20", "13:50", "17:20"),
            SCHOOL: at("07:38", "08:25"),
            SATURDAY: at("10:20", "13:20"),
        },
    ),
    Line(
        key="215",
        short_name="215",
        long_name="Jever – Schortens – Sanderbusch – Sande (Modell)",
        agency="bus",
        mode=BUS,
        stops="""Jever: ZOB/Bahnhof; Alter Markt/Schloss; Tivoli; Einkaufszentrum; Siebetshaus
            Schortens: Addernhausen Grüner Wald; Heidmühle Norderneystraße;
            Heidmühle Wangerooger Straße; Heidmühle Klosterpark; Heidmühle IGS-Mühlenweg;
            Heidmühle IGS-Beethovenstraße; Heidmühle Bahnhof; Heidmühle Rheinstraße;
            Kreuzweg/Menkestraße; Pastorenweg; Königsberger Straße; Ostiem Schule;
            Ostiem Klein-Ostiem
            Sande: Silland Kreuzung; Sanderbusch Krankenhaus; Rathaus; Kreuzung; Scharfe Ecke;
            Bahnhof""",
        out={
            WEEKDAY: every("06:45", "18:45", 120),
            SCHOOL: at("13:10", "15:40"),
        },
        back={
            WEEKDAY: every("08:18", "20:18", 120),
            SCHOOL: at("07:35"),
        },
    ),
    Line(
        key="219",
        short_name="219",
        long_name="Jever – Schortens – Roffhausen – Wilhelmshaven (Modell)",
        agency="bus",
        mode=BUS,
        stops="""Jever: ZOB/Bahnhof; Alter Markt/Schloss; Hermannstraße; Tivoli; Einkaufszentrum;
            Siebetshaus
            Schortens: Addernhausen Grüner Wald; Heidmühle Norderneystraße; Heidmühle Janssen;
            Heidmühle Bebelstraße; Heidmühle Bahnhof; Heidmühle Rheinstraße;
            Kreuzweg/Menkestraße; Pastorenweg; Ostiem Schule; Ostiem Klein-Ostiem;
            Ostiem Nordfrostring; Roffhausen TCN Tor 6; Roffhausen TCN Tor 1; Roffhausen B210;
            Middelsfähr Ort
            Wilhelmshaven: Heuweg; Güterstraße/Ebkeriege; Genossenschaftsstraße;
            Banter Weg/Peterstraße; Oldeoogestraße; Stadthalle; ZOB/Bahnhof""",
        out={
            WEEKDAY: every("05:40", "20:40"),
            SCHOOL: at("13:10", "15:10"),
            SATURDAY: every("07:40", "17:40", 120),
            SUNDAY: every("10:40", "19:40", 180),
        },
        back={
            WEEKDAY: every("06:22", "20:22"),
            SCHOOL: at("07:34", "08:34"),
            SATURDAY: every("09:22", "19:22", 120),
            SUNDAY: every("12:22", "18:22", 180),
        },
    ),
    Line(
        key="251",
        short_name="251",
        long_name="Varel – Bockhorn – Zetel – Sande – Wilhelmshaven (Modell)",
        agency="bus",
        mode=BUS,
        stops="""Varel: Bahnhof; Bismarckstraße; Schlossplatz; Rathaus; DLZ; Panzerstraße;
            Langendamm Galgenkuhle; Winkelsheide Chaukenweg; Borgstede B437; Seghorn Trafo
            Bockhorn: Kranenkamp; Lange Straße; Rathaus; Esch
            Zetel: ZOB; Kanelstadt; Driefel Ortsmitte; Ellens Ortsmitte; Ellens Hobbie;
            Blauhand Haltehäuschen
            Sande: Sanderahm Abzw. Oldenburger Damm; Bahnhof; Gewerbegebiet; Scharfe Ecke;
            Kreuzung; Rathaus; Sanderbusch Krankenhaus; Rüstringer Straße; Altenhof; Mariensiel
            Wilhelmshaven: Genossenschaftsstraße; Banter Weg/Peterstraße; Oldeoogestraße;
            Stadthalle; ZOB/Bahnhof""",
        out={
            WEEKDAY: every("05:10", "20:10"),
            SCHOOL: at("12:40", "15:40"),
            SATURDAY: every("07:10", "17:10", 120),
            SUNDAY: every("10:10", "19:10", 180),
        },
        back={
            WEEKDAY: every("06:50", "20:50"),
            SCHOOL: at("07:20", "08:20"),
            SATURDAY: every("09:50", "19:50", 120),
            SUNDAY: every("11:50", "20:50", 180),
        },
    ),
    Line(
        key="253",
        short_name="253",
        long_name="Varel Bahnhof – Langendamm – Dangast (Modell)",
        agency="bus",
        mode=BUS,
        stops="""Varel: Bahnhof; Mühlenstraße; Schlossplatz; B437; Langendamm Schule;
            Dangastermoor Alter Bahnhof; Dangastermoor Fürst Bismarck; Dangast Alte Mühle;
            Dangast Nationalparkhaus; Dangast Sielstraße; Dangast OLB; Dangast Am Strand""",
        out={
            WEEKDAY: every("06:08", "19:08"),
            SATURDAY: every("08:08", "18:08", 120),
            SUNDAY: every("10:08", "18:08", 120),
        },
        back={
            WEEKDAY: every("06:52", "19:52"),
            SATURDAY: every("08:52", "18:52", 120),
            SUNDAY: every("10:52", "18:52", 120),
        },
    ),
    Line(
        key="343",
        short_name="343",
        long_name="Wittmund – Berdum – Carolinensiel – Harlesiel (Modell)",
        agency="bus",
        mode=BUS,
        stops="""Wittmund: Bahnhof; Markt; Rathaus; Nenndorf B461; Berdumer Hammrich; Berdum Schule;
            Berdum Berdumer Riege; Altfunnixsiel B461; Neufunnixsiel B461; Carolinensiel Schule;
            Carolinensiel Feuerwehr; Carolinensiel Friedrichsschleuse
            Wangerland: Harlesiel Anleger (Linienbus)""",
        out={
            WEEKDAY: every("06:48", "18:48", 120),
            SATURDAY: every("08:48", "16:48", 120),
            SUNDAY: every("08:48", "16:48", 240),
        },
        back={
            WEEKDAY: every("08:12", "20:12", 120),
            SATURDAY: every("10:12", "18:12", 120),
            SUNDAY: every("10:12", "18:12", 240),
        },
    ),
    Line(
        key="480",
        short_name="480",
        long_name="Jever – Wittmund – Aurich (Modell, nur bis Wittmund)",
        agency="bus",
        mode=BUS,
        headsigns=("Aurich", "Jever ZOB/Bahnhof"),
        stops="""Jever: ZOB/Bahnhof; Dannhalmsweg; Englischer Weg; Vereinigung
            Wittmund: Asel B210; Eggelinger Straße; Markt; Rathaus; Bahnhof""",
        out={
            WEEKDAY: every("05:39", "22:39"),
            SATURDAY: every("07:39", "22:39"),
            SUNDAY: every("09:39", "21:39"),
        },
        back={
            WEEKDAY: every("06:20", "22:20"),
            SATURDAY: every("08:20", "22:20"),
            SUNDAY: every("10:20", "21:20"),
        },
    ),
)

TOWN_LINES = (
    Line(
        key="J1",
        short_name="J1",
        long_name="Stadtbus Jever: Bahnhof – Innenstadt – Bahnhof (Modell)",
        agency="stadtbus",
        mode=BUS,
        speed_kmh=24.0,
        headsigns=("Ringlinie über Alter Markt", ""),
        stops="""Jever: ZOB/Bahnhof; Kleine Bahnhofstraße; Dannhalmsweg; Englischer Weg;
            Sportzentrum; Brauerei; Kiebitzplatz; Gewerbegebiet; Am Woltersberg;
            Alter Markt/Schloss; AOK; Hermannstraße; Tivoli; Einkaufszentrum; Siebetshaus;
            Moorwarfen Drosselweg; Moorwarfen Ort; Einkaufszentrum; Tivoli; Kreisamt;
            ZOB/Bahnhof""",
        out={WEEKDAY: every("08:38", "17:38"), SATURDAY: at("09:38", "11:38")},
    ),
    Line(
        key="V1",
        short_name="V1",
        long_name="Stadtbus Varel: Bahnhof – Langendamm – Obenstrohe – Büppel – Bahnhof (Modell)",
        agency="stadtbus",
        mode=BUS,
        speed_kmh=26.0,
        headsigns=("Ringlinie über Obenstrohe", ""),
        stops="""Varel: Bahnhof; Bismarckstraße; Schlossplatz; Rathaus; Windallee; DLZ;
            Langendamm Galgenkuhle; Langendamm Schule; Panzerstraße; Obenstrohe Waldesrand;
            Obenstrohe Wiefelsteder Straße; Obenstrohe Schule; Obenstrohe Wiefelsteder Straße;
            Kaffeehaus; Büppel Am Bäker; Büppel An der Leke; Büppel Flachsweg; Oltmannstraße;
            Altenheim; Friedhof; Krankenhaus; Schulzentrum Arngaster Straße; Bahnhof""",
        out={WEEKDAY: every("08:08", "17:08"), SATURDAY: at("09:08", "11:08")},
    ),
)

ON_DEMAND_LINES = (
    Line(
        key="215R",
        short_name="215 Rufbus",
        long_name="Rufbus Jever – Schortens – Sanderbusch – Sande (Modell)",
        agency="rufbus",
        mode=ON_DEMAND,
        stops=BUS_LINES[5].stops,
        out={SATURDAY: every("08:45", "18:45", 120), SUNDAY: every("10:45", "18:45", 240)},
        back={SATURDAY: every("10:18", "20:18", 120), SUNDAY: every("12:18", "20:18", 240)},
    ),
    Line(
        key="211R",
        short_name="211 Rufbus",
        long_name="Rufbus Hooksiel – Hohenkirchen – Harlesiel (Modell)",
        agency="rufbus",
        mode=ON_DEMAND,
        stops=BUS_LINES[2].stops,
        out={SATURDAY: at("08:35", "12:35", "16:35"), SUNDAY: at("10:35", "14:35", "18:35")},
        back={SATURDAY: at("12:25", "16:25"), SUNDAY: at("12:25", "16:25", "19:25")},
    ),
    Line(
        key="R1",
        short_name="R1 Rufbus",
        long_name="Rufbus Wangerland: Jever – Tettens – Hohenkirchen – Horumersiel (Modell)",
        agency="rufbus",
        mode=ON_DEMAND,
        stops="""Jever: ZOB/Bahnhof; Alter Markt/Schloss
            Wangerland: Wiefels; Wegshörne; Wichtens; Ussenhausen; Tettens Rosenweg;
            Tettens Schule; Pievens; Hohenkirchen Schulzentrum; Hohenkirchen ZOB; Mederns;
            Friederikensiel Ort; Funnens; Bassens; Minsen; Förrien; Horum; Horumersiel Ort""",
        out={
            WEEKDAY: at("20:38", "22:38"),
            HOLIDAY: every("08:38", "18:38", 120),
            SATURDAY: at("09:38", "13:38", "17:38", "21:38"),
            SUNDAY: at("11:38", "15:38", "19:38"),
        },
        back={
            WEEKDAY: at("20:21"),
            HOLIDAY: every("08:21", "18:21", 120),
            SATURDAY: at("09:21", "13:21", "17:21", "20:21"),
            SUNDAY: at("11:21", "15:21", "19:21"),
        },
    ),
    Line(
        key="R2",
        short_name="R2 Rufbus",
        long_name="Rufbus Jever – Cleverns – Sandel – Upjever (Modell)",
        agency="rufbus",
        mode=ON_DEMAND,
        stops="""Jever: ZOB/Bahnhof; Schützenhof; Blumenkohl; Schenum; Cleverns Behrends;
            Cleverns Schule; Cleverns Hayen; Cleverns Juilfs; Sandel Reuter;
            Sandeler-Möns Schule; Möns Albers; Sandelerburg; Sandelerhorsten
            Schortens: Upjever Flugplatz
            Jever: Rahrdum Kreisel; Kaffeehaus Rahrdum""",
        out={
            WEEKDAY: at("19:40", "21:40"),
            HOLIDAY: every("09:40", "17:40", 120),
            SATURDAY: at("09:40", "13:40", "17:40"),
            SUNDAY: at("13:40", "17:40"),
        },
        back={
            WEEKDAY: at("19:18"),
            HOLIDAY: every("09:18", "17:18", 120),
            SATURDAY: at("09:18", "13:18", "17:18"),
            SUNDAY: at("13:18", "17:18"),
        },
    ),
    Line(
        key="R3",
        short_name="R3 Rufbus",
        long_name="Rufbus Friesische Wehde: Zetel – Neuenburg – Bockhorn – Varel (Modell)",
        agency="rufbus",
        mode=ON_DEMAND,
        stops="""Zetel: ZOB; Bohlenberge Wehde-/Pohlstraße; Schweinebrück L815;
            Neuenburg Pestalozzistraße; Neuenburg ZOB; Collstede Gewerbegebiet;
            Astederfeld Siedlung
            Bockhorn: Bredehorn Abzw. Kreisstraße; Grabstede Meinen; Grabstede Ziegelei;
            Grabstede Schule; Osterforde Krankenhaus; Schule; Lange Straße; Kranenkamp
            Varel: Seghorn Trafo; Altjührden Plaggenkrug; Altjührden Schule; Altjührden Mitte;
            Obenstrohe Schule; Kaffeehaus; Rathaus; Bahnhof""",
        out={
            WEEKDAY: at("19:00", "21:00"),
            HOLIDAY: every("08:00", "18:00", 120),
            SATURDAY: at("09:00", "13:00", "17:00"),
            SUNDAY: at("11:00", "15:00", "19:00"),
        },
        back={
            WEEKDAY: at("19:00", "21:00"),
            HOLIDAY: every("09:00", "19:00", 120),
            SATURDAY: at("11:00", "15:00", "19:00"),
            SUNDAY: at("13:00", "17:00", "21:00"),
        },
    ),
)

REGULAR_LINES = RAIL_LINES + BUS_LINES + TOWN_LINES + ON_DEMAND_LINES
