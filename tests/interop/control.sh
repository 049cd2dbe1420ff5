#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# control.sh - mode 6 of our daemon: every command of NTPsec's ntpq and of ours, what tshark makes
# of the datagrams, nmap's ntp-info and Nagios' check_ntp_peer.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/interop/peers.sh
. "$top_srcdir/tests/interop/peers.sh"
need_peer ntpsec/usr/bin/ntpq plugins/usr/lib/nagios/plugins/check_ntp_peer \
	plugins/usr/lib/nagios/plugins/check_ntp_time
need tshark nmap
their_ntpq=("${ntpsec_python[@]}" "$(peer ntpsec/usr/bin/ntpq)")
check_ntp_peer=$(peer plugins/usr/lib/nagios/plugins/check_ntp_peer)
check_ntp_time=$(peer plugins/usr/lib/nagios/plugins/check_ntp_time)

ns_new ours sources
ns_lan ours sources
ip -n "$(ns_name sources)" addr add 192.0.2.14/24 dev eth0
start fakes sources "$top_srcdir/tests/interop/fake-servers.py" 192.0.2.2,1,GPS,0 \
	192.0.2.14,2,198.51.100.7,0.0002 2001:db8:2::2,2,198.51.100.9,0.0001
wait_log 5 fakes ready || bail "the fake servers start"

printf '%s\n' '1 MD5 topsecret' '2 SHA1 0123456789abcdef0123456789abcdef01234567' \
	'3 AES128CMAC 0123456789abcdef0123456789abcdef' '4 MD5 other' >"$work/keys"
chmod 600 "$work/keys"
mkdir "$work/saved" "$work/stats"
our_ntpd ours ours 'disable ntp' 'server 192.0.2.2 iburst minpoll 4' \
	'server 192.0.2.14 iburst minpoll 4' 'server 2001:db8:2::2 iburst minpoll 4' \
	'server 192.0.2.99 iburst' 'server 127.127.1.0' 'restrict default limited kod notrap' \
	'restrict 127.0.0.1' 'restrict ::1' "keys $work/keys" 'trustedkey 1 2 3' 'controlkey 1' \
	"saveconfigdir $work/saved" 'setvar site="room 12" default' "statsdir $work/stats"
wait_until 25 our_synchronised ours || bail "our daemon follows a source"

start tshark ours tshark -q -i any -f 'udp port 123' -w "$work/mode6.pcapng"
wait_log 60 tshark Capturing || bail "tshark captures"

keyed=(-n -a 1 -k "$work/keys")
theirs() { in_ns ours "${their_ntpq[@]}" "$@" 2>&1; }
ours() { in_ns ours "$ntpq" "$@" 2>&1; }

# The same from both.
id=$(ours -n -c as | awk '$3 ~ /^9/ { print $2; exit }')
clock=$(ours -n -c as | awk 'END { print $2 }')
for command in peers lpeers opeers apeers as passociations rv "rv $id" 'rv 0 leap,stratum' \
	"rv $id srcadr" "mrv $id $id srcadr" "cv $clock" sysinfo sysstats kerninfo monstats \
	iostats timerstats authinfo "pstats $id"; do
	out=$(theirs -n -c "$command")
	unlike "$out" '\*\*\*|Traceback|AUTH' "their $command is answered"
	[ -n "$out" ]
	ok $? "their $command shows something"
	unlike "$(ours -n -c "$command")" '\*\*\*' "our $command is answered"
done
for command in sysinfo kerninfo iostats timerstats; do
	unlike "$(theirs -n -c "$command")" '\?\?\?|Unknown variable' "their $command knows every value"
done
like "$(theirs -n -c rv)" 'site="room 12"' "their rv shows what setvar says"
like "$(theirs -n -c peers)" '^\*192\.0\.2\.(2|14) .* u .* 16 ' "their peers shows the system peer"
like "$(theirs -n -c peers)" '^ LOCAL\(0\) .*\.LOCL\.' "their peers names the local clock"
is "$(theirs -n -c 'rv 9')" 'Unknown associd.' "their rv of a wrong id"
like "$(theirs -n -c 'rv 0 zork')" 'UNKNOWNVAR' "their rv of a wrong name"

