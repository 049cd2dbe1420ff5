#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# nts_fixtures.sh - makes tests/data/nts anew: what chronyd and NTPsec's ntpd say to each other with
# NTS, and the keys it was said with. Run by hand, as root:
#
#	nts_fixtures.sh FOLDER
#
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/interop/peers.sh
. "$top_srcdir/tests/interop/peers.sh"
# shellcheck source=tests/interop/nts_rig.sh
. "$top_srcdir/tests/interop/nts_rig.sh"
out=${1:?a folder}
nts_ask=$top_builddir/tests/interop/nts_ask
packets=8 # of each pair

nts_certificates
ns_new server client
ns_join server client
nts_hosts 192.0.2.1 server client
mkdir -p "$out"

declare -A keys_of_server=([chrony]=server.dump/ntskeys [ntpsec]=server.cookies)

# exchange SERVER AEAD: a key exchange with a server, and two answers, as nts_ask sees them.
exchange() {
	local file=$out/ke-$1-$2.txt
	in_ns client "$nts_ask" -a "$2" -c "$nts/ca.pem" -uu ntp.nts.test >"$work/ask.out" &&
		"$nts_ask" -m "$work/${keys_of_server[$1]}" \
			"$(sed -n 's/^ask .\{168\}0204....//p' "$work/ask.out" | cut -c "1-$3" | sed 1q)" \
			>"$work/cookie.out"
	ok $? "$1: a key exchange for AEAD $2, two answers, and the cookie opens"
	{
		sed -n 's/^\(id\|key\) /cookie_&/p' "$work/cookie.out"
		sed -n 's/^ask /request /; /^\(request\|response\|aead\|c2s\|s2c\|answer\) /p' \
			"$work/ask.out" | sed '1s/request/ke_request/; s/^response/ke_response/'
	} >"$file"
	is "$(grep '^c2s' "$work/cookie.out")" "$(grep '^c2s' "$file")" "and has the session's key"
}

# pair CLIENT SERVER: the first packets of a client.
pair() {
	local file=$out/$1-$2.txt
	nts_capture "cap-$1-$2" server
	"$1_nts_client" client client
	wait_until 40 "$1_nts_follows" client client
	ok $? "$1 follows $2"
	sleep 1
	stop client
	stop "cap-$1-$2"
	nts_packets "cap-$1-$2" | head -n "$packets" >"$work/packets"
	"$nts_ask" -m "$work/${keys_of_server[$2]}" \
		"$(sed -n '1s/^request .\{168\}0204....//p' "$work/packets" | cut -c "1-$3")" >"$work/cookie.out"
	ok $? "its first cookie opens"
	{
		sed 's/^\(id\|key\) /cookie_&/' "$work/cookie.out"
		cat "$work/packets"
	} >"$file"
	note "$(nts_sizes "cap-$1-$2")"
	rm -rf "$work/client.dump"
}

for server in chrony ntpsec; do
	"${server}_nts_server" server server
	wait_until 10 in_ns client "$nts_ask" ntp.nts.test
	[ "$server" = chrony ] && digits=200 || digits=208
	for client in chrony ntpsec; do
		pair "$client" "$server" "$digits"
	done
	exchange "$server" 15 "$digits"
	[ "$server" = chrony ] || exchange "$server" 17 336
	stop server
done
cp "$work/server.cookies" "$out/ntpsec-keys"

# What the clients ask for keys: a TLS server that prints and never answers.
for client in chrony ntpsec; do
	# It ends when there is nothing more to read.
	# shellcheck disable=SC2016 # the inner shell's
	start "tls-$client" server bash -c 'exec "$@" 2>/dev/null < <(exec sleep 10)' sh openssl s_server \
		-accept 4460 -tls1_3 -alpn ntske/1 -quiet -cert "$nts/good.pem" -key "$nts/good.key"
	sleep 0.5
	"${client}_nts_client" client client
	sleep 4
	stop client
	stop "tls-$client"
	{
		printf 'ke_request '
		od -An -v -tx1 "$work/tls-$client.log" | tr -d ' \n'
		echo
	} >"$out/ke-by-$client.txt"
	note "$(cat "$out/ke-by-$client.txt")"
done
