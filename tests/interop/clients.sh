#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# clients.sh - a daemon with a large table of clients: all of them come through mrulist of our ntpq
# and of NTPsec's, within the memory that was configured. CLIENTS=1000000 is the full measure.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/interop/peers.sh
. "$top_srcdir/tests/interop/peers.sh"
need_peer ntpsec/usr/bin/ntpq
need python3
their_ntpq=("${ntpsec_python[@]}" "$(peer ntpsec/usr/bin/ntpq)")
n=${CLIENTS:-40000}

ns_new many
ip -n "$(ns_name many)" route add local 10.0.0.0/8 dev lo
our_ntpd many many 'disable ntp' 'server 127.127.1.0' 'restrict default' "mru maxdepth $((n + 100))"
answers() { in_ns many "$ntpq" -n -c 'rv 0 leap' 127.0.0.1 | grep -q leap; }
wait_until 10 answers || bail "our daemon answers"

ms() { echo $(($(date +%s%N) / 1000000)); }
from=$(ms)
answered=$(in_ns many python3 "$top_srcdir/tests/interop/many-clients.py" 127.0.0.1 "$n")
note "$answered of $n were answered in $(($(ms) - from)) ms"
like "$(in_ns many "$ntpq" -n -c monstats 127.0.0.1)" "^addresses: +$((n + 1))\$" \
	"the table holds every client, and the asker"
kb=$(in_ns many "$ntpq" -n -c 'rv 0 mru_maxmem' 127.0.0.1 | sed 's/.*=//')
rss=$(awk '/^VmRSS/ { print $2 }' "/proc/${daemon_pid[many]}/status")
note "mru_maxmem $kb kB, the daemon is $rss kB"
[ "$kb" -le $((n * 72 / 1024 + 200)) ]
ok $? "72 octets a client are enough: a line of 64, and its share of the index"
[ "$rss" -le $((kb + 32768)) ]
ok $? "and the daemon needs no more than that and 32 MB"

# list PROGRAM...: puts into got how many different clients of 10.0.0.0/8 the program lists.
list() {
	from=$(ms)
	got=$(in_ns many "$@" 127.0.0.1 2>/dev/null | awk '{ print $NF }' | grep '^10\.' | sort -u | wc -l)
	note "$got clients in $(($(ms) - from)) ms: ${*: -1}"
}
list "$ntpq" -n -c mrulist
is "$got" "$n" "our mrulist lists them all"
list "$ntpq" -n -c 'mrulist mincount=1 sort=addr'
is "$got" "$n" "and sorted by address"
list "$ntpq" -n -c 'mrulist recent=100'
is "$got" 99 "the last hundred are the asker and 99 of them"
in_ns many python3 "$top_srcdir/tests/interop/many-clients.py" 127.0.0.1 200 >/dev/null
list "$ntpq" -n -c 'mrulist mincount=2'
is "$got" 200 "a filter that passes over nearly all finds those that came twice"
list "$ntpq" -n -c 'mrulist mincount=1000000'
is "$got" 0 "and one that nobody passes comes to an end"
if [ "$n" -le 50000 ]; then
	list "${their_ntpq[@]}" -n -c 'mrulist mincount=2'
	is "$got" 200 "NTPsec's mrulist finds those that came twice"
	in_ns many timeout 20 "${their_ntpq[@]}" -n -c 'mrulist mincount=1000000' 127.0.0.1 >"$work/none" 2>&1
	is $? 0 "and comes to an end when nobody passes: $(tail -n 1 "$work/none")"
	list "${their_ntpq[@]}" -n -c mrulist
	is "$got" "$n" "NTPsec's mrulist lists them all"
fi
running many
ok $? "our daemon lives"
