"""B3: from the moment a webhook is posted until its text is on every page that has the queue open."""

from __future__ import annotations

from urllib.parse import urlencode

from bench.figures import Figures
from bench.pages import MARK, open_pages
from bench.payloads import HEADERS, new_message, started
from bench.posting import Post, post_steadily
from bench.processes import web_server, worker
from bench.rows import WEBHOOK_PATH, empty_tables, make_workspace, project_confirmed, sign_in_agents
from bench.sizes import Sizes

# Conversations take turns, and each turn takes ten seconds: no text hides behind a newer one of its conversation.
_TURN_SECONDS = 10
_WARM_UP_SECONDS = 2


def measure(sizes: Sizes) -> Figures:
    empty_tables()
    conversations = sizes.deliveries_per_second * _TURN_SECONDS
    project_confirmed(make_workspace(), [started(lead) for lead in range(1, conversations + 1)])
    cookies = sign_in_agents(sizes.pages)
    count = sizes.deliveries_per_second * sizes.watched_seconds
    warm_up = sizes.deliveries_per_second * _WARM_UP_SECONDS
    # The first texts warm the ring up; they carry no number.
    posts = [_post(1 + number % conversations, number, number - warm_up) for number in range(warm_up + count)]
    path = f"/live/stream/?{urlencode({'queue': 'needs-reply'})}"
    with web_server() as web, worker(), open_pages(web.port, path, cookies, count) as pages:
        due = post_steadily(web.port, posts, per_second=sizes.deliveries_per_second)[warm_up:]
        megabytes, streams = web.megabytes(), web.count_connections()
        figures = pages.judge(due)
    return {
        **figures,
        "rss_mb": round(sum(megabytes), 1),
        "rss_largest_mb": max(megabytes),
        "most_streams": max(streams),
    }


def _post(lead: int, number: int, marked: int) -> Post:
    mark = f"{MARK}{marked}{MARK}" if marked >= 0 else "Again"
    return Post(WEBHOOK_PATH, new_message(lead, number, f"{mark}: when can somebody call me about the offer?"), HEADERS)
