#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# matrix.sh - every command of NTPsec's ntpq against our daemon, every command of ours against
# NTPsec's daemon and against ours, and as JSON; a table of it all at the end. A command that either
# program learns and that has no row here is a failure.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/interop/peers.sh
. "$top_srcdir/tests/interop/peers.sh"
need_peer ntpsec/usr/sbin/ntpd ntpsec/usr/bin/ntpq
need python3 timeout
their_program=$(peer ntpsec/usr/bin/ntpq)
their_ntpq=("${ntpsec_python[@]}" "$their_program")

ns_new ours theirs sources
ns_lan ours theirs sources
ip -n "$(ns_name sources)" addr add 192.0.2.12/24 dev eth0
start fakes sources "$top_srcdir/tests/interop/fake-servers.py" 192.0.2.3,1,GPS,0 \
	192.0.2.12,2,198.51.100.7,0.0002 2001:db8:2::3,2,198.51.100.9,0.0001
wait_log 5 fakes ready || bail "the fake servers start"
printf '%s\n' '1 MD5 topsecret' '2 SHA1 0123456789abcdef0123456789abcdef01234567' >"$work/keys"
chmod 600 "$work/keys"
mkdir "$work/saved"
common=('disable ntp' 'restrict default limited kod' 'restrict 127.0.0.1' 'restrict ::1'
	"keys $work/keys" 'trustedkey 1 2' 'controlkey 1' 'server 192.0.2.3 iburst minpoll 4 maxpoll 4'
	'server 192.0.2.12 iburst minpoll 4 maxpoll 4' 'server 192.0.2.99 iburst'
	'server 127.127.1.0' 'fudge 127.127.1.0 stratum 10')
our_ntpd ours ours "${common[@]}" "saveconfigdir $work/saved" 'setvar site=lab default'
printf '%s\n' "${common[@]}" "driftfile $work/theirs.drift" >"$work/theirs.conf"
start theirs theirs "$(peer ntpsec/usr/sbin/ntpd)" -n -c "$work/theirs.conf"
selected() { in_ns "$1" "$ntpq" -n -c peers | grep -q '^\*'; }
wait_until 40 selected ours || bail "our daemon follows a source"
wait_until 40 selected theirs || bail "NTPsec's daemon follows a source"

