from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.factories import make_campaign


@pytest.mark.django_db
def test_x(sue_client: Client) -> None:
    campaign = make_campaign()
    print(sue_client.get(f"/campaigns/{campaign.id}/lists/").content.decode()[-2500:])
