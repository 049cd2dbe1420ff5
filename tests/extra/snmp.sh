#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# snmp.sh - ntp-snmp between a daemon of ours and Debian's snmpd: every object by its number, sources
# of both families, restarts of all three, what a manager sets, notifications; a daemon that lies;
# what it is confined to. Each way to the agent: a socket of TCP, and one in the file system.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need python3 snmpd snmptrapd snmpget snmpwalk snmpset snmpbulkwalk
snmp=$top_builddir/ntp-snmp
[ -x "$snmp" ] || bail "ntp-snmp is built: libsnmp-dev is there"
root=.1.3.6.1.2.1.197

# Below /tmp: it becomes another user, who may not enter our folder.
room=$(mktemp -d /tmp/snmp.XXXXXX)
chmod 755 "$room"
mkdir "$room/state"
chown nobody "$room/state"
trap 'rm -rf "$room"; test_end' EXIT
export MIBS='' SNMPCONFPATH=$room SNMP_PERSISTENT_DIR=$room/persistent
mkdir -p "$SNMP_PERSISTENT_DIR"

ns_new a
cat >"$room/snmpd.conf" <<END
agentAddress udp:127.0.0.1:16161
master agentx
agentXSocket tcp:127.0.0.1:16705,unix:$room/agentx
agentXPerms 0666 0755
rocommunity public 127.0.0.1
rwcommunity private 127.0.0.1
trap2sink 127.0.0.1:16162 public
END
cat >"$room/snmptrapd.conf" <<'END'
disableAuthorization yes
END
agent() {
	start snmpd a snmpd -f -Lo -C -c "$room/snmpd.conf" -I -smux,-mteTrigger -p "$room/snmpd.pid"
}
# get NAME: the value at a number below the root. walk NAME: name and value of all below it.
ask() { in_ns a "$1" -v2c -c "${2:-public}" -On -t 3 -r 1 127.0.0.1:16161 "${@:3}" 2>&1; }
get() { ask snmpget public -Oqv "$root.$1" | sed 's/^"\(.*\)"$/\1/'; }
walk() { ask snmpwalk public -Oq "$root${1:+.$1}" | sed "s/^$root\.//"; }
has() { [ "$(get "$1")" = "$2" ]; }
begin() { start snmp a "$snmp" -x "${1:-tcp:127.0.0.1:16705}" -s "$room/state"; }
end_it() {
	kill "${daemon_pid[$1]}"
	wait "${daemon_pid[$1]}"
}

# --- ten sources, of both families ---------------------------------------------------

{
	printf 'server 127.0.0.%d iburst minpoll 3\n' {11..14}
	echo 'server ::1 minpoll 3'
	printf 'server 2001:db8::%x minpoll 3\n' 1 2 3 4
	echo 'server 127.127.1.0'
	echo 'tos orphanwait 1'
	echo 'restrict default'
} >"$work/a.conf"
daemon() { start ntpd a "$top_builddir/ntpd" -n -c "$work/a.conf"; }
in_ns a ip addr add 2001:db8::100/64 dev lo
daemon
agent
begin
try "ntpd runs" wait_until 20 has 1.2.1.0 4
walk >"$work/walk"
is "$(get 1.1.1.0)" ntpd "the name of the software"
like "$(get 1.1.2.0)" '^ntpd [0-9.]+' "its version"
is "$(get 1.1.3.0)" "ntpd developers" "its vendor"
like "$(get 1.1.4.0)" '^Linux/' "the system"
is "$(get 1.1.5.0)" 1000000000 "the resolution of the clock"
like "$(get 1.1.6.0)" '^-[12][0-9]$' "its precision"
like "$(get 1.1.7.0)" '^[0-9.]+ (ms|s)$' "the distance from the root"
like "$(get 1.2.2.0)" '^[0-9]+$' "the stratum"
leader=$(get 1.2.3.0)
is "$(get 1.2.4.0)" 'LOCAL(0)' "who leads"
is "$(get "1.3.1.1.2.$leader")" 'LOCAL(0)' "which is the name of that association"
like "$(get 1.2.5.0)" '^-?[0-9.]+ ms$' "its offset"
is "$(get 1.2.6.0)" 10 "ten sources"
like "$(get 1.2.7.0)" '^[0-9.]+ (ms|s)$' "root dispersion"
like "$(get 1.2.8.0)" '^[0-9]+:[0-9]+:[0-9]+:' "uptime"
is "$(get 1.2.9.0 | wc -w)" 16 "a date of 128 bits"
is "$(get 1.2.10.0)" '' "no leap second"
is "$(get 1.2.11.0)" 0 "in no direction"
for i in 12 13 14 15 16; do
	like "$(get "1.2.$i.0")" '^[0-9]+$' "counter $i"
