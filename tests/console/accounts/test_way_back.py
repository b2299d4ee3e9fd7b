"""Whose session ended while a form was open comes back to the page, never to an address that only takes forms."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from django.test import Client

from tests.factories import make_campaign, make_conversation

pytestmark = pytest.mark.django_db


def way_back(path: str, **headers: str) -> str:
    return Client().post(path, headers=headers).headers["Location"].removeprefix("/sign-in/?next=")


def test_it_is_the_page_that_the_form_stood_on() -> None:
    path = f"/conversations/{make_conversation().id}/replies/"

    page = f"/conversations/{make_conversation().id}/"
    assert way_back(path, referer=f"http://testserver{page}?queue=mine") == f"{page}%3Fqueue%3Dmine"


@pytest.mark.parametrize("referer", ["", "https://elsewhere.example/conversations/1/", "http://testserver{path}"])
def test_without_a_page_of_ours_it_is_the_one_above(referer: str) -> None:
    conversation, campaign = make_conversation(), make_campaign()
    forms = {
        f"/conversations/{conversation.id}/{act}/": f"/conversations/{conversation.id}/"
        for act in ("replies", "disposition", "claim")
    } | {f"/campaigns/{campaign.id}/change-requests/": f"/campaigns/{campaign.id}/"}

    for path, page in forms.items():
        assert way_back(path, referer=referer.format(path=path)) == page


def test_page_that_takes_both_is_its_own_way_back() -> None:
    path = f"/campaigns/{make_campaign().id}/activation/"

    assert way_back(path) == path


@pytest.mark.parametrize("headers", [{}, {"hx-request": "true"}])
def test_form_that_comes_without_any_cookie_leads_to_the_sign_in_and_back(headers: dict[str, str]) -> None:
    page = f"/campaigns/{make_campaign().id}/templates/"
    client = Client(enforce_csrf_checks=True)
    sent = headers | {"referer": f"http://testserver{page}", "hx-current-url": f"http://testserver{page}"}

    answer = client.post(page.replace("templates", "change-requests"), headers=sent)

    where = answer.headers["HX-Redirect" if headers else "Location"]
    assert unquote(where) == f"/sign-in/?next={page}"