# Clients. Where localhost is slow to answer by IPv4 it is asked by IPv6 as well.
clients() { awk '$NF ~ /^[0-9a-f.:]+$/ && $NF != "::1" && $1 ~ /^[0-9]+$/ { print $NF }' | sort; }
in_ns sources "$ntpq" -n -c 'rv 0 leap' 192.0.2.1 >/dev/null
in_ns sources "$ntpq" -n -c 'rv 0 leap' 2001:db8:2::1 >/dev/null
expected=$(printf '%s\n' 127.0.0.1 192.0.2.2 2001:db8:2::2)
is "$(theirs -n -c mrulist | clients)" "$expected" "their mrulist lists the clients"
is "$(theirs -n -c 'mrulist frags=2' | clients)" "$expected" "and page by page"
is "$(theirs -n -c 'mrulist laddr=192.0.2.1' | clients)" 192.0.2.2 "and by local address"
is "$(theirs -n -c 'mrulist mincount=5 sort=addr' | clients)" 127.0.0.1 "and by count"
is "$(ours -n -c mrulist | clients)" "$expected" "our mrulist lists the clients"
is "$(ours -n -c 'mrulist limit=2' | clients)" "$expected" "and two by two"

# With the control key.
is "$(theirs "${keyed[@]}" -c ifstats | grep -c ':123$')" \
	"$(ours "${keyed[@]}" -c ifstats | grep -c ':123$')" "both ifstats show as many sockets"
like "$(theirs "${keyed[@]}" -c ifstats)" '^ +192\.0\.2\.1:123$' "their ifstats shows our address"
like "$(theirs "${keyed[@]}" -c reslist)" 'notrap limited kod' "their reslist shows restrictions"
for key in 2 3; do
	like "$(theirs -n -a $key -k "$work/keys" -c ifstats)" PERMISSION \
		"key $key is not the control key"
done
like "$(theirs -n -a 4 -k "$work/keys" -c ifstats)" PERMISSION "key 4 is not trusted"
unlike "$(theirs "${keyed[@]}" -c rv)" 'untrusted due to' "their ntpq trusts our answers"
is "$(theirs "${keyed[@]}" -c ':config restrict 203.0.113.77 ignore')" 'Config Succeeded' \
	"their :config is obeyed"
like "$(theirs "${keyed[@]}" -c reslist)" '203\.0\.113\.77/32' "and has its effect"
is "$(theirs "${keyed[@]}" -c ':config delrestrict 203.0.113.77')" 'Config Succeeded' \
	"an entry is taken back"
unlike "$(theirs "${keyed[@]}" -c reslist)" '203\.0\.113\.77' "and is gone"
is "$(theirs "${keyed[@]}" -c ':config server 192.0.2.98 iburst')" 'Config Succeeded' \
	"a server is added"
like "$(ours -pn)" '^ 192\.0\.2\.98 ' "and is there"
is "$(ours "${keyed[@]}" -c ':config unpeer 192.0.2.98')" 'Config Succeeded' "our :config drops it"
unlike "$(ours -pn)" '192\.0\.2\.98' "and it is gone"
like "$(theirs "${keyed[@]}" -c ':config zork 1')" '^column 0 syntax error' "an error has its column"
like "$(theirs "${keyed[@]}" -c ':config logfile /tmp/x')" 'not taken from ntpq' "no file is named"
printf '%s\n' 'statistics loopstats' 'zork' >"$work/lines"
like "$(ours "${keyed[@]}" -c "config-from-file $work/lines")" '^Line No: 1 Config Succeeded' \
	"config-from-file sends lines"
is "$(ours "${keyed[@]}" -c 'saveconfig x.conf')" "Configuration saved to $work/saved/x.conf" \
	"saveconfig saves"
