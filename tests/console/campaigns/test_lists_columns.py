"""What columns mean: guessed, and remembered."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from console.campaigns import lists_actions
from console.campaigns.csv_inspection import BadFile
from console.campaigns.lists_columns import Column, columns_of, fields_of
from console.campaigns.models import ListUpload
from engage.models import Campaign
from engage.outbox.refusals import NotPossibleNow
from tests.console.campaigns.lists import begin_check, make_file, make_upload, reread
from tests.factories import make_campaign


@pytest.fixture
def campaign(db: None) -> Campaign:
    return make_campaign()


def guessed(upload: ListUpload) -> list[str]:
    return [column.field for column in columns_of(upload)]


def choose(upload: ListUpload, *fields: str) -> None:
    columns = [
        Column(column.index, column.header, field) for column, field in zip(columns_of(upload), fields, strict=True)
    ]
    lists_actions.choose_columns(upload=upload, columns=columns, list_name="May", de_dupe=True, leave_out=[])


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        ("Phone,FirstName,LastName,Zip", ["Phone", "FirstName", "LastName", "Zip"]),
        ("phone_number,first name,SURNAME,Postal-Code", ["Phone", "FirstName", "LastName", "Zip"]),
        ("Mobile,Notes,Town,State Code", ["Phone", "", "City", "State"]),
        ("Mobile,Cell,Phone,First", ["Phone", "", "", "FirstName"]),
        ("Street,Apt,Id,Telephone", ["Address1", "Address2", "", "Phone"]),
    ],
)
def test_columns_are_guessed_by_their_headers(campaign: Campaign, sue: User, header: str, fields: list[str]) -> None:
    upload = make_upload(campaign=campaign, by=sue, content=make_file("x,y,z,w", header=header))

    assert upload.has_header
    assert guessed(upload) == fields


def test_column_of_numbers_is_found_by_what_stands_in_it(campaign: Campaign, sue: User) -> None:
    content = make_file("7,Ada,(212) 555-0101", "8,Ben,212.555.0102", "9,Eve,none", header="Nr,Who,Reach them at")

    assert guessed(make_upload(campaign=campaign, by=sue, content=content)) == ["", "", "Phone"]


def test_file_without_header_begins_with_a_lead(campaign: Campaign, sue: User) -> None:
    upload = make_upload(campaign=campaign, by=sue, content=b"Ada,2125550101\nBen,2125550102\n")

    assert not upload.has_header
    assert guessed(upload) == ["", "Phone"]
    assert [column.name for column in columns_of(upload)] == ["Column 1", "Column 2"]


def test_fields_of_the_campaign_itself_are_offered(campaign: Campaign, sue: User) -> None:
    campaign.document = {"allCampaignFields": ["FirstName", "Policy Number", 5, ""]}
    campaign.save()
    content = make_file("2125550101,A-7", header="tel,policy_number")

    upload = make_upload(campaign=campaign, by=sue, content=content)

    assert fields_of(campaign) == ["Phone", "FirstName", "Policy Number"]
    assert guessed(upload) == ["Phone", "Policy Number"]


def test_mapping_is_remembered_for_the_campaign(campaign: Campaign, sue: User) -> None:
    content = make_file("2125550101,2125550102,Ada", header="Home,Mobile,Who")
    choose(make_upload(campaign=campaign, by=sue, content=content), "Phone", "", "FirstName")
    again = make_file("Ben,2125550103,2125550104,x", header="WHO,mobile, home ,First Name")

    upload = make_upload(campaign=campaign, by=sue, content=again)
    elsewhere = make_upload(campaign=make_campaign(), by=sue, content=again)

    assert guessed(upload) == ["FirstName", "", "Phone", ""]
    assert guessed(elsewhere) == ["", "Phone", "", "FirstName"]


def test_columns_without_headers_are_remembered_by_their_place(campaign: Campaign, sue: User) -> None:
    content = b"2125550101,Ada,Troy\n"
    choose(make_upload(campaign=campaign, by=sue, content=content), "Phone", "", "City")

    assert guessed(make_upload(campaign=campaign, by=sue, content=content)) == ["Phone", "", "City"]


def test_field_that_the_campaign_has_no_longer_is_not_guessed(campaign: Campaign, sue: User) -> None:
    content = make_file("2125550101,Troy", header="tel,where")
    choose(make_upload(campaign=campaign, by=sue, content=content), "Phone", "City")
    campaign.document = {"allCampaignFields": ["Phone"]}
    campaign.save()

    assert guessed(make_upload(campaign=campaign, by=sue, content=content)) == ["Phone", ""]


def test_somebody_who_knows_better_has_the_file_read_anew(campaign: Campaign, sue: User) -> None:
    upload = make_upload(campaign=campaign, by=sue, content=b"tel;who,where\n2125550101;Ada,Troy\n")
    begin_check(upload)

    lists_actions.read_anew(upload=upload, delimiter=",", is_headed=False)

    upload = reread(upload)
    assert (upload.state, upload.delimiter, upload.has_header) == (ListUpload.State.MAPPING, ",", False)
    assert len(columns_of(upload)) == 2


def test_file_that_cannot_be_read_so_stays_as_it_was(campaign: Campaign, sue: User) -> None:
    content = b"tel;who\n2125550101;" + b",".join(b"x" for _ in range(300)) + b"\n"
    upload = make_upload(campaign=campaign, by=sue, content=content)

    with pytest.raises(BadFile):
        lists_actions.read_anew(upload=upload, delimiter=",", is_headed=True)

    assert reread(upload).delimiter == ";"


def test_columns_of_what_is_on_its_way_do_not_change(campaign: Campaign, sue: User) -> None:
    upload = make_upload(campaign=campaign, by=sue)
    ListUpload.objects.update(state=ListUpload.State.ASKED)

    with pytest.raises(NotPossibleNow):
        choose(upload, "Phone", "", "", "")
