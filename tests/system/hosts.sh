#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# hosts.sh - hosts are read alike by the daemon and all tools: an interface by name or number,
# brackets, ports; and a name whose first address is silent is as fast as its second.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/interop/peers.sh
. "$top_srcdir/tests/interop/peers.sh"

ns_new server client
ns_join server client
in_ns server ip -6 address add fe80::1/64 dev eth0 nodad
ns_hosts client '2001:db8:2::1 half.example' '192.0.2.1 half.example'
number=$(in_ns client cat /sys/class/net/eth0/ifindex)
own_clock=('server 127.127.1.0' 'fudge 127.127.1.0 stratum 5' 'tos orphanwait 1')
our_ntpd server server "${own_clock[@]}" 'extra port 1123' 'restrict default nomodify notrap nopeer'
wait_until 15 our_synchronised server
ok $? "the server has the time of its own clock"

# --- every form, every tool

for host in 'fe80::1%eth0' '[fe80::1%eth0]:123' "fe80::1%$number" '[2001:db8:2::1]' \
	'192.0.2.1:123'; do
	for words in 'ntpq -c rv' 'ntpstat' 'ntptrace -n -m 1' 'ntp-wait -n 1' 'ntpdate -q -p 1' \
		'sntp'; do
		# shellcheck disable=SC2086 # several words
		try "$words $host" in_ns client "$top_builddir"/$words "$host"
	done
done
for words in 'ntpdate -q -p 1' sntp; do
	# shellcheck disable=SC2086
	try "$words asks at a port" in_ns client "$top_builddir"/$words '[fe80::1%eth0]:1123'
done

# refused HOST PATTERN: no tool takes it, and each says why.
refused() {
	local words out status
	for words in 'ntpq -c rv' 'ntptrace -n' 'ntpdate -q -p 1' 'sntp'; do
		# shellcheck disable=SC2086
		out=$(in_ns client timeout 20 "$top_builddir"/$words "$1" 2>&1)
		status=$?
		like "$out" "$2" "$words $1 says why"
		[ "${words%% *}" = ntpq ] || is "$status" 1 "and ends with 1"
	done
}
refused 'fe80::1%nosuch0' "there is no interface 'nosuch0' here"
refused 'fe80::1' 'it needs its interface behind it, as in fe80::1%eth0'
refused '2001:db8:2::1%eth0' "it takes no '%': only link-local addresses have an interface"
refused '192.0.2.300' 'it is neither a host name nor an address'
refused '[2001:db8:2::1' 'expected HOST:PORT or \[ADDRESS\]:PORT'

# --- the daemon: server, restrict, unpeer, interface and the command line

cat >"$work/keys" <<'KEYS'
1 SHA1 topsecret
KEYS
our_ntpd client client 'server fe80::1%eth0 iburst minpoll 4' \
	'restrict default ignore' 'restrict 127.0.0.1' 'restrict fe80::1%eth0 nomodify notrap' \
	'interface ignore all' 'interface listen fe80::/10' "keys $work/keys" 'trustedkey 1' \
	'controlkey 1'
out=$(cat "$work/client.log")
try "server fe80::1%eth0 is followed" wait_until 15 our_synchronised client
out=$(peers_of client)
like "$out" '^\*fe80::1%?[0-9]* ' "and is in the table"
like "$out" ' 377 | [0-9]+ +[0-9.]+ +[0-9.+-]+ +[0-9.]+$' "with its columns"
out=$(in_ns client "$ntpq" -a 1 -k "$work/keys" -c ':config unpeer fe80::1%nosuch9' 2>&1)
unlike "$out" 'Config Succeeded' "unpeer wants the interface that the line has"
out=$(in_ns client "$ntpq" -a 1 -k "$work/keys" -c ':config unpeer [fe80::1%eth0]' -c peers 2>&1)
like "$out" 'Config Succeeded' "unpeer [fe80::1%eth0] takes it out"
like "$out" "No association ID's returned" "and it is gone"
out=$(in_ns client "$ntpq" -a 1 -k "$work/keys" \
	-c ":config server fe80::1%$number iburst" -c ':config unpeer fe80::1%eth0' -c peers 2>&1)
is "$(grep -c 'Config Succeeded' <<<"$out")" 2 "an interface by number is the one by name"
like "$out" "No association ID's returned" "and that server is gone, too"
stop client >/dev/null

own=$(in_ns client ip -o -6 address show dev eth0 scope link | grep -o 'fe80::[0-9a-f:]*')
start client client "$ntpd" -n -c /dev/null -I "[$own%eth0]" '[fe80::1%eth0]'
try "-I takes an address with its interface" wait_log 10 client "Listen normally on .* eth0 \\[$own"
try "ntpd [fe80::1%eth0] follows it" wait_until 15 our_synchronised client
stop client >/dev/null
start client client "$ntpd" -n -c /dev/null -I nosuch9
try "each interface of the host is named once" wait_log 10 client \
	"-I nosuch9: no interface 'nosuch9' with an address is here.*; there are lo, eth0\\. It is"
stop client >/dev/null
start client client "$ntpd" -n -c /dev/null 'fe80::1%nosuch0'
try "an interface that is not there is told" wait_log 10 client \
	"fe80::1%nosuch0: no address yet \\(there is no interface 'nosuch0' here\\)"
in_ns client ip link add nosuch0 type veth peer name other0
in_ns client ip link set nosuch0 up
try "and waited for" wait_log 30 client 'fe80::1%nosuch0: resolved now'
stop client >/dev/null

# --- one address of a name is silent

# Nothing is refused, nothing comes: what a firewall does.
in_ns server ip -6 route add blackhole 2001:db8:2::2
for words in 'ntpq -c rv' 'ntpq -pn' 'ntpstat' 'ntptrace -n -m 1' 'ntp-wait -n 1' \
	'ntpdate -q -p 1' 'sntp'; do
	# shellcheck disable=SC2086 # several words
	try "$words with a silent first address" in_ns client timeout 4 "$top_builddir"/$words \
		half.example
done
stop server >/dev/null
our_ntpd server server "${own_clock[@]}" 'restrict default ignore' 'restrict 127.0.0.1'
try "ntpstat where ::1 is ignored" wait_until 15 our_synchronised server
for words in 'ntpq -pn' 'ntpq -pn localhost' 'ntpstat' 'ntpstat localhost' 'ntptrace -n' \
	'ntp-wait -n 1' 'ntpdate -q -p 1 localhost' 'sntp localhost'; do
	# shellcheck disable=SC2086
	try "$words where ::1 is ignored" in_ns server timeout 4 "$top_builddir"/$words
done
stop server >/dev/null
our_ntpd server server "${own_clock[@]}" 'restrict default ignore' 'restrict ::1'
for words in 'ntpstat' 'ntp-wait -n 1' 'ntptrace -n' 'ntpq -pn'; do
	# shellcheck disable=SC2086
	try "$words where 127.0.0.1 is ignored" wait_until 15 in_ns server timeout 4 \
		"$top_builddir"/$words
done
