#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# roles.sh - the processes beside the one that was started: what they are, what they may, and that
# nothing of the daemon's secrets is in their memory; of the daemon with and without -u, and of the
# tools.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need setpriv python3 ss pgrep openssl
ns_new sink client
ns_join sink client
ntpd=$top_builddir/ntpd
memory=$top_srcdir/tests/system/memory.py
chmod 755 "$work"
install -d -o daemon "$work/lib"
ns_hosts client '192.0.2.1 time.test' '192.0.2.1 again.test'
key=secret-of-the-parent
hex=$(printf %s "$key" | od -An -v -tx1 | tr -d ' \n')
echo "7 SHA1 $key" >"$work/keys"
chmod 600 "$work/keys"

# field PID NAME: of its status.
field() { sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status" | tr '\t' ' '; }
title() { tr '\0' ' ' <"/proc/$1/cmdline" | sed 's/ *$//'; }
# child_of PID [NAME]: prints its child that shows itself as "PROGRAM: NAME"; without a name as any
# but the spare starter. True when there is one.
child_of() {
	local pid
	for pid in $(pgrep -P "$1"); do
		case $(title "$pid") in
		*": ${2:-starter}" | *": ${2:-resolver}") echo "$pid" && return ;;
		esac
	done
	return 1
}
# resolver_of PID: prints the child of the starter of a program.
resolver_of() {
	local starter
	starter=$(child_of "$1") && child_of "$starter" resolver
}
nonces() { [ "$(sort -u "$work/nonces" | wc -l)" -ge "$1" ]; }

# look_into PID NAME: no secret of the daemon's is in that process.
look_into() {
	local out
	out=$(python3 "$memory" scan "$1" "$hex" "@$work/nonces")
	is "$(grep -c '^found' <<<"$out")" 0 "$2: no key and no nonce in its memory"
	like "$out" '^([3-9]|[0-9]{2,}) patterns, [0-9]{5,} octets' "$2: which was looked at"
}

# confined PID NAME UID [SOCKETS [OTHERS]]: the process has given up what it can; it has so many
# sockets, and so many descriptors of its event loop.
confined() {
	is "$(field "$1" Uid)" "$3 $3 $3 $3" "$2: its user"
	is "$(field "$1" CapPrm) $(field "$1" CapEff) $(field "$1" CapInh) $(field "$1" CapAmb)" \
		"0000000000000000 0000000000000000 0000000000000000 0000000000000000" "$2: no capability"
	is "$(field "$1" NoNewPrivs)" 1 "$2: nothing is gained by exec"
	is "$(find "/proc/$1/fd" -lname 'socket:*' | wc -l) $(find "/proc/$1/fd" -type l | wc -l)" \
		"${4:-1} $((3 + ${4:-1} + ${5:-0}))" "$2: no descriptor but the standard three and its own"
	is "$(find "/proc/$1/fd" -name '[012]' -printf '%l ')" "/dev/null /dev/null /dev/null " \
		"$2: which lead nowhere"
	if grep -q 'define HAVE_SECCOMP 1' "$top_builddir/config.h"; then
		is "$(field "$1" Seccomp)" 2 "$2: system calls are filtered"
	fi
}

nobody=$(id -u nobody)
conf() {
	printf '%s\n' "server time.test key 7 iburst minpoll 3" "keys $work/keys" 'trustedkey 7' \
		"driftfile $work/lib/drift" "$@" >"$work/c.conf"
}

# listens ADDRESS:PORT: true when the sink does.
listens() { in_ns sink ss -Hunl | grep -qF " $1 "; }

# sink NAME: requests from now on go to a file.
sink() {
	: >"$work/nonces"
	start "$1" sink python3 "$memory" sink 192.0.2.1 123 "$work/nonces"
	wait_until 10 listens 192.0.2.1:123
}

