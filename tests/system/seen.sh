#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# seen.sh - how ntpd is seen under a real systemd: events with their fields in the journal, explained
# by its catalog; the status of the unit in the words of the page; the units of ntp-exporter, ntp-alarm
# and ntp-snmp. In a container, without the right to set the clock.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/system/box.sh
. "$top_srcdir/tests/system/box.sh"
need python3

try "the packages build" box_package
box_start
ok $? "the container boots"
box_safe || bail "the container has no right to set the clock"
cp "$(dirname "$box_deb")"/ntpd*.deb "$box_root/root/"
printf '%s\n' 'server 127.127.1.0' 'tos orphanwait 1' 'restrict default' >"$work/ntp.conf"
cat >"$work/snmpd.conf" <<'END'
agentAddress udp:127.0.0.1:161
master agentx
agentXSocket tcp:127.0.0.1:705
rocommunity public 127.0.0.1
END
try "they install" box_run sh -c 'dpkg -i /root/ntpd_*.deb /root/ntpd-exporter_*.deb \
	/root/ntpd-alarm_*.deb /root/ntpd-snmp_*.deb'
cp "$work/ntp.conf" "$box_root/etc/ntp.conf"
cp "$work/snmpd.conf" "$box_root/etc/snmp/snmpd.conf"
box_run systemctl restart ntpd snmpd
try "it synchronises" wait_until 30 box_run ntpstat

# --- the journal ---------------------------------------------------------------------

# entry EVENT: the last entry of the event, as JSON.
entry() { box_run journalctl -q -b -o json --no-pager -u ntpd NTP_EVENT="$1" | tail -n 1; }
# field NAME: of such an entry.
field() { python3 -c 'import json, sys; print(json.loads(sys.stdin.read()).get(sys.argv[1]))' "$1"; }
try "an event is there" wait_until 20 sh -c \
	"${box_words[*]} journalctl -q -b -u ntpd NTP_EVENT=clock_sync | grep -q ."
sync=$(entry clock_sync)
# Without the right to the clock nothing is disciplined: mode 6 tells the same state, and reference id.
is "$(field NTP_STATE <<<"$sync") $(field NTP_SOURCE <<<"$sync")" "NSET 127.127.1.0" "with its fields"
like "$(field NTP_ASSOC <<<"$sync")" '^[1-9][0-9]*$' "the association"
like "$(field NTP_OFFSET_US <<<"$sync")" '^-?[0-9]+\.[0-9]{3}$' "the offset in microseconds"
is "$(field NTP_REFID <<<"$sync") $(field PRIORITY <<<"$sync")" "127.127.1.0 5" "the reference id and the level"
is "$(field SYSLOG_IDENTIFIER <<<"$sync") $(field _SYSTEMD_UNIT <<<"$sync")" "ntpd ntpd.service" \
	"it is the unit's"
is "$(field _TRANSPORT <<<"$sync")" journal "by the journal's own protocol"
pid=$(main_pid)
is "$(journal | grep -F "ntpd[$pid]" | grep -c ' clock_sync')" 1 "it is there once"
is "$(journal | grep -F "ntpd[$pid]: " | sed 's/.*: //' | sort | uniq -d)" '' "no line is there twice"
is "$(box_run journalctl --list-catalog | grep -c '^[0-9a-f]* ntpd: ')" \
	"$(grep -c '^-- ' "$top_srcdir/conf/ntpd.catalog")" "the catalog has a text for each event"
like "$(box_run journalctl -q -b -x --no-pager -u ntpd NTP_EVENT=sys_peer)" \
	'Subject: LOCAL\(0\) leads the clock' "journalctl -x explains it, by name"
box_run journalctl -q -b -o verbose --no-pager -u ntpd NTP_EVENT=sys_peer | tail -n 40 | sed 's/^/# /'

# --- the status ----------------------------------------------------------------------

