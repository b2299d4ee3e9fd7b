from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.sms.place_tables import STATES_BY_AREA_CODE, STATES_BY_ZIP_PREFIX, ZONES_OF_STATES
from engage.sms.places import zones_told
from engage.sms.send_window import FEDERAL_HOURS, US_ZONES, local_time, window_for
from engage.sms.state_hours import STATE_HOURS, state_hours

NEW_YORK = "America/New_York"
WEEKDAYS_9_TO_5 = {weekday: [(540, 1020)] for weekday in range(5)}


def there(zone: str, text: str) -> datetime:
    """A local wall-clock time as a moment."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("local", "is_open", "reason"),
    [
        ("2026-11-20 07:59:59", False, "Opens 8 AM there"),
        ("2026-11-20 08:00", True, "Open until 9 PM there"),
        ("2026-11-20 20:59:59", True, "Open until 9 PM there"),
        ("2026-11-20 21:00", False, "Opens 8 AM tomorrow there"),
        ("2026-11-20 00:00", False, "Opens 8 AM there"),
    ],
)
def test_federal_hours(local: str, is_open: bool, reason: str) -> None:
    status = window_for(NEW_YORK, "NY").status(there(NEW_YORK, local))

    assert (status.is_open, status.reason) == (is_open, reason)


@pytest.mark.parametrize(
    ("zone", "state", "local", "is_open", "reason"),
    [
        ("America/Chicago", "TX", "2026-11-22 11:59", False, "TX Sunday opens 12 PM there"),
        ("America/Chicago", "TX", "2026-11-21 22:00", False, "TX Sunday opens 12 PM there"),
        ("America/Chicago", "TX", "2026-11-22 12:00", True, "Open until 9 PM there"),
        ("America/Chicago", "TX", "2026-11-20 08:30", False, "TX opens 9 AM there"),
        ("America/Chicago", "LA", "2026-11-22 12:00", False, "LA allows no texts on Sunday. Opens 8 AM tomorrow there"),
        ("America/Chicago", "LA", "2026-11-21 20:00", False, "Opens 8 AM Monday there"),
        (NEW_YORK, "FL", "2026-11-20 19:59", True, "Open until 8 PM there"),
        (NEW_YORK, "FL", "2026-11-20 20:00", False, "Opens 8 AM tomorrow there"),
        (NEW_YORK, "kentucky", "2026-11-20 09:59", False, "KY opens 10 AM there"),
        (NEW_YORK, "RI", "2026-11-21 17:00", False, "RI opens 9 AM Monday there"),
        (NEW_YORK, "RI", "2026-11-20 18:00", False, "RI Saturday opens 10 AM there"),
        (NEW_YORK, "ZZ", "2026-11-20 08:00", True, "Open until 9 PM there"),
    ],
)
def test_state_hours_narrow_the_window(zone: str, state: str, local: str, is_open: bool, reason: str) -> None:
    status = window_for(zone, state).status(there(zone, local))

    assert (status.is_open, status.reason) == (is_open, reason)


@pytest.mark.parametrize(
    ("local", "is_open", "reason"),
    [
        ("2026-11-20 08:30", False, "Campaign opens 9 AM there"),
        ("2026-11-20 09:00", True, "Open until 5 PM there"),
        ("2026-11-20 17:00", False, "Campaign opens 9 AM Monday there"),
    ],
)
def test_campaign_schedule_narrows_the_window(local: str, is_open: bool, reason: str) -> None:
    status = window_for(NEW_YORK, None, schedule=WEEKDAYS_9_TO_5).status(there(NEW_YORK, local))

    assert (status.is_open, status.reason) == (is_open, reason)


def test_campaign_schedule_never_widens_the_window() -> None:
    all_day = {weekday: [(0, 1440)] for weekday in range(7)}

    status = window_for(NEW_YORK, None, schedule=all_day).status(there(NEW_YORK, "2026-11-20 22:00"))

    assert not status.is_open


def test_stretches_that_touch_are_one_and_a_break_is_kept() -> None:
    schedule = {4: [(630, 720), (540, 630), (780, 810), (900, 900)]}
    window = window_for(NEW_YORK, None, schedule=schedule)

    morning = window.status(there(NEW_YORK, "2026-11-20 09:10"))
    lunch = window.status(there(NEW_YORK, "2026-11-20 12:10"))

    assert morning.reason == "Open until 12 PM there"
    assert lunch.reason == "Campaign opens 1 PM there"
    assert lunch.opens_at is not None
    assert window.status(lunch.opens_at).reason == "Open until 1:30 PM there"


@pytest.mark.parametrize(
    ("zone", "state", "schedule", "reason"),
    [
        (NEW_YORK, None, {}, "The campaign has no sending hours"),
        (NEW_YORK, "AL", {6: [(600, 900)]}, "The campaign's hours lie outside the hours allowed there"),
        (None, None, {0: [(540, 660)]}, "Time zone unknown. The campaign's hours never fit every US time zone"),
    ],
)
def test_window_that_never_opens_says_so(
    zone: str | None, state: str | None, schedule: dict[int, list[tuple[int, int]]], reason: str
) -> None:
    status = window_for(zone, state, schedule=schedule).status(there(NEW_YORK, "2026-11-22 12:00"))

    assert (status.is_open, status.opens_at, status.closes_at, status.reason) == (False, None, None, reason)


@pytest.mark.parametrize(
    "zone", [None, "", "Mars/Olympus", "EST", "UTC", "Etc/GMT+5", "../etc/passwd", "America/", "a/\0"]
)
def test_unknown_zone_claims_no_local_time_and_needs_every_us_zone_open(zone: str | None) -> None:
    window = window_for(zone, None)

    before = window.status(there(NEW_YORK, "2026-11-20 12:59"))
    during = window.status(there(NEW_YORK, "2026-11-20 13:00"))
    after = window.status(there(NEW_YORK, "2026-11-20 21:00"))

    assert before.local_time is None
    assert before.reason == "Time zone unknown. Opens across the US at 1 PM Eastern"
    assert during.is_open
    assert during.reason == "Time zone unknown. Open across the US until 9 PM Eastern"
    assert after.reason == "Time zone unknown. Opens across the US at 1 PM Eastern tomorrow"


def test_unknown_zone_keeps_the_hours_of_a_known_state() -> None:
    window = window_for(None, "FL")

    assert window.status(there(NEW_YORK, "2026-11-20 19:59")).is_open
    assert not window.status(there(NEW_YORK, "2026-11-20 20:00")).is_open


@pytest.mark.parametrize(
    ("day", "opens_utc", "closes_utc"),
    [
        ("2027-03-13", "2027-03-13T13:00", "2027-03-14T02:00"),
        # The clock goes forward at 2 AM.
        ("2027-03-14", "2027-03-14T12:00", "2027-03-15T01:00"),
        ("2026-10-31", "2026-10-31T12:00", "2026-11-01T01:00"),
        # The clock goes back at 2 AM.
        ("2026-11-01", "2026-11-01T13:00", "2026-11-02T02:00"),
    ],
)
def test_window_keeps_to_the_clock_on_the_days_it_is_moved(day: str, opens_utc: str, closes_utc: str) -> None:
    window = window_for(NEW_YORK, None)
    opens_at = datetime.fromisoformat(opens_utc).replace(tzinfo=UTC)
    closes_at = datetime.fromisoformat(closes_utc).replace(tzinfo=UTC)

    night = window.status(there(NEW_YORK, f"{day} 01:30"))
    noon = window.status(there(NEW_YORK, f"{day} 12:00"))

    assert night.opens_at == opens_at
    assert noon.closes_at == closes_at
    assert not window.status(opens_at - timedelta(seconds=1)).is_open
    assert window.status(opens_at).is_open
    assert not window.status(closes_at).is_open


def test_arizona_keeps_its_clock_all_year() -> None:
    window = window_for("America/Phoenix", "AZ")

    assert window.status(there("America/Phoenix", "2027-03-14 01:00")).opens_at == datetime(2027, 3, 14, 15, tzinfo=UTC)
    assert window.status(there("America/Phoenix", "2026-11-01 01:00")).opens_at == datetime(2026, 11, 1, 15, tzinfo=UTC)


def is_open_by_the_clock(at: datetime, zones: tuple[ZoneInfo, ...], state: str | None) -> bool:
    """The slow, obvious way: look at the clock in every zone."""
    hours = state_hours(state)
    for zone in zones:
        local = at.astimezone(zone)
        minute = local.hour * 60 + local.minute
        for day in [FEDERAL_HOURS, *([hours.week[local.weekday()]] if hours else [])]:
            if not any(start <= minute < end for start, end in day):
                return False
    return True


moments = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))
zones = st.sampled_from([None, *(zone.key for zone in US_ZONES)])
states = st.sampled_from([None, *STATE_HOURS])


@given(moments, zones, states)
def test_window_agrees_with_the_clock_in_every_zone(at: datetime, zone: str | None, state: str | None) -> None:
    told = zones_told(state=state, zip_code=None, phone=None)
    clocks = (ZoneInfo(zone),) if zone else told or US_ZONES

    status = window_for(zone, state).status(at)

    assert status.is_open == is_open_by_the_clock(at, clocks, state)
    if status.is_open:
        assert status.opens_at is None
        assert status.closes_at is not None
        assert not is_open_by_the_clock(status.closes_at, clocks, state)
        assert is_open_by_the_clock(status.closes_at - timedelta(seconds=1), clocks, state)
    else:
        assert status.closes_at is None
        assert status.opens_at is not None
        assert is_open_by_the_clock(status.opens_at, clocks, state)
        assert not is_open_by_the_clock(status.opens_at - timedelta(seconds=1), clocks, state)
        assert status.opens_at - at < timedelta(days=3)


@given(
    moments,
    st.sampled_from(sorted(ZONES_OF_STATES)),
    st.sampled_from([None, *sorted(STATES_BY_AREA_CODE)]),
    st.sampled_from([None, *sorted(STATES_BY_ZIP_PREFIX)]),
    st.booleans(),
)
def test_unknown_zone_is_never_wider_than_any_place_that_something_points_to(
    at: datetime, state: str, area: str | None, prefix: str | None, names_state: bool
) -> None:
    phone, zip_code = f"+1{area}5550109" if area else None, f"{prefix}01" if prefix else None
    points_to = [code for code in (state if names_state else None, STATES_BY_ZIP_PREFIX.get(prefix or "")) if code]
    # Of two zones a number may tell the one.
    by_number = ZONES_OF_STATES.get(STATES_BY_AREA_CODE.get(area or "", ""), ())

    unknown = window_for(None, state if names_state else None, phone=phone, zip_code=zip_code).status(at)

    for code in points_to:
        for zone in ZONES_OF_STATES[code]:
            assert window_for(zone, code).status(at).is_open or not unknown.is_open
    if len(by_number) == 1:
        assert window_for(by_number[0], STATES_BY_AREA_CODE[area or ""]).status(at).is_open or not unknown.is_open


@pytest.mark.parametrize(
    ("state", "phone", "zip_code"),
    [
        ("GU", None, None),
        ("Guam", None, None),
        ("US-GU", None, None),
        (None, "+16715550109", None),
        (None, "(671) 555-0109", None),
        (None, None, "96910"),
        (None, None, "96921-1234"),
        ("NY", "+16715550109", "10001"),
        ("NY", "+12125550109", " 96913"),
        ("MP", None, None),
        ("Northern Mariana Islands", None, None),
        (None, "+16705550109", None),
        (None, None, "96950"),
    ],
)
def test_lead_of_whom_anything_points_west_of_the_date_line_is_not_texted_at_night(
    state: str | None, phone: str | None, zip_code: str | None
) -> None:
    """One in the afternoon in New York, four in the morning of the next day in Guam."""
    status = window_for(None, state, phone=phone, zip_code=zip_code).status(there(NEW_YORK, "2026-12-10 13:05"))

    assert not status.is_open
    assert status.local_time is None
    assert status.reason.startswith("Time zone unknown. Opens where they may be at 5 PM Eastern")


@pytest.mark.parametrize(
    ("state", "phone", "zip_code", "zone"),
    [
        ("AS", None, None, "Pacific/Pago_Pago"),
        (None, "+16845550109", None, "Pacific/Pago_Pago"),
        (None, None, "96799", "Pacific/Pago_Pago"),
        ("Puerto Rico", None, None, "America/Puerto_Rico"),
        (None, "+19395550109", None, "America/Puerto_Rico"),
        (None, None, "00901", "America/Puerto_Rico"),
        ("USVI", None, None, "America/St_Thomas"),
        ("U.S. Virgin Islands", None, None, "America/St_Thomas"),
        (None, None, "00802", "America/St_Thomas"),
        ("CA", "+14155550109", "94105", "America/Los_Angeles"),
        (None, "+18085550109", "96813", "Pacific/Honolulu"),
        ("nowhere", "+12125550109", "00000", NEW_YORK),
        # An area code that is newer than the library.
        (None, "+13575550109", None, "America/Los_Angeles"),
    ],
)
def test_lead_without_a_zone_has_the_hours_of_the_one_place_told(
    state: str | None, phone: str | None, zip_code: str | None, zone: str
) -> None:
    window = window_for(None, state, phone=phone, zip_code=zip_code)

    for hour in range(24):
        at = there(zone, f"2026-07-15 {hour:02}:30")
        told = {"America/Puerto_Rico": "PR", "America/Los_Angeles": "CA"}.get(zone)
        assert window.status(at).is_open == window_for(zone, told).status(at).is_open


@pytest.mark.parametrize(("phone", "zip_code"), [(None, "33101"), ("+13055550109", None)])
def test_hours_of_a_state_that_only_zip_or_number_names_count(phone: str | None, zip_code: str | None) -> None:
    """Florida allows nothing after 8 PM."""
    late = there(NEW_YORK, "2026-11-20 20:30")

    assert not window_for(None, None, phone=phone, zip_code=zip_code).status(late).is_open
    assert not window_for(NEW_YORK, "", phone=phone, zip_code=zip_code).status(late).is_open
    assert window_for(NEW_YORK, "NY", phone=phone, zip_code=zip_code).status(late).is_open


@pytest.mark.parametrize("phone", [None, "", "+18005550109", "+15555550109", "n/a", "1" * 5000])
def test_number_of_no_place_tells_nothing(phone: str | None) -> None:
    at = there(NEW_YORK, "2026-11-20 12:00")

    assert window_for(None, None, phone=phone).status(at) == window_for(None, None).status(at)


@pytest.mark.parametrize(
    "zone", [" America/New_York ", "America/New_York\u00a0", "america/new york", "\u200bAMERICA/NEW_YORK\t"]
)
def test_blanks_and_case_of_a_zone_name_do_not_matter(zone: str) -> None:
    local = local_time(zone, there(NEW_YORK, "2026-11-20 12:00"))

    assert local is not None
    assert local.hour == 12


def test_places_that_are_never_open_together_are_said_so() -> None:
    """Rhode Island closes at 6 PM; in Guam it is 9 AM only then."""
    status = window_for(None, "RI", zip_code="02903", phone="+16715550109").status(there(NEW_YORK, "2026-12-10 13:05"))

    assert not status.is_open
    assert status.reason == "Time zone unknown. There is no hour that is allowed everywhere they may be"


def test_hours_of_a_campaign_that_run_over_midnight_count_on_the_day_after() -> None:
    window = window_for(NEW_YORK, None, schedule={3: [(1200, 540)]})

    assert window.status(there(NEW_YORK, "2026-11-19 20:30")).is_open
    assert window.status(there(NEW_YORK, "2026-11-20 08:30")).reason == "Open until 9 AM there"
    assert not window.status(there(NEW_YORK, "2026-11-20 09:30")).is_open


def test_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        window_for(NEW_YORK, None).status(datetime(2026, 11, 20, 12))


def test_local_time_is_the_leads_own_or_nothing() -> None:
    at = datetime(2026, 11, 20, 15, 42, tzinfo=UTC)

    local = local_time(NEW_YORK, at)

    assert local is not None
    assert (local.hour, local.minute) == (10, 42)
    assert local_time("EST", at) is None
    assert local_time(None, at) is None


def test_every_state_row_is_narrower_than_federal_and_says_where_it_comes_from() -> None:
    for code, state in STATE_HOURS.items():
        stretches = [stretch for day in state.week for stretch in day]

        assert code == state.code
        assert all(480 <= start < end <= 1260 for start, end in stretches)
        assert state.week != (FEDERAL_HOURS,) * 7
        assert state.source
        assert state.as_of >= date(2026, 11, 21)


def test_states_are_found_by_code_or_name() -> None:
    texas = STATE_HOURS["TX"]

    assert state_hours(" tx ") is texas
    assert state_hours("Texas") is texas
    assert state_hours("new  york") is None
    assert state_hours("") is None
    assert state_hours(None) is None


@pytest.mark.parametrize(
    ("state", "zip_code", "closed_at"),
    [
        # Evening in the east of their region, and before eight in its west.
        ("AE", None, "2026-12-10 22:00 Asia/Karachi"),
        ("APO AE", None, "2026-12-10 07:30 Atlantic/Azores"),
        (None, "09096-1234", "2026-12-10 22:00 Asia/Dubai"),
        ("AP", None, "2026-12-10 07:00 Indian/Chagos"),
        ("Armed Forces Pacific", None, "2026-12-10 22:00 Australia/Sydney"),
        (None, "96201", "2026-12-10 22:00 Pacific/Auckland"),
        ("AA", None, "2026-12-10 21:30 America/Sao_Paulo"),
        (None, "34038", "2026-12-10 07:00 America/Tegucigalpa"),
        ("FPO", None, "2026-12-10 15:00 America/New_York"),
    ],
)
def test_lead_with_a_mailbox_of_the_armed_forces_may_be_anywhere_in_its_region(
    state: str | None, zip_code: str | None, closed_at: str
) -> None:
    moment, _, zone = closed_at.rpartition(" ")
    window = window_for(None, state, phone="+12025550143", zip_code=zip_code)

    status = window.status(datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(zone)))

    assert not status.is_open
    assert status.reason.startswith("Time zone unknown.")


@pytest.mark.parametrize("state", ["AE", "AP", "AA"])
def test_in_each_region_there_is_an_hour_that_is_allowed_everywhere(state: str) -> None:
    assert window_for(None, state).status(datetime(2026, 12, 10, tzinfo=UTC)).opens_at


def test_stated_zone_of_somebody_abroad_counts_alone() -> None:
    noon = datetime(2026, 12, 10, 12, tzinfo=ZoneInfo("Europe/Berlin"))

    assert window_for("Europe/Berlin", "AE", zip_code="09096").status(noon).is_open
