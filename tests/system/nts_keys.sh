#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# nts_keys.sh - the file with the keys of cookies, of ntpd with -u: whose it is, what a restart with
# and without it does to a client, and what is said of one that is wrong.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need setpriv stat
ns_new server client
ns_join server client
ntpd=$top_builddir/ntpd
keys=$work/lib/nts-keys
chmod 755 "$work"
install -d -o daemon "$work/lib" "$work/clib"

"$top_builddir/ntp-keygen" --nts --output "$work/lib" 192.0.2.1 >/dev/null
ok $? "a certificate is made"
chown daemon "$work/lib/key.pem"
printf '%s\n' 'server 127.127.1.0' 'fudge 127.127.1.0 stratum 3' 'tos orphanwait 1' \
	"nts enable cert $work/lib/cert-chain.pem key $work/lib/key.pem cookie $keys" \
	'restrict default' >"$work/s.conf"
printf '%s\n' "server 192.0.2.1 nts ca $work/lib/cert-chain.pem iburst minpoll 3 maxpoll 3" \
	"driftfile $work/clib/drift" "nts state $work/clib/nts-client" >"$work/c.conf"

# served: starts the server, and waits until it has its certificate.
served() {
	: >"$work/server.log"
	start server server "$ntpd" -n -u daemon -c "$work/s.conf"
	wait_log 10 server 'NTSs: certificate of .*, valid until'
}
# sessions: how often the client asked for keys and got them. more_sessions N: more than N.
sessions() { grep -c 'Got 8 cookies' "$work/client.log"; }
more_sessions() { [ "$(sessions)" -gt "$1" ]; }
# reach: of the client's server, octal.
reach() { in_ns client "$top_builddir/ntpq" -c 'rv &1 reach' | sed -n 's/.*reach=\([0-7]*\).*/\1/p'; }
is_reached() { [ "$(reach)" = "$1" ]; }

try "the server starts" served
is "$(stat -c '%U %a' "$keys")" 'daemon 600' "its key file is its user's alone"
is "$(grep -c '^[TLIK]: ' "$keys")" 6 "it has a time, a length and two keys"
before=$(cat "$keys")

start client client "$ntpd" -n -c "$work/c.conf"
try "a client gets cookies" wait_until 20 more_sessions 0
try "and the time" wait_until 30 in_ns client "$top_builddir/ntpstat"

stop server
try "the server starts again" served
is "$(cat "$keys")" "$before" "its keys are those of before"
try "the client gets eight answers more" wait_until 100 is_reached 377
is "$(sessions)" 1 "with the cookies that it had"

stop server
rm "$keys"
try "the server starts without its keys" served
try "the client hears that, and gets others" wait_until 60 more_sessions 1

# A file that holds no keys is not touched, and changes nothing.
echo 'root:x:0:0' >"$keys"
kill -HUP "${daemon_pid[server]}"
try "what is wrong with a key file is said by line" \
	wait_log 10 server 'holds no keys of cookies: line 1: expected "T: ".*the keys of before stay'
is "$(cat "$keys")" 'root:x:0:0' "it is left as it is"
try "keys are put back" install -o daemon -m 644 /dev/stdin "$keys" <<<"$before"
kill -HUP "${daemon_pid[server]}"
try "that others may read them is said with what to do" wait_log 10 server "chmod 600 $keys"
stop client
stop server