done
is "$(walk 1.2.17.1.2 | wc -l) $(walk 1.2.17.1.3 | wc -l)" "6 6" "packets sent and received, by mode"
[ "$(get 1.2.17.1.2.3)" -gt 0 ]
ok $? "those of a client among them"
for i in 2 3 4 5 6 7 8 9 10; do
	is "$(walk "1.3.1.1.$i" | wc -l)" 10 "column $i of the associations"
done
for i in 1 2 3; do
	is "$(walk "1.3.2.1.$i" | wc -l)" 10 "column $i of their statistics"
done
is "$(walk 1.3.1.1.4 | awk '{ n[$2]++ } END { print n[1], n[2] }')" "5 5" "five of IPv4, five of IPv6"
v6=$(walk 1.3.1.1.2 | sed -n 's/.*\.\([0-9]*\) "*2001:db8::3"*$/\1/p')
is "$(get "1.3.1.1.5.$v6" | xargs)" "20 01 0D B8 00 00 00 00 00 00 00 00 00 00 00 03" "an address of IPv6"
v4=$(walk 1.3.1.1.2 | sed -n 's/.*\.\([0-9]*\) "*127.0.0.13"*$/\1/p')
is "$(get "1.3.1.1.5.$v4" | xargs)" "7F 00 00 0D" "and one of IPv4"
is "$(walk 1.4)" "1.4.1.0 60
1.4.2.0 \"7F 00 \"" "what a manager may set"
is "$(ask snmpbulkwalk public -Oq "$root" | cut -d ' ' -f 1 | sort | uniq -d)" '' "a walk in bulk has nothing twice"
is "$(ask snmpbulkwalk public -Oq "$root" | wc -l)" "$(wc -l <"$work/walk")" "and as much as one by one"
like "$(get 1.2.99.0)" 'No Such' "what is not there is not there"
like "$(get 1.3.1.1.2.0)" 'No Such' "nor an association 0"

# --- confined ------------------------------------------------------------------------

status=$(cat "/proc/${daemon_pid[snmp]}/status")
like "$status" '^Uid:	65534	65534	65534	65534$' "it is nobody"
like "$status" '^CapEff:	0000000000000000$' "without capabilities"
like "$status" '^NoNewPrivs:	1$' "and gets none"
like "$status" '^Seccomp:	2$' "behind a filter of system calls"

# --- what is set ---------------------------------------------------------------------

start trapd a snmptrapd -f -Lo -C -c "$room/snmptrapd.conf" -On -p "$room/trapd.pid" \
	udp:127.0.0.1:16162
like "$(ask snmpset public "$root.1.4.1.0" u 5)" 'noAccess' "who may read may not set"
like "$(ask snmpset private "$root.1.2.2.0" u 1)" 'notWritable' "what is told cannot be set"
like "$(ask snmpset private "$root.1.4.1.0" s five)" 'wrongType' "a text is no interval"
like "$(ask snmpset private "$root.1.4.2.0" x 80)" 'wrongValue' "a bit that is none"
is "$(get 1.4.1.0)" 60 "nothing of that has changed it"
like "$(ask snmpset private "$root.1.4.1.0" u 7 "$root.1.4.2.0" x 80)" 'wrongValue' "nor of two one alone"
is "$(get 1.4.1.0)" 60 "none of them is set"
ask snmpset private "$root.1.4.1.0" u 2 "$root.1.4.2.0" x 7F80 >/dev/null
is "$(walk 1.4)" "1.4.1.0 2
1.4.2.0 \"7F 80 \"" "both are set at once"
is "$(cat "$room/state/settings")" "heartbeat 2
notifications 510" "and kept"

