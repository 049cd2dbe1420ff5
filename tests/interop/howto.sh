#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# howto.sh - the three configurations that guides for ntpd print, as they stand.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/interop/peers.sh
. "$top_srcdir/tests/interop/peers.sh"
need ss
need_peer ntpsec/usr/sbin/ntpdate ntpsec/usr/bin/ntpdig

ns_new one two three host client
ns_lan one two three host client
for x in one two three; do
	our_server "server-$x" "$x"
done
ns_hosts host '192.0.2.1 0.centos.pool.ntp.org' '192.0.2.2 1.centos.pool.ntp.org' \
	'192.0.2.3 2.centos.pool.ntp.org'
ip -n "$(ns_name host)" addr add 192.168.44.130/24 dev eth0
ip -n "$(ns_name client)" addr add 192.168.44.77/24 dev eth0

# guide NAME LINE...: runs our daemon on the host with that file, which has no mistake in it.
guide() {
	local name=$1
	shift
	printf '%s\n' "$@" >"$work/$name.conf"
	try "$name: --check-config finds no error" in_ns host "$ntpd" --check-config -c "$work/$name.conf"
	start "$name" host "$ntpd" -n -g -c "$work/$name.conf"
	wait_until 25 our_synchronised host
	ok $? "$name: synchronised within 25 s"
}

# listens: the local addresses of the UDP sockets on port 123, one per line.
listens() {
	in_ns host ss -Hunlp 'sport = :123' | awk '{ print $4 }' | sort
}

servers=('server 0.centos.pool.ntp.org iburst' 'server 1.centos.pool.ntp.org iburst'
	'server 2.centos.pool.ntp.org iburst')

# (a) The stock file of CentOS 7.
guide stock "driftfile $work/stock.drift" 'restrict default limited kod nomodify notrap nopeer' \
	'restrict -6 default limited kod nomodify notrap nopeer' 'restrict 127.0.0.1' \
	'restrict ::1' "${servers[@]}" 'disable monitor'
# Two that agree decide; the third joins them when its burst is over.
all_agree() {
	table=$(in_ns host "$ntpq" -p 2>&1)
	[ "$(grep -c '^[*+-]' <<<"$table")" = 3 ]
}
wait_until 20 all_agree
like "$table" '^[*+-]0\.centos\.pool\.n ' "stock: ntpq -p names the servers of the file"
is "$(grep -c '^[*+-]' <<<"$table")" 3 "stock: all three agree" || note "$table"
like "$(listens)" '^0\.0\.0\.0:123$' "stock: listens on the wildcard"
like "$(listens)" '^192\.0\.2\.4:123$' "stock: listens on the address"
is "$(in_ns host ss -Hunlp 'sport = :123' | grep -vc '"ntpd"')" 0 "stock: every socket is ntpd's"
try "stock: the LAN takes the time" in_ns client "${ntpsec_python[@]}" \
	"$(peer ntpsec/usr/bin/ntpdig)" 192.0.2.4
stop stock

# (b) One interface only.
guide interface "driftfile $work/i.drift" 'interface ignore wildcard' 'interface listen eth0' \
	'restrict default limited kod nomodify notrap nopeer noquery' 'restrict 127.0.0.1' \
	"${servers[@]}"
unlike "$(listens)" '^(0\.0\.0\.0|\[::\]|\*):123$' "interface: no wildcard socket"
like "$(listens)" '^192\.0\.2\.4:123$' "interface: listens on eth0"
like "$(listens)" '^127\.0\.0\.1:123$' "interface: listens on loopback"
try "interface: the LAN takes the time" in_ns client "${ntpsec_python[@]}" \
	"$(peer ntpsec/usr/bin/ntpdig)" 192.0.2.4
stop interface

# (c) The server of a LAN, its own address in place of the network's.
guide lan "driftfile $work/lan.drift" 'restrict default nomodify notrap nopeer noquery' \
	'restrict 127.0.0.1' 'restrict ::1' \
	'restrict 192.168.44.130 mask 255.255.255.0 nomodify notrap' "${servers[@]}" \
	'server 127.127.1.0' 'fudge 127.127.1.0 stratum 10'
like "$(in_ns host "$ntpq" -pn 2>&1)" '^ LOCAL\(0\) +\.LOCL\. +10 l ' \
	"lan: LOCAL stands by while there are servers"
out=$(in_ns client "${ntpsec_python[@]}" "$(peer ntpsec/usr/bin/ntpdig)" 192.168.44.130 2>&1)
like "$out" ' 192\.168\.44\.130 s7 no-leap' "lan: the client takes the time"
out=$(in_ns client "$ntpq" -pn 192.168.44.130 2>&1)
like "$out" '^\*192\.0\.2\.' "lan: the network may look at the state"
out=$(in_ns one timeout 20 "$ntpq" -pn 192.0.2.4 2>&1)
unlike "$out" '^\*192\.0\.2\.' "lan: others may not"
stop lan
