#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# refclocks.sh - reference clocks with others' programs: timemaster's configuration as it
# generates it, read and followed by ours.
# All in an IPC namespace of its own: this host's segments are somebody else's.
[ -n "${REFCLOCK_IPC-}" ] || REFCLOCK_IPC=1 exec unshare -i bash "$0" "$@"
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/interop/peers.sh
. "$top_srcdir/tests/interop/peers.sh"
need timeout python3 unshare ipcs setpriv
need_peer linuxptp/usr/sbin/timemaster
system=$top_srcdir/tests/system

ns_new a
chmod 777 "$work"
rows() { in_ns "$1" "$ntpq" -pn; }
followed() { rows "$1" | grep -Eq "^[*o].*$2"; }

# --- timemaster ---------------------------------------------------------------------------------

cat >"$work/timemaster.conf" <<-EOF
	[ptp_domain 0]
	interfaces lo
	[timemaster]
	ntp_program ntpd
	rundir $work/tm
	[ntp.conf]
EOF
"$(peer linuxptp/usr/sbin/timemaster)" -n -f "$work/timemaster.conf" >"$work/timemaster.out" 2>&1
note "$(cat "$work/timemaster.out")"
sed -n '/^server 127\.127\.28\|^fudge 127\.127\.28/p' "$work/timemaster.out" >"$work/tm.conf"
like "$(cat "$work/tm.conf")" '^server 127\.127\.28\.0 minpoll 2 maxpoll 2 mode 1( prefer)? *$' \
	"timemaster generates a line of shared memory"
is "$("$ntpd" --check-config -c "$work/tm.conf" 2>&1 | grep -E 'tm.conf:[0-9]+.*(error|minpoll|mode)')" '' \
	"which is taken as it stands"
start writer a python3 "$system/shm_writer.py" 0 0 96 600
start ntpd a "$ntpd" -n -c "$work/tm.conf"
try "and followed, by the refid that it gives" wait_until 20 followed a ' \.PTP0\. '
note "$(rows a)"
stop ntpd
stop writer
ipcs -m | awk '/0x4e5450/ { print $2 }' | xargs -rn1 ipcrm -m
test_end
