#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# ntpq-ntpsec.sh - every command of our ntpq against NTPsec's daemon, beside NTPsec's own ntpq:
# what both show has to be the same.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/interop/peers.sh
. "$top_srcdir/tests/interop/peers.sh"
need_peer ntpsec/usr/sbin/ntpd ntpsec/usr/bin/ntpq
need python3
their_ntpq=("${ntpsec_python[@]}" "$(peer ntpsec/usr/bin/ntpq)")
keyed=(-n -a 1 -k "$work/keys")

ns_new asked sources
ns_lan asked sources
for i in 12 13 14; do
	ip -n "$(ns_name sources)" addr add "192.0.2.$i/24" dev eth0
done
start fakes sources "$top_srcdir/tests/interop/fake-servers.py" 192.0.2.2,1,GPS,0 \
	192.0.2.12,2,198.51.100.7,0.0003 192.0.2.13,2,198.51.100.8,-0.0003 \
	192.0.2.14,3,203.0.113.9,0.9 2001:db8:2::2,2,198.51.100.9,0.0001
wait_log 5 fakes ready || bail "the fake servers start"

printf '%s\n' '1 MD5 topsecret' '2 SHA1 0123456789abcdef0123456789abcdef01234567' \
	'3 AES 0123456789abcdef0123456789abcdef' >"$work/keys"
chmod 600 "$work/keys"
cat >"$work/asked.conf" <<EOF
disable ntp
driftfile $work/asked.drift
restrict default limited kod nomodify noquery
restrict 127.0.0.1
restrict ::1
restrict 192.0.2.1
keys $work/keys
trustedkey 1 2 3
controlkey 1
server 192.0.2.2 iburst minpoll 4 maxpoll 4
server 192.0.2.12 iburst minpoll 4 maxpoll 4
server 192.0.2.13 iburst minpoll 4 maxpoll 4
server 192.0.2.14 iburst minpoll 4 maxpoll 4
server 2001:db8:2::2 iburst minpoll 4 maxpoll 4
server 192.0.2.99 iburst
server 127.127.1.0
fudge 127.127.1.0 stratum 10
EOF
start asked asked "$(peer ntpsec/usr/sbin/ntpd)" -n -c "$work/asked.conf"

ours() { in_ns asked "$ntpq" "$@" 2>&1; }
theirs() { in_ns asked "${their_ntpq[@]}" "$@" 2>&1; }

sources_settled() { [ "$(ours -pn | grep -c '^[*+-]')" -ge 4 ] && ours -pn | grep -q '^x'; }
wait_until 40 sources_settled || bail "NTPsec's daemon selects among the sources"

# columns: remote, refid, stratum and type of each row, without what moves between two calls.
columns() { sed '1,2d' | awk '{ print substr($1, 1), $2, $3, $4 }' | sed 's/^[*+x#.o-]//' | sort; }
is "$(ours -pn | columns)" "$(theirs -pn | columns)" "peers shows the sources that theirs shows"
out=$(ours -pn)
is "$(sed -n 1p <<<"$out")" \
	'     remote           refid      st t when poll reach   delay   offset  jitter' \
	"peers has the classic header"
is "$(sed -n 2p <<<"$out" | tr -d '\n' | wc -c)" 78 "and a rule of 78"
like "$out" '^[*+-]192\.0\.2\.2 +\.GPS\. +1 u +[0-9-]+ +16 +[0-7]+ +[0-9.]+ +-?[0-9.]+ +[0-9.]+$' \
	"a row is the classic row"
like "$out" '^x192\.0\.2\.14 .* (8[89][0-9]|9[01][0-9])\.[0-9]+ ' "the falseticker is marked"
like "$out" '^ 192\.0\.2\.99 +\.INIT\. +16 u +- +64 +0 +0\.000 +0\.000 +0\.000$' \
	"a server that never answered is blank"
like "$(ours -n -c opeers)" '^[*+-]192\.0\.2\.12 +192\.0\.2\.1 +2 u' \
	"opeers shows the local address"
like "$(ours -n -c apeers)" '^[*+-]192\.0\.2\.12 +c6336407 [0-9]+ +2 u' "apeers shows id and hash"

# The association may have been selected anew between the calls: compare what does not move.
ids() { awk '$1 ~ /^[0-9]+$/ { print $1, $2, $4, $5, $6 }'; }
is "$(ours -c as | ids)" "$(theirs -c as | ids)" "associations are theirs"
is "$(ours -c as | sed -n 2,3p)" "$(theirs -c as | sed -n 2,3p)" "with the same header"

# NTPsec 1.2.2 puts stray octets into the filter arrays; its own ntpq leaves them out.
names() { tr ',' '\n' | sed -n 's/^ *\([a-z_]*\)=.*/\1/p' | grep -v '^filt' | sort -u; }
for what in rv 'rv &1' 'cv &7'; do
	is "$(ours -n -c "$what" | names)" "$(theirs -n -c "$what" | names)" \
		"$what has the variables of theirs"
	is "$(ours -n -c "$what" | awk 'length > 72 && !/^associd|filt|[\\]x/' | wc -l)" 0 \
		"$what keeps lines within 72"
