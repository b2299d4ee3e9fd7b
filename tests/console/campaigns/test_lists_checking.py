"""Checking the rows: in bounded steps, each whole or not at all, whoever takes the next one."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from console.campaigns.lists_checking import check_step
from console.campaigns.models import ListUpload
from engage.models import Campaign, Consent, ListLoad
from tests.console.campaigns.lists import (
    begin_check,
    check,
    check_on,
    counts,
    make_file,
    make_upload,
    many_rows,
    read_file,
    reread,
)
from tests.factories import make_campaign

State = ListUpload.State
HUNDRED_THOUSAND = 100_000
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def campaign(db: None) -> Campaign:
    campaign = make_campaign()
    campaign.document = {"messages": {"outgoingMessage": "Hi {{FirstName}} of {{City}}, reply STOP to opt out."}}
    campaign.save()
    return campaign


def test_good_rows_are_sent_and_the_others_kept_with_the_reason(campaign: Campaign, sue: User) -> None:
    content = make_file(
        "(212) 555-0101,Ada,Troy,12180",
        "n/a,Ben,Troy,12180",
        "",
        "2125550101,Ada again,Troy,12180",
        '+1 212 555 0103, Eve ,"Troy, NY",12180',
    )

    upload = check(make_upload(campaign=campaign, by=sue, content=content))

    assert (upload.state, upload.rows_done, upload.rows_kept) == (State.CHECKED, 4, 2)
    assert counts(upload) == {"phone": 1, "duplicate": 1}
    assert read_file(upload.load) == (
        'Phone,FirstName,City,Zip\r\n+12125550101,Ada,Troy,12180\r\n+12125550103,Eve,"Troy, NY",12180\r\n'
    )
    assert read_file(upload.left_out) == (
        "Row,Why,Mobile,First Name,Town,Zip Code\r\n"
        "3,No valid phone number,n/a,Ben,Troy,12180\r\n"
        "5,Number comes twice,2125550101,Ada again,Troy,12180\r\n"
    )


def test_request_names_the_columns_of_the_file_that_is_sent(campaign: Campaign, sue: User) -> None:
    content = make_file("x,Ada,(212) 555-0101", header="Notes,First Name,Mobile")

    upload = check(make_upload(campaign=campaign, by=sue, content=content), de_dupe=False)

    assert upload.load
    assert upload.load.request == {
        "de_dupe": False,
        "first_row_headers": True,
        "mapped_columns": [
            {"column_index": 0, "column_id": "FirstName"},
            {"column_index": 1, "column_id": "Phone"},
        ],
    }
    assert read_file(upload.load) == "FirstName,Phone\r\nAda,+12125550101\r\n"


def test_windows_1252_is_sent_as_utf_8_with_commas(campaign: Campaign, sue: User) -> None:
    content = "Tel;First Name;Town\n2125550101;José;Köln, Süd\n".encode("cp1252")

    upload = check(make_upload(campaign=campaign, by=sue, content=content))

    assert read_file(upload.load) == 'Phone,FirstName,City\r\n+12125550101,José,"Köln, Süd"\r\n'


def test_file_without_header_loses_no_row(campaign: Campaign, sue: User) -> None:
    upload = check(make_upload(campaign=campaign, by=sue, content=b"2125550101\n2125550102\n"))

    assert upload.rows_kept == 2


def test_number_that_must_not_be_texted_is_left_out(campaign: Campaign, sue: User) -> None:
    Consent.objects.create(
        workspace=campaign.workspace,
        phone="+12125550101",
        kind=Consent.Kind.DO_NOT_CONTACT,
        at=timezone.now(),
        evidence="disposition-1",
    )
    content = make_file("2125550101,Ada,Troy,12180", "2125550102,Ben,Troy,12180")

    upload = check(make_upload(campaign=campaign, by=sue, content=content))

    assert (upload.rows_kept, counts(upload)) == (1, {"locked": 1})


@pytest.mark.parametrize(
    ("leave_out", "kept"), [((), 4), (("empty",), 3), (("zone",), 3), (("shape",), 3), (("empty", "zone", "shape"), 1)]
)
def test_what_is_only_remarkable_is_left_out_when_somebody_wants_it(
    campaign: Campaign, sue: User, leave_out: tuple[str, ...], kept: int
) -> None:
    content = make_file(
        "2125550101,Ada,Troy,12180",
        "2125550102,,Troy,12180",
        "8005550103,Eve,Troy,",
        "2125550104,Sue,Troy,12180,surplus",
    )
    # More columns than the header has: the guess looks at the widest row.
    upload = make_upload(campaign=campaign, by=sue, content=content)
    ListUpload.objects.filter(pk=upload.pk).update(mapping=upload.mapping[:4])

    upload = check(reread(upload), leave_out=leave_out)

    assert upload.rows_kept == kept
    assert counts(upload) == {"empty": 1, "zone": 1, "shape": 1}
    assert upload.problems["empty_fields"] == {"FirstName": 1}


def test_number_comes_again_only_after_a_row_that_is_loaded(campaign: Campaign, sue: User) -> None:
    content = make_file("2125550101,,Troy,12180", "2125550101,Ada,Troy,12180", "2125550101,Ada,Troy,12180")

    upload = check(make_upload(campaign=campaign, by=sue, content=content), leave_out=["empty"])

    assert counts(upload) == {"empty": 1, "duplicate": 1}
    assert upload.rows_kept == 1


def test_same_number_twice_is_loaded_twice_where_that_is_wanted(campaign: Campaign, sue: User) -> None:
    content = make_file("2125550101,Ada,Troy,12180", "2125550101,Ada,Troy,12180")

    upload = check(make_upload(campaign=campaign, by=sue, content=content), de_dupe=False)

    assert (upload.rows_kept, counts(upload)) == (2, {"duplicate": 1})


def test_formulas_come_out_as_text_where_a_spreadsheet_reads_them(campaign: Campaign, sue: User) -> None:
    content = make_file('n/a,"=HYPERLINK(""http://x"")",@x,+1', "2125550101,=1+1,Troy,12180")

    upload = check(make_upload(campaign=campaign, by=sue, content=content))

    assert """"'=HYPERLINK(""http://x"")",'@x,+1""" in read_file(upload.left_out)
    # The platform gets what was written.
    assert "+12125550101,=1+1,Troy,12180" in read_file(upload.load)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"Mobile,Name\n", "no rows below the header"),
        (b'Mobile,Name\n2125550101,Ada\n2125550102,"Ben\n', "Row 3 opens a quotation mark that is never closed"),
    ],
)
def test_file_that_turns_out_unreadable_says_so_and_nothing_can_be_sent(
    campaign: Campaign, sue: User, content: bytes, words: str
) -> None:
    upload = make_upload(campaign=campaign, by=sue, content=b"Mobile,Name\n2125550100,Ada\n")
    ListLoad.objects.filter(pk=upload.source_id).update(size=0)
    assert upload.source
    upload.source.append_file([content])

    upload = check(upload)

    assert upload.state == State.BROKEN
    assert words in upload.reason
    assert upload.rows_kept == 0