# A row: the command and its arguments; then a pattern that a line of the output fits: of theirs
# against our daemon, of ours against NTPsec's, of ours against our own. "-": the program has no such
# command; "": nothing is printed. What a daemon lacks is told in words, which is right too.
rows=$(cat <<'END'
:config restrict 203.0.113.77 ignore;Config Succeeded;Config Succeeded;Config Succeeded
?;-;ntpq commands;ntpq commands
EOF;;-;-
addvars leap;;;
apeers;^\*192\.0\.2;^.192\.0\.2\.12 +c6336407;^.192\.0\.2\.12 +c6336407
associations;sys\.peer +(sys_peer|reachable);sys\.peer;sys\.peer +(sys_peer|reachable)
authenticate yes;authenticated requests;authenticated requests;authenticated requests
authinfo;stored keys: +2;stored keys: +2;stored keys: +2
cl &4;LOCAL|Undisciplined;Undisciplined;Undisciplined
clearvars;;;
clocklist &4;Undisciplined;Undisciplined;Undisciplined
clockvar &4 stratum;stratum=10;stratum=10;stratum=10
config-from-file LINES;^Config Succeeded;Line No: 1 Config Succeeded;Line No: 1 Config Succeeded
cooked;cooked;cooked;cooked
cv &4;fudgetime1;fudgetime1|stratum=10;fudgetime1=0\.000
debug;debug level is 0;debug level is 0;debug level is 0
delay;delay 20 ms;delay 0 ms;delay 0 ms
direct;[Dd]irect mode is on;as they come;as they come
doflake;Flakiness;-;-
drefid;-;drefid value is ipv4;drefid value is ipv4
exit;;;
explain;-;synchronised;synchronised to 192\.0\.2
help;Documented commands;ntpq commands;ntpq commands
host;current host is localhost;current host is localhost;current host is localhost
hostnames;hostnames not being shown;hostnames not being shown;hostnames not being shown
ifstats;192\.0\.2\.1:123;192\.0\.2\.2:123;192\.0\.2\.1:123
iostats;received packets: +[0-9];received packets: +[0-9];received packets: +[0-9]
kerninfo;kernel status: +[a-z];kernel status: +[a-z];kernel status: +[a-z]
keyid;keyid is 1;keyid is 1;keyid is 1
keytype;MD5;MD5 with 16 octet;MD5 with 16 octet
lapeers;-;^.192\.0\.2\.12 ;^.192\.0\.2\.12\b
lassociations;192|sys\.peer;sys\.peer;sys\.peer
logfile;stderr;-;-
lopeers;^.192\.0\.2\.12 +192\.0\.2\.1 ;^.192\.0\.2\.12 +192\.0\.2\.2 ;^.192\.0\.2\.12 +192\.0\.2\.1\b
lpassociations;No association IDs;sys\.peer;sys\.peer
lpeers;^ 192\.0\.2\.99 .*INIT;^ 192\.0\.2\.99 .*INIT;^ 192\.0\.2\.99 .*INIT
monstats;age of oldest slot: +[0-9];addresses: +[0-9];new clients: +[0-9]
mreadlist &1 &2;srcadr=192\.0\.2\.12;srcadr=192\.0\.2\.12;srcadr=192\.0\.2\.12
mreadvar &1 &2 srcadr;srcadr=192\.0\.2\.12;srcadr=192\.0\.2\.12;srcadr=192\.0\.2\.12
mrl &1 &2;srcadr=192\.0\.2\.12;srcadr=192\.0\.2\.12;srcadr=192\.0\.2\.12
mrulist;127\.0\.0\.1$;127\.0\.0\.1$;127\.0\.0\.1$
mrv &1 &2 srcadr;srcadr=192\.0\.2\.12;srcadr=192\.0\.2\.12;srcadr=192\.0\.2\.12
mssntpinfo;-;has none of these;requests: +0
noflake;Traceback;-;-
ntpversion 3;being claimed is 3;being claimed is 3;being claimed is 3
ntsinfo;NTS client sends: +0;NTS client sends: +0;NTS client sends: +0
ntskeinfo;-;NTS KE serves good: +[0-9];NTS KE serves no-TLS wall: +0
opeers;^.192\.0\.2\.12 +192\.0\.2\.1 ;^.192\.0\.2\.12 +192\.0\.2\.2 ;^.192\.0\.2\.12 +192\.0\.2\.1\b
passociations;No association IDs;sys\.peer;sys\.peer
passwd topsecret;;;
peers;^\*192\.0\.2;^\*192\.0\.2;^\*192\.0\.2
poll;not implemented;use sntp;use sntp
pstats &1;packets sent: +[0-9];packets sent: +[0-9];packets sent: +[0-9]
quit;;;
raw;raw;raw;raw
readlist;stratum=[23];stratum=[23];stratum=[23]
readvar 0 stratum;^stratum=[23]$;^stratum=[23]$;^stratum=[23]$
reload;-;syntax error;Config Succeeded
reslist;0\.0\.0\.0/0;203\.0\.113\.77/32;0\.0\.0\.0/0
rl;stratum=[23];stratum=[23];stratum=[23]
rmvars leap;;;
rpeers; 1 u ;\* 192\.0\.2;\* 192\.0\.2
rv;site="lab";version="ntpd ntpsec;site=lab
saveconfig NAME;-;bad opcode;Configuration saved to
showvars;No variables;Variable list is empty;Variable list is empty
sysinfo;system peer: +192\.0\.2;stratum: +[23];system peer: +192\.0\.2
sysstats;packets received: +[0-9];packets received: +[0-9];packets received: +[0-9]
timeout;primary timeout 5000 ms;primary timeout 5000 ms;primary timeout 5000 ms
timerstats;calls to transmit: +[0-9];calls to transmit: +[0-9];calls to transmit: +[0-9]
units;;display of units is on;display of units is on
version;ntpsec;^ntpd/ntpq [0-9];^ntpd/ntpq [0-9]
writelist;;list is empty;list is empty
writevar 0 site=room;;variable unknown;done!
END
)
printf '%s\n' 'restrict 203.0.113.78 nomodify' >"$work/lines"

# Neither program has a command without a row.
names=$(cut -d';' -f1 <<<"$rows" | awk '{ print $1 }')
theirs_have=$(sed -n 's/^    def do_\([A-Za-z_]*\)(.*/\1/p' "$their_program" |
	sed 's/^hot_config$/:config/; s/^config_from_file$/config-from-file/' | sort -u)
