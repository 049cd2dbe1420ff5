#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# nts_ke.sh - NTS key establishment by the daemon with -u, asked by our own client and by openssl:
# certificates that come, go and end, and a crowd that wants to keep everybody out.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need openssl setpriv python3 pgrep od
ns_new server client
ns_join server client
ntpd=$top_builddir/ntpd
chmod 755 "$work"
install -d -o daemon "$work/lib" "$work/clib"
install -d "$work/etc"
install -d -o daemon "$work/far"
ns_hosts client '192.0.2.1 time.test' '192.0.2.1 other.test'

# ca NAME: a certificate authority.
ca() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -days 30 \
		-addext basicConstraints=critical,CA:TRUE -keyout "$work/etc/$1.key" -out "$work/etc/$1.pem"
}
# leaf CA NAME [OPTION...]: a certificate for time.test and its key, put in place of those there were.
leaf() {
	local ca=$work/etc/$1 to=$work/etc/$2
	shift 2
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=time.test \
		-keyout "$to.key.new" -out "$to.req"
	printf '%s\n' 'subjectAltName=DNS:time.test' 'extendedKeyUsage=serverAuth' >"$to.ext"
	mkdir -p "$to.ca" && : >"$to.ca/index" && echo 1000 >"$to.ca/serial"
	printf '%s\n' '[ca]' 'default_ca=c' '[c]' "database=$to.ca/index" "serial=$to.ca/serial" \
		"new_certs_dir=$to.ca" 'default_md=sha256' 'policy=p' 'unique_subject=no' 'default_days=20' \
		'[p]' 'commonName=supplied' >"$to.cnf"
	openssl ca -batch -notext -config "$to.cnf" -cert "$ca.pem" -keyfile "$ca.key" -extfile "$to.ext" \
		-in "$to.req" -out "$to.leaf" "$@"
	cat "$to.leaf" "$ca.pem" >"$to.pem.new"
	chmod 600 "$to.key.new"
	mv "$to.key.new" "$to.key"
	mv "$to.pem.new" "$to.pem"
}
{ ca root && ca stranger && leaf root server; } >"$work/openssl.log" 2>&1
ok $? "certificates are made"

printf '%s\n' 'server 127.127.1.0' 'fudge 127.127.1.0 stratum 3' 'tos orphanwait 1' 'nts enable' \
	"nts cert $work/etc/server.pem" "nts key $work/etc/server.key" \
	"nts cookie $work/lib/nts-keys" "driftfile $work/lib/drift" >"$work/etc/s.conf"
start server server "$ntpd" -n -u daemon -c "$work/etc/s.conf"
pid=${daemon_pid[server]}
try "the server tells its certificate" wait_log 10 server 'NTSs: certificate of time.test, valid until'

# the_process NAME: the pid of the daemon's process "ntpd: NAME".
the_process() {
	local starter p
	for starter in $(pgrep -P "$pid"); do
		for p in $(pgrep -P "$starter"); do
			[ "$(tr '\0' ' ' <"/proc/$p/cmdline" | sed 's/ *$//')" != "ntpd: $1" ] || echo "$p"
		done
	done
}
child=$(the_process 'nts server')
like "$child" '^[0-9]+$' "a process of its own serves"

# client OPTION...: openssl's, whose input is a request; the octets of the answer in hexadecimal.
client() {
	in_ns client timeout 8 openssl s_client -quiet -connect 192.0.2.1:4460 -CAfile "$work/etc/root.pem" \
		-verify_return_error -verify_hostname time.test "$@" 2>"$work/s_client.log" |
		od -An -v -tx1 | tr -d ' \n'
}
request() { printf '\200\1\0\2\0\0\200\4\0\2\0\17\200\0\0\0'; }
answer=$(request | client -alpn ntske/1)
like "$answer" '^80010002000000040002000f(00050068[0-9a-f]{208}){8}80000000$' \
	"openssl's client has eight cookies of 104 octets"
# octets: each a record of TLS of its own, more than half a second between the first ones.
octets() {
	request | od -An -v -to1 -w1 | tr -d ' ' | while read -r o; do
		# shellcheck disable=SC2059
		printf "\\$o"
		sleep 0.05
	done
	sleep 1
}
like "$(octets | client -alpn ntske/1)" '80000000$' "octet by octet as well"
is "$(printf '\260\0\0\0' | client -alpn ntske/1)" 80020002000080000000 "a critical record that is unknown is told of"
is "$(request | client)" 80020002000180000000 "without ALPN the request is bad"
is "$(request | client -alpn h2)" '' "another protocol is refused"
like "$(cat "$work/s_client.log")" 'no application protocol' "by an alert"
is "$(request | client -alpn ntske/1 -tls1_2)" '' "TLS 1.2 is refused"
request | client -alpn ntske/1 -sess_out "$work/session" >/dev/null
[ ! -s "$work/session" ]
ok $? "there are no tickets"

# A whole client.
printf '%s\n' "server time.test nts iburst minpoll 3 ca $work/etc/root.pem" \
	"driftfile $work/clib/drift" >"$work/c.conf"
start client client "$ntpd" -n -u daemon -c "$work/c.conf"
try "our client has its keys" wait_log 15 client 'NTSc: Got 8 cookies, length 104, aead=15'
try "and the time" wait_log 20 client 'sys_peer'