def test_file_that_was_forgotten_meanwhile_has_to_come_again(campaign: Campaign, sue: User) -> None:
    upload = begin_check(make_upload(campaign=campaign, by=sue))
    assert upload.source
    upload.source.drop_file()

    check_step(upload)

    assert reread(upload).reason == "The file is not here any more. Upload it again."


# Steps.


def test_rows_of_a_request_that_was_killed_are_taken_up_by_another_one_later(campaign: Campaign, sue: User) -> None:
    upload = begin_check(make_upload(campaign=campaign, by=sue, content=make_file(*many_rows(2_000))))
    check_step(upload, seconds=0)
    halfway = reread(upload)
    assert 0 < halfway.rows_done < 2_000
    ListUpload.objects.filter(pk=upload.pk).update(step_until=timezone.now() + timedelta(seconds=30))

    check_step(upload, seconds=60)
    assert reread(upload).rows_done == halfway.rows_done, "Whoever was killed may still be at it"
    ListUpload.objects.filter(pk=upload.pk).update(step_until=timezone.now())
    check_step(upload, seconds=60)

    finished = reread(upload)
    assert (finished.state, finished.rows_done, finished.rows_kept) == (State.CHECKED, 2_000, 1_940)
    assert finished.step_until is None


def test_checked_in_many_steps_or_in_one_it_is_the_same(campaign: Campaign, sue: User) -> None:
    content = make_file(*many_rows(2_600))
    slow = begin_check(make_upload(campaign=campaign, by=sue, content=content))
    steps = 0

    while slow.state == State.CHECKING:
        check_step(slow, seconds=0)
        slow, steps = reread(slow), steps + 1
    quick = check(make_upload(campaign=campaign, by=sue, content=content))

    assert steps > 5
    assert (slow.rows_kept, slow.problems) == (quick.rows_kept, quick.problems)
    assert read_file(slow.load) == read_file(quick.load)
    assert read_file(slow.left_out) == read_file(quick.left_out)
    assert ListLoad.objects.count() == 6, "Numbers are not kept longer than they are of use"


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_other_choice_made_meanwhile_leaves_no_trace_of_the_first(sue: User) -> None:
    upload = make_upload(campaign=make_campaign(), by=sue, content=make_file(*many_rows(22_000)))
    begin_check(upload)

    def check_all() -> None:
        try:
            check_step(upload, seconds=60)
        finally:
            connection.close()

    checker = threading.Thread(target=check_all)
    checker.start()
    while not reread(upload).rows_done:
        time.sleep(0.01)
    begin_check(reread(upload), de_dupe=False)
    checker.join()

    finished = check_on(reread(upload))
    assert (finished.rows_done, finished.rows_kept) == (22_000, 21_560)
    assert read_file(finished.load).count("\r\n") == 1 + 21_560


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_two_requests_at_once_check_every_row_once(sue: User) -> None:
    campaign = make_campaign()
    upload = begin_check(make_upload(campaign=campaign, by=sue, content=make_file(*many_rows(3_000))))
    start = threading.Barrier(3)

    def watch() -> None:
        start.wait()
        try:
            for _ in range(40):
                # Both believe that nobody else is at it.
                ListUpload.objects.filter(pk=upload.pk).update(step_until=None)
                check_step(upload, seconds=0)
        finally:
            connection.close()

    watchers = [threading.Thread(target=watch) for _ in range(3)]
    for watcher in watchers:
        watcher.start()
    for watcher in watchers:
        watcher.join()

    finished = reread(upload)
    assert (finished.state, finished.rows_done, finished.rows_kept) == (State.CHECKED, 3_000, 2_910)
    sent = read_file(finished.load).splitlines()
    assert len(sent) == len(set(sent)) == 1 + 2_910


def test_hundred_thousand_rows_take_no_more_memory_than_a_few() -> None:
    few, many = measure_peaks("long", 20_000, HUNDRED_THOUSAND)

    assert (many["rows_done"], many["rows_kept"]) == (HUNDRED_THOUSAND, 97_000)
    assert many["counts"] == {"phone": 2_000, "duplicate": 1_000}
    assert many["file_megabytes"] > 15
    assert many["peak_megabytes"] - few["peak_megabytes"] < 5


def test_numbers_of_rows_further_up_take_no_memory() -> None:
    few, many = measure_peaks("short", 20_000, 300_000)

    assert (many["rows_done"], many["rows_kept"]) == (300_000, 291_000)
    assert many["counts"] == {"phone": 6_000, "duplicate": 3_000}
    assert many["peak_megabytes"] - few["peak_megabytes"] < 5


def measure_peaks(kind: str, *rows: int) -> list[dict[str, Any]]:
    """In a process of its own, with a database of its own: nothing else may raise its peak."""
    command = [sys.executable, "-m", "tests.console.campaigns.lists_peak", kind, *map(str, rows)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found
