#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# client_openntpd.sh - our daemon as the client of OpenNTPD, over v4 and v6, with versions
# 4 and 3; then of three makers at once.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/interop/peers.sh
. "$top_srcdir/tests/interop/peers.sh"

need_peer ntpsec/usr/bin/ntpdig

# serves ADDRESS: true when NTPsec's client takes the time from there.
serves() {
	in_ns client "${ntpsec_python[@]}" "$(peer ntpsec/usr/bin/ntpdig)" -t 1 "$1"
}

ns_new chrony ntpsec open client
ns_lan chrony ntpsec open client
chrony_server chrony
ntpsec_server ntpsec
openntpd_server open 192.0.2.1
wait_until 120 serves 192.0.2.3
ok $? "OpenNTPD serves time at last" || show openntpd-open

follows openntpd 192.0.2.3 4
follows openntpd 2001:db8:2::3 4
follows openntpd 192.0.2.3 4 version 3

# All of them together: one system peer, no falseticker.
our_ntpd client client 'server 192.0.2.1 iburst' 'server 192.0.2.2 iburst' \
	'server 192.0.2.3 iburst' 'server 2001:db8:2::1 iburst'
wait_until 25 our_synchronised client
ok $? "three makers: synchronised"
sleep 5
table=$(peers_of client)
is "$(grep -c '^\*' <<<"$table")" 1 "three makers: one system peer" || note "$table"
# OpenNTPD stamps in the program: on a busy machine its first answers are milliseconds off.
unlike "$table" '^x(192\.0\.2\.[12] |2001)' "three makers: no falseticker with kernel stamps"
