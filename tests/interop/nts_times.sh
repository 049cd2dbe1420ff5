#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# nts_times.sh - how long our daemon, chronyd and NTPsec's ntpd take from their start to the first
# answer with NTS, and until they follow the server; over a LAN, NTSTIMES rounds (3). The server is
# ours. The table goes to the log; then key exchanges, how many a second a server makes and what
# each costs it.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/interop/peers.sh
. "$top_srcdir/tests/interop/peers.sh"
# shellcheck source=tests/interop/nts_rig.sh
. "$top_srcdir/tests/interop/nts_rig.sh"
rounds=${NTSTIMES:-3}
server=${NTSTIMES_SERVER:-our}

nts_certificates
ns_new server client
ns_join server client
nts_hosts 192.0.2.1 server client

# seconds_since T: from T, in seconds since 1970 with a fraction.
seconds_since() { awk -v a="$1" -v b="$(date +%s.%N)" 'BEGIN { printf "%.3f", b - a }'; }

# clock CLIENT: one start; prints seconds to the first answer with NTS, and until it follows.
clock() {
	local begin follows first
	nts_capture cap server
	begin=$(date +%s.%N)
	"$1_nts_client" client client
	if wait_until 45 "$1_nts_follows" client client; then
		follows=$(seconds_since "$begin")
	else
		follows=longer
	fi
	wait_until 10 nts_caught cap
	stop client
	stop cap
	first=$(python3 "$top_srcdir/tests/interop/packets.py" "$work/cap.pcapng" |
		awk '$1 == "192.0.2.1" && length($2) / 2 > 192 { print $3; exit }')
	awk -v a="$begin" -v b="${first:-0}" -v f="$follows" \
		'BEGIN { if (b > 0) printf "%.3f %s\n", b - a, f; else print "none", f }'
	rm -rf "$work/client.dump" "$work/client.state" "$work/client.log" "$work/cap.log" \
		"$work/cap.pcapng"
}

"${server}_nts_server" "$server" server
for client in chrony ntpsec our; do
	for _ in $(seq "$rounds"); do
		clock "$client" >>"$work/$client.took"
	done
	note "$client, seconds to the first answer with NTS, and until it follows:" \
		"$(paste -sd, "$work/$client.took")"
done
unlike "$(cat "$work/our.took")" 'longer|none' "ours follows each time"
stop "$server"

# --- key exchanges -----------------------------------------------------------------------

# cpu_ns PID: what the process and its children have run, all their threads.
cpu_ns() {
	local pid
	for pid in "$1" $(pgrep -P "$1") $(pgrep -P "$1" | xargs -r -n 1 pgrep -P); do
		cat "/proc/$pid"/task/*/schedstat
	done 2>/dev/null | awk '{ n += $1 } END { printf "%.0f", n }'
}

for name in our ntpsec chrony; do
	"${name}_nts_server" "$name" server
	wait_until 10 in_ns client "$top_builddir/tests/interop/nts_ask" ntp.nts.test
	before=$(cpu_ns "${daemon_pid[$name]}")
	out=$(in_ns client "$top_builddir/tests/interop/nts_ask" -l 1000 -j 4 ntp.nts.test)
	ok $? "$name: a thousand key exchanges, four at a time" || note "$out"
	after=$(cpu_ns "${daemon_pid[$name]}")
	note "$name: $out; server $(((after - before) / 1000000)) us for each"
	stop "$name"
done
