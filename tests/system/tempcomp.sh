#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# tempcomp.sh - ntpd and a sensor below /sys, with all that it ships with: another user (-u), no
# capability too many, Landlock, the filter of system calls, a jail (-i). What the sensor says gets
# to ntpq; a file that is away, forbidden or garbled is named with its reason, and nothing that was
# learned is lost.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need setpriv ip mount
ns_new server client
ns_join server client
ntpd=$top_builddir/ntpd
ntpq=$top_builddir/ntpq
chmod 755 "$work"
install -d -o daemon "$work/lib"

# The kernel's folders as they are where there is a sensor: a link in a class, to a device. What is
# at the true ones is hidden from nobody but the daemon.
sensor=/sys/class/thermal/thermal_zone0/temp
mkdir -p "$work/class/thermal" "$work/virtual/thermal/thermal_zone0"
ln -s ../../devices/virtual/thermal/thermal_zone0 "$work/class/thermal/thermal_zone0"
chmod -R go+rX "$work/class" "$work/virtual"
file=$work/virtual/thermal/thermal_zone0/temp
ns_bind client "$work/class" /sys/class
ns_bind client "$work/virtual" /sys/devices/virtual

# says TEXT: so does the sensor, from now on, whoever reads.
says() {
	printf '%s\n' "$1" >"$file"
	chmod 444 "$file"
}

# conf LINE...: writes the configuration. No tempcomp line is among it.
conf() {
	printf '%s\n' 'server 192.0.2.1 iburst minpoll 3' "driftfile $work/lib/drift" \
		"logfile $work/lib/log" "$@" >"$work/c.conf"
}

# log COUNT PATTERN: true when the log has so many such lines.
log() {
	[ "$(grep -Ec -- "$2" "$work/lib/log")" -eq "$1" ]
}

# told [WORDS]: what ntpq shows of the sensor begins so.
shown() { in_ns client "$ntpq" -c 'rv 0 tempcomp' | sed -n 's/^tempcomp="\(.*\)"$/\1/p'; }
told() { [[ $(shown) == "$1"* ]]; }
synced() { in_ns client "$top_builddir/ntpstat"; }

# fresh: a daemon with the rights that the unit of systemd leaves to it.
fresh() {
	# Also what servers were asked before: as if it had not been started a minute ago.
	rm -f "$work/lib/log" "$work/lib/drift.asked"
	install -o daemon /dev/null "$work/lib/log"
	start client client setpriv --bounding-set \
		-all,+net_bind_service,+setuid,+setgid,+setpcap --inh-caps -all \
		"$ntpd" -n -u daemon -c "$work/c.conf"
}

reloads() {
	grep -Ec 'reload: (succeeded|done|.*nothing was changed)|reload: .*changed' "$work/lib/log"
}
more_reloads() { [ "$(reloads)" -gt "$1" ]; }
reload() {
	local before
	before=$(reloads)
	kill -HUP "${daemon_pid[client]}"
	wait_until 10 more_reloads "$before"
}

# learned: what a day with the sensor left beside the drift file: evidence that ntpq shows again.
learned() {
	{
		echo "ntpd-tempcomp 1 $sensor"
		echo '7.500 25.0000 20.0000 30.0000'
		for _ in 1 2 3 4 5 6 7 8 9; do
			echo '0.000 0.1 0.05 0 0.1'
		done
	} >"$work/lib/drift.temp"
	chown daemon "$work/lib/drift.temp"
}

printf '%s\n' 'server 127.127.1.0' 'tos orphanwait 1' 'restrict default' >"$work/s.conf"
start server server "$ntpd" -n -c "$work/s.conf"
try "the server has the time" wait_log 20 server 'clock_sync'

# --- read with the rights that are left ----------------------------------------------

says 25000
learned
conf "tempcomp $sensor interval 1"
fresh
pid=${daemon_pid[client]}
try "a sensor below /sys is read" wait_until 15 told 'learning 25.00C'
# field NAME: of its status.
field() { sed -n "s/^$1:[[:space:]]*//p" "/proc/$pid/status" | tr '\t' ' '; }
is "$(field Uid)" "1 1 1 1" "by another user than root"
is "$(field CapEff)" 0000000000000400 "with one capability, which has nothing to do with files"
is "$(field NoNewPrivs)" 1 "that gains nothing"
if grep -q 'define HAVE_SECCOMP 1' "$top_builddir/config.h"; then
	is "$(field Seccomp)" 2 "behind the filter of system calls"
fi
says 26500
try "what it says next is shown next" wait_until 5 told 'learning 26.50C'
like "$(shown)" 'range=10\.00K ' "beside the range it was seen in before this start"
like "$(shown)" 'evidence=7\.5 ' "and how sure of it that left us"
try "the clock is synchronised all the while" wait_until 20 synced
unlike "$(cat "$work/lib/log")" 'tempcomp .*(cannot|no temperature)|lies outside' "nothing is amiss"

# --- what goes wrong, once each, with path and reason --------------------------------

# Something else cannot be read, or is no temperature, for so long that it would be said again.
bad() {
	try "$2" wait_until 5 log "$3" "tempcomp $sensor: $1"
	sleep 3
	log "$3" "tempcomp $sensor: $1"
	ok $? "once"
	like "$(shown)" ' evidence=7\.[45] ' "what was learned stays"
	try "and the clock is synchronised" synced
}
rm "$file"
bad 'it cannot be read: No such file or directory; tried again until it can' \
	"one that goes away is told of" 1
