"""The dialects that are tried, what each is about, and what is not understood in them yet."""

from __future__ import annotations

PLAIN, MIXED = "plain", "mixed"

# A workspace that refuses everybody at first has a test of its own.
REFUSING = (
    "refuses-first-401",
    "refuses-first-403",
    "refuses-first-404",
    "refuses-first-503",
    "refuses-first-page",
)

_RECEIPTS = ("empty", "text", "page", "other-json", "202", "204")
_EVERYTHING = (
    PLAIN,
    "events-in-capitals",
    "events-in-snake-case",
    "events-in-camel-case",
    "events-as-registered",
    "events-renamed",
    "event-header-otherwise",
    "event-header-missing",
    "event-only-in-header",
    "unserved-campaigns",
    "dropped-campaign",
    "summaries",
    "pages-content",
    "pages-next",
    "pages-link",
    "numeric-ids",
    "times-in-milliseconds",
    "times-without-zone",
    "numbers-as-text",
    "nulls-in-arrays",
    "objects-for-lists",
    "words-in-lower-case",
    "undocumented-fields",
)
_LEADS = (
    "keywords-hidden",
    "keywords-only-in-events",
    "stop-as-message",
    "start-hidden",
    "stop-only-in-status",
    "status-opted-out",
    "status-stopped",
    "status-unsubscribed",
    "status-blocked",
    "status-dnc",
    "dispositions-by-id",
    "dispositions-in-lower-case",
    "dispositions-in-data",
    "start-reopens",
    "phones-national",
    "phones-with-brackets",
    "phones-both-ways",
    "digits-as-numbers",
    "answers-data-only",
    "answers-bare",
    "answers-in-array",
    "answers-in-unknown-key",
    "other-hosts",
    "key-per-endpoint",
    "key-of-2000-characters",
    "key-with-parameters",
    *(f"replies-answer-{name}" for name in _RECEIPTS),
    "new-message-without-time",
    "new-message-without-id",
    "messages-without-id",
    "message-ids-numeric",
    "pictures",
)
_CAMPAIGNS = (
    "many-campaigns",
    "says-paused",
    "says-inactive",
    "says-stopped",
    "says-completed",
    "says-running",
    "pauses-described",
    "texts-after-approval",
    "blank-update-refused",
    "fields-untold",
    "fields-incomplete",
    "campaigns-wrapped",
    "lists-without-campaign",
    "lists-wrapped",
    "lists-untold",
    *(f"lists-answer-{name}" for name in _RECEIPTS),
)
# What differs from the account that is configured is said.
FOREIGN = ("other-org", "other-workspace")

ABOUT_LEADS = _EVERYTHING + _LEADS
ABOUT_CAMPAIGNS = _EVERYTHING + _CAMPAIGNS
DIALECTS = (*_EVERYTHING, *_LEADS, *_CAMPAIGNS, *REFUSING, *FOREIGN)


def spoken_as(name: str) -> tuple[str, ...]:
    """The names that the sandbox is given: a word of the lead's status tells something where nothing else does."""
    if name == PLAIN:
        return ()
    return (name, "stop-only-in-status") if name.startswith("status-") else (name,)


_LEADS_NOT_YET: dict[str, frozenset[str]] = {}
_CAMPAIGNS_NOT_YET: dict[str, frozenset[str]] = {}
# Understood in some runs and not in others.
UNSETTLED: frozenset[str] = frozenset()

# By story and dialect. Whoever teaches one of these takes it out.
NOT_YET: dict[tuple[str, str], frozenset[str]] = {
    **{("converse", name): gaps for name, gaps in _LEADS_NOT_YET.items()},
    **{("run_campaigns", name): gaps for name, gaps in _CAMPAIGNS_NOT_YET.items()},
}
