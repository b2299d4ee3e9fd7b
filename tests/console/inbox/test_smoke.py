import pytest
from django.test import Client
from tests.factories import *

@pytest.mark.django_db
def test_pages(client: Client):
    ada = make_user(username="ada")
    c = make_conversation()
    make_message(conversation=c, is_inbound=False, text="ours")
    make_reply(conversation=c, by=ada)
    client.force_login(ada)
    for u in ["/", f"/conversations/{c.id}/", "/password/", "/password/changed/", f"/people/{ada.id}.css"]:
        r = client.get(u)
        assert r.status_code == 200, u
        r = client.get(u, headers={"hx-request": "true"})
        assert r.status_code == 200, u
    client.logout()
    assert client.get("/sign-in/").status_code == 200
