"""Words from which a firm, its clients and its appointments are made. Lists only; nobody in them is anybody."""

# ruff: noqa: RUF001, SIM905 - the dashes and quotes that people type; lists that a person can read


def _lines(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.replace("\n", "|").split("|") if part.strip())


FIRST = tuple(
    """
    Ada Alma Amir Anneli Asha Bela Bruno Carla Cedric Chiara Dafydd Dana Dario Edda Elias Elin Emre Enid Farah
    Felix Fiona Gareth Greta Hana Hugo Ida Ines Ivo Jana Jonas Joy Kaia Karim Lena Leo Lidia Linus Lotte Mae Marek
    Mila Mira Moritz Nadia Nico Nora Olga Orla Oscar Otto Paula Petra Pia Quentin Rafael Rhea Rosa Ruben Sami
    Selma Silas Sofia Sven Tara Teo Tilda Tomas Ulla Una Vera Viktor Wanda Wim Xenia Yara Yusuf Zara Zeno Zoë Åse
    """.split()
)
LAST = tuple(
    """
    Abernethy Alder Ashdown Barrow Beckwith Bellamy Birch Blackwood Brandt Calloway Carver Chandra Clement
    Coldwell Cole Dahl Dalloway Delgado Drummond Eastwood Ekström Ellery Farrow Fenwick Fletcher Garnett Gilmour
    Grange Halloran Harlow Hartley Hawthorn Hollis Ibarra Ingram Jansen Jarvis Keane Kessler Kirkby Langley
    Lindqvist Lockhart Maddox Marlowe Mercer Merriweather Moreau Nakamura Norwood Oakes Okafor O'Hara Ortega Paget
    Pemberton Penrose Quill Radcliffe Ravel Rowntree Sandoval Sinclair Stanhope Sutherland Tanaka Thackeray Thorne
    Tremaine Underhill Vance Vasquez Wainwright Wexford Whitlock Winslow Yates Yilmaz Zeller Łukasik
    """.split()
)
ORGANISATIONS = _lines(
    """
    Alder & Quill LLP | Birchwood Accounting | Coldwell Trust Company | Fenwick Legal | Harbour Actuaries
    Northgate Insurance | Penrose Estate Planning | Rowntree Foundation | Stanhope Tax | Thorne Custody
    """
)
REVIEWS = _lines(
    """
    Annual review | Quarterly review | Portfolio review | Retirement planning | Estate plan | Tax planning
    Insurance review | College funding | Cash flow planning | Onboarding meeting | Risk profile | Follow-up call
    Lunch | Trust documents | Charitable giving | Mortgage options | Business succession | Beneficiary update
    """
)
INTERNAL = _lines(
    """
    Investment committee | Case discussion | Pipeline review | Compliance check | Hiring interview | Budget round
    Service model workshop | Market outlook | Client handover | Software training
    """
)
PERSONAL = _lines(
    """
    Dentist | Parent-teacher evening | Car service | School concert | Physiotherapy | Plumber | Vet
    """
)
ALL_DAY = _lines(
    """
    Office closed | Birthday | Quarter end | Charity run | Training day | Moving day
    """
)
AWAY = _lines(
    """
    Annual leave | Industry conference | Family holiday | Study leave
    """
)
PLACES = _lines(
    """
    Harbour Room | Library | Client's home | Main office, 4th floor | Café Linde | Boardroom | Video | Phone
    """
)
UNUSUAL = _lines(
    """
    Jahresgespräch mit Familie Größe | Revisión anual – señora Muñoz | Réunion d’équipe à Orléans | 年次レビュー
    Годовой обзор | Kick-off 🎉 new portfolio tool | Přehled portfolia | مراجعة سنوية
    """
)
AGENDA = _lines(
    """
    Please bring the latest statements. | Agenda: goals, cash flow, allocation, next steps.
    See notes of last time. | We will go through the draft together. | Parking is behind the building.
    """
)
