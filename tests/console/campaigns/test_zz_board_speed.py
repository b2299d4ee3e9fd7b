import time, random, cProfile, pstats
import pytest
from django.test import Client
from django.utils import timezone
from console.campaigns.numbers import count_campaigns
from console.campaigns.board import load_rows
from console.accounts.scope import Scope
from console.live.partials import render
from engage.models import Lead, Conversation
from tests.console.campaigns.described import make_described
from tests.factories import make_user, make_workspace
pytestmark = pytest.mark.django_db
def test_speed():
    camps=[make_described(name=f"Campaign {n}") for n in range(100)]
    for c in camps:
        leads=Lead.objects.bulk_create([Lead(workspace_id=c.workspace_id,campaign=c,remote_id=f"l{c.id}-{i}",phone=f"+1{i}") for i in range(1000)])
        Conversation.objects.bulk_create([Conversation(workspace_id=c.workspace_id,campaign=c,lead=l,status=random.choice(["open","closed","closed","opted_out"]),disposition=random.choice(["","SALE","CALL BACK"]),waiting_since=random.choice([None]*20+[timezone.now()]),sealed_key=b"x"*150,dispositions=[{"a":"b"*100}]*3) for l in leads])
    for _ in range(3):
        t=time.perf_counter(); count_campaigns([c.id for c in camps]); print("count", time.perf_counter()-t)
        t=time.perf_counter(); rows=load_rows(Scope(None),timezone.now()); print("load", time.perf_counter()-t)
        t=time.perf_counter(); [render("campaigns/_row.html",{"row":r}) for r in rows.values()]; print("render 100", time.perf_counter()-t)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    with CaptureQueriesContext(connection) as q: load_rows(Scope(None),timezone.now())
    for x in q: print(x["time"], x["sql"][:90], x["sql"][-160:])
    p=cProfile.Profile(); p.enable(); [render("campaigns/_row.html",{"row":r}) for r in rows.values()]; p.disable(); pstats.Stats(p).sort_stats("cumtime").print_stats(25)