try "what it saved is a configuration" "$ntpd" --check-config -c "$work/saved/x.conf"
like "$(ours "${keyed[@]}" -c 'saveconfig x.conf')" 'File exists' "saveconfig replaces nothing"
like "$(ours "${keyed[@]}" -c 'saveconfig ../x')" 'wants a name' "saveconfig stays in its folder"
like "$(ours "${keyed[@]}" -c 'saveconfig ntp-%Y%m%d.conf')" 'saved to .*/ntp-20[0-9]{6}\.conf$' \
	"saveconfig fills in the date"
ours "${keyed[@]}" -c 'writevar 0 site=lab' >/dev/null
is "$(ours -c 'rv 0 site')" 'site=lab' "writevar writes"
is "$(ours "${keyed[@]}" -c reload)" 'Config Succeeded' "reload reads the file again"
is "$(ours -c 'rv 0 site')" 'site="room 12"' "and what was written is gone"

# From another host, and over again.
far() { in_ns sources "${their_ntpq[@]}" "${keyed[@]}" "$@" 192.0.2.1 2>&1; }
like "$(far -c ':config reset sys')" '^refused: a change from another host needs a nonce' \
	"without a nonce no change is taken from another host"
echo 'disable controlnonce' >>"$work/ours.conf"
is "$(ours "${keyed[@]}" -c reload)" 'Config Succeeded' "classic ntpq is let in"
is "$(far -c ':config reset sys')" 'Config Succeeded' "a change is taken from another host then"
like "$(far -c ':config reset sys')" '^refused: the very same request' "but not twice"
is "$(far -c 'rv 0 leap' -c ':config reset sys' | tail -n 1)" 'Config Succeeded' \
	"behind another command it is another request"

far_ours() { in_ns sources "$ntpq" "${keyed[@]}" "$@" 192.0.2.1 2>&1; }
sed -i '/controlnonce/d' "$work/ours.conf"
is "$(ours "${keyed[@]}" -c reload)" 'Config Succeeded' "and is not any more"
is "$(far_ours -c 'saveconfig far.conf')" "Configuration saved to $work/saved/far.conf" \
	"our ntpq has a file saved from there"
is "$(far_ours -c 'writevar 0 site=far' -c 'rv 0 site')" \
	$'done! (no data returned)\nsite=far' "and a variable written"
for again in once twice; do
	is "$(far_ours -c ':config reset sys')" 'Config Succeeded' "our ntpq has it obeyed $again"
done
like "$(cat "$work/ours.log")" 'ntpq at 192\.0\.2\.2, key 1: config reset sys$' \
	"the log tells who asked for what"

# Others.
out=$(in_ns ours nmap -sU -p 123 --script ntp-info 127.0.0.1 2>&1)
like "$out" 'version: ntpd' "nmap's ntp-info reads our version"
like "$out" 'stratum: [23]' "and our stratum"
out=$(in_ns ours "$check_ntp_peer" -H 127.0.0.1 -w 1 -c 2 -W 5 -C 10 -j 500 -k 600 2>&1)
is $? 0 "check_ntp_peer is content"
like "$out" '^NTP OK: Offset -?[0-9.e-]+ secs' "and reads our offset"
in_ns ours "$check_ntp_peer" -H 127.0.0.1 -w 1 -c 2 -m @1:2 >/dev/null 2>&1
isnt=$?
[ "$isnt" -ne 3 ]
ok $? "check_ntp_peer counts truechimers"
out=$(in_ns ours "$check_ntp_time" -H 127.0.0.1 -w 1 -c 2 -t 20 2>&1)
is $? 0 "check_ntp_time is content"
like "$out" '^NTP OK: Offset -?[0-9.e-]+ secs' "and measures our offset"

stop tshark
malformed=$(tshark -r "$work/mode6.pcapng" -Y '_ws.malformed || _ws.expert.severity >= warn' 2>/dev/null)
is "$malformed" "" "tshark finds nothing malformed"
n=$(tshark -r "$work/mode6.pcapng" -Y 'ntp.flags.mode == 6' 2>/dev/null | wc -l)
[ "$n" -gt 200 ]
ok $? "among $n datagrams of mode 6"
running ours
ok $? "our daemon lives"
unlike "$(cat "$work/ours.log")" 'runtime error|Assertion' "and has nothing to complain of"
