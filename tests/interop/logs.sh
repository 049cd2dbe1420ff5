#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# logs.sh - what logwatch and logcheck make of our log: a start, a day's life, a reload and a stop
# leave nothing that they hold for unusual; what is unusual stays in sight.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/interop/peers.sh
. "$top_srcdir/tests/interop/peers.sh"
need perl
logwatch=$PEERS/logwatch/usr/share/logwatch
[ -f "$logwatch/scripts/services/xntpd" ] || bail "logwatch is unpacked in $PEERS"

ns_new one two client
ns_lan one two client
for x in one two; do
	our_ntpd "$x" "$x" 'server 127.127.1.0' 'fudge 127.127.1.0 stratum 1' 'tos orphanwait 1' \
		'restrict default'
done
for x in one two; do
	wait_until 20 our_synchronised "$x" || bail "the server $x has the time of its own clock"
done

# --- a life --------------------------------------------------------------------------

# The table of this machine may be out of date, which is told.
printf '#@\t4291747200\n2272060800\t10\n3692217600\t11\n' >"$work/leap"
echo 1.250 >"$work/client.drift"
# life COMMAND...: a start until the clock is synchronised, what the commands do then, and the stop.
life() {
	our_ntpd client client 'server 192.0.2.1 iburst minpoll 3' 'server 192.0.2.2 iburst minpoll 3' \
		"leapfile $work/leap" 'restrict default limited kod nomodify notrap nopeer noquery' \
		'restrict 127.0.0.1' 'restrict ::1'
	wait_until 30 our_synchronised client
	ok $? "it synchronises"
	"$@"
	stop client
}
kill_hup() { kill -HUP "${daemon_pid[client]}"; }
address_comes_and_goes() {
	ip -n "$(ns_name client)" addr add 192.0.2.77/24 dev eth0
	wait_log 20 client 'Listen normally on [0-9]+ eth0 192\.0\.2\.77:123'
	ip -n "$(ns_name client)" addr del 192.0.2.77/24 dev eth0
	wait_log 20 client 'Deleting interface #'
}
busy() {
	address_comes_and_goes
	ok $? "an address comes and goes"
	kill_hup
	wait_log 10 client 'reload: succeeded'
	ok $? "a reload"
}
life busy
life true
# Here it may not set the clock, which elsewhere is no normal life.
grep -v 'clock not controlled: CAP_SYS_TIME' "$work/client.log" >"$work/log"

# --- logwatch ------------------------------------------------------------------------

# watched FILE: what it says of a log. It wants to see the program at one of its places.
sed "s|/usr/sbin/ntpd|$ntpd|" "$logwatch/scripts/services/xntpd" >"$work/xntpd"
watched() {
	sed 's/^[^]]*\]: //' "$1" | perl "-I$logwatch/lib" "$work/xntpd" 2>&1
}
out=$(watched "$work/log")
unlike "$out" 'Unmatched' "logwatch knows every line" || note "$out"
like "$out" '^XNTPD Started: 2 Time\(s\)$' "counts the starts"
like "$out" '^XNTPD Killed: 2 Time\(s\)$' "and stops"
like "$out" '^Total synchronizations 2 \(hosts: [12]\)$' "the times it became synchronised"
like "$out" '^Total interfaces: [5-9] \(non-local: [2-5]\)$' "and the addresses"
like "$(watched <(echo 'x[1]: time reset -1.500000 s'))" 'Time Reset 1 times \(total: -1\.500000 s' \
	"and steps of the clock"
trouble='29 Nov 05:51:13 ntpd[9566]: 192.0.2.11 8443 83 unreachable no answer to 8 requests'
like "$(watched <(echo "$trouble"))" 'unreachable no answer' "what is unusual it shows"

# --- logcheck ------------------------------------------------------------------------

# checked FILE: the lines that are left of the log in syslog, as logcheck looks at it.
checked() {
	sed -E 's/^([ 0-9]{2}) ([A-Z][a-z]{2}) ([0-9:]{8}) /\2 \1 \3 box /' "$1" |
		grep -Ev -f "$top_srcdir/conf/ntpd.logcheck"
}
is "$(checked "$work/log")" '' "our file for logcheck knows every line"
is "$(checked <(echo "$trouble") | wc -l)" 1 "what is unusual stays"
# As the time is written where rsyslog is set to it.
is "$(sed -n '1s/^[^[]* ntpd/2026-11-29T05:51:13.123456+00:00 box.example ntpd/p' "$work/log" |
	grep -Evc -f "$top_srcdir/conf/ntpd.logcheck")" 0 "which is known with a date of the other form, too"
