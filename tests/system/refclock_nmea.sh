#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# refclock_nmea.sh - a GPS receiver on a (pseudo) terminal: followed, unplugged, missing, and what
# is said of a device that may not be opened or is none.
# Terminals of its own: a number that is free again here is given to nobody else's test.
[ -n "${REFCLOCK_PTS-}" ] || REFCLOCK_PTS=1 exec unshare -m sh -c \
	'mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts /dev/pts &&
		mount --bind /dev/pts/ptmx /dev/ptmx && exec bash "$0" "$@"' "$0" "$@"
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need python3 timeout
ntpd=$top_builddir/ntpd
ntpq=$top_builddir/ntpq
writer=$top_srcdir/tests/system/nmea_writer.py

ns_new a
# The words of explain, which breaks its lines.
explained() { in_ns a "$ntpq" -c explain 2>&1 | tr -s ' \n' ' '; }
followed() { in_ns a "$ntpq" -pn | grep -q '^[*o].*\(127\.127\.20\|GPS_NMEA\)'; }
plug() {
	rm -f "$work/tty"
	start writer a python3 "$writer" "$work/tty" 0.25
	wait_until 5 test -s "$work/tty"
}
configure() {
	printf '%s\n' "driftfile $work/drift" "$@" >"$work/ntp.conf"
}

plug
configure "refclock nmea unit 0 path $(cat "$work/tty") baud 9600 minpoll 3 maxpoll 3 time2 0.25 refid NMEA"
start ntpd a "$ntpd" -n -u daemon -c "$work/ntp.conf"
try "a receiver is followed within 10 s" wait_until 12 followed
row=$(in_ns a "$ntpq" -pn | grep '^[*o]')
like "$row" ' \.NMEA\. +0 +l ' "with its refid, as a local device"
id=$(in_ns a "$ntpq" -c as | awk 'NR == 4 { print $2 }')
like "$(in_ns a "$ntpq" -c "rv $id offset")" 'offset=-?[0-9]{1,2}\.' \
	"time2 makes up for the time its sentences take"
like "$(in_ns a "$ntpq" -c "cv $id")" 'timecode=".GPRMC,[0-9]{6}\.00,A' "cv has its last sentence"
like "$(in_ns a "$ntpq" -c "cv $id")" 'fudgetime2=250\.000' "and time2"
like "$(in_ns a "$ntpq" -c 'rv 0 stratum')" 'stratum=1' "we are stratum 1"

# Unplugged, and another plugged in at the same name where the kernel gives that out again.
stop writer
try "when it is unplugged its device is gone" wait_log 10 ntpd 'GPS_NMEA\(0\): its device is gone'
try "and it is not followed any more" wait_until 20 sh -c \
	"! ip netns exec $(ns_name a) $ntpq -pn | grep -q '^[*o]'"
stop ntpd

# A device that root alone may open is opened before the rights go; later it is told why not.
plug
chmod 600 "$(cat "$work/tty")"
configure "server 127.127.20.0 mode 17 minpoll 3" "device 127.127.20.0 timedata $(cat "$work/tty")" \
	'fudge 127.127.20.0 time2 0.25'
start ntpd a "$ntpd" -n -u daemon -c "$work/ntp.conf"
try "ntp.org's words do the same" wait_until 12 followed
stop ntpd

configure 'server 127.127.20.0 minpoll 3' "device 127.127.20.0 timedata $work/nothing"
start ntpd a "$ntpd" -n -u daemon -c "$work/ntp.conf"
try "a missing device is told of, with its name" \
	wait_log 5 ntpd "GPS_NMEA\(0\): its device cannot be opened: No such file or directory; $work/nothing"
like "$(explained)" "its device is not there .*$work/nothing.* a rule of udev" "explain says what to do"
stop ntpd

configure "refclock nmea path $(cat "$work/tty") baud 1234"
start ntpd a "$ntpd" -n -u daemon -c "$work/ntp.conf"
try "so is a speed that no line has" wait_log 5 ntpd 'a serial line has no speed of 1234'
like "$(explained)" 'a serial line has no speed of 1234' "explain says so"
stop ntpd

: >"$work/plain"
configure "refclock pps path $work/plain" 'server 127.127.1.0'
start ntpd a "$ntpd" -n -u daemon -c "$work/ntp.conf"
try "and a file that is no PPS device" wait_log 5 ntpd 'PPS\(0\): its device cannot be opened: .*; it is no PPS device'
like "$(explained)" 'it is no PPS device' "which explain tells"
running ntpd
ok $? "the daemon runs on"
stop ntpd
stop writer
test_end
