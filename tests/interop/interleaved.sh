#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# interleaved.sh - interleaved mode with chronyd, as its server and as its client: without a key,
# with each type of key, and inside NTS. What both sides say of it tells that it is really used.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/interop/peers.sh
. "$top_srcdir/tests/interop/peers.sh"
# shellcheck source=tests/interop/nts_rig.sh
. "$top_srcdir/tests/interop/nts_rig.sh"
need_peer chrony/usr/sbin/chronyd chrony/usr/bin/chronyc

nts_certificates
ns_new server client
ns_join server client
nts_hosts 192.0.2.1 server client

hex=000102030405060708090A0B0C0D0E0F
cat >"$work/chrony.keys" <<-EOF_KEYS
	1 MD5 HEX:$hex
	2 SHA1 HEX:$hex
	3 AES128 HEX:$hex
EOF_KEYS
cat >"$work/our.keys" <<-EOF_KEYS
	1 MD5 $hex$hex
	2 SHA1 $hex$hex
	3 AES128CMAC $hex
EOF_KEYS
sed -i "s/ \(MD5\|SHA1\) HEX:$hex/ \1 HEX:$hex$hex/" "$work/chrony.keys"
chmod 600 "$work/chrony.keys" "$work/our.keys"

# chrony_says NAME X COMMAND: what chronyc has of the daemon NAME in namespace X.
chrony_says() {
	in_ns "$2" "$(peer chrony/usr/bin/chronyc)" -h "$work/$1.dump/sock" "$3" 2>&1
}

# chrony_daemon NAME X LINE...: chronyd in namespace X, which chronyc reaches.
chrony_daemon() {
	local name=$1 x=$2
	shift 2
	mkdir -p "$work/$name.dump"
	chmod 700 "$work/$name.dump"
	printf '%s\n' 'user root' 'cmdport 0' "bindcmdaddress $work/$name.dump/sock" \
		"pidfile $work/$name.pid" "keyfile $work/chrony.keys" "$@" >"$work/$name.conf"
	start "$name" "$x" "$(peer chrony/usr/sbin/chronyd)" -x -d -f "$work/$name.conf"
	wait_log 10 "$name" 'chronyd version' || bail "chronyd starts"
}

chrony_is_interleaved() {
	chrony_says "$1" client ntpdata | grep -Eq '^Interleaved *: Yes'
}

# variable X NAME: a variable of our daemon in namespace X: of its first association, or of itself.
variable() {
	in_ns "$1" "$ntpq" -c "rv ${3:-0} $2" 2>/dev/null |
		sed -n "s/.*\\<$2=\"\\{0,1\\}\\([^,\"]*\\).*/\\1/p"
}

our_is_interleaved() {
	[ "$(variable client ilmode '&1')" = interleaved ] &&
		[ "$(variable client il_answers '&1')" -ge 3 ]
}

# chrony_asks WHAT: the client chrony is answered in interleaved mode by our server.
chrony_asks() {
	local before
	before=$(variable server srv_interleaved)
	wait_until 40 chrony_is_interleaved chrony
	ok $? "chronyd as client, $1: it says that it is interleaved" ||
		note "$(chrony_says chrony client ntpdata)"
	[ "$(variable server srv_interleaved)" -gt "$before" ]
	ok $? "chronyd as client, $1: our server says so, $(variable server srv_interleaved) answers"
	wait_until 20 grep -q 'Selected source' "$work/chrony.log"
	ok $? "chronyd as client, $1: it follows our server"
	stop chrony
}

# we_ask WHAT SERVER: our client is answered in interleaved mode by chronyd.
we_ask() {
	local said
	wait_until 60 our_is_interleaved
	ok $? "chronyd as server, $1: we are interleaved, $(variable client il_answers '&1') answers" ||
		note "$(in_ns client "$ntpq" -c 'rv &1' 2>&1)"
	said=$(chrony_says "$2" server serverstats)
	[ "$(sed -n 's/^Interleaved NTP packets *: *//p; s/^NTP interleaved packets *: *//p' \
		<<<"$said" | head -1)" -ge 3 ]
	ok $? "chronyd as server, $1: it says so" || note "$said"
	wait_until 30 our_synchronised client
	ok $? "chronyd as server, $1: we are synchronised"
	offset_below 20 "$(peers_of client)"
	ok $? "chronyd as server, $1: it is within 20 ms of us"
	stop client
}

# --- our server, chronyd asks ------------------------------------------------------------

our_ntpd ours server 'server 127.127.1.0' 'fudge 127.127.1.0 stratum 5' 'tos orphanwait 1' \
	'restrict default nomodify notrap nopeer' 'restrict 127.0.0.1' 'restrict ::1' \
	'interleaved on' "keys $work/our.keys" 'trustedkey 1 2 3'
wait_until 15 our_synchronised server || bail "our server has the time of its own clock"
for key in '' 'key 1' 'key 2' 'key 3'; do
	chrony_daemon chrony client "server 192.0.2.1 iburst minpoll 1 maxpoll 1 xleave $key"
	chrony_asks "${key:-no key}"
done
chrony_daemon chrony client "server 2001:db8:2::1 iburst minpoll 1 maxpoll 1 xleave"
chrony_asks "over v6"
# A client in basic mode beside it costs nothing.
before=$(variable server srv_interleave_missed)
chrony_daemon basic client "server 192.0.2.1 iburst minpoll 1 maxpoll 1"
wait_until 20 grep -q 'Selected source' "$work/basic.log"
ok $? "chronyd without xleave follows our server"
is "$(variable server srv_interleave_missed)" "$before" "and nothing is kept for it"
stop basic
stop ours

our_nts_server ours server 'interleaved on'
chrony_nts_client chrony client xleave
chrony_asks NTS
stop ours

# --- chronyd serves, we ask ----------------------------------------------------------------

chrony_daemon chronyd server 'local stratum 3' 'allow all'
for key in '' 'key 1' 'key 2' 'key 3'; do
	our_ntpd client client "server 192.0.2.1 iburst minpoll 3 maxpoll 3 xleave $key" \
		"keys $work/our.keys" 'trustedkey 1 2 3'
	we_ask "${key:-no key}" chronyd
done
stop chronyd

mkdir -p "$work/chronts.dump"
chmod 700 "$work/chronts.dump"
chrony_daemon chronts server 'local stratum 3' 'allow all' "ntsservercert $nts/good.pem" \
	"ntsserverkey $nts/good.key" "ntsdumpdir $work/chronts.dump" 'ntsprocesses 1'
our_nts_client client client 'xleave'
we_ask NTS chronts
stop chronts

# --- one that does not know it --------------------------------------------------------------

our_ntpd plain server 'server 127.127.1.0' 'fudge 127.127.1.0 stratum 5' 'tos orphanwait 1' \
	'restrict default nomodify notrap nopeer'
wait_until 15 our_synchronised server || bail "our server has the time of its own clock"
our_ntpd client client "server 192.0.2.1 iburst minpoll 3 maxpoll 3 xleave"
wait_until 30 our_synchronised client
ok $? "a server without it is followed by a client with xleave"
is "$(variable client ilmode '&1')" basic "which says that it is basic"
declined_often() {
	[ "$(variable client il_declined '&1')" -ge 4 ]
}
wait_until 60 declined_often
ok $? "and how often it was declined: $(variable client il_declined '&1')"
like "$(in_ns client "$ntpq" -c explain 2>&1)" 'xleave does nothing' "explain says why"
stop client
stop plain