# daemon NAME UID OPTION...: the processes of ntpd with these options, at the start and later.
daemon() {
	local name=$1 uid=$2 pid starter resolver spare
	shift 2
	conf
	sink "sink-$name"
	start "$name" client "$ntpd" -n "$@" -c "$work/c.conf"
	pid=${daemon_pid[$name]}
	try "$name: it asks the server of that name" wait_until 20 nonces 3
	starter=$(child_of "$pid")
	resolver=$(resolver_of "$pid")
	is "$(title "$starter")" "ntpd: starter" "$name: its child is the starter"
	is "$(title "$resolver")" "ntpd: resolver" "$name: whose child is the resolver"
	is "$(cat "/proc/$starter/comm" "/proc/$resolver/comm" | xargs)" "ntpd ntpd" "$name: both are ntpd"
	confined "$starter" "$name: starter" "$uid"
	confined "$resolver" "$name: resolver" "$uid"
	spare=
	if [ $# -gt 0 ]; then
		spare=$(child_of "$pid" spare)
		confined "$spare" "$name: spare starter" "$uid"
		look_into "$spare" "$name: spare starter"
	else
		is "$(pgrep -c -P "$pid")" 1 "$name: it has no other child"
	fi
	like "$(python3 "$memory" scan "$pid" "$hex")" "^found $hex" \
		"$name: the key is in the memory of the daemon"
	look_into "$starter" "$name: starter"
	look_into "$resolver" "$name: resolver"
	# One that stalls is ended and another started; so is one that was killed.
	kill -KILL "$resolver"
	conf 'server again.test key 7 iburst minpoll 3 noselect'
	kill -HUP "$pid"
	# another: true when there is another resolver.
	another() { [ "$(resolver_of "$pid")" != "$resolver" ] && resolver_of "$pid" >/dev/null; }
	try "$name: there is another when a name wants it" wait_until 10 another
	resolver=$(resolver_of "$pid")
	is "$(child_of "$pid")" "$starter" "$name: of the same starter"
	confined "$resolver" "$name: another" "$uid"
	look_into "$resolver" "$name: another"
	stop "$name"
	is $? 0 "$name: it ends well"
	wait_until 2 pid_gone "$resolver" && wait_until 2 pid_gone "$starter" &&
		{ [ -z "$spare" ] || wait_until 2 pid_gone "$spare"; }
	ok $? "$name: no process is left"
	stop "sink-$name"
}

daemon confined "$(id -u daemon)" -u daemon
daemon plain "$nobody"

# Without a name there is nobody to ask for it.
printf '%s\n' 'server 192.0.2.1 iburst' >"$work/c.conf"
sink sink-numbers
start numbers client "$ntpd" -n -c "$work/c.conf"
try "numbers: it asks" wait_until 20 nonces 2
is "$(child_of "${daemon_pid[numbers]}")" '' "numbers: without a name no process is made"
stop numbers
stop sink-numbers

# The daemon dies: the others go.
conf
sink sink-killed
start killed client "$ntpd" -n -u daemon -c "$work/c.conf"
try "killed: it asks" wait_until 20 nonces 1
starter=$(child_of "${daemon_pid[killed]}")
resolver=$(resolver_of "${daemon_pid[killed]}")
spare=$(child_of "${daemon_pid[killed]}" spare)
stop killed KILL 2>/dev/null
wait_until 2 pid_gone "$starter" && wait_until 2 pid_gone "$resolver" && wait_until 2 pid_gone "$spare"
ok $? "killed: starters and resolver end when the daemon is killed"
stop sink-killed

# The starter dies, again and again: the spare one takes its place and makes the next.
conf
sink sink-spare
start spare client "$ntpd" -n -u daemon -c "$work/c.conf"
pid=${daemon_pid[spare]}
try "spare: it asks" wait_until 20 nonces 3
starter=$(child_of "$pid")
# of_the_daemon NAME: the pids of the processes of that name in its namespace.
of_the_daemon() { ip netns pids "$(ns_name client)" | while read -r p; do
	[ "$(title "$p")" != "ntpd: $1" ] || echo "$p"
done; }
# other_resolver: true when there is another than the last.
other_resolver() {
	local now
	now=$(of_the_daemon resolver)
	[ -n "$now" ] && [ "$now" != "$resolver" ]
}
for i in 1 2 3; do
	resolver=$(of_the_daemon resolver)
	starter=$(of_the_daemon starter)
	kill -KILL "$starter"
	try "spare: the resolver ends with its starter, $i" wait_until 5 pid_gone "$resolver"
	conf "server again$i.test key 7 iburst noselect"
	kill -HUP "$pid"
	try "spare: a name is resolved all the same, $i" wait_until 20 other_resolver
	[ "$(of_the_daemon starter)" != "$starter" ]
	ok $? "spare: by another starter, $i"
	there() { [ "$(of_the_daemon spare | wc -w)" = 1 ]; }
	try "spare: and there is one spare starter, $i" wait_until 5 there
	confined "$(of_the_daemon spare)" "spare: $i" "$(id -u daemon)"
	look_into "$(of_the_daemon spare)" "spare: $i"
done
unlike "$(cat "$work/spare.log")" 'starter of processes ended' "spare: and nothing is lost"
last="$(of_the_daemon starter) $(of_the_daemon spare)"
stop spare
for p in $last; do
	try "spare: no process is left" wait_until 3 pid_gone "$p"
done
stop sink-spare

# Both starters die at once: the time goes on, and the log says what is lost.
conf
start orphan client "$ntpd" -n -u daemon -c "$work/c.conf"
resolver_there() { resolver_of "${daemon_pid[orphan]}" >/dev/null; }
try "orphan: there is a resolver" wait_until 10 resolver_there
resolver=$(resolver_of "${daemon_pid[orphan]}")
kill -KILL "$(child_of "${daemon_pid[orphan]}" spare)" "$(child_of "${daemon_pid[orphan]}")"
try "orphan: the resolver ends with it" wait_until 5 pid_gone "$resolver"
conf 'server later.test key 7 iburst noselect'
kill -HUP "${daemon_pid[orphan]}"
try "orphan: the log says why a name has no address" wait_log 10 orphan \
	'later.test: no address yet \(the starter of processes ended: restart the program\)'
running orphan
ok $? "orphan: the daemon goes on"
stop orphan

# Keys of NTS: a daemon that asks for some and gives some has a process for each, and neither has the
# secrets of the other.
pair() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -days 30 \
		-addext "subjectAltName=DNS:$1" -keyout "$work/$1.key" -out "$work/$1.pem" 2>/dev/null
}
pair time.test && pair again.test
ok $? "nts: certificates are made"
# served NAME: the lines of a server with that certificate.
served() {
	printf '%s\n' 'nts enable' "nts cert $work/$1.pem" "nts key $work/$1.key" \
		"nts cookie $work/lib/cookies.$1"
}
{ served time.test && printf '%s\n' 'server 127.127.1.0' 'tos orphanwait 1'; } >"$work/s.conf"
conf "server again.test nts iburst minpoll 3 ca $work/time.test.pem" "$(served again.test)"
sed -i '/^server time.test key/d; s/^server again.test/server time.test/' "$work/c.conf"
start of-nts sink "$ntpd" -n -c "$work/s.conf"
start nts client "$ntpd" -n -u daemon -c "$work/c.conf"
pid=${daemon_pid[nts]}
try "nts: it has keys" wait_log 15 nts 'NTSc: Got 8 cookies'
starter=$(child_of "$pid")
# The private number as it is written, as OpenSSL keeps it, and the lines of its file.
number=$(openssl pkey -in "$work/again.test.key" -noout -text |
	sed -n '/^priv:/,/^pub:/{/^ /p}' | tr -d ' :\n' | tail -c 64)
{
	echo "$number"
	fold -w2 <<<"$number" | tac | tr -d '\n'
	echo
	sed -n 2p "$work/again.test.key" | tr -d '\n' | od -An -v -tx1 | tr -d ' \n'
	echo
} >"$work/number"
# Of a key of cookies each half is a key of AES.
sed -n 's/^K: //p' "$work/lib/cookies.again.test" | fold -w32 >"$work/cookies"
like "$(cat "$work/number")" '^[0-9a-f]{64,}$' "nts: there is a key of a certificate to look for"
like "$(cat "$work/cookies")" '^[0-9a-f]{32}$' "nts: and a key of cookies"
# finds PID FILE: how many of its patterns are in the memory of a process.
finds() { python3 "$memory" scan "$1" "@$2" | grep -c '^found'; }
uid=$(id -u daemon)
for name in 'nts client' 'nts server'; do
	child=$(child_of "$starter" "$name")
	like "$child" '^[0-9]+$' "nts: there is '$name'"
	is "$(python3 "$memory" scan "$child" "$hex" | grep -c '^found')" 0 "$name: no key of ntp.keys in it"
	# The channel, for the server two sockets that listen; epoll, its timer, and a pipe.
	if [ "$name" = 'nts client' ]; then
		confined "$child" "$name" "$uid" 1 4
		is "$(finds "$child" "$work/cookies")" 0 "$name: no key of cookies in it"
		is "$(finds "$child" "$work/number")" 0 "$name: no key of a certificate in it"
	else
		confined "$child" "$name" "$uid" 3 4
		[ "$(finds "$child" "$work/cookies")" -gt 0 ]
		ok $? "$name: the keys of cookies are in it"
		[ "$(finds "$child" "$work/number")" -gt 0 ]
		ok $? "$name: and the one of the certificate"
	fi
	if grep -q 'define HAVE_SECCOMP 1' "$top_builddir/config.h"; then
		is "$(field "$child" Seccomp_filters)" 2 "$name: behind the filter of the starter and its own"
	fi
