"""Loading a list and a single lead: the request as the platform receives it, and its answer as we read it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engage.api.client import Accepted, EngageClient
from engage.api.errors import Malformed, Rejected
from engage.api.origins import Origins
from engage.api.wire import LeadField, LeadLoadResult, ListLoad, MappedColumn
from engage.vault import Secret
from tests.engage.api.clients import API_KEY, client_of
from tests.engage.api.faulty_server import FaultyServer, ReceivedRequest, status

CAMPAIGN_ID = "67b3a7bb0fcd117088ca5020"
WEBHOOK_URL = "https://desk.example/hooks/engage/list-token-0123456789/"
ROWS = b'Phone,First name\r\n+15555551212,"Jo ""J"" S\xc3\xb6hne"\r\n'
REQUEST = ListLoad(
    de_dupe=True,
    first_row_headers=False,
    webhook_url=WEBHOOK_URL,
    mapped_columns=(MappedColumn(0, "Phone"), MappedColumn(column_index=3, column_id="FirstName")),
)
LEAD = (LeadField("Phone", "+15555551212", "Phone"), LeadField("FirstName", "Zoë 😀"))
ACCEPTED = b'{"status": "Accepted", "reason": "", "message": "Lead loaded"}'
UNHURRIED = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="module")
def platform() -> Iterator[FaultyServer]:
    with FaultyServer(status(200, ACCEPTED)) as server:
        yield server


def load_list(
    client: EngageClient,
    *,
    campaign_id: str = CAMPAIGN_ID,
    file_name: str = "May leads.csv",
    rows: io.BytesIO | None = None,
    request: ListLoad = REQUEST,
) -> Accepted:
    file = io.BytesIO(ROWS) if rows is None else rows
    return client.load_list(campaign_id, file_name=file_name, rows=file, request=request)


def load_lead(
    client: EngageClient,
    *,
    campaign_id: str = CAMPAIGN_ID,
    list_name: str = "Walk-ins",
    fields: tuple[LeadField, ...] = LEAD,
) -> LeadLoadResult:
    return client.load_lead(campaign_id, list_name=list_name, de_dupe=True, fields=fields)


def request_of(platform: FaultyServer, call: Callable[[EngageClient], object]) -> ReceivedRequest:
    call(client_of(platform.origin))
    return platform.requests[-1]


class UnreadableFile(io.BytesIO):
    def read(self, size: int | None = -1, /) -> bytes:
        raise LookupError("the words of whoever keeps the file")


def closed_file() -> io.BytesIO:
    file = io.BytesIO(ROWS)
    file.close()
    return file


# A list.


def test_list_is_posted_as_multipart_with_the_api_key(platform: FaultyServer) -> None:
    request = request_of(platform, load_list)

    assert (request.method, request.target) == ("POST", "/api/public/engage/list/load")
    assert request.headers["x-api-key"] == API_KEY.reveal()
    assert int(request.headers["content-length"]) == len(request.body)
    assert "transfer-encoding" not in request.headers
    assert [head for head, _ in request.parts] == [
        'Content-Disposition: form-data; name="campaignId"',
        'Content-Disposition: form-data; name="processRequest"',
        'Content-Disposition: form-data; name="file"; filename="May leads.csv"\r\nContent-Type: text/csv',
    ]
    assert request.parts[0][1] == CAMPAIGN_ID.encode()
    assert request.parts[2][1] == ROWS


def test_list_says_how_the_file_is_to_be_read(platform: FaultyServer) -> None:
    request = request_of(platform, load_list)

    assert json.loads(request.parts[1][1]) == {
        "deDupe": True,
        "firstRowHeaders": False,
        "webhookUrl": WEBHOOK_URL,
        "mappedCols": [{"columnIndex": 0, "columnId": "Phone"}, {"columnIndex": 3, "columnId": "FirstName"}],
    }


def test_list_without_a_webhook_does_not_name_one(platform: FaultyServer) -> None:
    silent = ListLoad(de_dupe=False, first_row_headers=True, webhook_url=None, mapped_columns=())

    request = request_of(platform, lambda client: load_list(client, request=silent))

    assert json.loads(request.parts[1][1]) == {"deDupe": False, "firstRowHeaders": True, "mappedCols": []}


@given(content=st.binary(min_size=1, max_size=2000), times=st.sampled_from([1, 150]))
@UNHURRIED
def test_file_arrives_byte_for_byte(platform: FaultyServer, content: bytes, times: int) -> None:
    request = request_of(platform, lambda client: load_list(client, rows=io.BytesIO(content * times)))

    assert request.parts[2][1] == content * times


def test_file_that_was_read_before_is_sent_from_its_start(platform: FaultyServer) -> None:
    rows = io.BytesIO(ROWS)
    rows.read()

    request = request_of(platform, lambda client: load_list(client, rows=rows))

    assert request.parts[2][1] == ROWS
    assert not rows.closed


@pytest.mark.parametrize("name", ["A&B+C%2F #?=;.csv", "Mañana 😀.csv", "it's 'May' <b>.csv", "no ending"])
def test_file_name_arrives_verbatim(platform: FaultyServer, name: str) -> None:
    request = request_of(platform, lambda client: load_list(client, file_name=name))

    assert f'; filename="{name}"\r\n' in request.parts[2][0]


@pytest.mark.parametrize(
    "call",
    [
        lambda client: load_list(client, file_name=" "),
        lambda client: load_list(client, file_name='a"; name="campaignId'),
        lambda client: load_list(client, file_name="a\r\nX-Other: b.csv"),
        lambda client: load_list(client, file_name="../May.csv"),
        lambda client: load_list(client, file_name="C:\\May.csv"),
        lambda client: load_list(client, file_name="half a pair: \ud83d.csv"),
        lambda client: load_list(client, rows=closed_file()),
        lambda client: load_list(client, rows=UnreadableFile(ROWS)),
        lambda client: load_list(client, rows=io.BytesIO()),
        lambda client: load_list(client, campaign_id=""),
        lambda client: load_lead(client, campaign_id=""),
        lambda client: load_lead(client, list_name="half a pair: \ud83d"),
        lambda client: load_lead(client, fields=(LeadField("FirstName", "half a pair: \ud83d"),)),
    ],
)
def test_what_cannot_be_sent_is_refused_before_anything_leaves(
    platform: FaultyServer, call: Callable[[EngageClient], object]
) -> None:
    before = platform.connections

    with pytest.raises(Rejected) as caught:
        call(client_of(platform.origin))

    assert caught.value.status is None
    assert platform.connections == before


@pytest.mark.parametrize("call", [load_list, load_lead])
def test_api_key_that_is_missing_is_refused_before_anything_leaves(
    platform: FaultyServer, call: Callable[[EngageClient], object]
) -> None:
    before = platform.connections

    with pytest.raises(Rejected):
        call(EngageClient(Origins(core=platform.origin), Secret("")))

    assert platform.connections == before


@pytest.mark.parametrize(
    ("code", "body"),
    [
        (200, ACCEPTED),
        (200, b'{"id": "l1", "accepted": 2}'),
        (200, b'{"status": "PROCESSING"}'),
        (200, b'{"status": 5}'),
        (200, b"<html>Thanks</html>"),
        (201, b"[]"),
        (202, b"Rejected nothing"),
        (204, b""),
    ],
)
def test_any_2xx_to_a_list_is_accepted(code: int, body: bytes) -> None:
    with FaultyServer(status(code, body)) as server:
        accepted = load_list(client_of(server.origin))

    assert accepted == Accepted(status=code, remote_id=None)


def test_list_whose_answer_says_rejected_is_rejected() -> None:
    body = json.dumps({"status": " rejected", "reason": "NO_PHONE", "message": f"no Phone; told {WEBHOOK_URL}"})
    with FaultyServer(status(200, body.encode())) as server, pytest.raises(Rejected) as caught:
        load_list(client_of(server.origin))

    assert caught.value.status == 200
    assert caught.value.reason == '{"status": " rejected", "reason": "NO_PHONE", "message": "no Phone; told ***"}'


# A single lead.


def test_lead_is_posted_as_json_with_the_api_key(platform: FaultyServer) -> None:
    request = request_of(platform, load_lead)

    assert (request.method, request.target) == ("POST", "/api/public/engage/lead/load")
    assert request.headers["x-api-key"] == API_KEY.reveal()
    assert request.headers["content-type"] == "application/json"
    assert json.loads(request.body) == {
        "campaignId": CAMPAIGN_ID,
        "listName": "Walk-ins",
        "deDupe": True,
        "fields": [
            {"name": "Phone", "value": "+15555551212", "type": "Phone"},
            {"name": "FirstName", "value": "Zoë 😀"},
        ],
    }


@pytest.mark.parametrize(
    ("body", "read", "is_accepted"),
    [
        (ACCEPTED, ("Accepted", "", "Lead loaded"), True),
        (b'{"status": "ACCEPTED"}', ("ACCEPTED", "", ""), True),
        (
            b'{"status": "Rejected", "reason": "DUPLICATE", "message": "a\\u0000b"}',
            ("Rejected", "DUPLICATE", "ab"),
            False,
        ),
        (b'{"status": " Held ", "reason": null, "message": ["later"]}', ("Held", "", ""), False),
        (b'{"status": "Not accepted", "more": 1}', ("Not accepted", "", ""), False),
    ],
)
def test_lead_is_accepted_by_that_word_alone(body: bytes, read: tuple[str, str, str], is_accepted: bool) -> None:
    with FaultyServer(status(200, body)) as server:
        result = load_lead(client_of(server.origin))

    assert (result.status, result.reason, result.message) == read
    assert result.is_accepted is is_accepted


@pytest.mark.parametrize(
    "body", [b"", b"OK", b"{}", b"[]", b'{"status": null}', b'{"status": " "}', b'{"status": true}']
)
def test_answer_to_a_lead_that_says_nothing_leaves_it_open(body: bytes) -> None:
    with FaultyServer(status(200, body)) as server, pytest.raises(Malformed):
        load_lead(client_of(server.origin))


def test_refusal_of_a_lead_does_not_repeat_what_was_typed() -> None:
    with FaultyServer(status(422, b"+15555551212 is no phone")) as server, pytest.raises(Rejected) as caught:
        load_lead(client_of(server.origin))

    assert str(caught.value) == "422: *** is no phone"


def test_repr_shows_neither_a_lead_nor_the_token_of_our_webhook() -> None:
    result = LeadLoadResult(status="Rejected", reason="+15555551212 is a duplicate")

    assert "555" not in f"{LEAD!r} {result!r}"
    assert "token" not in repr(REQUEST)
