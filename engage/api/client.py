"""The calls of the documented API, one method each.

Every method raises the errors of `engage.api.errors` and nothing else. Ask of a failed POST only this: Unknown means
the platform may have acted; every other error means it did not.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from engage.api import access, routes
from engage.api.access import Place
from engage.api.answers import (
    LeftOut,
    Page,
    check_not_rejected,
    read_asked_campaign,
    read_campaign,
    read_campaign_or_list,
    read_campaigns,
    read_conversation,
    read_lead_load,
    read_message_id,
)
from engage.api.origins import DEFAULT_TIMEOUTS, LIST_TIMEOUTS, UPLOAD_TIMEOUTS, Origins, Timeouts
from engage.api.pages import LONGEST_S, MOST_PAGES, Next, Partial, find_next
from engage.api.transport import Answer, Call, exchange
from engage.api.upload import Upload
from engage.api.wire import (
    Campaign,
    CampaignList,
    CampaignMessages,
    ConversationPayload,
    LeadField,
    LeadLoadResult,
    ListLoad,
)
from engage.vault import Secret


@dataclass(frozen=True)
class Accepted:
    """A 2xx to a conversation call or an upload: accepted, its effect not yet seen.

    `remote_id` is the message's, and only when the answer names it.
    """

    status: int
    remote_id: str | None = None


class EngageClient:
    """One workspace's door to the platform. Holds no connection and no state: any number of threads may share it."""

    def __init__(
        self,
        origins: Origins,
        api_key: Secret,
        *,
        timeouts: Timeouts = DEFAULT_TIMEOUTS,
        tls: ssl.SSLContext | None = None,
        before_call: Callable[[], None] = lambda: None,
        sign_of_life: Callable[[], None] = lambda: None,
    ) -> None:
        """`tls` replaces the public certificate authorities, for a platform behind a private one.

        `before_call` is called before every wait for the platform, `sign_of_life` after every good answer about a
        conversation.
        """
        self.origins = origins
        self.timeouts = timeouts
        self._api_key = api_key
        self._tls = tls
        self._before_call = before_call
        self._sign_of_life = sign_of_life

    def __repr__(self) -> str:
        return f"EngageClient({self.origins.core})"

    # Campaigns and lists: X-API-KEY, guide "Campaign and List Management".

    def list_campaigns(self) -> list[Campaign]:
        """Guide "Retrieve Campaign List". A campaign's absence proves nothing: the list may be one page of several."""
        return [said for said in self.each_campaign() if isinstance(said, Campaign)]

    def each_campaign(self) -> Iterator[Campaign | LeftOut | Partial]:
        """As `list_campaigns`, one by one, so that a long list is never in memory whole; Partial ends one cut short.

        A list in pages is followed as far as it is understood. Raises once it has begun when what comes then is not
        JSON.
        """
        began, read, seen, query = time.monotonic(), 0, set[str](), ""
        for place in range(MOST_PAGES):
            page, fresh = Page(self._call_list(query)), list[str]()
            for said in read_campaigns(page):
                # A page that is shown again says nothing new.
                if said.id not in seen:
                    fresh.append(said.id)
                    yield said
            seen |= {*fresh} - {""}
            read += page.count
            following = find_next(
                page.around,
                self.origins.core,
                place=place,
                items=page.count,
                read=read,
                headers=page.answer.headers,
            )
            if following.query and not fresh:
                following = Next(doubt="shows the same page again")
            if following.query and time.monotonic() - began > LONGEST_S:
                following = Next(doubt="takes too long")
            if not following.query:
                break
            query = following.query
        else:
            following = Next(doubt=f"has more than {MOST_PAGES} pages")
        if following.doubt:
            yield Partial(following.doubt)

    def _call_list(self, query: str) -> Answer:
        timeouts = Timeouts(
            connect=self.timeouts.connect,
            read=self.timeouts.read * LIST_TIMEOUTS.read / DEFAULT_TIMEOUTS.read,
            total=self.timeouts.total * LIST_TIMEOUTS.total / DEFAULT_TIMEOUTS.total,
        )
        path = f"{routes.LIST_CAMPAIGNS.path}?{query}" if query else routes.LIST_CAMPAIGNS.path
        return self._call_core(routes.LIST_CAMPAIGNS, path, timeouts=timeouts)

    def get_campaign(self, campaign_id: str) -> Campaign:
        """Guide "Retrieve Single Campaign"."""
        return read_asked_campaign(self._call_campaign(routes.GET_CAMPAIGN, campaign_id))

    def update_messages(self, campaign_id: str, messages: CampaignMessages) -> Campaign:
        """Guide "Update Campaign Messaging (and request approval)": blank fields stay as they are."""
        filled = {
            "outgoingMessage": messages.outgoing_message or "",
            "responseMessage": messages.response_message or "",
            "helpMessage": messages.help_message or "",
            "stopMessage": messages.stop_message or "",
            "startMessage": messages.start_message or "",
        }
        return read_campaign(self._call_campaign(routes.UPDATE_MESSAGES, campaign_id, json=filled))

    def activate_campaign(self, campaign_id: str) -> Campaign:
        """Guide "Activate Campaign"."""
        return read_campaign(self._call_campaign(routes.ACTIVATE_CAMPAIGN, campaign_id))

    def pause_campaign(self, campaign_id: str) -> Campaign:
        """Guide "Pause Campaign"."""
        return read_campaign(self._call_campaign(routes.PAUSE_CAMPAIGN, campaign_id))

    def activate_list(self, campaign_id: str, list_name: str) -> Campaign | CampaignList | Accepted:
        """Guide "Active Lead List (by Name)": the name verbatim, as a query parameter; either object may answer.

        What is answered is not documented: any complete 2xx is accepted.
        """
        return self._switch_list(routes.ACTIVATE_LIST, campaign_id, list_name)

    def pause_list(self, campaign_id: str, list_name: str) -> Campaign | CampaignList | Accepted:
        """Guide "Pause Lead List (by Name)": as `activate_list`."""
        return self._switch_list(routes.PAUSE_LIST, campaign_id, list_name)

    def load_list(
        self,
        campaign_id: str,
        *,
        file_name: str,
        rows: BinaryIO,
        request: ListLoad,
        timeouts: Timeouts = UPLOAD_TIMEOUTS,
    ) -> Accepted:
        """Guide "Bulk List Upload": the open file from its first byte, whatever its size.

        What is answered is not documented: any 2xx is accepted, unless its body says Rejected. The fate of the rows
        is posted to the `webhook_url` later.
        """
        fields = {"campaignId": routes.checked_id(campaign_id), "processRequest": request.as_json()}
        private = (self._api_key, Secret(request.webhook_url or ""))
        upload = Upload(fields=fields, file_name=file_name, file=rows)
        answer = self._call_core(
            routes.LOAD_LIST, routes.LOAD_LIST.path, upload=upload, private=private, timeouts=timeouts
        )
        check_not_rejected(answer, private)
        return Accepted(status=answer.status)

    def load_lead(
        self, campaign_id: str, *, list_name: str, de_dupe: bool, fields: tuple[LeadField, ...]
    ) -> LeadLoadResult:
        """Guide "Load Single Lead": into the list of that name, made when there is none; answered at once.

        With `de_dupe` a phone that is already there is Rejected: a result, not an error.
        """
        lead = {
            "campaignId": routes.checked_id(campaign_id),
            "listName": list_name,
            "deDupe": de_dupe,
            "fields": [field.as_wire() for field in fields],
        }
        private = tuple(Secret(field.value) for field in fields)
        return read_lead_load(self._call_core(routes.LOAD_LEAD, routes.LOAD_LEAD.path, json=lead, private=private))

    # Conversations: the conversation's own key and never X-API-KEY, guide "Interacting with the Conversation".

    def get_conversation(self, key: Secret) -> ConversationPayload:
        """Guide "Conversation Endpoint": all messages and the present state of the lead."""
        answer = self._call_conversation(routes.GET_CONVERSATION, key, Place.CONVERSATION)
        payload = read_conversation(answer, most_objects=routes.GET_CONVERSATION.most_objects)
        self._sign_of_life()
        return payload

    def send_message(self, key: Secret, text: str) -> Accepted:
        """Guide "Send Message Endpoint": one form field, `message`."""
        answer = self._call_conversation(routes.SEND_MESSAGE, key, Place.SEND, form={"message": text}, text=text)
        return Accepted(status=answer.status, remote_id=read_message_id(answer, text))

    def choose_disposition(self, key: Secret, name: str) -> Accepted:
        """Guide "Disposition Endpoint": one form field, `disposition`, the disposition's name (reading 11)."""
        answer = self._call_conversation(routes.CHOOSE_DISPOSITION, key, Place.DISPOSITION, form={"disposition": name})
        return Accepted(status=answer.status)

    def widget_url(self, key: Secret) -> Secret:
        """Guide "Embeddable Widget": the address of the iframe. It holds the key, so it is a secret as well."""
        return Secret(f"{self.origins.widget}{routes.WIDGET_PATH}?{access.query_for(key, Place.WIDGET).reveal()}")

    def _switch_list(self, route: routes.Route, campaign_id: str, list_name: str) -> Campaign | CampaignList | Accepted:
        answer = self._call_campaign(route, campaign_id, list_name=list_name)
        return read_campaign_or_list(answer, list_name) or Accepted(status=answer.status)

    def _call_campaign(
        self,
        route: routes.Route,
        campaign_id: str,
        *,
        json: dict[str, str] | None = None,
        list_name: str | None = None,
    ) -> Answer:
        path = routes.campaign_path(route, campaign_id)
        if list_name is not None:
            path = f"{path}?listName={routes.quoted(list_name)}"
        return self._call_core(route, path, json=json)

    def _call_core(
        self,
        route: routes.Route,
        path: str,
        *,
        json: Mapping[str, object] | None = None,
        upload: Upload | None = None,
        private: tuple[Secret, ...] = (),
        timeouts: Timeouts | None = None,
    ) -> Answer:
        call = Call(
            method=route.method,
            origin=self.origins.core,
            path=path,
            json=json,
            upload=upload,
            api_key=self._api_key,
            limit=route.limit,
            private=(self._api_key, *private),
        )
        self._before_call()
        return exchange(call, timeouts or self.timeouts, self._tls)

    def _call_conversation(
        self, route: routes.Route, key: Secret, place: Place, *, form: dict[str, str] | None = None, text: str = ""
    ) -> Answer:
        call = Call(
            method=route.method,
            origin=self.origins.conversation,
            path=route.path,
            form=form,
            query=access.query_for(key, place),
            limit=route.limit,
            private=(self._api_key, *access.secrets_in(key), Secret(text)),
        )
        self._before_call()
        return exchange(call, self.timeouts, self._tls)