done
for name in '' starter spare resolver; do
	case $name in
	'') child=$pid ;;
	resolver) child=$(resolver_of "$pid") ;;
	*) child=$(child_of "$pid" "$name") ;;
	esac
	is "$(finds "$child" "$work/number")" 0 "nts: no key of the certificate in '${name:-the daemon}'"
	[ -z "$name" ] || is "$(finds "$child" "$work/cookies")" 0 "nts: no key of cookies in '$name'"
done
stop nts
is $? 0 "nts: it ends well"
stop of-nts

# The tools: a name server that is silent keeps the child at its question.
ns_new tool
ns_join sink tool 51
echo 'hosts: dns' >"$work/nsswitch.dns"
echo 'nameserver 198.51.100.1' >"$work/resolv"
ns_bind tool "$work/nsswitch.dns" /etc/nsswitch.conf
ns_bind tool "$work/resolv" /etc/resolv.conf
start dns sink python3 "$memory" sink 198.51.100.1 53 "$work/questions"
wait_until 10 listens 198.51.100.1:53
# tool NAME COMMAND...: its child while it looks for a name.
tool() {
	local name=$1 pid
	shift
	start "$name" tool "$@"
	pid=${daemon_pid[$name]}
	at_work() { resolver_of "$pid" >/dev/null; }
	try "$name: a child asks for the name" wait_until 10 at_work
	is "$(title "$(child_of "$pid")")" "$name: starter" "$name: of the starter"
	is "$(title "$(resolver_of "$pid")")" "$name: resolver" "$name: which shows what it is"
	# The channel, and the question to the name server.
	confined "$(resolver_of "$pid")" "$name" "$nobody" 2
	is "$(python3 "$memory" scan "$(resolver_of "$pid")" "$hex" | grep -c '^found')" 0 \
		"$name: no key in its memory"
	stop "$name" KILL 2>/dev/null
}
tool ntpdate "$top_builddir/ntpdate" -q -a 7 -k "$work/keys" silent.test
tool sntp "$top_builddir/sntp" -a 7 -k "$work/keys" silent.test
stop dns

