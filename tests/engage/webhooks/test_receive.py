import pytest
from django.db import connection

from engage.mirror.projector import project_all
from engage.models import Conversation, Delivery
from engage.webhooks.tokens import forget_tokens
from tests.engage.deliveries import SAMPLE_BYTES, body, make_workspace, message

pytestmark = pytest.mark.django_db(transaction=True)

URL = "/hooks/engage/token-of-the-workspace/"


@pytest.fixture(autouse=True)
def workspace():
    forget_tokens()
    yield make_workspace()
    forget_tokens()


def post(client, raw: bytes, url: str = URL, **headers: str):
    # The client names no length of an empty body, as any sender would.
    return client.post(url, raw, content_type="application/json", headers={"content-length": str(len(raw)), **headers})


def test_a_delivery_is_stored_byte_for_byte_and_answered_204(client):
    response = post(
        client, SAMPLE_BYTES, **{"x-event-type": "ConversationStarted", "x-event-origin": "purecallerid.app"}
    )

    delivery = Delivery.objects.get()
    assert response.status_code == 204
    assert bytes(delivery.body) == SAMPLE_BYTES
    assert (delivery.event_type, delivery.event_origin) == ("ConversationStarted", "purecallerid.app")


def test_a_wrong_token_is_404_and_stores_nothing(client):
    assert post(client, SAMPLE_BYTES, "/hooks/engage/another-token/").status_code == 404
    assert not Delivery.objects.exists()


def test_other_methods_are_405(client):
    assert client.get(URL).status_code == 405


def test_a_body_over_one_mebibyte_is_413_and_stores_nothing(client):
    assert post(client, b" " * (1024 * 1024 + 1)).status_code == 413
    assert not Delivery.objects.exists()


def test_once_the_token_is_known_a_delivery_costs_one_statement(client, django_assert_num_queries):
    post(client, SAMPLE_BYTES)

    # One INSERT into the ledger.
    with django_assert_num_queries(1):
        post(client, SAMPLE_BYTES)


def test_it_answers_503_when_the_database_cannot_store(client):
    with connection.execute_wrapper(_fail):
        response = post(client, SAMPLE_BYTES)

    assert response.status_code == 503


def test_d13_on_a_full_disk_what_is_acknowledged_is_stored_and_the_rest_is_503(client):
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite lets a test fill its disk")
    with connection.cursor() as cursor:
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        # What earlier tests left empty is filled first.
        empty = cursor.execute("PRAGMA freelist_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages + 100}")
    try:
        statuses = [post(client, b"x" * 50_000).status_code for _ in range(20 + empty // 10)]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA max_page_count = 1073741823")

    assert set(statuses) == {204, 503}
    assert Delivery.objects.count() == statuses.count(204)
    assert post(client, SAMPLE_BYTES).status_code == 204


def _fail(execute, sql, params, many, context):
    from django.db import OperationalError

    raise OperationalError("the database went away")


HOSTILE = {
    "empty": b"",
    "not JSON": b"<html>hello</html>",
    "cut": SAMPLE_BYTES[:500],
    "a list": b"[]",
    "null": b"null",
    "a number": b"7",
    "invalid UTF-8": b'{"eventType": "\xff\xfe"}',
    "no data": b'{"eventType": "NewMessage"}',
    "data of another shape": b'{"eventType": "NewMessage", "data": [1, 2]}',
    "lead without id": b'{"eventType": "NewMessage", "data": {"campaign": {"id": "c"}, "lead": {}, "messages": []}}',
    "NaN": SAMPLE_BYTES.replace(b"43.075993", b"NaN"),
    "infinite": SAMPLE_BYTES.replace(b"43.075993", b"1e999"),
    "2,000 deep": b'{"eventType": "NewMessage", "data": ' + b"[" * 2000 + b"]" * 2000 + b"}",
    "5,000 digits": SAMPLE_BYTES.replace(b"43.075993", b"9" * 5000),
}


@pytest.mark.both_databases
@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_bodies_are_kept_with_a_reason_and_the_queue_goes_on(client, raw):
    refused = post(client, raw)
    post(client, SAMPLE_BYTES)

    project_all()

    kept = Delivery.objects.order_by("id").first()
    assert refused.status_code == 204
    assert bytes(kept.body) == raw
    assert kept.state == Delivery.State.QUARANTINED
    assert kept.error
    assert Conversation.objects.count() == 1


@pytest.mark.both_databases
@pytest.mark.parametrize(("escaped", "name"), [(b"Jo\\u0000hn", "John Doe"), (b"Jo\\ud83dhn", "Jo\ufffdhn Doe")])
def test_text_that_no_database_holds_is_cleaned_and_noted(client, escaped, name):
    post(client, SAMPLE_BYTES.replace(b"John", escaped))

    project_all()

    kept = Delivery.objects.get()
    assert kept.state == Delivery.State.APPLIED
    assert "which no database holds" in kept.error
    assert escaped in bytes(kept.body)
    assert Conversation.objects.get().lead.name == name


def test_text_of_every_kind_arrives_whole(client):
    import json

    text = "Zoë <script>alert(1)</script> 👩‍👩‍👧 {{FirstName}} & + % \u202e \r\n end"
    post(client, json.dumps(body(messages=[message(1, 0, text)])).encode())

    project_all()

    assert Conversation.objects.get().messages.get().text == text
