#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# symmetric.sh - peers: ours with chronyd, which knows symmetric active mode and its interleaved
# form, by each type of key; with NTPsec's ntpd, which is no peer; and
# two of ours, active and passive.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/interop/peers.sh
. "$top_srcdir/tests/interop/peers.sh"
need_peer chrony/usr/sbin/chronyd chrony/usr/bin/chronyc ntpsec/usr/sbin/ntpd

# What chrony and we read alike.
cat >"$work/sym.keys" <<-'END'
	1 MD5 HEX:B028F91EA5C38D06C2E140B26C7F41EC
	2 SHA1 HEX:1dc764e0791b11fa67efc7ecbc4b0d73f68a070c
	3 SHA256 HEX:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
	4 SHA512 HEX:0123456789abcdef0123456789abcdef
	5 AES128 HEX:000102030405060708090A0B0C0D0E0F
	6 AES256 HEX:000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F
END
chmod 600 "$work/sym.keys"

ns_new ours chrony ntpsec other
ns_lan ours chrony ntpsec other
ours=192.0.2.1 chrony=192.0.2.2 ntpsec=192.0.2.3 other=192.0.2.4

# our_peer NAME X LINE...: ours in X, which serves its own clock, with these lines.
our_peer() {
	local name=$1 x=$2
	shift 2
	our_ntpd "$name" "$x" 'server 127.127.1.0' 'fudge 127.127.1.0 stratum 5' \
		'tos orphanwait 1' 'restrict default nomodify' 'restrict 127.0.0.1' \
		"keys $work/sym.keys" 'trustedkey (1 ... 6)' "$@"
}

# chrony_peer LINE...: chronyd with its own clock as stratum 3 and these lines.
chrony_peer() {
	printf '%s\n' 'local stratum 3' 'allow all' "keyfile $work/sym.keys" 'user root' \
		'cmdport 0' "bindcmdaddress $work/c/sock" "pidfile $work/chronyd.pid" "$@" \
		>"$work/chrony.conf"
	mkdir -p "$work/c"
	chmod 700 "$work/c"
	start chronyd chrony "$(peer chrony/usr/sbin/chronyd)" -x -d -f "$work/chrony.conf"
	wait_log 10 chronyd 'chronyd version' || bail "chronyd starts"
}

# chrony_says WORD...: of chronyc.
chrony_says() {
	in_ns chrony "$(peer chrony/usr/bin/chronyc)" -n -h "$work/c/sock" "$@" 2>&1
}

# heard_of X ADDRESS MODE: true when ours in X has answers of that peer, in that mode.
heard_of() {
	local id v
	for id in $(in_ns "$1" "$ntpq" -nc associations | awk '$1 ~ /^[0-9]+$/ { print $2 }'); do
		v=$(in_ns "$1" "$ntpq" -nc "rv $id srcadr,reach,pmode" | tr '\n' ' ')
		[[ $v == *"srcadr=$2,"* && $v == *"pmode=$3"* && ! $v =~ reach=(0x)?0+[,\ ] ]] &&
			return 0
	done
	return 1
}

# chrony_heard: true when chronyd has answers of ours.
chrony_heard() {
	chrony_says sources | grep -Eq "^=[*+?x-] +$ours +[0-9]+ +[0-9]+ +[1-7]"
}

# is_interleaved: true when chronyd's last packet of ours was interleaved.
is_interleaved() {
	chrony_says ntpdata "$ours" | grep -Eq '^Interleaved *: Yes'
}

# with_chrony KEY TYPE FORM: both in each other's lines, until each has heard the other.
with_chrony() {
	local what="chrony, $2, $3" option=${3#basic}
	our_peer ours ours "peer $chrony key $1 minpoll 3 maxpoll 3 $option"
	# As often as we send, else few of its packets have an answer of their own.
	chrony_peer "peer $ours key $1 minpoll 3 maxpoll 3 $option"
	wait_until 60 heard_of ours "$chrony" 1
	ok $? "$what: we hear it" || note "$(peers_of ours)"
	wait_until 60 chrony_heard
	ok $? "$what: it hears us" || note "$(chrony_says sources; chrony_says ntpdata "$ours")"
	like "$(peers_of ours)" "$chrony .* s " "$what: ntpq shows a peer"
	if [ "$3" = xleave ]; then
		wait_until 120 is_interleaved
		ok $? "$what: our packets are interleaved" || note "$(chrony_says ntpdata "$ours")"
	fi
	stop chronyd
	stop ours
}

for key in 1 2 3 4 5 6; do
	type=$(awk -v id=$key '$1 == id { print $2 }' "$work/sym.keys")
	with_chrony $key "$type" basic
done
with_chrony 5 AES128 xleave

# Another key on one side: nothing comes of it, and nobody is led astray.
our_peer ours ours "peer $chrony key 1 minpoll 3 maxpoll 3"
chrony_peer "peer $ours key 2 minpoll 1 maxpoll 1"
sleep 20
heard_of ours "$chrony" 1
is $? 1 "another key: we do not believe it"
chrony_heard
is $? 1 "another key: it does not believe us"
like "$(in_ns ours "$ntpq" -c explain 2>&1)" 'compare the key number, type and secret' \
	"another key: explain tells"
stop chronyd
stop ours

# NTPsec has no symmetric mode, and is silent to one without a key: explain says what is seen.
ntpsec_server ntpsec
our_peer ours ours "peer $ntpsec minpoll 3 maxpoll 3"
sleep 12
heard_of ours "$ntpsec" 2
is $? 1 "NTPsec is no peer"
like "$(in_ns ours "$ntpq" -c explain 2>&1)" 'no packet of it has come to port 123' \
	"NTPsec is no peer: explain tells"
stop ours

# Two of ours.
our_peer ours ours "peer $other key 5 minpoll 3 maxpoll 3 xleave"
our_peer other other "peer $ours key 5 minpoll 3 maxpoll 3 xleave"
wait_until 60 heard_of ours "$other" 1
ok $? "ours, active: one hears the other" || note "$(peers_of ours)"
wait_until 60 heard_of other "$ours" 1
ok $? "ours, active: and the other the one" || note "$(peers_of other)"
stop other
our_peer other other
unlisted() { in_ns other "$ntpq" -c explain 2>&1 | tr -s ' \n' ' ' | grep -q "'enable passive' is not set: .* from $ours"; }
try "ours, without a line: explain tells who asked, and that passive is off" wait_until 30 unlisted
stop other
our_peer other other 'enable passive'
wait_until 60 heard_of other "$ours" 1
ok $? "ours, passive: an association is made" || note "$(peers_of other)"
wait_until 60 heard_of ours "$other" 2
ok $? "ours, passive: it answers in mode 2" || note "$(peers_of ours)"
like "$(peers_of other)" "$ours .* S " "ours, passive: ntpq shows it"
stop ours
stop other
our_peer other other 'enable passive'
our_peer ours ours "peer $other minpoll 3 maxpoll 3"
wait_until 60 heard_of ours "$other" 2
ok $? "ours, without a key: answered as a client" || note "$(peers_of ours)"
unlike "$(peers_of other)" "$ours" "ours, without a key: no association is made"
stop other
stop ours
