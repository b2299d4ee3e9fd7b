import os, re, selectors, socket, threading, time, random, statistics
from datetime import timedelta
import pytest
from django.db import transaction, connection
from engage.models import Change, Conversation
from tests.console.live.web import Web
from tests.console.live.reader import sign_in, cookie_of
from tests.factories import *
N=int(os.environ.get("N","200")); RATE=float(os.environ.get("RATE","20")); SECS=float(os.environ.get("SECS","15"))
@pytest.mark.django_db(transaction=True)
def test_load():
    Change.objects.create()
    users=[make_user(username=f"u{i}") for i in range(20)]
    camp=make_campaign()
    convs=[make_conversation(campaign=camp, waiting=timedelta(minutes=i%60+1)) for i in range(300)]
    web=Web(threads=N+50)
    cookies=[cookie_of(sign_in(u)) for u in users]
    sel=selectors.DefaultSelector(); lat=[]; got={}
    socks=[]
    t0=time.time()
    for i in range(N):
        s=socket.create_connection(("127.0.0.1",web.port)); 
        s.sendall(f"GET /live/stream/?queue=needs-reply&conversation={convs[i%300].pk} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookies[i%20]}\r\n\r\n".encode())
        s.setblocking(False); sel.register(s, selectors.EVENT_READ, i); got[i]=set(); socks.append(s)
    stop=False; buf=[b""]*N; bytes_=[0]
    pat=re.compile(rb"row-text\" dir=\"auto\">T(\d+)-([\d.]+)<")
    def read():
        while not stop:
            for k,_ in sel.select(0.2):
                try: d=k.fileobj.recv(262144)
                except BlockingIOError: continue
                bytes_[0]+=len(d); i=k.data; b=buf[i]+d; now=time.time(); last=0
                for m in pat.finditer(b):
                    n=int(m[1]); last=m.end()
                    if n not in got[i]:
                        got[i].add(n); lat.append(now-float(m[2]))
                buf[i]=b[max(last,len(b)-200):]
    th=threading.Thread(target=read); th.start()
    time.sleep(4)
    pid=web.worker_pid()
    cpu=lambda: sum(map(int,open(f"/proc/{pid}/stat").read().rsplit(")",1)[1].split()[11:13]))/100
    c0=cpu(); w0=time.time(); n=0
    while time.time()-w0<SECS:
        c=random.choice(convs)
        with transaction.atomic():
            Conversation.objects.filter(id=c.pk).update(last_message_text=f"T{n}-{time.time():.4f}")
            Change.record_conversations([(c.pk,camp.pk)])
        n+=1
        time.sleep(max(0,w0+n/RATE-time.time()))
    c1=cpu(); time.sleep(1.5); stop=True; th.join()
    lat.sort()
    print(f"N={N} events={n} delivered={len(lat)} of {n*N} p50={lat[len(lat)//2]*1000:.0f} p99={lat[int(len(lat)*.99)]*1000:.0f} max={lat[-1]*1000:.0f} ms cpu={(c1-c0)/SECS:.2f} MB={bytes_[0]/1e6:.0f}", open(f"/proc/{pid}/status").read().split("VmRSS:")[1].split("\n")[0].strip())
    for s in socks: s.close()
    web.stop()
