#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# statistics.sh - the statistics files of a real daemon: names and links, a folder that is not
# there, one that is not its own, and a disk that is full for a while.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/interop/peers.sh
. "$top_srcdir/tests/interop/peers.sh"

ns_new server client
ns_join server client
our_server server server
servers=('server 192.0.2.1 iburst minpoll 3 maxpoll 3' 'tinker loop adaptive'
	'statistics loopstats peerstats rawstats protostats')
today() { date -u +%Y%m%d; }
# Not over midnight, when the names change.
while [ "$(date -u +%H%M)" -ge 2357 ]; do
	sleep 5
done

# lines_of FILE: how many it has.
lines_of() { wc -l <"$1" 2>/dev/null || echo 0; }
# more_than N FILE: true when it has more lines.
more_than() { [ "$(lines_of "$2")" -gt "$1" ]; }
# says N NAME PATTERN: true when the log of NAME has so many such lines.
says() { [ "$(grep -Ec -- "$3" "$work/$2.log")" -eq "$1" ]; }

# --- an ordinary folder; a plain file in the way of a link

mkdir "$work/stats"
echo "somebody's notes" >"$work/stats/rawstats"
our_ntpd plain client "${servers[@]}" "statsdir $work/stats" 'filegen protostats type none'
wait_until 20 more_than 3 "$work/stats/rawstats.$(today)"
ok $? "lines are written"
for set in loopstats peerstats rawstats; do
	[ "$work/stats/$set" -ef "$work/stats/$set.$(today)" ]
	ok $? "$set is a second name of the day's file"
done
is "$(cat "$work/stats/rawstats.${daemon_pid[plain]}C1")" "somebody's notes" "what was there is put aside"
like "$(cat "$work/stats/protostats")" ' 192\.0\.2\.1 [0-9a-f]{4} 84 reachable' "type none has the plain name"
is "$(stat -c %a "$work/stats/loopstats")" 644 "all may read them"

# Renamed and thrown away by a program that rotates: the next line makes a new file.
rm "$work/stats/loopstats" "$work/stats/loopstats.$(today)"
wait_until 20 test -s "$work/stats/loopstats.$(today)"
ok $? "a file that was removed begins anew"
stop plain
is $? 0 "the daemon ends well"

# --- no folder, not its own folder

our_ntpd missing client "${servers[@]}" "statsdir $work/nowhere"
wait_until 20 says 1 missing "statistics $work/nowhere/loopstats\\.[0-9]{8}: No such file or directory"
ok $? "a folder that is not there is named"
stop missing
mkdir -m 755 "$work/theirs"
chmod 755 "$work"
printf '%s\n' "${servers[@]}" "statsdir $work/theirs" >"$work/denied.conf"
start denied client "$ntpd" -n -u nobody -c "$work/denied.conf"
wait_until 20 says 1 denied "statistics $work/theirs/loopstats\\.[0-9]{8}: Permission denied; "
ok $? "so is one that the run user may not write to"
stop denied

# --- a disk of 48 kilobytes, seen by this daemon alone

mkdir "$work/disk"
printf '%s\n' "driftfile $work/full.drift" "${servers[@]}" "statsdir $work/disk" >"$work/full.conf"
# shellcheck disable=SC2016 # expanded by the inner shell
start full client unshare --mount sh -c \
	'mount -t tmpfs -o size=48k tmpfs "$1" && shift && exec "$@"' sh "$work/disk" \
	"$ntpd" -n -c "$work/full.conf"
wait_log 10 full 'sys_peer'
disk=/proc/${daemon_pid[full]}/root$work/disk
wait_until 20 more_than 2 "$disk/peerstats.$(today)"
ok $? "lines are written to the small disk"
# Full to the last page, and the files gone that still had room in theirs.
rm "$disk"/*stats*
dd if=/dev/zero of="$disk/filler" bs=4096 2>"$work/dd.err"
like "$(cat "$work/dd.err")" 'No space left on device' "the disk is full"
wait_until 20 says 1 full "statistics $work/disk/peerstats\\.[0-9]{8}: No space left on device\$"
ok $? "it is said"
answered() { in_ns client "$ntpq" -c 'rv 0 ss_uptime' 127.0.0.1; }
like "$(answered)" 'ss_uptime=[0-9]+' "the daemon still answers"
sleep 17
try "and keeps the time" our_synchronised client
for set in loopstats peerstats rawstats; do
	is "$(grep -c "$set.*No space left" "$work/full.log")" 1 "once for $set, in two more polls"
done
rm "$disk/filler"
for set in loopstats peerstats rawstats; do
	wait_until 20 says 1 full "$work/disk/$set\\.[0-9]{8}: written again, [0-9]+ lines are lost\$"
	ok $? "$set goes on by itself when there is room"
done
wait_until 20 more_than 1 "$disk/peerstats.$(today)"
is "$(grep -Evc '^[0-9]{5} [0-9]{1,5}\.[0-9]{3} 192\.0\.2\.1 [0-9a-f]{4}( -?[0-9]+\.[0-9]{9}){4}$' \
	"$disk/peerstats.$(today)")" 0 "no part of a line is left"
lost=$(sed -n 's/.*rawstats.*again, \([0-9]*\) lines.*/\1/p' "$work/full.log")
[ "${lost:-0}" -ge 3 ]
ok $? "it says how much is missing"
