#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# exporter.sh - ntp-exporter beside a daemon of ours: what a scrape has, and costs; restarts of both;
# who is refused; connections that drip, and too many of them; what it is confined to; the socket
# that a service manager hands over.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/interop/peers.sh
. "$top_srcdir/tests/interop/peers.sh"
need curl python3
exporter=$top_builddir/ntp-exporter
address=127.0.0.1:10123
openmetrics="$top_srcdir/tests/system/openmetrics.py"

# Below /tmp: it becomes another user, who may not enter our folder.
state=$(mktemp -d /tmp/exporter.XXXXXX)
chown nobody "$state"
trap 'rm -rf "$state"; test_end' EXIT

# get PATH [WORD...]: what curl has of it.
get() {
	local path=$1
	shift
	in_ns a curl -s -m 5 "$@" "http://$address$path"
}
# value NAME: of a metric, or of the sample that NAME begins.
value() { get /metrics | awk -v name="$1" 'index($0, name) == 1 { print $NF; exit }'; }
# begin, end_it: the exporter, until it has heard the daemon; one that was silent at first is asked
# again after five seconds.
is_up() { [ "$(value ntp_up)" = 1 ]; }
begin() {
	start exporter a "$exporter" -s "$state"
	wait_until 20 is_up
}
end_it() {
	kill "${daemon_pid[exporter]}"
	wait "${daemon_pid[exporter]}"
}
# grown NAME FROM: true when a counter is beyond what it was.
grown() { awk -v a="$2" -v b="$(value "$1")" 'BEGIN { exit !(b > a) }'; }

ns_new a
{
	printf 'server 127.0.0.%d iburst minpoll 3\n' {11..20}
	echo 'restrict default'
} >"$work/a.conf"
cat >"$work/manager.py" <<'end'
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print("listens", flush=True)
while True:
    for line in s.recv(4096).decode().split("\n"):
        if line.startswith("STATUS="):
            print(line[7:], flush=True)
end
start manager a python3 "$work/manager.py" "$work/manager"
wait_log 10 manager listens
daemon() { NOTIFY_SOCKET=$work/manager start ntpd a "$top_builddir/ntpd" -n -c "$work/a.conf"; }
daemon
begin
ok $? "it starts"

# --- what a scrape has ---------------------------------------------------------------

get /metrics >"$work/prom"
get /metrics -H 'Accept: application/openmetrics-text' -D "$work/head" >"$work/open"
like "$(cat "$work/head")" '^Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8' \
	"OpenMetrics is named as such"
try "it is OpenMetrics to the letter" python3 "$openmetrics" "$work/open"
printf '# TYPE a counter\na 1\n# EOF\n' >"$work/wrong"
try "a checker that would not see a fault is none" bash -c "! python3 '$openmetrics' '$work/wrong'"
is "$(grep -c '^ntp_source_state{.*state="system-peer"} ' "$work/prom")" 10 "ten sources have a state"
like "$(cat "$work/prom")" '^ntp_up 1$' "the daemon is up"
unlike "$(cat "$work/prom")" '(nan|inf)$' "what is unknown is not told"
is "$(get /healthz -o "$work/health" -w '%{http_code}')" 503 "a clock without sources is not healthy"
like "$(cat "$work/health")" '^Starting: not yet synchronised: ' "and why is said"

# The service manager is told the same, and what is wrong beside it.
same() { [ "$(tail -n 1 "$work/manager.log")" = "$(get /healthz) The clock is not controlled." ]; }
try "the status of the unit is that sentence" wait_until 20 same ||
	note "$(tail -n 1 "$work/manager.log") / $(get /healthz)"

# --- what it costs -------------------------------------------------------------------

cpu_ns() { cut -d ' ' -f 1 "/proc/${daemon_pid[ntpd]}/schedstat"; }
# In pairs, so that what the daemon does anyway is taken off.
idle=0 asked=0
for _ in 1 2 3 4 5; do
	from=$(cpu_ns)
	sleep 1.1
	middle=$(cpu_ns)
	get /metrics >/dev/null
	sleep 1.1
	to=$(cpu_ns)
	idle=$((idle + middle - from))
	asked=$((asked + to - middle))
done
each=$(((asked - idle) / 5))
note "a scrape costs the daemon $((each / 1000)) us, with ten sources"
from=$(value ntp_control_requests_total)
sleep 1.1
to=$(value ntp_control_requests_total)
one=$((to - from))
note "and is $one requests"
[ "$one" -le 20 ]
ok $? "a scrape is no more requests than there are lists and sources"
from=$to
began=$SECONDS
for _ in {1..50}; do
	get /metrics >/dev/null
done
sleep 1.1
to=$(value ntp_control_requests_total)
[ $((to - from)) -le $((one * (SECONDS - began + 2))) ]
ok $? "fifty scrapes at once are one question a second" || note "$from to $to"
kib=$(awk '/^VmRSS/ { print $2 }' "/proc/${daemon_pid[exporter]}/status")
note "resident: $kib KiB"
[ "$kib" -lt 15000 ]
ok $? "it is small"

