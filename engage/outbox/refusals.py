"""Why a command is not taken. Each message is what the agent reads."""

from __future__ import annotations

from engage.mirror.judging import Doubts
from engage.models import Message
from engage.models.status_words import Meaning, meaning_of


class Refused(Exception):
    """Base of all; nothing was changed."""

    message = "This is not possible."

    def __init__(self, message: str = "") -> None:
        self.message = message or self.message
        super().__init__(self.message)


class BlankText(Refused):
    message = "There is nothing to send."


class TextTooLong(Refused):
    def __init__(self, length: int, longest: int) -> None:
        super().__init__(f"The text has {length:,} characters; at most {longest:,} can be sent.")


class OptedOut(Refused):
    """The number may not be texted; the message says why."""


class InDoubt(Refused):
    """Words of theirs may be an opt-out, and nobody has said whether they are; `doubts` holds them."""

    def __init__(self, doubts: Doubts) -> None:
        if doubts.here:
            newest = " ".join(doubts.here[-1].text.split())
            words = f"{newest[:117]}…" if len(newest) > 120 else newest
            message = f"They wrote “{words}”, which may be an opt-out. Somebody has to say whether it is."
        else:
            names = ", ".join(f"“{str(row.campaign)[:60]}”" for row in doubts.elsewhere[:3])
            message = f"What they wrote in {names} may be an opt-out. Somebody has to say there whether it is."
        super().__init__(message)
        self.doubts = doubts


class OutsideWindow(Refused):
    """It is not the hour to text this lead; the message says when it is."""


class NotConfirmed(Refused):
    """There is no key, or none that the platform accepts."""

    message = "Engage does not know this conversation, so nothing can be sent to it."


class NewerMessage(Refused):
    """More of the lead was heard than whoever acted had seen: `unseen`, in the order of the thread; never empty."""

    message = "They wrote again. Read it first, then send."

    def __init__(self, unseen: list[Message], message: str = "") -> None:
        super().__init__(message)
        self.unseen = unseen

    @property
    def seen_through(self) -> int:
        """What is seen by whoever has read this refusal."""
        return max(text.pk for text in self.unseen)


class UnknownDisposition(Refused):
    def __init__(self, name: str) -> None:
        super().__init__(f"“{name}” is not one of the dispositions of this conversation.")


class KeyTaken(Refused):
    """A key names one command of one person; this one already names another."""

    message = "This form was already used for something else. Reload the page and try again."


class NotPossibleNow(Refused):
    message = "This has moved on in the meantime. Look at it again."


class NotLookedUp(Refused):
    message = "It may have arrived already. It can be released as soon as it was looked up at Engage."


class NotApproved(Refused):
    """Only an approved campaign can be activated; the message says what it is instead."""

    def __init__(self, status: str) -> None:
        super().__init__(
            {
                Meaning.DRAFT: "This campaign is a draft. It can be activated once Engage has approved its messages.",
                Meaning.PENDING: "Engage has not approved this campaign yet. It can be activated after that.",
            }.get(meaning_of(status), f"A campaign that is {status} cannot be activated.")
        )


class NotListed(Refused):
    message = "Engage lists this campaign no longer, so nothing can be asked of it here."


class BadListName(Refused):
    """Nothing, or what no request can carry; the message says which."""

    message = "A list needs a name."


class UnknownTemplate(Refused):
    def __init__(self, name: str) -> None:
        super().__init__(f"“{name}” is not one of the messages of a campaign.")


class BlankTemplate(Refused):
    message = "Engage leaves a message as it is when it is sent a blank one, so it cannot be emptied from here."


class NoDraft(Refused):
    message = "Only a draft with texts waits to be sent for approval."


class NothingToChange(Refused):
    message = "Engage has these texts already."


class TemplateChanged(Refused):
    """The text at the platform is not the one that the edit was written against."""

    message = "The text at Engage changed meanwhile."


class NothingToLoad(Refused):
    message = "There is no file to load. Upload it again."


class AlreadyLoading(Refused):
    message = "This file is being loaded already, or was."


class NoPhone(Refused):
    message = "Nobody can be texted without a phone number: one column or field has to be “Phone”."
