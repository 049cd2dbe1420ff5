#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# client.sh - our daemon as the client of chronyd, NTPsec and OpenNTPD, over v4 and v6, with
# versions 4 and 3.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/interop/peers.sh
. "$top_srcdir/tests/interop/peers.sh"
need_peer ntpsec/usr/bin/ntpdig

ns_new chrony ntpsec open client
ns_lan chrony ntpsec open client
chrony_server chrony
ntpsec_server ntpsec
openntpd_server open 192.0.2.1

# serves ADDRESS: true when NTPsec's client takes the time from there.
serves() {
	in_ns client "${ntpsec_python[@]}" "$(peer ntpsec/usr/bin/ntpdig)" -t 1 "$1"
}

# offset_below MS TABLE: true when every reachable server's offset is smaller than MS.
offset_below() {
	awk -v max="$1" 'NR > 2 && $7 != "0" { n++; if ($9 < -max || $9 > max) bad = 1 }
		END { exit n == 0 || bad }' <<<"$2"
}

# follows NAME ADDRESS STRATUM [OPTION...]: our client takes the time from that server alone.
follows() {
	local name=$1 address=$2 stratum=$3 table
	shift 3
	our_ntpd client client "server $address iburst minpoll 4 $*"
	wait_until 25 our_synchronised client
	ok $? "$name, $address${*:+, $*}: synchronised within 25 s"
	table=$(peers_of client)
	like "$table" "^\\*${address:0:15} +[^ ]+ +$stratum u " \
		"$name, $address${*:+, $*}: is the system peer, of stratum $stratum"
	offset_below 20 "$table"
	ok $? "$name, $address${*:+, $*}: is within 20 ms of us" || note "$table"
	like "$(in_ns client "$ntpstat")" "^synchronised to NTP server .* at stratum $((stratum + 1))" \
		"$name, $address${*:+, $*}: ntpstat names it"
	stop client
	is $? 0 "$name, $address${*:+, $*}: the daemon ends well"
}

follows chronyd 192.0.2.1 3
follows chronyd 2001:db8:2::1 3
follows chronyd 192.0.2.1 3 version 3
follows ntpsec 192.0.2.2 5
follows ntpsec 2001:db8:2::2 5
follows ntpsec 192.0.2.2 5 version 3

# OpenNTPD needs its minutes until it trusts its own server.
wait_until 150 serves 192.0.2.3
ok $? "OpenNTPD serves time at last"
follows openntpd 192.0.2.3 4
follows openntpd 2001:db8:2::3 4
follows openntpd 192.0.2.3 4 version 3

# All of them together: one system peer, no falseticker.
our_ntpd client client 'server 192.0.2.1 iburst' 'server 192.0.2.2 iburst' \
	'server 192.0.2.3 iburst' 'server 2001:db8:2::1 iburst'
wait_until 25 our_synchronised client
ok $? "three servers of three makers: synchronised"
sleep 5
table=$(peers_of client)
is "$(grep -c '^\*' <<<"$table")" 1 "three makers: one system peer" || note "$table"
unlike "$table" '^x' "three makers: no falseticker"