# --- counters ------------------------------------------------------------------------

total=$(value ntp_control_requests_total)
in_ns a "$top_builddir/ntpq" -c rv >/dev/null
kill "${daemon_pid[ntpd]}"
wait "${daemon_pid[ntpd]}"
sleep 1.1
is "$(value ntp_up)" 0 "a daemon that is gone is down"
is "$(get /healthz -o /dev/null -w '%{http_code}')" 503 "and it is not healthy"
daemon
wait_until 15 grown ntp_control_requests_total "$total"
ok $? "its counters go on from where they were after a restart"
total=$(value ntp_control_requests_total)
end_it
is $? 0 "it ends when it is told to"
like "$(cat "$state/counters")" '^[0-9.]+ [0-9.]+ [0-9.]+ control_requests$' "and keeps its counters"
begin
wait_until 5 grown ntp_control_requests_total "$total"
ok $? "which go on after its own restart"

# --- who is refused ------------------------------------------------------------------

is "$(get /metrics -H 'Host: evil.example' -o /dev/null -w '%{http_code}')" 403 "a foreign name is refused"
is "$(get /metrics -H 'Host: localhost' -o /dev/null -w '%{http_code}')" 200 "localhost is none"
is "$(get /nothing -o /dev/null -w '%{http_code}')" 404 "what is not there is not found"
is "$(get /metrics -I -o /dev/null -w '%{http_code}')" 200 "HEAD is answered"
like "$(get /metrics -d a=b -o /dev/null -w '%{http_code}')" '^(405|413|501)$' "POST is refused"
like "$(get /metrics -X DELETE -o /dev/null -w '%{http_code}')" '^(405|501)$' "DELETE as well"
long=$(head -c 65536 /dev/zero | tr '\0' x)
like "$(get /metrics -H "X: $long" -o /dev/null -w '%{http_code}')" '^(400|413|000)$' \
	"a header of 64 KiB is refused"

# --- connections ---------------------------------------------------------------------

cat >"$work/drip.py" <<'end'
import select, socket, sys, time
# A hundred that say nothing, and one that drips; who is let in after them, and when they ended.
begin = time.monotonic()
idle = []
for i in range(100):
    s = socket.socket()
    s.setblocking(False)
    s.connect_ex(("127.0.0.1", 10123))
    idle.append(s)
drip = idle[0]
ended = None
answered = None
asks = socket.create_connection(("127.0.0.1", 10123))
asks.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
asks.setblocking(False)
while time.monotonic() - begin < 60 and (ended is None or answered is None):
    if ended is None:
        try:
            drip.send(b"G" if time.monotonic() - begin < 1 else b"x")
            if drip.recv(1) == b"":
                ended = time.monotonic() - begin
        except BlockingIOError:
            pass
        except OSError:
            ended = time.monotonic() - begin
    if answered is None and select.select([asks], [], [], 0)[0]:
        answered = asks.recv(15).decode()
    time.sleep(0.5)
print("%s %s" % ("no end" if ended is None else "ended" if ended < 14 else "late", answered))
end
is "$(in_ns a python3 "$work/drip.py")" "ended HTTP/1.1 200 OK" \
	"who drips is ended, and a hundred silent ones keep nobody out for long"
is "$(get /metrics -o /dev/null -w '%{http_code}')" 200 "then all is as before"

# --- confined ------------------------------------------------------------------------

status=$(cat "/proc/${daemon_pid[exporter]}/status")
like "$status" '^Uid:	65534	65534	65534	65534$' "it is nobody"
like "$status" '^CapEff:	0000000000000000$' "without capabilities"
like "$status" '^NoNewPrivs:	1$' "and gets none"
like "$status" '^Seccomp:	2$' "behind a filter of system calls"
end_it

# --- sockets handed over -------------------------------------------------------------

cat >"$work/hand.py" <<'end'
import os, socket, sys
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("127.0.0.1", 10199))
s.listen()
os.dup2(s.fileno(), 3)
os.set_inheritable(3, True)
os.environ["LISTEN_FDS"] = "1"
os.environ["LISTEN_PID"] = str(os.getpid())
os.execv(sys.argv[1], sys.argv[1:])
end
start handed a python3 "$work/hand.py" "$exporter" -s "$state"
address=127.0.0.1:10199
wait_until 10 get /metrics -f
ok $? "a socket of the service manager is taken"
is "$(in_ns a curl -s -m 2 -o /dev/null -w '%{http_code}' http://127.0.0.1:10123/)" 000 "and then no other is opened"
for words in '-l nonsense' '-l 127.0.0.1:99999' '-x' 'word'; do
	status=0
	# shellcheck disable=SC2086 # words
	"$exporter" $words >/dev/null 2>&1 || status=$?
	is "$status" 2 "$words is wrong use"
done
