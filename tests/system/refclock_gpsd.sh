#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# refclock_gpsd.sh - a gpsd on TCP port 2947, by -u with its fence and sandbox: followed by
# sentences, by pulses and by the unit of pulses alone; missing, started anew, silent, none at all.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need python3 timeout
ntpd=$top_builddir/ntpd
ntpq=$top_builddir/ntpq
server=$top_srcdir/tests/system/gpsd_server.py

ns_new a
rows() { in_ns a "$ntpq" -pn; }
followed() { rows | grep -Eq "^[*o].*(127\.127\.46\.$1 |GPSD_JSON\($1\))"; }
id_of() { in_ns a "$ntpq" -c as | awk -v n="$1" 'NR == 3 + n { print $2 }'; }
cv() { in_ns a "$ntpq" -c "cv $(id_of "$1")"; }
configure() { printf '%s\n' "driftfile $work/drift" "$@" >"$work/ntp.conf"; }
gpsd() { start gpsd a python3 "$server" "$@"; }
served() { in_ns a python3 -c 'import socket; socket.create_connection(("127.0.0.1", 2947))'; }
run() { start ntpd a "$ntpd" -n -u daemon -c "$work/ntp.conf"; }
chmod 777 "$work"

# gpsd comes after ntpd, whose line was there at the start: sandbox and fence let it through.
configure "statsdir $work/" 'statistics clockstats' 'server 127.127.46.0 minpoll 3 maxpoll 3' \
	'fudge 127.127.46.0 time2 0.2 refid GPS flag4 1'
run
try "without a gpsd that is said, with its port" wait_log 5 ntpd \
	'GPSD_JSON\(0\): its device cannot be opened: Connection refused; nobody serves port 2947'
like "$(in_ns a "$ntpq" -c explain 2>&1 | tr -s ' \n' ' ')" \
	"gpsd is not running.*'systemctl start gpsd'" "explain says so, and what to do"
gpsd 0.2 serial /dev/ttyAMA0
try "it is asked when it comes, and followed" wait_until 40 followed 0
like "$(rows)" '^\*.* \.GPS\. +0 +l ' "with its refid, as a local device"
like "$(cv 1)" 'device="GPSD JSON client driver"' "cv has the device"
like "$(cv 1)" 'timecode="[0-9]+\.[0-9]{9} mode 3 satellites 12"' \
	"and the time, the fix and the satellites"
like "$(cv 1)" 'fudgetime2=200\.000' "and fudge"
offset=$(in_ns a "$ntpq" -c "rv $(id_of 1) offset")
like "$offset" 'offset=-?[0-9]{1,2}\.' "time2 makes up for the time its sentences take"
try "flag4 writes counts to clockstats" wait_until 20 \
	grep -Eq ' GPSD_JSON\(0\) [1-9][0-9]* 0 0 [1-9][0-9]* [1-9][0-9]* 0 0$' "$work/clockstats"
stop gpsd
try "when it is stopped its device is gone" wait_log 10 ntpd 'GPSD_JSON\(0\): its device is gone'
gpsd 0.2 old /dev/ttyAMA0
try "one started anew, without TOFF, is followed as well" wait_until 80 followed 0
like "$(cat "$work/ntpd.log")" 'GPSD_JSON\(0\): its device is there' "and said to be there"
stop ntpd
stop gpsd

# Pulses: strict by the unit itself, and as a unit of their own beside the sentences.
gpsd 0.2 all /dev/ttyAMA0
wait_until 5 served
configure 'refclock gpsd mode 1 minpoll 3 maxpoll 3'
run
try "with mode 1 the pulses lead" wait_until 15 followed 0
like "$(rows)" '^o' "as a PPS peer that numbers itself"
like "$(in_ns a "$ntpq" -c "rv $(id_of 1) offset")" 'offset=-?0\.[0-9]' "within a millisecond"
stop ntpd
configure 'server 127.127.46.0 minpoll 3 maxpoll 3 prefer' 'fudge 127.127.46.0 time2 0.2' \
	'server 127.127.46.128 minpoll 3 maxpoll 3' 'fudge 127.127.46.128 flag1 1 refid PPS'
run
try "unit 128 is the pulses alone, and leads beside its primary" wait_until 30 followed 128
like "$(rows)" '^o.* \.PPS\. +0 +l ' "with o and its refid"
stop ntpd
stop gpsd

# What is wrong is said once.
gpsd 0.2 nofix /dev/ttyAMA0
wait_until 5 served
configure 'refclock gpsd minpoll 3 maxpoll 3'
run
try "a receiver without a fix has a status of its own" wait_log 20 ntpd \
	'GPSD_JSON\(0\) clk_bad_signal'
followed 0
[ $? -ne 0 ]
ok $? "and is not followed"
stop ntpd
configure 'refclock gpsd path /dev/other minpoll 3 maxpoll 3'
run
try "a device that gpsd does not read is named, and what it reads" wait_log 10 ntpd \
	"gpsd does not read /dev/other, but /dev/ttyAMA0: 'path'"
stop ntpd
stop gpsd
gpsd 0.2 rubbish /dev/ttyAMA0
wait_until 5 served
configure 'refclock gpsd minpoll 3 maxpoll 3'
run
try "what is no JSON is said" wait_log 15 ntpd 'what serves port 2947 .* no JSON'
stop ntpd
stop gpsd
gpsd 0.2 nothing /dev/ttyAMA0
wait_until 5 served
run
try "who says nothing is given up" wait_log 20 ntpd \
	'GPSD_JSON\(0\): its device cannot be opened: Connection timed out'
running ntpd
ok $? "the daemon runs on"
stop ntpd

# A line that comes with a reload finds the doors closed, and says so.
configure 'server 127.127.1.0'
start late a "$ntpd" -n -u daemon -c "$work/ntp.conf"
wait_log 10 late 'Listen normally on 3 lo'
sleep 1 # its signals are taken once the loop runs
configure 'server 127.127.1.0' 'refclock gpsd minpoll 3 maxpoll 3'
kill -HUP "${daemon_pid[late]}"
try "after a reload that brings the first line a restart is asked for" wait_log 10 late \
	'allows no connection to gpsd when there was no line for it at the start: restart ntpd'
stop late
stop gpsd
test_end