# A KE server that is silent keeps the child at its question for keys.
start mute sink python3 -c 'import socket, time
s = socket.create_server(("198.51.100.1", 4460))
time.sleep(60)'
wait_until 10 in_ns tool bash -c ': </dev/tcp/198.51.100.1/4460'
# keyed NAME COMMAND...: its child while it asks for keys.
keyed() {
	local name=$1 pid child
	shift
	start "$name" tool "$@"
	pid=${daemon_pid[$name]}
	asker_of() { child_of "$(child_of "$1")" 'nts client'; }
	# The channel, and the connection to the KE server.
	asks() { child=$(asker_of "$pid") && [ "$(find "/proc/$child/fd" -lname 'socket:*' | wc -l)" -eq 2 ]; }
	try "$name: a child asks for keys" wait_until 5 asks
	is "$(title "$child")" "$name: nts client" "$name: which shows what it is"
	confined "$child" "$name: nts client" "$nobody" 2 4
	is "$(python3 "$memory" scan "$child" "$hex" | grep -c '^found')" 0 "$name: no key in its memory"
	stop "$name" KILL 2>/dev/null
	try "$name: which is gone when the tool is" wait_until 3 pid_gone "$child"
}
keyed ntpdate "$top_builddir/ntpdate" -q -a 7 -k "$work/keys" --nts 198.51.100.1
keyed sntp "$top_builddir/sntp" -a 7 -k "$work/keys" --nts 198.51.100.1
stop mute

# Without the right to port 123 there is nothing to wait for.
printf '%s\n' 'server 192.0.2.1' >"$work/c.conf"
unprivileged=(setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all --bounding-set=-all)
in_ns client timeout 20 "${unprivileged[@]}" "$ntpd" -n -c "$work/c.conf" >"$work/out" 2>&1
is $? 1 "no rights: it ends with 1"
like "$(cat "$work/out")" 'no socket on port 123: Permission denied; run as root .*CAP_NET_BIND_SERVICE' \
	"no rights: and says what to do"
unlike "$(cat "$work/out")" 'trying again' "no rights: it does not say that it tries again"
start bound client setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all,+net_bind_service \
	--ambient-caps=+net_bind_service --bounding-set=-all,+net_bind_service "$ntpd" -n -c "$work/c.conf"
try "the right to the port: it goes on" wait_log 10 bound 'Listen normally'
running bound
ok $? "the right to the port: without root"
stop bound
