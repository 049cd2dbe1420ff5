#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# nts_tools.sh - ntpdate and sntp with --nts ask chronyd and NTPsec's ntpd: what they tell, what goes
# over the wire, and certificates that are not to be trusted.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/interop/peers.sh
. "$top_srcdir/tests/interop/peers.sh"
# shellcheck source=tests/interop/nts_rig.sh
. "$top_srcdir/tests/interop/nts_rig.sh"
chmod 755 "$work"

nts_certificates
ns_new server client
ns_join server client
nts_hosts 192.0.2.1 server client

# ask TOOL OPTION...: one of ours, in the namespace client; what it says is in out.
ask() {
	local tool=$1
	shift
	out=$(in_ns client "$top_builddir/$tool" "$@" --nts-ca "$nts/ca.pem" --nts ntp.nts.test 2>&1)
}

for server in chrony ntpsec; do
	"${server}_nts_server" "$server" server
	# NTPsec's has the time by itself after some seconds only.
	wait_until 30 ask sntp
	ok $? "$server: sntp asks it"
	like "$out" ' ntp\.nts\.test 192\.0\.2\.1 s[0-9]+ no-leap NTS AES_SIV_CMAC_256$' "$server: and tells by what"
	nts_capture "cap-$server" server
	ask ntpdate -q -p 8
	is $? 0 "$server: ntpdate asks it eight times"
	like "$out" '^server 192\.0\.2\.1, stratum [0-9]+, offset -?0\.0[0-9]{5}, delay 0\.0[0-9]{4}, NTS AES_SIV_CMAC_256$' \
		"$server: and tells by what"
	sleep 1
	stop "cap-$server"
	sizes=$(nts_sizes "cap-$server")
	note "$server: octets there/back $sizes"
	like "$sizes" '^(228/228|232/232) x8 $' "$server: eight requests and answers, all with NTS, of one length"
	ask ntpdate -d -p 1
	note "$(grep '^keys(' <<<"$out")"
	stop "$server"
done

for server in chrony ntpsec; do
	while read -r cert words; do
		"${server}_nts_server" "$server-$cert" server
		nts_capture "clear-$server-$cert" server
		ask ntpdate -q -p 1
		is $? 1 "$server: the certificate $cert: no"
		like "$out" "$words" "$server: for it is what it is"
		sleep 0.5
		stop "clear-$server-$cert"
		is "$(nts_packets "clear-$server-$cert")" '' "$server: and nothing is asked in clear"
		stop "$server-$cert"
	done <<-EOF_CERTS
		expired expired certificate: .* ended on
		early certificate not valid yet: .* begins on
		other certificate for another name: .* for elsewhere\.nts\.test, not for ntp\.nts\.test
		stranger untrusted certificate:
	EOF_CERTS
done
test_end
