#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# addresses.sh - hosts with many addresses: every one is served, those of eth0 are found behind hundreds of
# others, home first, and where descriptors are short the wildcard socket answers for the rest.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need python3 ip ss prlimit
ntpd=$top_builddir/ntpd
ntpstat=$top_builddir/ntpstat
common=('server 127.127.1.0' 'tos orphanwait 1' 'restrict default')

# Asks every address of a list once, in portions; prints how many answer, and the first that does not.
cat >"$work/ask.py" <<'END_PY'
import select, socket, sys, time
todo = open(sys.argv[1]).read().split()
silent = set(todo)
for family, kind in ((socket.AF_INET, "."), (socket.AF_INET6, ":")):
    s = socket.socket(family, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    mine = [a for a in todo if kind in a]
    for again in range(3):
        for i, a in enumerate([a for a in mine if a in silent]):
            s.sendto(b"\x23" + 46 * b"\0" + b"\x01", (a, 123))
            while select.select([s], [], [], 0 if i % 50 else 0.02)[0]:
                silent.discard(s.recvfrom(1024)[1][0])
        end = time.monotonic() + 2
        while silent & set(mine) and time.monotonic() < end:
            if select.select([s], [], [], 0.1)[0]:
                silent.discard(s.recvfrom(1024)[1][0])
print(len(todo) - len(silent), "of", len(todo), min(silent, default=""))
END_PY
answers() { in_ns "$1" python3 "$work/ask.py" "$work/$2"; }
# addresses FILE PREFIX FROM N: addresses below a /16, and the lines that put them on lo.
addresses() {
	seq 0 $(($4 - 1)) | awk -v p="$2" -v f="$3" '{ print p "." f + int($1 / 250) "." 1 + $1 % 250 }' >>"$work/$1"
}
add_to_lo() { # X FILE
	sed 's/.*/address add &\/32 dev lo/' "$work/$2" | ip -n "$(ns_name "$1")" -batch - || fail "addresses on lo"
}
sockets() { in_ns "$1" ss -unlH | awk '$4 ~ /:123$/' | wc -l; }

# --- rules behind 260 addresses -------------------------------------------------------
ns_new server client
ns_join server client
printf '%s\n' "${common[@]}" >"$work/s.conf"
start server server "$ntpd" -n -c "$work/s.conf"
addresses few 10.1 0 260
add_to_lo client few
printf '%s\n' 'restrict default' 'server 192.0.2.1 iburst minpoll 4' 'interface ignore all' \
	'interface listen eth0' >"$work/c.conf"
start client client "$ntpd" -n -c "$work/c.conf"
try "eth0 is found behind 260 addresses" wait_log 5 client 'Listen normally on [0-9]+ eth0 192\.0\.2\.2:123'
try "it has the time from there" wait_until 20 in_ns client "$ntpstat"
stop client

# --- 5,000 addresses, 1,000 interfaces -------------------------------------------------
ns_new big
{
	seq 1 500 | sed 's/.*/link add d& type veth peer name e&/'
	seq 1 1000 | awk '{ print "address add 10.200." int($1 / 250) "." 1 + $1 % 250 "/32 dev " \
		($1 <= 500 ? "d" $1 : "e" $1 - 500) }'
	seq 1 500 | sed 's/.*/link set d& up\nlink set e& up/'
} >"$work/links"
ip -n "$(ns_name big)" -batch "$work/links" || fail "a thousand interfaces"
addresses many 10.2 0 4000
add_to_lo big many
seq 1 1000 | awk '{ print "10.200." int($1 / 250) "." 1 + $1 % 250 }' >>"$work/many"
printf '%s\n' 127.0.0.1 ::1 >>"$work/many"
printf '%s\n' "${common[@]}" >"$work/b.conf"
start big big "$ntpd" -n -c "$work/b.conf" # the soft limit is 1024 in most shells
try "it is up with 5,000 addresses on 1,001 interfaces" wait_until 30 in_ns big "$ntpstat"
is "$(answers big many)" "5002 of 5002 " "each of them answers"
ok "$([ "$(sockets big)" -ge 5002 ]; echo $?)" "from a socket of its own"
unlike "$(cat "$work/big.log")" 'Too many open files|no socket of their own' "nothing is short"
like "$(grep -m 3 'Listen' "$work/big.log" | tail -1)" '127\.0\.0\.1|\[::1\]' "home comes first"

# 1,200 more while it runs: nothing that is open is closed.
addresses more 10.3 0 1200
add_to_lo big more
try "it finds 1,200 more" wait_log 20 big 'Listen normally on [0-9]+ lo 10\.3\.4\.200:123'
is "$(answers big more)" "1200 of 1200 " "each of them answers"
unlike "$(cat "$work/big.log")" 'Deleting interface' "no working socket was closed"
is "$(in_ns big "$top_builddir/ntpq" -c 'mrulist laddr=10.3.4.200' 2>&1 | grep -c '10\.3\.4\.200')" 1 \
	"the table of clients tells the sockets beyond the 256th apart"
stop big

# --- descriptors for 150 ----------------------------------------------------------------
start short big prlimit --nofile=200:200 setpriv --bounding-set -sys_time,-sys_resource \
	"$ntpd" -n -c "$work/b.conf"
try "it is up with 200 descriptors" wait_until 30 in_ns big "$ntpstat"
is "$(answers big many)" "5002 of 5002 " "the wildcard socket answers for the rest"
like "$(cat "$work/short.log")" '[0-9]+ of [0-9]+ addresses have no socket of their own.*the wildcard socket answers on them.*LimitNOFILE=' \
	"it says so, and what to do"
is "$(grep -c 'no socket of their own' "$work/short.log")" 1 "once"
like "$(in_ns big ss -unlH)" '127\.0\.0\.1:123 ' "home has its own"
ok "$([ "$(find "/proc/${daemon_pid[short]}/fd" | wc -l)" -lt 165 ]; echo $?)" "descriptors are left for servers and files"
stop short

# What rules ignore stays unanswered there.
{ printf '%s\n' "${common[@]}"; echo 'interface ignore 10.2.0.0/24'; } >"$work/i.conf"
start short big prlimit --nofile=200:200 setpriv --bounding-set -sys_time,-sys_resource \
	"$ntpd" -n -c "$work/i.conf"
try "with a rule" wait_until 30 in_ns big "$ntpstat"
printf '%s\n' 10.2.0.7 127.0.0.1 >"$work/ignored"
is "$(answers big ignored)" "1 of 2 10.2.0.7" "the wildcard keeps to the rules"
stop short
test_end
