"""Files of leads for tests, and the shortest way through an upload."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from console.campaigns import lists_actions
from console.campaigns.csv_inspection import Inspection
from console.campaigns.lists_checking import check_step
from console.campaigns.lists_columns import columns_of
from console.campaigns.models import ListUpload
from engage.models import Campaign, ListLoad
from tests.factories import make_campaign
from tests.html import Element, parse

FRAGMENT = {"hx-request": "true"}
HEADER = "Mobile,First Name,Town,Zip Code"


def make_file(*lines: str, header: str = HEADER) -> bytes:
    return "\r\n".join([header, *lines, ""]).encode()


GOOD_AND_BAD = make_file("(212) 555-0101,Ada,Troy,12180", "n/a,Ben,Troy,12180")


def make_webinar() -> Campaign:
    """A campaign whose first message asks for a field that it has, and for one that it has not."""
    campaign = make_campaign(name="Spring <b>webinar</b>")
    campaign.document = {"messages": {"outgoingMessage": "Hi {{FirstName}}, {{Nickname}}. Reply STOP to opt out."}}
    campaign.save()
    return campaign


def many_rows(count: int) -> Iterator[str]:
    """Three of a hundred are bad: one has no valid number, one repeats the row before, one may not be dialled."""
    for number in range(count):
        phone = f"({212 + number // 8_000_000}) {200 + number // 10_000 % 800}-{number % 10_000:04}"
        match number % 100:
            case 17:
                phone = "not a number"
            case 42:
                phone = f"(212) {200 + (number - 1) // 10_000 % 800}-{(number - 1) % 10_000:04}"
            case 77:
                phone = "123"
        yield f"{phone},Robin {number},Anytown,10001"


def make_upload(
    *, campaign: Campaign, by: User, content: bytes | None = None, name: str = "May leads.csv"
) -> ListUpload:
    """As the upload page does it, without the page."""
    content = make_file("(212) 555-0101,Ada,Troy,12180") if content is None else content
    source = ListLoad.objects.create(campaign=campaign, list_name=name)
    source.append_file([content])
    inspection = Inspection()
    inspection.feed(content)
    return lists_actions.start_upload(
        campaign=campaign, source=source, encoding=inspection.find_encoding(), file_name=name, by=by
    )


def begin_check(upload: ListUpload, *, de_dupe: bool = True, leave_out: Iterable[str] = ()) -> ListUpload:
    lists_actions.choose_columns(
        upload=upload,
        columns=columns_of(upload),
        list_name=upload.list_name,
        de_dupe=de_dupe,
        leave_out=list(leave_out),
    )
    return reread(upload)


def check(upload: ListUpload, *, de_dupe: bool = True, leave_out: Iterable[str] = ()) -> ListUpload:
    """Choose the columns as they are guessed, and check all rows."""
    return check_on(begin_check(upload, de_dupe=de_dupe, leave_out=leave_out))


def check_on(upload: ListUpload) -> ListUpload:
    while upload.state == ListUpload.State.CHECKING:
        check_step(upload, seconds=60)
        upload = reread(upload)
    return upload


def reread(upload: ListUpload) -> ListUpload:
    return ListUpload.objects.select_related("campaign", "source", "load__command", "left_out").get(pk=upload.pk)


def read_file(load: ListLoad | None) -> str:
    assert load
    with load.open_file() as file:
        return file.read().decode("utf-8-sig")


def counts(upload: ListUpload) -> dict[str, int]:
    return dict(upload.problems["counts"])


def post_file(client: Client, campaign: Campaign, content: bytes, name: str = "May leads.csv") -> tuple[int, Element]:
    file = io.BytesIO(content)
    file.name = name
    response = client.post(f"/campaigns/{campaign.id}/lists/files/", {"file": file}, follow=True)
    return response.status_code, parse(response.content)


def address(upload: ListUpload, action: str = "") -> str:
    return f"/campaigns/{upload.campaign_id}/lists/files/{upload.id}/{action}"


def fragment(response: HttpResponse) -> Element:
    assert b"<html" not in response.content
    return parse(response.content).by_id("upload")


def chosen(upload: ListUpload, **fields: Any) -> dict[str, Any]:
    """The form as the page has it."""
    columns = {f"field-{column.index}": column.field for column in columns_of(upload)}
    return columns | {"list_name": upload.list_name, "de_dupe": "on"} | fields


def load(client: Client, upload: ListUpload, **fields: str) -> HttpResponse:
    return client.post(address(upload, "load/"), fields, headers=FRAGMENT)
