"""A disposition that the platform shows is kept, found again and judged by its whole name."""

from __future__ import annotations

import pytest

from engage.models.disposition_names import kept_name, means_do_not_contact


@pytest.mark.parametrize("name", ["Gone", "x" * 301, "x" * 299 + "\n\n", "\U0001f6ab" * 400])
def test_kept_name_still_means_do_not_contact(name: str) -> None:
    offered = [{"disposition": "x" * 302}, {"disposition": name, "doNotContact": True}]

    assert means_do_not_contact(kept_name(name), offered)
    assert means_do_not_contact(name, offered)
    assert not means_do_not_contact(kept_name("x" * 302), offered)


def test_what_is_no_name_means_nothing() -> None:
    assert not means_do_not_contact("", [{"doNotContact": True}, {"disposition": None, "doNotContact": True}])
