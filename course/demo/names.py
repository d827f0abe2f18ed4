"""What the fictional people and units are called. Any likeness to somebody real is chance."""

FIRST = (
    "Agneta Ahmed Aida Ali Alma Amanda Amir Anders Andreas Aneta Anja Annika Arvid Asta Axel Azra Bengt Birgitta Bo "
    "Camilla Carina Cecilia Dalia Daniel Darko David Diana Ebba Edin Elif Elin Elisabeth Emir Emma Erik Eva Fatima "
    "Felicia Fredrik Gabriel Goran Gunilla Gustav Hamid Hampus Hassan Helena Henrik Ida Ines Ingrid Irena Ivan Jakub "
    "Jamila Jasmin Jenny Jens Johan Jonas Josefin Julia Kajsa Karin Karim Katarzyna Kerstin Khalid Klara Lars Layla "
    "Leif Lena Linnea Lovisa Magnus Maja Malin Marek Maria Marko Martin Mehmet Mikael Mina Mirjana Mohammed Monika "
    "Moa Nadia Natalia Nils Nora Olof Omar Oskar Patrik Per Petra Rania Robert Rosa Samir Sanna Sara Selma Signe "
    "Sofia Stefan Svea Tarik Thi Tobias Ulla Ulrika Viktor Vera Yasmin Yusuf Zahra Zoran Åke Åsa Örjan"
).split()
LAST = (
    "Abdi Ahlgren Akbari Al-Hadi Andersson Arvidsson Axelsson Bengtsson Berggren Björk Blom Boström Bruun Cederholm "
    "Dahl Danielsson Demir Ekdahl Eklund Eriksson Falk Forsberg Fredriksson Friberg Gashi Granath Gustafsson Hagman "
    "Hansen Haddad Hasanović Hedlund Hermansson Holm Hosseini Håkansson Ibrahim Ivanović Jakobsson Jansson Jovanović "
    "Kaya Karlsson Khan Kowalska Kristensen Krasniqi Lind Lindgren Lindqvist Ljung Lundgren Malm Mahmoud Marković "
    "Mattsson Mohammadi Mårtensson Nguyen Nilsson Norberg Nordin Novak Nyberg Olsson Omerović Palm Persson Petrović "
    "Qasim Rahimi Rosén Sandell Sjöberg Skoglund Strand Svensson Söderlund Tran Törnqvist Wallin Wiśniewska Yilmaz "
    "Zetterberg Åberg Åkesson Öberg Östlund"
).split()

ROOT, BOARD = "ASF", "ASN"
ROOT_NAME = "Arbetsmarknads- och socialförvaltningen (demo)"
BOARD_NAME = "Arbetsmarknads- och socialnämnden"
COMMITTEES = (("ASN-IU", "Individutskottet", "utskott"), ("ASN-SD", "Sociala delegationen", "delegation"))

DIVISIONS: dict[str, tuple[str, str, tuple[tuple[str, int], ...]]] = {
    "EBB": (
        "Avdelning ekonomiskt bistånd boende",
        "Socialsekreterare",
        (
            ("Ekonomiskt bistånd boende, grupp", 12),
            ("Boendehandläggning", 4),
            ("Mottagning boende", 2),
            ("Hyresrådgivning", 1),
        ),
    ),
    "IFO": (
        "IFO utredning",
        "Socialsekreterare",
        (
            ("Utredning barn", 7),
            ("Utredning unga", 4),
            ("Utredning vuxna", 3),
            ("Mottagning barn och unga", 2),
            ("Familjerätt", 1),
            ("Familjehem", 2),
        ),
    ),
    "EKB": (
        "Avdelning ekonomiskt bistånd",
        "Socialsekreterare",
        (
            ("Ekonomiskt bistånd, grupp", 9),
            ("Nybesök ekonomiskt bistånd", 2),
            ("Kontroll och återkrav", 1),
            ("Budget- och skuldrådgivning", 1),
        ),
    ),
    "ARB": (
        "Avdelning för arbetsmarknad",
        "Arbetsmarknadssekreterare",
        (
            ("Arbetsmarknad, grupp", 6),
            ("Ungdomsinsatser", 2),
            ("Arbetsmarknadsanställningar", 2),
            ("Vägledning", 2),
            ("Vuxenutbildning", 2),
        ),
    ),
    "BOE": (
        "Avdelning boende och stöd",
        "Boendestödjare",
        (
            ("HVB", 5),
            ("Stödboende", 4),
            ("Akutboende", 3),
            ("Boendestöd", 4),
            ("Öppenvård", 3),
            ("Bostad först", 1),
            ("Personliga ombud", 1),
        ),
    ),
    "STB": (
        "Stab och tillstånd",
        "Handläggare",
        (
            ("Tillståndsenheten", 1),
            ("HR-avdelningen", 1),
            ("Ekonomi", 1),
            ("Kommunikation", 1),
            ("Kvalitet och säkerhet", 1),
            ("Juridik", 1),
            ("Digitalisering", 1),
            ("Nämndsekretariatet", 1),
        ),
    ),
}
"""{code: (name, the most common title, (name of units, how many))}; from "Uppföljande yttrande", filled up."""

CODES = {"Tillståndsenheten": "TIL", "HR-avdelningen": "HR", "Nämndsekretariatet": "NSE", "Bostad först": "BFO"}
"""Units whose code somebody asks for; the others are numbered within their division."""
UNIT_TITLES = {
    "Boendehandläggning": "Boendehandläggare",
    "Mottagning boende": "Boendehandläggare",
    "HVB": "Behandlingsassistent",
    "Öppenvård": "Behandlare",
    "Tillståndsenheten": "Tillståndshandläggare",
    "HR-avdelningen": "HR-specialist",
    "Ekonomi": "Ekonom",
    "Kommunikation": "Kommunikatör",
    "Juridik": "Jurist",
    "Nämndsekretariatet": "Nämndsekreterare",
    "Vägledning": "Studie- och yrkesvägledare",
}
OTHER_TITLES = ("Administratör", "Administratör", "Utvecklingssekreterare", "1:e socialsekreterare", "Samordnare")

ACCOUNTS = (
    ("anna", "Anna Exempel", "Socialsekreterare", "EBB-1", None),
    ("mona", "Mona Modell", "Enhetschef", "EBB-1", None),
    ("hanna", "Hanna Påhittad", "HR-specialist", "HR", "hr"),
    ("sara", "Sara Sagolik", "Nämndsekreterare", "NSE", "secretary"),
    ("adam", "Adam Låtsas", "Systemförvaltare", "HR", "admin"),
)
"""(key, name, title, unit, role beside learner) of those who can sign in."""
