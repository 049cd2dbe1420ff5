#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# refclocks.sh - reference clocks with others' programs: timemaster's configuration as it
# generates it, read and followed by ours; Debian's gpsd, whose shared memory and JSON are read;
# NTPsec's ntpd beside ours on another unit of shared memory that is filled alike.
# All in an IPC namespace of its own: this host's segments are somebody else's.
[ -n "${REFCLOCK_IPC-}" ] || REFCLOCK_IPC=1 exec unshare -i bash "$0" "$@"
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/interop/peers.sh
. "$top_srcdir/tests/interop/peers.sh"
need timeout python3 unshare ipcs setpriv
need_peer linuxptp/usr/sbin/timemaster gpsd/usr/sbin/gpsd ntpsec/usr/sbin/ntpd
system=$top_srcdir/tests/system

ns_new a
chmod 777 "$work"
rows() { in_ns "$1" "$ntpq" -pn; }
remove_segments() { ipcs -m | awk '/0x4e5450|0x47505344/ { print $2 }' | xargs -rn1 ipcrm -m; }
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
remove_segments

# --- gpsd, fed by TCP: no serial line, so no pulses -----------------------------------------------

ns_new gps
ns_new ours
ns_new sec
listens() { in_ns gps ss -ltn | grep -q ":$1 "; }
libs=$(dirname "$(find "$PEERS/gpsd/usr/lib" -name 'libgps.so.28' | head -n 1)")
start receiver gps python3 "$top_srcdir/tests/interop/nmea_tcp.py" 4000 0.12
wait_until 20 listens 4000 || bail "the receiver listens"
start gpsd gps env "LD_LIBRARY_PATH=$libs:$PEERS/gpsd/lib/${libs##*/}" "$(peer gpsd/usr/sbin/gpsd)" \
	-N -n tcp://127.0.0.1:4000
wait_until 20 listens 2947 || { show gpsd && bail "gpsd starts"; }
printf '%s\n' "driftfile $work/gps.drift" 'restrict default nomodify' \
	'server 127.127.28.0 minpoll 3 maxpoll 3 prefer' 'fudge 127.127.28.0 time1 0.12 refid GPS' \
	'refclock gpsd path tcp://127.0.0.1:4000 minpoll 3 maxpoll 3 time2 0.12 refid JSON' \
	>"$work/gps.conf"
start ours-gps gps "$ntpd" -n -c "$work/gps.conf"

# --- NTPsec's ntpd beside ours. A reader clears what it has read: a unit for each ------------------

start w1 ours python3 "$system/shm_writer.py" 10 0.004
start w2 ours python3 "$system/shm_writer.py" 11 0.004
printf '%s\n' "driftfile $work/ours.drift" 'refclock shm unit 10 minpoll 3 maxpoll 3 refid SHMA' \
	'restrict default nomodify' >"$work/ours.conf"
printf '%s\n' "driftfile $work/sec.drift" 'refclock shm unit 11 minpoll 3 maxpoll 3 refid SHMB' \
	'restrict 127.0.0.1' 'restrict ::1' >"$work/sec.conf"
start ours ours "$ntpd" -n -c "$work/ours.conf"
start ntpsec sec "$(peer ntpsec/usr/sbin/ntpd)" -n -c "$work/sec.conf"

try "gpsd's shared memory is followed, as its manual has the line" wait_until 30 followed gps ' \.GPS\. '
try "so is what it says by JSON, beside it" wait_until 30 sh -c \
	"ip netns exec $(ns_name gps) $ntpq -pn | grep -q '^[*+o]GPSD_JSON(0) .*\.JSON\.'"
note "$(rows gps)"
assid() { in_ns "$1" "$ntpq" -c as | awk -v row="$2" 'NR == 3 + row { print $2 }'; }
like "$(in_ns gps "$ntpq" -c "cv $(assid gps 2)")" 'timecode="[0-9]+\.[0-9]{9} mode 3 satellites 8"' \
	"with its fix and satellites"
offset_us() {
	in_ns "$1" "$ntpq" -c "rv $(assid "$1" "$2") offset" |
		sed -n 's/.*offset=\(-*\)\([0-9]*\)\.\([0-9][0-9][0-9]\).*/\1\2\3/p' | sed 's/^\(-*\)0*\(.\)/\1\2/'
}
try "ours follows its unit" wait_until 20 followed ours ' \.SHMA\. '
try "and NTPsec's ntpd its own" wait_until 40 followed sec ' \.SHMB\. '
note "$(rows ours)
$(rows sec)"
us=$(offset_us ours 1) them=$(offset_us sec 1)
difference=$((us - them))
[ -n "$us" ] && [ -n "$them" ] && [ "${difference#-}" -lt 500 ]
ok $? "both say the same of it, within 0.5 ms" || note "ours $us us, NTPsec's $them us"
like "$us" '^(3[5-9]|4[0-4])[0-9][0-9]$' "4 ms, as the writer has it"
for name in ours ntpsec w1 w2 ours-gps gpsd receiver; do
	stop "$name"
done
remove_segments
test_end
