from __future__ import annotations

from typing import Any

import pytest

from console.audit.models import AuditEntry
from tests.console.accounts.steps import PASSWORD, code_for, give_app, sign_in_ada
from tests.factories import make_campaign

pytestmark = pytest.mark.django_db


class TestConfirmationToActivate:
    """CONSOLE_REAUTHENTICATE_TO_ACTIVATE."""

    @pytest.fixture(autouse=True)
    def _wanted(self, settings: Any) -> None:
        settings.REAUTHENTICATE_TO_ACTIVATE = True

    def test_page_asks_first_and_goes_on_after(self) -> None:
        client = sign_in_ada(role="Supervisor")
        path = f"/campaigns/{make_campaign(status='READY').id}/activation/"

        asked = [client.get(path), client.post(path)]
        answer = client.post("/security/confirmation/", {"password": PASSWORD, "next": path})

        assert {page.headers["Location"] for page in asked} == {f"/security/confirmation/?next={path}"}
        assert answer.headers["Location"] == path
        assert client.get(path).status_code == 200

    def test_dialog_sends_the_whole_page_and_does_nothing_by_itself_later(self) -> None:
        client = sign_in_ada(role="Supervisor")
        path = f"/campaigns/{make_campaign(status='READY').id}/activation/"

        answer = client.post(path, HTTP_HX_REQUEST="true", HTTP_HX_CURRENT_URL="http://testserver/campaigns/?show=all")
        there = answer.headers["HX-Redirect"]
        back = client.post(there, {"password": PASSWORD})

        assert answer.status_code == 401
        assert there == "/security/confirmation/?next=%2Fcampaigns%2F%3Fshow%3Dall"
        assert back.headers["Location"] == "/campaigns/?show=all"
        assert not AuditEntry.objects.filter(action__contains="activat").exists()

    def test_wrong_password_confirms_nothing_and_is_written_down(self) -> None:
        client = sign_in_ada(role="Supervisor")
        path = f"/campaigns/{make_campaign(status='READY').id}/activation/"

        answer = client.post("/security/confirmation/", {"password": "wrong", "next": path})

        assert answer.status_code == 422
        assert client.get(path).status_code == 302
        assert AuditEntry.objects.get(action="gave a wrong password").by is not None

    def test_code_confirms_as_well(self) -> None:
        client = sign_in_ada(role="Supervisor")
        secret = give_app(client.get("/security/").context["user"])
        path = f"/campaigns/{make_campaign(status='READY').id}/activation/"

        client.post("/security/confirmation/code/", {"code": code_for(secret), "next": path})

        assert client.get(path).status_code == 200

    def test_pausing_never_waits_for_a_password(self) -> None:
        client = sign_in_ada(role="Supervisor")

        assert client.get(f"/campaigns/{make_campaign().id}/pause/").status_code == 200


def test_activating_asks_for_no_password_by_default() -> None:
    client = sign_in_ada(role="Supervisor")

    assert client.get(f"/campaigns/{make_campaign(status='READY').id}/activation/").status_code == 200
