#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# server.sh - other people's clients take the time from our daemon, over v4 and v6.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/interop/peers.sh
. "$top_srcdir/tests/interop/peers.sh"
need_peer ntpsec/usr/bin/ntpdig ntpsec/usr/sbin/ntpdate chrony/usr/sbin/chronyd \
	rdate/usr/sbin/rdate plugins/usr/lib/nagios/plugins/check_ntp_time \
	plugins/usr/lib/nagios/plugins/check_ntp_peer

ns_new server client
ns_join server client
our_server server server

for address in 192.0.2.1 2001:db8:2::1; do
	out=$(in_ns client "${ntpsec_python[@]}" "$(peer ntpsec/usr/bin/ntpdig)" "$address" 2>&1)
	is $? 0 "ntpdig takes the time from $address"
	like "$out" " $address s6 no-leap" "ntpdig sees stratum 6 and no leap at $address"

	out=$(in_ns client "$(peer plugins/usr/lib/nagios/plugins/check_ntp_time)" \
		-H "$address" -w 0.02 -c 0.1 2>&1)
	is $? 0 "check_ntp_time is content with $address" || note "$out"

	out=$(in_ns client timeout 30 "$(peer chrony/usr/sbin/chronyd)" -x -Q -t 20 \
		"user root" "cmdport 0" "pidfile $work/q.pid" "server $address iburst" 2>&1)
	like "$out" 'System clock wrong by -?0\.0[0-9]* seconds' \
		"chronyd -Q measures a small offset at $address"
done

out=$(in_ns client "$(peer rdate/usr/sbin/rdate)" -n -p -v 192.0.2.1 2>&1)
like "$out" 'adjust local clock by -?0\.0' "rdate -n measures a small offset"

out=$(in_ns client "$(peer plugins/usr/lib/nagios/plugins/check_ntp_peer)" -H 192.0.2.1 2>&1)
is $? 0 "check_ntp_peer reads our state by mode 6" || note "$out"

# Our own client is one more.
our_ntpd ours client 'server 192.0.2.1 iburst minpoll 4' 'server 2001:db8:2::1 iburst minpoll 4'
wait_until 25 our_synchronised client
ok $? "our own client synchronises"
like "$(peers_of client)" '^\*.* 6 u ' "our own client sees stratum 6"

stop server
is $? 0 "the server ends well"