ours_have=$(in_ns ours "$ntpq" --json -c help | python3 -c '
import json, sys
for c in json.load(sys.stdin)["commands"]: print(c["name"])' | sort -u)
is "$(comm -13 <(sort <<<"$names") <(sort -u <<<"$theirs_have"$'\n'"$ours_have"))" "" \
	"every command of both programs has a row"

# fits PATTERN TEXT: prints ok, or what is wrong.
fits() {
	case $1 in
	-) [ "$2" = "" ] && echo - || echo "has no row" ;;
	'') echo ok ;;
	*) grep -Eq -- "$1" <<<"$2" && echo ok || echo WRONG ;;
	esac
}

# ask HOST PROGRAM COMMAND...: the output of one command, 30 s at most.
ask() {
	local x=$1
	shift
	in_ns "$x" timeout 30 "$@" 2>&1 </dev/null || echo "timeout or status $?"
}

json_ok() {
	python3 -c '
import json, sys
lines = sys.stdin.read().splitlines()
assert len(lines) == 1, lines
j = json.loads(lines[0])
assert "host" in j and "command" in j, j' 2>&1 && echo ok
}

table=$(printf '%-18s %-12s %-12s %-12s %s' command 'theirs/ours' 'ours/theirs' 'ours/ours' JSON)
wrong=0
n=0
while IFS=';' read -r words on_ours on_theirs own; do
	name=${words%% *}
	words=${words/LINES/$work/lines}
	words=${words/NAME/saved-$n.conf}
	n=$((n + 1))
	result=("$name")
	out=""
	# NTPsec's config-from-file has its key only once :config has asked for it.
	first=()
	[ "$name" = config-from-file ] && first=(-c ':config reset ctl')
	[ "$on_ours" = - ] || out=$(ask ours "${their_ntpq[@]}" -n -a 1 -k "$work/keys" "${first[@]}" \
		-c "$words")
	result+=("$(fits "$on_ours" "$out")")
	[[ ${result[-1]} = ok || ${result[-1]} = - ]] || note "$words, theirs on ours: $out"
	i=0
	for pattern in "$on_theirs" "$own"; do
		x=$([ "$i" = 0 ] && echo theirs || echo ours)
		i=$((i + 1))
		out=""
		[ "$pattern" = - ] || out=$(ask "$x" "$ntpq" -n -a 1 -k "$work/keys" -c "$words")
		result+=("$(fits "$pattern" "$out")")
		[[ ${result[-1]} = ok || ${result[-1]} = - ]] || note "$words, ours on $x: $out"
	done
	if [ "$own" = - ]; then
		result+=(-)
	else
		words=${words/saved-/json-}
		result+=("$(in_ns ours timeout 30 "$ntpq" --json -n -a 1 -k "$work/keys" -c "$words" \
			2>"$work/json.err" </dev/null | json_ok)")
		[ "${result[-1]}" = ok ] || note "$words, JSON: ${result[-1]}"
	fi
	table+=$'\n'$(printf '%-18s %-12s %-12s %-12s %s' "${result[@]}")
	for r in "${result[@]:1}"; do
		[[ $r = ok || $r = - ]] || wrong=$((wrong + 1))
	done
	! [[ "${result[*]:1}" =~ WRONG|row|timeout|rror ]]
	ok $? "$name is answered"
done <<<"$rows"
note "$table"
is "$wrong" 0 "no cell of the table is wrong"

# What the classic C ntpstat sends: 576 octets, version 2, no data; it wants refid= and tc= with a
# comma behind them.
out=$(in_ns ours python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(3)
s.sendto(bytes([2 << 3 | 6, 2, 0, 7]) + bytes(572), ("127.0.0.1", 123))
text = b""
while True:
    p = s.recv(2048)
    assert p[0] == 2 << 3 | 6 and p[1] & 0xdf == 0x82 and p[2:4] == b"\0\7", p[:12]
    text += p[12:12 + int.from_bytes(p[10:12], "big")]
    if not p[1] & 0x20:
        break
print(text.decode())' 2>&1)
like "$out" 'refid=[0-9.]+,' "a datagram of 576 octets is a request: refid and its comma"
like "$out" '(^| )tc=[0-9]+,' "and tc and its comma"
running ours
ok $? "our daemon lives"
running theirs
ok $? "and theirs"