# causes NAME PATTERN LINE...: a client, run by $user, whose log names the cause.
user='-u daemon'
causes() {
	local name=$1 pattern=$2
	shift 2
	printf '%s\n' "$@" "driftfile $work/clib/drift-2" >"$work/$name.conf"
	# shellcheck disable=SC2086 # words
	start "$name" client "$ntpd" -n $user -c "$work/$name.conf"
	try "$name: the client names the cause" wait_log 15 "$name" "$pattern"
	unlike "$(cat "$work/$name.log")" 'Got 8 cookies|sys_peer' "$name: and has no keys"
	stop "$name"
}
stop client
causes name 'certificate is for time.test, not for other.test' \
	"server other.test nts iburst ca $work/etc/root.pem"
causes stranger 'unable to get local issuer|self-signed' \
	"server time.test nts iburst ca $work/etc/stranger.pem"
causes missing "$work/etc/none.pem: No such file" "server time.test nts iburst ca $work/etc/none.pem"
install -d -m 700 "$work/etc/own" && cp "$work/etc/root.pem" "$work/etc/own/"
causes denied "$work/etc/own/root.pem: Permission denied: user $(id -u daemon) must be able to" \
	"server time.test nts iburst ca $work/etc/own/root.pem"
user=
causes unnamed "$work/etc/own/root.pem: Permission denied: user nobody must be able to" \
	"server time.test nts iburst ca $work/etc/own/root.pem"
user='-u daemon'
causes port 'Connection refused' "server time.test:4461 nts iburst ca $work/etc/root.pem"

# Certificates that come. The key is root's; the user of -u may read none but by the file handed over.
said() { [ "$(grep -Ec -- "$1" "$work/server.log")" -ge "$2" ]; }
kill -HUP "$pid"
try "a reload reads the same pair again" wait_until 10 said 'NTSs: certificate of time.test' 2
leaf root server >>"$work/openssl.log" 2>&1
kill -HUP "$pid"
try "a key that the user of -u may not read is told of" wait_until 10 said \
	"nts key: '.*server.key' cannot be read: Permission denied.*; the certificate of before stays" 1
like "$(request | client -alpn ntske/1)" '80000000$' "and the old pair stays"
chown daemon "$work/etc/server.key"
kill -HUP "$pid"
try "one that it may read is taken" wait_until 10 said 'NTSs: certificate of time.test' 3
like "$(request | client -alpn ntske/1)" '80000000$' "and serves"
chmod 644 "$work/etc/server.key"
kill -HUP "$pid"
try "one that everybody may read is not" wait_until 10 said 'every user of this host may read the private key' 1
leaf root server -startdate 20200101000000Z -enddate 20200201000000Z >>"$work/openssl.log" 2>&1
chown daemon "$work/etc/server.key"
kill -HUP "$pid"
try "one that has ended is told of" wait_until 10 said "server.pem' expired at 2020-02-01.*renew it" 1
like "$(request | client -alpn ntske/1)" '80000000$' "and does not replace a better one"
leaf root server >>"$work/openssl.log" 2>&1
chown daemon "$work/etc/server.key"
kill -HUP "$pid"
try "the next good one is taken" wait_until 10 said 'NTSs: certificate of time.test' 4

# A pair that lies outside of what the process confined itself to.
cp "$work/etc/server.pem" "$work/etc/server.key" "$work/far"
chown daemon "$work/far"/*
sed -i.near "/^nts \(cert\|key\) /s,$work/etc,$work/far," "$work/etc/s.conf"
kill -HUP "$pid"
try "a pair in another folder is told to need a restart" wait_until 10 said \
	"$work/far/server.pem.*lies outside.* restart" 1
like "$(request | client -alpn ntske/1)" '80000000$' "and the old pair stays"
mv "$work/etc/s.conf.near" "$work/etc/s.conf"
kill -HUP "$pid"
try "back again it is read again" wait_until 10 said 'NTSs: certificate of time.test' 5

# The process dies.
kill -KILL "$child"
another() { [ -n "$(the_process 'nts server')" ] && [ "$(the_process 'nts server')" != "$child" ]; }
try "a process that was killed is replaced" wait_until 10 another
try "over the same sockets" wait_until 10 said 'NTSs: certificate of time.test' 6
like "$(request | client -alpn ntske/1)" '80000000$' "and serves"

# A crowd of 300 that says little or nothing: nobody true waits for it.
cat >"$work/crowd.py" <<'end'
import socket, sys, time
held = []
for i in range(300):
    s = socket.create_connection((sys.argv[1], 4460), 5)
    if i % 2:
        s.send(b"\x16\x03\x01"[:1 + i % 3])
    held.append(s)
print("there", flush=True)
for _ in range(8):
    time.sleep(1)
    for s in held[::2]:
        try:
            s.send(b"\x16")
        except OSError:
            pass
end
start crowd client python3 "$work/crowd.py" 192.0.2.1
try "a crowd of 300 is there" wait_log 20 crowd there
like "$(request | client -alpn ntske/1)" '80000000$' "who asks truly is served at once"
running crowd
ok $? "while the crowd is there"
start late client "$ntpd" -n -u daemon -c "$work/c.conf"
try "so is a whole client" wait_log 10 late 'NTSc: Got 8 cookies'
stop crowd KILL 2>/dev/null
stop late
stop server
is $? 0 "the server ends well"
wait_until 2 pid_gone "$child"
ok $? "no process is left"
is "$(in_ns server ss -tlnH)" '' "and no port"
