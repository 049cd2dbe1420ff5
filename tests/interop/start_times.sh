#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# start_times.sh - how long our daemon, chronyd and NTPsec's ntpd take from their start to the
# first synchronisation with a server of a LAN, with iburst and without. All run side by side; the
# table goes to the log. The simulator has the exact bounds of ours (scenarios of the start).
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/interop/peers.sh
. "$top_srcdir/tests/interop/peers.sh"
need_peer chrony/usr/sbin/chronyd ntpsec/usr/sbin/ntpd
longest=${START_LONGEST:-45}    # seconds; who is not synchronised then is shown so

# Each starts a daemon in namespace $1 with the words $2 behind its server line, and says whether
# it is synchronised.
start_ours() { our_ntpd "$1" "$1" "server 192.0.2.1 $2"; }
synced_ours() { our_synchronised "$1"; }

start_chrony() {
	printf '%s\n' "server 192.0.2.1 $2" 'user root' 'cmdport 0' "pidfile $work/$1.pid" \
		"bindcmdaddress /" >"$work/$1.conf"
	start "$1" "$1" "$(peer chrony/usr/sbin/chronyd)" -x -d -f "$work/$1.conf"
}
synced_chrony() { grep -q 'Selected source' "$work/$1.log"; }

start_ntpsec() {
	printf '%s\n' "server 192.0.2.1 $2" 'restrict 127.0.0.1' 'restrict ::1' >"$work/$1.conf"
	start "$1" "$1" "$(peer ntpsec/usr/sbin/ntpd)" -n -c "$work/$1.conf"
}
synced_ntpsec() { in_ns "$1" "$ntpq" -c 'rv 0 leap' 2>/dev/null | grep -q 'leap=0'; }

now_ms() {
	local up
	read -r up _ </proc/uptime
	echo "${up/./}0"
}

# clock NAME KIND WORDS: writes how long it took to $work/NAME.took, in ms, or "longer".
clock() {
	local name=$1 kind=$2 begin
	begin=$(now_ms)
	"start_$kind" "$name" "$3"
	if wait_until "$longest" "synced_$kind" "$name"; then
		echo $(($(now_ms) - begin)) >"$work/$name.took"
	else
		echo longer >"$work/$name.took"
	fi
	stop "$name"
}

runs=(ours-iburst ours-plain chrony-iburst chrony-plain ntpsec-iburst ntpsec-plain)
ns_new server "${runs[@]}"
ns_lan server "${runs[@]}"
our_ntpd server server 'server 127.127.1.0' 'fudge 127.127.1.0 stratum 5' 'tos orphanwait 1'
wait_until 15 our_synchronised server || bail "the server has the time of its own clock"

jobs=()
for name in "${runs[@]}"; do
	word=${name#*-}
	clock "$name" "${name%-*}" "${word/plain/}" &
	jobs+=($!)
done
wait "${jobs[@]}"

for name in "${runs[@]}"; do
	took=$(cat "$work/$name.took")
	if [ "$took" = longer ]; then
		note "$(printf '%-14s not in %d s' "$name" "$longest")"
	else
		note "$(printf '%-14s %4d.%d s' "$name" $((took / 1000)) $((took % 1000 / 100)))"
	fi
done
unlike "$(cat "$work/ours-iburst.took")" longer "ours with iburst is synchronised"
unlike "$(cat "$work/ours-plain.took")" longer "ours without iburst is synchronised"
