#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# nts_control.sh - chronyd and NTPsec's ntpd with each other, both ways: what the other tests of NTS
# compare ours with, and whether their rig works.
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

for server in chrony ntpsec; do
	"${server}_nts_server" "$server" server
	for client in chrony ntpsec; do
		nts_pair "$client" "$server"
	done
	stop "$server"
done

# What a client is to refuse.
for cert in expired early other stranger; do
	chrony_nts_server "chrony-$cert" server
	chrony_nts_client "client-$cert" client
	wait_log 10 "client-$cert" 'TLS handshake with .* failed'
	ok $? "chrony's client refuses the certificate $cert"
	stop "client-$cert"
	stop "chrony-$cert"
done
