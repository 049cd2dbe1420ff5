#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# nts_server.sh - our daemon as the NTS server of chronyd, NTPsec's ntpd and nts_ask: each
# algorithm, a request in pieces and requests that are none, cookies that are lost, forged, old or of
# another server of the fleet.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/interop/peers.sh
. "$top_srcdir/tests/interop/peers.sh"
# shellcheck source=tests/interop/nts_rig.sh
. "$top_srcdir/tests/interop/nts_rig.sh"

nts_certificates
ns_new server client other
ns_lan server client other
nts_hosts 192.0.2.1 server client other

all='nts aead AES_SIV_CMAC_256 AES_SIV_CMAC_384 AES_SIV_CMAC_512'
our_nts_server ours server "$all"
for client in chrony ntpsec; do
	nts_pair "$client" our
done
nts_pair ntpsec our 'aead AES_SIV_CMAC_512'

# --- one question at a time ---------------------------------------------------------------

for aead in 15,104 16,136 17,168; do
	ask -a "${aead%,*}" -uu
	is $? 0 "AEAD ${aead%,*}: keys, and two answers that open"
	like "$asked" "^cookies 8 of ${aead#*,}\$" "with 8 cookies of ${aead#*,} octets"
	note "AEAD ${aead%,*}: $(grep -E '^(sent|got)' <<<"$asked" | tr '\n' ' ')"
done
ask -a 17,15
like "$asked" '^aead (15|17)$' "of two algorithms one is chosen"
ask -u -P 7
like "$asked" ' cookies 8 of 104$' "seven placeholders bring 8 cookies"
is "$(sed -n 's/^got \([0-9]*\) .*/\1/p' <<<"$asked")" "$(sed -n 's/^sent //p' <<<"$asked")" \
	"in an answer as long as the request"
for octets in 1 3 7; do
	ask -b "$octets" -u
	is $? 0 "a request in pieces of $octets is served"
done
ask -a 77
like "$asked" '^response 800100020000[08]004000080000000$' "without a common algorithm its record is empty"

# told REQUEST RESPONSE NAME: what is told to a request, in hex.
told() {
	ask -r "$1"
	like "$asked" "^response $2\$" "$3"
}
told 8001000200008004000200 80020002000180000000 "half a request"
told 800100020000800400020000 '80020002000180000000' "a request without an end"
told 80010002000080040002000f80ff000080000000 80020002000080000000 "an unknown critical record"
told 80010002000080040002000f00ff000080000000 \
	'800100020000[08]0040002000f(00050068[0-9a-f]{208}){8}80000000' "an unknown record is passed over"
told 80040002000f80000000 80020002000180000000 "a request without a protocol"

# --- a crowd that takes every place, from another network ------------------------------------

need python3
ns_join server client 51
for how in idle drip tls; do
	start "$how" client python3 "$top_srcdir/tests/interop/nts_crowd.py" 198.51.100.1 4460 300 "$how"
	wait_log 60 "$how" ready
	slowest=0
	for _ in 1 2; do # more would be too often: a limit that acts while places are few
		begin=$(date +%s%N)
		in_ns other timeout 6 "$top_builddir/tests/interop/nts_ask" -c "$nts/ca.pem" -u ntp.nts.test \
			>"$work/crowd.out" 2>&1 || slowest=99999
		took=$((($(date +%s%N) - begin) / 1000000))
		[ "$took" -le "$slowest" ] || slowest=$took
		sleep 1
	done
	[ "$slowest" -lt 5000 ]
	ok $? "300 connections ($how): keys and the time within 5 s" || note "$(cat "$work/crowd.out")"
	note "300 connections ($how): the slower of two took $slowest ms"
	stop "$how"
done
unlike "$(cat "$work/ours.log")" 'ERROR|Assertion' "the crowd leaves no error"

# --- cookies over time -------------------------------------------------------------------

ask -u -o "$work/session"
ask -u -i "$work/session"
is $? 0 "a session goes on without keys being exchanged again"
stop ours
our_nts_server ours server "$all"
ask -u -i "$work/session"
is $? 0 "and over a restart of the server with its key file"

for client in chrony ntpsec; do
	"${client}_nts_client" "lost-$client" "$([ $client = chrony ] && echo client || echo other)" \
		"$([ $client = chrony ] || echo minpoll 3 maxpoll 3)"
done
wait_until 40 chrony_nts_follows lost-chrony client && wait_until 40 ntpsec_nts_follows lost-ntpsec other
ok $? "chronyd and NTPsec's ntpd follow before the keys are lost"
stop ours
rm "$work/ours.cookies"
: >"$work/ours.log"
our_nts_server ours server
ask -u -i "$work/session"
is $? 3 "a server that has lost its keys says NAK"
like "$asked" '^got 84 opened 0 nak 1 stratum 0 kiss NTSN' "in 84 octets"
served() { grep -q "NTS-KE from $1" "$work/ours.log"; }
wait_until 60 served 192.0.2.2
ok $? "chronyd exchanges keys again"
wait_until 120 served 192.0.2.3 # it takes a NAK for no answer
ok $? "NTPsec's ntpd exchanges keys again when its cookies are used up"
nts_capture after server
sleep 20
stop after
like "$(nts_packets after)" '^answer .{456,}$' "and they are answered with NTS again"
stop lost-chrony
stop lost-ntpsec
stop ours

# Keys that change: looked at once a minute.
our_nts_server ours server 'nts rotate 20'
ask -u -o "$work/session"
first=$(sed -n 's/^I: //p' "$work/ours.cookies" | sed 1q)
is_second() { [ "$(sed -n 's/^I: //p' "$work/ours.cookies" | sed -n 2p)" = "$first" ]; }
wait_until 80 is_second
ok $? "the key of cookies changes when it is time"
ask -u -i "$work/session"
is $? 0 "a cookie of the key before is taken"
stop ours

# --- a fleet with one key file, and the way from one daemon to the other --------------------

ntpsec_nts_server ntpsec other
wait_until 10 test -s "$work/ntpsec.cookies"
cookies=$work/ntpsec.cookies our_nts_server fleet server 'nts rotate 0' "$all"
for aead in 15 17; do
	host=192.0.2.3 ask -a "$aead" -t 192.0.2.1 -u
	is $? 0 "AEAD $aead: a cookie of NTPsec's server is taken by ours with the same key file"
	ask -a "$aead" -t 192.0.2.3 -u
	is $? 0 "AEAD $aead: a cookie of ours is taken by NTPsec's"
done
host=192.0.2.3 ask -o "$work/session"
stop ntpsec
stop fleet
cookies=$work/ntpsec.cookies our_nts_server moved server
ask -u -i "$work/session"
is $? 0 "who moves from NTPsec to ours with the key file keeps its clients"
stop moved

our_nts_server ours server
ask -o "$work/session"
stop ours
cookies=$work/ours.cookies ntpsec_nts_server back server
ask -u -i "$work/session"
is $? 0 "and who moves from ours to NTPsec as well"
stop back
