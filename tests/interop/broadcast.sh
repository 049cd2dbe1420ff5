#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# broadcast.sh - chronyd's broadcasts heard by ours; ours, with each type of key, heard by ours and
# read by tshark, for no package of Debian's can be a broadcast client (NTPsec, OpenNTPD and chronyd
# have dropped it); multicast and manycast between ours, v4 and v6.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/interop/peers.sh
. "$top_srcdir/tests/interop/peers.sh"
need tshark
need_peer chrony/usr/sbin/chronyd

cat >"$work/keys" <<-'EOF'
	1 MD5 tulip
	2 SHA1 a-secret-of-text
	3 SHA256 a-secret-of-text
	4 SHA512 a-secret-of-text
	5 SHA3-256 a-secret-of-text
	6 AES128CMAC 000102030405060708090a0b0c0d0e0f
	7 AES256 HEX:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
EOF
chmod 600 "$work/keys"
types=(MD5 SHA1 SHA256 SHA512 SHA3-256 AES128CMAC AES256)
keyed=("keys $work/keys" 'trustedkey 1 2 3 4 5 6 7')
clock=('server 127.127.1.0' 'fudge 127.127.1.0 stratum 5' 'tos orphanwait 1')

ns_new chrony ours client second
ns_lan chrony ours client second

# is_row X ADDRESS TYPE: our daemon in namespace X has it as a row of that type.
is_row() {
	peers_of "$1" | grep -Eq "^.${2:0:15} +[^ ]+ +[0-9]+ $3 "
}

# hears X ADDRESS: it is an association that hears broadcasts, and is reached.
hears() {
	peers_of "$1" | grep -Eq "^.${2:0:15} +[^ ]+ +[0-9]+ b +[^ ]+ +[0-9]+ +[1-7]"
}

# state X WORD: the first association of our daemon in namespace X says so of itself.
state() {
	in_ns "$1" "$ntpq" -c 'rv &1 cast_state' 2>&1 | grep -q "cast_state=\"$2"
}

# --- chronyd sends, ours hears

cat >"$work/chronyd.conf" <<-EOF
	local stratum 3
	allow all
	broadcast 4 192.0.2.255
	user root
	cmdport 0
	bindcmdaddress /
	pidfile $work/chronyd.pid
EOF
start chronyd chrony "$(peer chrony/usr/sbin/chronyd)" -x -d -f "$work/chronyd.conf"
our_ntpd open client 'broadcastclient' 'disable auth' 'disable ntp' 'restrict default nomodify'
our_ntpd strict second "${keyed[@]}" 'broadcastclient' 'disable ntp' 'restrict default nomodify'
wait_until 60 hears client 192.0.2.1
ok $? "ours hears the broadcasts of chronyd (disable auth)" || note "$(peers_of client)"
wait_until 60 state client listening
ok $? "has measured their way by a volley" ||
	note "$(in_ns client "$ntpq" -c 'rv &1 cast_state,bcdelay' 2>&1)"
like "$(in_ns client "$ntpq" -c 'rv &1 hmode,pmode,stratum' 2>&1)" 'hmode=6, pmode=5, stratum=3' \
	"and hears it in mode 6, as ntpq has it"
wait_until 60 our_synchronised client
ok $? "is synchronised by it"
offset_below 20 "$(peers_of client)"
ok $? "within 20 ms"
like "$(cat "$work/open.log")" 'disable auth' "warns of disable auth when it starts"
unlike "$(peers_of second)" '^.192\.0\.2\.1 ' "one that wants keys does not believe it"
like "$(cat "$work/strict.log")" '192\.0\.2\.1: no association with it' "and says so"
is "$(grep -c 'no association with it' "$work/strict.log")" 1 "once"
stop open
stop strict
stop chronyd

# --- ours sends with each type of key, ours hears, tshark reads

in_ns client timeout 120 tshark -q -i eth0 -f 'udp port 123 and dst 192.0.2.255' -w "$work/cap" \
	>"$work/tshark.log" 2>&1 &
tshark_job=$!
for id in "${!types[@]}"; do
	key=$((id + 1))
	our_ntpd sender ours "${clock[@]}" "${keyed[@]}" "broadcast 192.0.2.255 key $key minpoll 3"
	our_ntpd hearer client "${keyed[@]}" 'broadcastclient' 'disable ntp'
	wait_until 40 hears client 192.0.2.2
	ok $? "ours hears ours: ${types[$id]}" || note "$(peers_of client)"
	if [ "$key" = 1 ]; then
		is_row ours 192.0.2.255 B
		ok $? "the sender has a row of type B" || note "$(peers_of ours)"
	fi
	stop hearer
	stop sender
done
kill "$tshark_job" 2>/dev/null
wait "$tshark_job" 2>/dev/null
fields=$(tshark -r "$work/cap" -T fields -e ntp.flags.mode -e ntp.stratum -e ntp.ppoll -e ntp.org \
	-e ntp.rec -e ip.ttl 2>/dev/null | sort | uniq -c)
like "$fields" '5[[:space:]]+6[[:space:]]+3[[:space:]]' "tshark reads mode 5, stratum 6, poll 3" ||
	note "$fields"
unlike "$(tshark -r "$work/cap" -T fields -e ntp.org 2>/dev/null | sort -u)" '20[0-9][0-9]' \
	"and no origin time"

# --- multicast, v4 and v6; interleaved

our_ntpd sender ours "${clock[@]}" "${keyed[@]}" 'broadcast 224.0.1.1 key 6 minpoll 3 ttl 2 xleave' \
	'broadcast ff05::101 key 6 minpoll 3'
our_ntpd four client "${keyed[@]}" 'multicastclient 224.0.1.1' 'disable ntp'
our_ntpd six second "${keyed[@]}" 'multicastclient ff05::101' 'disable ntp'
wait_until 40 hears client 192.0.2.2
ok $? "a group of IPv4 is heard" || note "$(peers_of client)"
wait_until 40 hears second 2001:db8:2::2
ok $? "a group of IPv6 is heard" || note "$(peers_of second)"
is_row ours 224.0.1.1 M
ok $? "the sender has a row of type M" || note "$(peers_of ours)"
stop four
stop six
stop sender

# --- manycast

our_ntpd many ours "${clock[@]}" "${keyed[@]}" 'manycastserver 239.255.254.254 ff05::fefe' \
	'restrict default nomodify'
our_ntpd asks client "${keyed[@]}" 'manycastclient 239.255.254.254 key 6 minpoll 3 iburst' \
	'disable ntp'
our_ntpd asks6 second "${keyed[@]}" 'manycastclient ff05::fefe key 6 minpoll 3 iburst' 'disable ntp'
wait_until 60 is_row client 192.0.2.2 u
ok $? "a manycast client finds a server, IPv4" || note "$(peers_of client)"
wait_until 60 is_row second 2001:db8:2::2 u
ok $? "and IPv6" || note "$(peers_of second)"
is_row client 239.255.254.254 a
ok $? "the search has a row of type a" || note "$(peers_of client)"
like "$(in_ns client "$ntpq" -c explain 2>&1)" 'servers are looked for|enough servers' \
	"which explain explains" || note "$(in_ns client "$ntpq" -c explain 2>&1)"
stop asks
stop asks6
stop many