page() { box_run wget -q -T 5 -O - http://127.0.0.1:10123/healthz; }
# What it may be off by grows between two looks.
words() { sed -E 's/within [^;]*;/within N;/; s/ The clock is not controlled\.$//'; }
same() { [ "$(property StatusText | words)" = "$(page | words)" ]; }
try "the status of the unit is the sentence of the page" wait_until 20 same
sentence=$(property StatusText)
note "STATUS: $sentence"
like "$sentence" '^Synchronised to LOCAL\(0\), within ' "which says how the clock is"
# Its own it tells each ten seconds.
same() { [ "$(box_run systemctl show -P StatusText ntp-exporter | words)" = "$(words <<<"$sentence")" ]; }
try "the exporter's unit says the same" wait_until 20 same ||
	note "$(box_run systemctl show -P StatusText ntp-exporter), not $sentence"

# --- units ---------------------------------------------------------------------------

# exposure UNIT: what systemd makes of its sandbox, 0 to 10, in tenths.
exposure() {
	box_run systemd-analyze security --no-pager "$1" 2>/dev/null |
		sed -nE 's/.*Overall exposure level for [^:]*: ([0-9]+)\.([0-9]).*/\1\2/p'
}
for unit in ntp-exporter ntp-alarm ntp-snmp; do
	is "$(active "$unit") $(box_run systemctl is-enabled "$unit")" "active enabled" "$unit runs"
	is "$(box_run systemd-analyze verify "$unit.service" 2>&1 | grep -F "$unit" | grep -v "Command 'man ")" '' \
		"systemd-analyze finds nothing wrong with it"
	pid=$(box_run systemctl show -P MainPID "$unit")
	box_run cat "/proc/$pid/status" >"$work/status"
	like "$(awk '/^Uid:/ { print $2 }' "$work/status")" '^6[1-5][0-9]{3}$' "its user is dynamic"
	like "$(cat "$work/status")" '^CapEff:.*0000000000000000$' "it has no capability"
	like "$(cat "$work/status")" '^NoNewPrivs:.*1$' "and gets none"
	tenths=$(exposure "$unit.service")
	note "$unit: exposure ${tenths:0:-1}.${tenths: -1}"
	[ "${tenths:-100}" -le 20 ]
	ok $? "its sandbox is tight" || note "$tenths"
done

box_run systemctl stop ntp-exporter.service
is "$(active ntp-exporter.service) $(active ntp-exporter.socket)" "inactive active" "its socket stays"
like "$(page)" '^Synchronised to ' "who asks it starts the exporter"
is "$(active ntp-exporter.service)" active "which runs then"

# The folder's programs have the unit's sandbox: what they say is in the journal.
# shellcheck disable=SC2016 # for the shell of the program
printf '#!/bin/sh\necho "told $NTP_EVENT $NTP_STATE"\n' >"$box_root/etc/ntp/events.d/tell"
chmod 755 "$box_root/etc/ntp/events.d/tell"
echo 'OPTIONS=-n 0' >"$box_root/etc/default/ntp-alarm"
box_run systemctl restart ntp-alarm
object() { box_run snmpget -v2c -c public -Oqv 127.0.0.1 ".1.3.6.1.2.1.197.$1" 2>&1; }
has() { [ "$(object "$1")" = "$2" ]; }
try "the objects are there" wait_until 40 has 1.2.1.0 4
is "$(object 1.2.4.0)" '"LOCAL(0)"' "with the source"
box_run systemctl stop ntpd
try "a daemon that was stopped is not running" wait_until 20 has 1.2.1.0 1
alarmed() { journal ntp-alarm | grep -q 'told unsynchronised raised'; }
try "and an alarm tells of it" wait_until 40 alarmed
box_run systemctl start ntpd
try "until it is back" wait_until 40 has 1.2.1.0 4

# --- removal -------------------------------------------------------------------------

try "they are purged" box_run dpkg --purge ntpd-exporter ntpd-alarm ntpd-snmp
is "$(active ntp-exporter) $(active ntp-alarm) $(active ntp-snmp) $(active)" \
	"inactive inactive inactive active" "and gone, while ntpd goes on"