try "ntpq shows that" told missing
like "$(in_ns client "$ntpq" -c explain | tr -s ' \n' ' ')" \
	'sensor of tempcomp cannot be read.* look for its file' "explain says what to do"
says 24000
try "and when it is back it is read" wait_until 5 told 'learning 24.00C'
try "which is said" log 1 "tempcomp $sensor: it is read again"
says 'not a number'
bad 'no temperature: no number' "garbage is told of" 1
try "ntpq shows that" told bad
says 200000
degrees() { shown | grep -q 'why=200\.0 degrees'; }
try "200 degrees are told of by their number" wait_until 5 degrees
says 24000
try "a number is read again" wait_until 5 told 'learning 24.00C'
chmod 0 "$file"
bad 'it cannot be read: Permission denied' "a mode that keeps the user of -u out is told of" 1
reload
try "a reload tries it, and goes on" told missing
like "$(shown)" ' evidence=7\.[45] .*why=Permission denied' "with what was learned"
log 1 "tempcomp $sensor: it cannot be read: Permission denied"
ok $? "and does not say it again"
chmod 444 "$file"
try "it is read when it may be" wait_until 5 told 'learning 24.00C'
rm "$file"
conf "tempcomp $sensor interval 2"
reload
try "a reload that finds no file says nothing else" \
	wait_until 5 log 2 "$sensor: it cannot be read: No such"
unlike "$(cat "$work/lib/log")" 'lies outside' "for it may look for it"
says 23000
try "and is read when it comes" wait_until 8 told 'learning 23.00C'
stop client
is $? 0 "it ends well"
is "$(head -n 1 "$work/lib/drift.temp")" "ntpd-tempcomp 1 $sensor" "what was learned is kept"

# --- at the start ---------------------------------------------------------------------

# begins REASON NAME: it starts without a sensor, says why, and reads it when it is well.
begins() {
	learned
	fresh
	try "$2: the start tells of it" wait_until 10 log 1 "tempcomp $sensor: $1"
	try "and synchronises" wait_until 20 synced
	like "$(shown)" 'evidence=7\.5 ' "with what was learned"
	rm -f "$file"
	says 25250
	try "a sensor that comes later is read" wait_until 8 told 'learning 25.25C'
	stop client
	is "$(head -n 1 "$work/lib/drift.temp")" "ntpd-tempcomp 1 $sensor" "nothing was lost"
}
chmod 0 "$file"
begins 'it cannot be read: Permission denied' "a file that root alone may read"
rm "$file"
begins 'it cannot be read: No such file or directory' "no file"
says '25 degrees'
begins 'no temperature: more than a number' "words"
: >"$file"
begins 'no temperature: it is empty' "an empty file"

# A line that comes with a reload leads where the fence does not let it, which is said with the
# remedy.
rm -f "$work/lib/drift.temp"
conf
fresh
try "without the line it starts" wait_until 20 synced
conf "tempcomp $sensor interval 1"
reload
try "one that comes with a reload is told to need a restart" \
	wait_until 5 log 1 "$sensor lies outside .*after a restart"
try "and cannot be read until then" log 1 "tempcomp $sensor: it cannot be read: Permission denied"
try "which costs nothing else" synced
stop client
fresh
try "after that it is read" wait_until 15 told 'learning 25.25C'
stop client

# --- the kernel's own file ------------------------------------------------------------

# No sensor may be here, but any of the kernel's files with a number is one like it: 4096 octets
# long by what it says of itself, and made anew by each read.
real=/sys/class/net/eth0/mtu
rm "$work/binds.client"
# mtu N: the link is a pair, of which each end has its own.
mtu() { ip -n "$(ns_name client)" link set eth0 mtu "$1"; }
mtu 1400
conf "tempcomp $real interval 1"
fresh
try "a file of sysfs itself is read" wait_until 15 told 'learning 1.40C'
mtu 1450
try "and what it says next" wait_until 5 told 'learning 1.45C'
try "while the clock is synchronised" wait_until 20 synced
stop client

# --- in a jail ------------------------------------------------------------------------

jail=$work/jail
mkdir -p "$jail/sys/class/thermal/thermal_zone0" "$jail$work"
install -d -o daemon "$jail$work/lib"
install -o daemon /dev/null "$jail$work/lib/log"
chmod -R go+rX "$jail"
conf "tempcomp $sensor interval 1"
cp "$work/c.conf" "$jail$work"
sed -i '/^logfile/d' "$work/c.conf" "$jail$work/c.conf"
start jailed client "$ntpd" -n -u daemon -i "$jail" -c "$work/c.conf"
try "a jail has no /sys of its own: the file is named" \
	wait_log 10 jailed "tempcomp $sensor: it (cannot be read: No such file|is not below $jail)"
printf '31500\n' >"$jail$sensor"
try "one that is laid into it is read" wait_until 15 told 'learning 31.50C'
is "$(readlink "/proc/${daemon_pid[jailed]}/root")" "$jail" "from within"
try "while the clock is synchronised" wait_until 20 synced
stop jailed
is $? 0 "it ends well"