done
like "$(ours -c 'rv 0 leap,stratum')" '^leap=11, stratum=[23]$' "rv of two names is one line"
is "$(ours -c 'rv 0 zork')" '***A request variable unknown to the server' "an unknown variable"
like "$(ours -c 'rv 9999')" '^\*\*\*Association ID 9999 unknown' "an unknown association"
out=$(ours -c raw -c rv)
like "$out" '^associd=0 status=0x[0-9a-f]{4},$' "raw shows the status as it was sent"
like "$out" 'reftime=0x[0-9a-f]{8}\.[0-9a-f]{8}' "and timestamps too"
is "$(ours -n -c 'mrv &1 &3 srcadr' | grep -c srcadr=)" 3 "mreadvar reads a range"
like "$(ours -n -c 'addvars leap,stratum' -c rl)" '^leap=11, stratum=[23]$' "readlist reads the list"

# Displays of two columns: each label of ours is a value of theirs.
for what in sysinfo kerninfo sysstats monstats iostats timerstats authinfo ntsinfo 'pstats &1'; do
	out=$(ours -n -c "$what")
	unlike "$out" '\*\*\*' "$what is answered"
	[ "$(grep -vc '^associd' <<<"$out")" -ge 3 ]
	ok $? "$what shows values"
done
is "$(ours -n -c sysinfo | awk '/^stratum/ { print $2 }')" \
	"$(theirs -n -c sysinfo | awk '/^stratum/ { print $2 }')" "sysinfo has their stratum"

# Lists that need the key.
addresses() { grep -oE '^ {4}[][0-9a-f.:%a-z]+:123$' | sort; }
out=$(ours "${keyed[@]}" -c ifstats)
is "$(addresses <<<"$out")" "$(theirs "${keyed[@]}" -c ifstats | addresses)" \
	"ifstats has their sockets"
networks() { grep -oE '^ +[0-9]+ [0-9a-f.:]+/[0-9]+$' | awk '{ print $2 }' | sort; }
is "$(ours "${keyed[@]}" -c reslist | networks)" "$(theirs "${keyed[@]}" -c reslist | networks)" \
	"reslist has their entries"
is "$(ours -n -c 'keyid 1' -c 'passwd wrong' -c ifstats | tail -n 1)" \
	'***Server disallowed request (authentication?)' "a wrong secret is refused"

# The clients.
clients() { awk '$NF ~ /^[0-9a-f.:]+$/ && $1 ~ /^[0-9]+$/ { print $NF }' | sort; }
is "$(ours -n -c mrulist | clients)" "$(theirs -n -c mrulist | clients)" "mrulist has their clients"
is "$(ours -n -c 'mrulist limit=2' | clients)" "$(theirs -n -c mrulist | clients)" \
	"mrulist comes to an end two by two"
is "$(ours -n -c 'mrulist laddr=192.0.2.1 sort=addr' | clients | head -n 1)" 192.0.2.12 \
	"mrulist filters by local address"

# Changing the server.
is "$(ours "${keyed[@]}" -c ':config restrict 203.0.113.77 ignore')" 'Config Succeeded' \
	":config is obeyed"
like "$(ours "${keyed[@]}" -c reslist)" '203\.0\.113\.77/32' "and has its effect"
is "$(ours "${keyed[@]}" -c ':config restrict 203.0.113.79 ignore' 192.0.2.1)" 'Config Succeeded' \
	"also with a nonce behind it, as over a network"
like "$(ours "${keyed[@]}" -c reslist)" '203\.0\.113\.79/32' "and that has its effect"
is "$(ours "${keyed[@]}" -c ':config zork 1')" $'zork 1\n^\ncolumn 0 syntax error' \
	"a syntax error is pointed at"
printf '%s\n' '# a comment' '' 'restrict 203.0.113.78 nomodify' 'zork' >"$work/lines"
out=$(ours "${keyed[@]}" -c "config-from-file $work/lines")
like "$out" '^Line No: 3 Config Succeeded: restrict 203' "config-from-file sends lines"
like "$out" '^Line No: 4 column 0 syntax error: zork' "and goes on behind an error"

# Beyond the classic program.
like "$(ours -n -c explain)" 'disagrees with the majority \(falseticker\)' "explain says why"
like "$(ours -n -c explain)" 'peer_unreach: it does not answer' "explain reads flash bits"
for what in peers as rv 'rv &1' 'cv &7' sysinfo sysstats mrulist explain ifstats reslist help \
	'rv 0 zork' timeout 'mrv &1 &2'; do
	in_ns asked "$ntpq" --json "${keyed[@]}" -c "$what" 2>/dev/null |
		python3 -m json.tool >/dev/null
	ok $? "$what is well-formed JSON"
done
wrong='import json, sys
print([p["remote"] for p in json.load(sys.stdin)["peers"] if p["tally"] == "x"])'
is "$(ours --json -n -c peers | python3 -c "$wrong")" "['192.0.2.14']" \
	"JSON names the falseticker"
out=$(ours -np 127.0.0.1 ::1)
is "$(grep -c '^::1 .*192\.0\.2\.2 ' <<<"$out")" 1 "several hosts are told apart"
like "$out" '^server \(local\)      remote' "by a column of their own"

# A daemon that is gone.
stop asked
is "$(ours -p 127.0.0.1)" 'ntpq: read: Connection refused' "a closed port is told at once"
ours -p 127.0.0.1 >/dev/null
is $? 0 "and the exit status is 0, as ever"