# --- notifications -------------------------------------------------------------------

# told NUMBER PATTERN: true when a notification of that number with such a line has come.
told() { grep -E "\.1\.3\.6\.1\.6\.3\.1\.1\.4\.1\.0 = OID: $root\.0\.$1([^0-9]|\$)" "$work/trapd.log" | grep -Eq -- "$2"; }
try "the heart beats" wait_until 30 told 8 "$root\.1\.5\.1\.0 = STRING: \"Synchronised to LOCAL\(0\), within "
told 8 "$root\.1\.2\.9\.0 = Hex-STRING: .*$root\.1\.2\.1\.0 = INTEGER: 4.*$root\.1\.4\.1\.0 = Gauge32: 2"
ok $? "with the date, the mode and the interval"
sed -i '/127.0.0.14/d' "$work/a.conf"
kill -HUP "${daemon_pid[ntpd]}"
try "a source that goes is told by name" wait_until 30 told 5 \
	"$root\.1\.3\.1\.1\.2\.[0-9]+ = STRING: \"127.0.0.14\""
told 6 'another configuration'
ok $? "and that the configuration is another one"
echo 'server 127.0.0.15' >>"$work/a.conf"
kill -HUP "${daemon_pid[ntpd]}"
try "one that comes as well" wait_until 30 told 4 "\"127.0.0.15 is asked from now on.\""
end_it ntpd
try "a daemon that is gone is told" wait_until 30 told 1 "$root\.1\.2\.1\.0 = INTEGER: 1"
[ "$(get 1.2.16.0)" -ge 5 ]
ok $? "all are counted"

# --- a daemon that is gone, and back -------------------------------------------------

is "$(get 1.2.1.0)" 1 "it is not running"
is "$(get 1.2.2.0) $(get 1.2.3.0) $(get 1.2.6.0) $(get 1.1.2.0)" "16 0 0 " "and nothing is invented"
is "$(walk 1.3)" "1.3 No Such Instance currently exists at this OID" "it has no associations" ||
	note "$(walk 1.3)"
daemon
try "a daemon that comes back is seen" wait_until 30 has 1.2.1.0 4
try "and told" wait_until 30 told 1 "$root\.1\.2\.1\.0 = INTEGER: 4"

# --- restarts of the others ----------------------------------------------------------

end_it snmp
is $? 0 "it ends when it is told to"
like "$(get 1.2.1.0)" 'No Such' "then nobody has the objects"
begin "unix:$room/agentx"
try "it is found again, by a socket in the file system" wait_until 20 has 1.2.1.0 4
is "$(get 1.4.1.0)" 2 "with what was set"
end_it snmpd
agent
try "an agent that was restarted has it back" wait_until 40 has 1.2.1.0 4
end_it snmp
end_it snmpd
begin
agent
try "one that is started first waits for the agent" wait_until 40 has 1.2.1.0 4

# --- a daemon that lies --------------------------------------------------------------

end_it ntpd
start played a python3 "$top_srcdir/tests/extra/played.py" hostile
try "a liar is shown as it is" wait_until 30 has 1.2.1.0 6
walk >"$work/walk"
[ "$(wc -l <"$work/walk")" -gt 40 ]
ok $? "all of it" || note "$(cat "$work/walk")"
is "$(LC_ALL=C grep -c '[^[:print:]]' "$work/walk")" 0 "printable"
is "$(walk 1.3.1.1.6 | grep -c '1e+\|inf\|nan')" 0 "and without numbers that are none"
in_ns a kill -0 "${daemon_pid[snmp]}"
ok $? "it lives"
end_it snmp
for words in '-x' '-y' 'word'; do
	status=0
	# shellcheck disable=SC2086 # words
	"$snmp" $words >/dev/null 2>&1 || status=$?
	is "$status" 2 "$words is wrong use"
done
