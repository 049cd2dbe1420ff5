#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# nts_client.sh - our daemon as the NTS client of chronyd and NTPsec's ntpd: each algorithm they have,
# servers that lose their keys, certificates that are not to be trusted, a restart without a key
# exchange.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/interop/peers.sh
. "$top_srcdir/tests/interop/peers.sh"
# shellcheck source=tests/interop/nts_rig.sh
. "$top_srcdir/tests/interop/nts_rig.sh"

nts_certificates
ns_new server client
ns_join server client
nts_hosts 192.0.2.1 server client

# --- each server ---------------------------------------------------------------------------

declare -A file_of=([chrony]=chrony.dump/ntskeys [ntpsec]=ntpsec.cookies)
for server in chrony ntpsec; do
	"${server}_nts_server" "$server" server
	nts_pair our "$server"
	[ "$server" = chrony ] || nts_pair our ntpsec 'aead AES_SIV_CMAC_512'

	# A restart of ours asks for no keys; then the server loses its own.
	our_nts_client client client
	wait_until 30 our_nts_follows client client
	ok $? "$server: followed"
	stop client
	[ -s "$work/client.state" ]
	ok $? "$server: the session is kept at the end"
	is "$(stat -c %a "$work/client.state")" 600 "$server: for nobody else's eyes"
	filter='tcp port 4460' nts_capture ke client
	our_nts_client client client
	wait_until 30 our_nts_follows client client
	ok $? "$server: followed after a restart"
	nts_jar_full client
	ok $? "$server: with the cookies that it had kept, $(nts_cookies_of client)"
	stop ke
	is "$(tshark -r "$work/ke.pcapng" 2>/dev/null | wc -l)" 0 "$server: without a key exchange"
	[ ! -s "$work/client.state" ]
	ok $? "$server: and no session is left in the file that could be used twice"

	stop "$server"
	wait_until 60 nts_jar_lacks client
	ok $? "$server: each request without an answer takes a cookie, $(nts_cookies_of client) are left"
	rm "$work/${file_of[$server]}"
	: >"$work/client.log"
	"${server}_nts_server" "$server" server
	wait_until 150 grep -q 'NTSc: Got 8 cookies' "$work/client.log"
	ok $? "$server: keys are exchanged again when the server has lost its own"
	wait_until 40 our_nts_follows client client
	ok $? "$server: and it is followed again"
	nts_jar_full client
	ok $? "$server: with cookies of the new keys, $(nts_cookies_of client)"
	stop client
	stop "$server"
	rm -f "$work/client.state" "$work/client.log"
done

# --- certificates ----------------------------------------------------------------------------

while read -r cert words; do
	chrony_nts_server "chrony-$cert" server
	our_nts_client "client-$cert" client
	wait_log 15 "client-$cert" "$words"
	ok $? "the certificate $cert is refused: $words"
	unlike "$(peers_of client)" '^\*' "$cert: nobody is followed"
	nts_capture clear client
	sleep 12
	stop clear
	is "$(nts_packets clear)" '' "$cert: and nothing is asked in clear"
	stop "client-$cert"
	stop "chrony-$cert"
	rm -f "$work/clear.log" "$work/client-$cert.state"
done <<-END
	expired (expired|not valid any more)
	early not (yet valid|valid yet)
	other name
	stranger (trust|issuer|self)
END
