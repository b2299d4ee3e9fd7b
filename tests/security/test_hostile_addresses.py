"""P14: whatever address stands in a payload, in an answer or in a setting, only the configured platform is called."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from engage.api.client import EngageClient
from engage.api.errors import EngageError
from engage.api.events import CAMPAIGN_STATUS, LIST_STATUS
from engage.api.wire import CampaignMessages
from engage.mirror.platform import client_for
from engage.mirror.projector import project_all
from engage.mirror.reading import read_conversation
from engage.models import Conversation, Delivery, Workspace
from engage.vault import Secret
from tests import security
from tests.engage.api.clients import PATIENT, client_of
from tests.engage.api.faulty_server import FaultyServer, status
from tests.security.hostile import Sentinel, addresses, hosts
from tests.security.platform import Platform, conversation

pytestmark = [pytest.mark.django_db, pytest.mark.promise(14)]

CALLS: dict[str, Callable[[EngageClient], object]] = {
    "read": lambda client: client.get_conversation(Secret("key-1")),
    "send": lambda client: client.send_message(Secret("key-1"), "Hello"),
    "disposition": lambda client: client.choose_disposition(Secret("key-1"), "OK"),
    "campaigns": lambda client: client.list_campaigns(),
    "campaign": lambda client: client.get_campaign("campaign"),
    "activate": lambda client: client.activate_campaign("campaign"),
    "list": lambda client: client.pause_list("campaign", "http://127.0.0.1/"),
    "messages": lambda client: client.update_messages("campaign", CampaignMessages(help_message="Help")),
    "lead": lambda client: client.load_lead("campaign", list_name="May", de_dupe=True, fields=()),
}


@pytest.fixture
def sentinel() -> Iterator[Sentinel]:
    with Sentinel() as sentinel:
        yield sentinel


@pytest.fixture
def platform() -> Iterator[Platform]:
    with Platform() as platform:
        yield platform


def post(payload: dict[str, Any], *, event_type: str = "", origin: str = "") -> int:
    # What no header can carry, nobody can send in one.
    names = {"x-event-type": event_type, "x-event-origin": origin if origin.isascii() and origin.isprintable() else ""}
    response = Client().post("/hooks/engage/token-of-ours/", json.dumps(payload), "application/json", headers=names)
    return int(response.status_code)


def poisoned(payload: dict[str, Any], address: str) -> dict[str, Any]:
    """With the address wherever one belongs, and wherever none does."""
    payload["endpoints"] = dict.fromkeys([*payload["endpoints"], "callbackUrl"], address)
    payload["data"]["lead"]["leadData"] |= {"website": address, "webhookUrl": address}
    payload["data"]["messages"][-1] |= {"sender": address[:60], "mediaUrl": address, "message": address}
    return payload


def test_catalogue_F3_no_address_in_a_conversation_is_ever_called(platform: Platform, sentinel: Sentinel) -> None:
    platform.connect()
    real = urlsplit(platform.origin).netloc
    numbers = range(0, len(addresses(real, sentinel.port, "")), 1 if security.IS_FULL else 5)
    for number in numbers:
        payload = conversation(number)
        poisoned(payload, addresses(real, sentinel.port, f"key-{number}")[number])
        platform.conversations[f"key-{number}"] = payload
        platform.campaigns["campaign-of-ours"] = {"id": "campaign-of-ours", "name": "Ours"}
        assert post(payload, origin=payload["endpoints"]["conversationEndpoint"][:180]) == 204

    project_all()
    for found in Conversation.objects.select_related("workspace", "lead", "campaign"):
        client = client_for(found.workspace)
        try:
            read_conversation(found, client)
        except EngageError:
            # An address that is none names no key either: nothing is asked with it.
            assert not found.offered_key
            continue
        client.send_message(found.key, "Hello")
        client.choose_disposition(found.key, "OK")

    assert Conversation.objects.count() == len(numbers)
    # Most name a key, and it is used: at the configured origin.
    assert Conversation.objects.exclude(key_fingerprint="").count() > 0.7 * len(numbers)
    assert sentinel.connections == 0
    assert {request.headers["host"] for request in platform.requests} == {real}
    assert {key for request in platform.sent() for key in request.query["key"]} <= set(platform.conversations)


def test_no_address_in_a_campaign_a_list_or_a_load_is_ever_called(platform: Platform, sentinel: Sentinel) -> None:
    workspace = platform.connect()
    real = urlsplit(platform.origin).netloc
    for number, address in enumerate(addresses(real, sentinel.port, "K")[:: 5 if security.IS_FULL else 20]):
        campaign = {
            "id": f"campaign-{number}",
            "name": "Spring",
            "campaignStatus": "ACTIVE",
            "webhooks": dict.fromkeys(("deliveryResult", "conversationStarted", "incomingMessage", "optOut"), address),
            "notifications": {"conversationEmail": {"replyTo": address, "htmlBody": f"<img src='{address}'>"}},
            "customFields": [{"url": address}],
        }
        platform.campaigns[campaign["id"]] = campaign
        assert post(campaign, event_type=CAMPAIGN_STATUS, origin=address[:180]) == 204
        assert post({"campaignId": campaign["id"], "name": "May", "fileUrl": address}, event_type=LIST_STATUS) == 204

    project_all()
    client = client_for(workspace)
    client.list_campaigns()
    client.get_campaign("campaign-3")

    assert not Delivery.objects.exclude(state=Delivery.State.APPLIED).exists()
    assert sentinel.connections == 0
    assert {request.headers["host"] for request in platform.requests} == {real}


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_catalogue_F2_no_redirect_is_followed(call: Callable[[EngageClient], object], code: int) -> None:
    with Sentinel() as sentinel, FaultyServer(status(code)) as server:
        places = [f"http://127.0.0.1:{sentinel.port}/x?key=K", f"//127.0.0.1:{sentinel.port}/", "/again", "\\\\[::1]/"]
        for place in places:
            server.answer = status(code, b"{}", {"Location": place, "Refresh": f"0; url={place}"})
            with pytest.raises(EngageError):
                call(client_of(server.origin, PATIENT))

        assert sentinel.connections == 0
        assert server.connections == len(places)


def test_catalogue_F18_no_proxy_of_the_environment_is_used(
    platform: Platform, sentinel: Sentinel, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{sentinel.port}")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    platform.add(conversation(1))

    client_of(platform.origin).get_conversation(Secret("key-1"))

    assert sentinel.connections == 0
    assert platform.connections == 1


@pytest.mark.parametrize("option", ["core_origin", "conversation_origin", "widget_origin"])
def test_workspace_is_connected_to_no_address_in_disguise(
    option: str, platform: Platform, sentinel: Sentinel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENGAGE_API_KEY", platform.api_key)
    real = urlsplit(platform.origin).netloc
    # The first three are this machine by its own names: an operator may mean them.
    wrong = [f"{scheme}{host}:{sentinel.port}" for scheme in ("http://", "https://") for host in hosts(real)[3:]]
    wrong += ["http://core.example", f"ftp://{real}", f"//{real}", f"http://{real}/path", f"http://{real}?x", real]
    wrong = [origin for origin in wrong if "LOCALHOST" not in origin]

    for origin in wrong:
        origins = dict.fromkeys(("core_origin", "conversation_origin", "widget_origin"), platform.origin)
        with pytest.raises(CommandError, match=r"\S"):
            call_command("connect_workspace", "Acme", org_id=1, workspace_id=14, **(origins | {option: origin}))

    assert len(wrong) > 70
    assert not Workspace.objects.exists()
    assert (sentinel.connections, platform.connections) == (0, 0)
