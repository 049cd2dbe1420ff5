#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# nts_self.sh - our daemon with itself by NTS, as client and server: each algorithm, a restart of
# either side, keys of cookies that change under way.
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

our_nts_server ours server 'nts aead AES_SIV_CMAC_256 AES_SIV_CMAC_384 AES_SIV_CMAC_512'
for aead in 256 384 512; do
	nts_pair our our "aead AES_SIV_CMAC_$aead"
done
stop ours

# Keys that change under way, and a restart of the server: nobody has to exchange keys again. Those
# there are begin now: of more than nine periods ago, on a busy machine, none would be kept.
sed -i "s/^T: .*/T: $(date +%s)/" "$work/ours.cookies"
our_nts_server ours server 'nts rotate 20'
our_nts_client client client 'minpoll 3 maxpoll 3'
wait_until 30 our_nts_follows client client
ok $? "with keys of cookies that change: followed"
first=$(sed -n 's/^I: //p' "$work/ours.cookies" | sed 1q)
is_second() { [ "$(sed -n 's/^I: //p' "$work/ours.cookies" | sed -n 2p)" = "$first" ]; }
wait_until 80 is_second
ok $? "they change"
stop ours
our_nts_server ours server 'nts rotate 20'
sleep 25
our_nts_follows client client
ok $? "and it goes on, over a restart of the server too"
is "$(grep -c 'Got 8 cookies' "$work/client.log")" 1 "with the keys that were exchanged once"
wait_until 20 nts_jar_full client
ok $? "and with cookies of the keys of today, $(nts_cookies_of client)"
stop ours
stop client
rm -f "$work/client.log" "$work/client.state"

# An address of its own for the time: "nts port" is told by the key exchange.
our_nts_server ours server 'nts port 1234'
ask -u
like "$asked" '^server .* port 1234$' "the other port is told"
our_nts_client client client
wait_until 30 our_nts_follows client client
ok $? "and asked"
stop client
stop ours
