"""What is done to people's accounts; each of it stands in the audit trail."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from console.accounts.models import Session
from console.accounts.sessions import name_of
from console.audit import trail

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# Rooms above this one, which let go what somebody may not work any more: called with the person, and who did it.
LETTING_GO: list[Callable[[User, User], object]] = []


@transaction.atomic
def end_sessions(*, person: User, by: User, keep: str = "") -> int:
    """Everywhere at once, but for the session with the key to keep; open streams notice within half a minute."""
    count, _ = Session.objects.of(person).exclude(session_key=name_of(keep)).delete()
    trail.record(by=by, action="ended sessions", subject=person.get_username(), after={"sessions": count})
    return count


@transaction.atomic
def reset_second_factors(*, person: User, by: User) -> int:
    """Take away app, passkeys and recovery codes; whoever holds what was lost is signed out with it."""
    found = Authenticator.objects.filter(user=person)
    before = sorted(found.values_list("type", flat=True))
    found.delete()
    trail.record(by=by, action="reset second factors", subject=person.get_username(), before={"types": before})
    end_sessions(person=person, by=by)
    return len(before)


@transaction.atomic
def forget_single_sign_on(*, person: User, by: User) -> int:
    """Untie the account from whoever came in by it elsewhere, who is signed out with it."""
    found = SocialAccount.objects.filter(user=person)
    before = sorted(found.values_list("uid", flat=True))
    found.delete()
    trail.record(by=by, action="forgot single sign-on", subject=person.get_username(), before={"ids": before})
    end_sessions(person=person, by=by)
    return len(before)


@transaction.atomic
def note_password_change(*, person: User, by: User, keep: str = "") -> None:
    """After the password was changed: it is written down, and whoever came in with the old one is out."""
    trail.record(by=by, action="changed password", subject=person.get_username())
    end_sessions(person=person, by=by, keep=keep)


@transaction.atomic
def note_switched_off(*, person: User, by: User) -> None:
    """After the account was switched off; switching it on again brings no old session back."""
    trail.record(by=by, action="switched off account", subject=person.get_username())
    end_sessions(person=person, by=by)
    note_reach_changed(person=person, by=by)


@transaction.atomic
def note_reach_changed(*, person: User, by: User) -> None:
    """After what they may see or do became less, perhaps: what they cannot work any more, they let go."""
    for let_go in LETTING_GO:
        let_go(person, by)
