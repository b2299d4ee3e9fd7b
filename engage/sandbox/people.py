"""Who the simulated leads are: fictional people at real places, with numbers reserved for fiction (555-01xx)."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    city: str
    state: str
    zip: str
    time_zone: str
    lat: float
    lon: float
    area_codes: tuple[int, ...]


@dataclass(frozen=True)
class Person:
    first_name: str
    last_name: str
    address: str
    place: Place
    phone: str
    carrier: tuple[str, str]

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def as_lead_data(self) -> dict[str, str]:
        """The columns of a loaded list."""
        return {
            "Zip": self.place.zip,
            "Phone": self.phone.removeprefix("+1"),
            "FirstName": self.first_name,
            "State": self.place.state,
            "LastName": self.last_name,
            "Address1": self.address,
            "City": self.place.city,
        }


def person_number(serial: int, dice: random.Random) -> Person:
    """The person with this serial number; no two of the first 10,000 or so share a phone."""
    place, area_code = _AREAS[serial % len(_AREAS)]
    # Spread over the hundred numbers, each met once per area code.
    line = (serial // len(_AREAS) + area_code * 7) % 100
    return Person(
        first_name=dice.choice(FIRST_NAMES),
        last_name=dice.choice(LAST_NAMES),
        address=f"{dice.randint(2, 998)} {dice.choice(STREETS)}",
        place=place,
        phone=f"+1{area_code}55501{line:02d}",
        carrier=dice.choice(CARRIERS),
    )


def place_with(area_code: str) -> Place | None:
    """Where numbers of that area code are mostly from."""
    return _PLACES.get(area_code)


EASTERN, CENTRAL, MOUNTAIN, PACIFIC = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
)

PLACES = (
    Place("Albany", "NY", "12207", EASTERN, 42.6526, -73.7562, (518, 838)),
    Place("Buffalo", "NY", "14202", EASTERN, 42.8864, -78.8784, (716,)),
    Place("Brooklyn", "NY", "11201", EASTERN, 40.6943, -73.9903, (718, 347, 929)),
    Place("Rochester", "NY", "14604", EASTERN, 43.1566, -77.6088, (585,)),
    Place("Newark", "NJ", "07102", EASTERN, 40.7357, -74.1724, (973, 862)),
    Place("Philadelphia", "PA", "19103", EASTERN, 39.9526, -75.1652, (215, 267, 445)),
    Place("Pittsburgh", "PA", "15222", EASTERN, 40.4406, -79.9959, (412, 878)),
    Place("Boston", "MA", "02108", EASTERN, 42.3601, -71.0589, (617, 857)),
    Place("Hartford", "CT", "06103", EASTERN, 41.7658, -72.6734, (860, 959)),
    Place("Baltimore", "MD", "21202", EASTERN, 39.2904, -76.6122, (410, 443, 667)),
    Place("Richmond", "VA", "23219", EASTERN, 37.5407, -77.4360, (804,)),
    Place("Raleigh", "NC", "27601", EASTERN, 35.7796, -78.6382, (919, 984)),
    Place("Atlanta", "GA", "30303", EASTERN, 33.7490, -84.3880, (404, 470, 678)),
    Place("Orlando", "FL", "32801", EASTERN, 28.5383, -81.3792, (407, 689)),
    Place("Miami", "FL", "33130", EASTERN, 25.7617, -80.1918, (305, 786)),
    Place("Columbus", "OH", "43215", EASTERN, 39.9612, -82.9988, (614, 380)),
    Place("Detroit", "MI", "48226", "America/Detroit", 42.3314, -83.0458, (313,)),
    Place("Indianapolis", "IN", "46204", "America/Indiana/Indianapolis", 39.7684, -86.1581, (317, 463)),
    Place("Louisville", "KY", "40202", "America/Kentucky/Louisville", 38.2527, -85.7585, (502,)),
    Place("Chicago", "IL", "60601", CENTRAL, 41.8781, -87.6298, (312, 773, 872)),
    Place("Milwaukee", "WI", "53202", CENTRAL, 43.0389, -87.9065, (414,)),
    Place("Minneapolis", "MN", "55401", CENTRAL, 44.9778, -93.2650, (612,)),
    Place("St. Louis", "MO", "63101", CENTRAL, 38.6270, -90.1994, (314,)),
    Place("Nashville", "TN", "37203", CENTRAL, 36.1627, -86.7816, (615, 629)),
    Place("New Orleans", "LA", "70112", CENTRAL, 29.9511, -90.0715, (504,)),
    Place("Houston", "TX", "77002", CENTRAL, 29.7604, -95.3698, (713, 281, 832)),
    Place("Dallas", "TX", "75201", CENTRAL, 32.7767, -96.7970, (214, 469, 972)),
    Place("San Antonio", "TX", "78205", CENTRAL, 29.4241, -98.4936, (210, 726)),
    Place("El Paso", "TX", "79901", MOUNTAIN, 31.7619, -106.4850, (915,)),
    Place("Denver", "CO", "80202", MOUNTAIN, 39.7392, -104.9903, (303, 720)),
    Place("Albuquerque", "NM", "87102", MOUNTAIN, 35.0844, -106.6504, (505,)),
    Place("Salt Lake City", "UT", "84101", MOUNTAIN, 40.7608, -111.8910, (801, 385)),
    Place("Boise", "ID", "83702", "America/Boise", 43.6150, -116.2023, (208, 986)),
    Place("Phoenix", "AZ", "85004", "America/Phoenix", 33.4484, -112.0740, (602, 480, 623)),
    Place("Las Vegas", "NV", "89101", PACIFIC, 36.1699, -115.1398, (702, 725)),
    Place("Los Angeles", "CA", "90012", PACIFIC, 34.0522, -118.2437, (213, 323, 310, 818)),
    Place("San Diego", "CA", "92101", PACIFIC, 32.7157, -117.1611, (619, 858)),
    Place("Oakland", "CA", "94612", PACIFIC, 37.8044, -122.2712, (510, 341)),
    Place("Portland", "OR", "97204", PACIFIC, 45.5152, -122.6784, (503, 971)),
    Place("Seattle", "WA", "98101", PACIFIC, 47.6062, -122.3321, (206, 425)),
    Place("Anchorage", "AK", "99501", "America/Anchorage", 61.2181, -149.9003, (907,)),
    Place("Honolulu", "HI", "96813", "Pacific/Honolulu", 21.3069, -157.8583, (808,)),
)
_PLACES = {str(area_code): place for place in PLACES for area_code in place.area_codes}
# Interleaved, so that neighbours in a list do not all live in one town.
_AREAS = sorted(
    ((place, area_code) for place in PLACES for area_code in place.area_codes),
    key=lambda area: area[1] * 7919 % 1009,
)

CARRIERS = (
    ("CELLCO PARTNERSHIP DBA VERIZON WIRELESS ", "Verizon Wireless"),
    ("VERIZON WIRELESS", "Verizon Wireless"),
    ("NEW CINGULAR WIRELESS PCS, LLC", "AT&T Wireless"),
    ("AT&T MOBILITY", "AT&T Wireless"),
    ("T-MOBILE USA, INC.", "T-Mobile"),
    ("METRO PCS, INC.", "T-Mobile"),
    ("UNITED STATES CELLULAR CORP.", "US Cellular"),
    ("TRACFONE WIRELESS", "TracFone"),
    ("BANDWIDTH.COM", "Bandwidth"),
)

# fmt: off
FIRST_NAMES = (
    "Maria", "James", "Tanya", "Luis", "Aisha", "Kevin", "Mei", "Robert", "Fatima", "Diego", "Linda", "Kwame",
    "Priya", "Michael", "Rosa", "Omar", "Grace", "Andre", "Svetlana", "Jamal", "Carmen", "Patrick", "Hana", "Malik",
    "Denise", "Raj", "Olivia", "Tyrone", "Yolanda", "Wei", "Susan", "Javier", "Nia", "Thomas", "Leila", "Darnell",
    "Ingrid", "Carlos", "Amara", "Brian", "Lupe", "Samir", "Janet", "Kofi", "Elena", "Marcus", "Thuy", "Gloria",
    "Hiroshi", "Destiny", "Victor", "Zainab", "Walter", "Camila", "Isaiah", "Noor", "Peggy", "Mateo", "Shanice",
    "Arjun", "Helen", "Demetrius", "Soledad", "Ivan", "Keisha", "Paul", "Ximena", "Ahmed", "Dolores",
)
LAST_NAMES = (
    "Reyes", "Johnson", "Williams-Oyelaran", "Garcia", "Chen", "Petrov", "Nguyen", "Smith", "Okafor", "Martinez",
    "Kowalski", "Patel", "Brown", "Hernandez", "O'Brien", "Kim", "Washington", "Rossi", "Haddad", "Lopez", "Jackson",
    "Novak", "Tanaka", "Mensah", "Rivera", "Cohen", "Thompson", "Ali", "Castillo", "Schmidt", "Davis", "Ramirez",
    "Singh", "Murphy", "Abebe", "Ortiz", "Lee", "Baker", "Dominguez", "Khan", "Robinson", "Delgado", "Larsen",
    "Yamamoto", "Torres", "Clark", "Begay", "Santos", "Freeman", "Vasquez", "Goldberg", "Mbeki", "Flores", "Dubois",
    "Wright", "Pham", "Sanchez", "Hill", "Kaur", "Moreno", "Jefferson", "Silva",
)
# fmt: on
STREETS = (
    "Maple Ave",
    "Oak St",
    "Washington Blvd",
    "Lakeview Dr",
    "2nd St",
    "Cedar Ln",
    "Martin Luther King Jr Way",
    "Church St",
    "Elm Ct",
    "Highland Ave",
    "River Rd",
    "Park Pl Apt 4B",
    "Sunset Dr",
    "County Road 12",
)
