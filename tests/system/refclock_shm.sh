#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# refclock_shm.sh - shared memory that another process writes: read with -u and its sandbox, by the
# layout of the writer, opened when it comes, and told of when it may not be.
# All in an IPC namespace of its own: this host's segments are somebody else's.
[ -n "${REFCLOCK_IPC-}" ] || REFCLOCK_IPC=1 exec unshare -i bash "$0" "$@"
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need timeout python3 unshare ipcs setpriv
ntpd=$top_builddir/ntpd
ntpq=$top_builddir/ntpq
writer=$top_srcdir/tests/system/shm_writer.py

ns_new a
line() { in_ns a "$ntpq" -pn | grep "127.127.28.$1\|SHM($1)"; }
followed() { line "$1" | grep -q '^\*'; }
variable() { in_ns a "$ntpq" -c "cv $(in_ns a "$ntpq" -c as | awk -v n="$1" 'NR == 3 + n { print $2 }')"; }

# The words of explain, which breaks its lines.
explained() { in_ns a "$ntpq" -c explain 2>&1 | tr -s ' \n' ' '; }
there() { ipcs -m | grep -qi "4e54503$1"; }

printf '%s\n' "driftfile $work/drift" "statsdir $work/" 'statistics clockstats' \
	'server 127.127.28.2 minpoll 3 maxpoll 3' \
	'fudge 127.127.28.2 flag4 1 time1 0.010 refid GPS' >"$work/one.conf"
chmod 777 "$work"

# The writer of another machine's layout came first.
start writer a python3 "$writer" 2 0.002 80
wait_until 5 there 2
start ntpd a "$ntpd" -n -u daemon -c "$work/one.conf"
try "a writer of 32 bits is followed within 10 s" wait_until 10 followed 2
like "$(line 2)" ' \.GPS\. +0 +l ' "with the refid of fudge, stratum 0, as a local device"
like "$(in_ns a "$ntpq" -c 'rv 0 stratum refid')" 'stratum=1, refid=GPS' "we are stratum 1"
out=$(variable 1)
like "$out" 'device="SHM/Shared memory interface"' "cv has the device"
like "$out" 'timecode="[0-9]+\.[0-9]{9}"' "and the last time of the clock"
like "$out" 'fudgetime1=10\.000' "and fudge"
like "$out" 'flags=8' "and the flags"
offset=$(in_ns a "$ntpq" -c "rv $(in_ns a "$ntpq" -c as | awk 'NR == 4 { print $2 }') offset")
like "$offset" 'offset=1[12]\.' "12 ms off: what the writer says, and time1"
try "flag4 writes counts to clockstats" wait_until 12 \
	grep -Eq ' SHM\(2\) [0-9]+ [0-9]+ [0-9]+ 0 0$' "$work/clockstats"

# gpsd is started anew: its segment goes, and another comes.
ipcrm -M 0x4e545032
try "a segment that is removed is given up" wait_log 5 ntpd 'SHM\(2\): its device is gone'
stop writer
start writer a python3 "$writer" 2 0.002 96
try "and the next one is attached, in spite of the sandbox" wait_until 20 followed 2
stop ntpd
stop writer
ipcrm -M 0x4e545032

# It is made here when it is missing, and the writer finds it.
start ntpd a "$ntpd" -n -u daemon -c "$work/one.conf"
try "a missing segment is made" wait_until 5 there 2
start writer a python3 "$writer" 2 0 96
try "and followed once it is written" wait_until 30 followed 2
stop ntpd
stop writer
ipcrm -M 0x4e545032

# One of root alone: opened while the process is root, or by nobody.
sed 's/28\.2/28.0/g' "$work/one.conf" >"$work/root.conf"
start writer a python3 "$writer" 0 0 96 600
wait_until 5 there 0
start ntpd a "$ntpd" -n -u daemon -c "$work/root.conf"
try "a segment of root alone is opened before the rights go" wait_until 10 followed 0
stop writer
# Held meanwhile: else it may be the first to make the new one.
kill -STOP "${daemon_pid[ntpd]}"
ipcrm -M 0x4e545030
start writer a python3 "$writer" 0 0 96 600
wait_until 5 there 0
kill -CONT "${daemon_pid[ntpd]}"
try "without them the next one's owner and mode are told" \
	wait_log 10 ntpd 'SHM\(0\): its device cannot be opened: .*0x4e545030 has mode 0600, owner root'
like "$(in_ns a "$ntpq" -c "cv $(in_ns a "$ntpq" -c as | awk 'NR == 4 { print $2 }')")" 'clk_fault' \
	"and its status is a fault"
like "$(explained)" 'may not use its segment of shared memory .*mode 0600, owner root.* run as daemon' \
	"explain names mode, owner and our user"
like "$(explained)" 'units 0 and 1 are for root alone' "and what to do"
stop ntpd
stop writer
ipcrm -M 0x4e545030

# One that any user could have made.
start writer a setpriv --reuid=65534 --regid=65534 --clear-groups python3 "$writer" 2 0 96 666
wait_until 5 there 2
start ntpd a "$ntpd" -n -u daemon -c "$work/one.conf"
try "a segment that every user may write is warned of, with its maker" \
	wait_log 5 ntpd 'SHM\(2\): segment 0x4e545032 has mode 0666, made by nobody'
like "$(explained)" 'not only root and ntpd that may set this clock .*mode 0666, made by nobody' \
	"and explain tells"
stop ntpd
stop writer
test_end
