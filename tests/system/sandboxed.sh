#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# sandboxed.sh - ntpd with -u: what the process may still do, and that it does its whole
# work with that: names, reload, statistics, its log, addresses that come, a clean end.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need setpriv ss strace
ns_new server client
ns_join server client
ntpd=$top_builddir/ntpd
chmod 755 "$work"
install -d -o daemon "$work/lib"
ns_hosts client '192.0.2.1 time.test' '192.0.2.11 many.test' '192.0.2.12 many.test' \
	'2001:db8:2::11 many.test' '2001:db8:2::12 many.test'
printf '%s\n' 'server 127.127.1.0' 'fudge 127.127.1.0 stratum 3' 'tos orphanwait 1' >"$work/s.conf"
printf '%s\n' 'server time.test iburst minpoll 3' "logfile $work/lib/log" "statsdir $work/lib/" \
	'statistics loopstats peerstats' "driftfile $work/lib/drift" 'rlimit memlock 32' >"$work/c.conf"

start server server "$ntpd" -n -c "$work/s.conf"
try "the server has the time" wait_log 20 server 'clock_sync'
start client client "$ntpd" -n -u daemon -c "$work/c.conf"
pid=${daemon_pid[client]}

# lib PATTERN: true when the log has such a line.
lib() {
	grep -Eq -- "$1" "$work/lib/log"
}

# field PID NAME: of its status.
field() {
	sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status" | tr '\t' ' '
}

try "it reaches a server known by name" wait_until 20 lib ' sys_peer'
is "$(field "$pid" Uid)" "1 1 1 1" "the user is the one asked for"
is "$(field "$pid" CapPrm) $(field "$pid" CapEff)" "0000000000000400 0000000000000400" \
	"of the capabilities only the two are left, less the one that start took"
is "$(field "$pid" CapInh) $(field "$pid" CapAmb) $(field "$pid" CapBnd)" \
	"0000000000000000 0000000000000000 0000000000000400" "none is handed on, none comes back"
is "$(field "$pid" NoNewPrivs)" 1 "nothing is gained by exec"
like "$(field "$pid" VmLck)" '^[1-9][0-9]{3,} kB' "its memory is locked"
unlike "$(find "/proc/$pid/fd" -type l -printf '%l\n')" \
	"^/(.*/)?(c\\.conf|drift|peerstats|loopstats|etc|usr)" "no file is kept open but the log"
note "$(grep -E '^(Uid|Gid|Groups|Cap|NoNewPrivs|Seccomp|VmLck)' "/proc/$pid/status")"
for starter in $(pgrep -P "$pid"); do
	[ "$(tr -d '\0' <"/proc/$starter/cmdline")" != "ntpd: starter" ] || break
done
resolver=$(pgrep -P "$starter")
is "$(tr -d '\0' <"/proc/$resolver/cmdline")" "ntpd: resolver" "names are resolved by a child"
is "$(field "$resolver" CapPrm)" 0000000000000000 "which has no capability"
is "$(find "/proc/$resolver/fd" -type l | wc -l)" 4 "and no descriptor but the way to its parent"
if grep -q 'define HAVE_SECCOMP 1' "$top_builddir/config.h"; then
	is "$(field "$pid" Seccomp)" 2 "system calls are filtered"
	is "$(field "$starter" Seccomp_filters) $(field "$resolver" Seccomp_filters)" "1 2" "the child's twice"
fi

ip -n "$(ns_name client)" addr add 192.0.2.77/24 dev eth0
try "a new address is served" wait_until 8 lib 'Listen normally on .* 192\.0\.2\.77:123'
mv "$work/lib/log" "$work/lib/log.1"
kill -HUP "$pid"
try "it reloads, and opens its log anew" wait_until 5 lib 'reload'
like "$(in_ns client "$top_builddir/ntpq" -pn)" '^[ *+o]192\.0\.2\.1 ' "ntpq sees its server"
# Several addresses are sorted by what the machine has itself, for which the C library binds a socket.
echo 'pool many.test iburst' >>"$work/c.conf"
kill -HUP "$pid"
many() { [ "$(grep -c 'Soliciting pool server .*\(192.0.2\|db8:2::\)' "$work/lib/log")" -eq 4 ]; }
try "a name with several addresses has them all" wait_until 10 many
is "$(pgrep -P "$starter")" "$resolver" "without the end of the resolver"
kill -KILL "$resolver"
running client
ok $? "it outlives its resolver"
stop client
is $? 0 "it ends well"
try "and says so" lib 'exiting on signal 15'
is "$(in_ns client ss -unlH)" '' "no port is left open"
wait_until 2 pid_gone "$resolver"
ok $? "no child is left"

# As in the unit of systemd: root may not open what the user alone may.
rm -f "$work/lib"/log*
echo '7 SHA1 secret-of-daemon' >"$work/lib/keys"
chmod 600 "$work/lib/keys"
chown daemon "$work/lib/keys"
: >"$work/lib/log"
chown daemon "$work/lib/log"
printf '%s\n' "keys $work/lib/keys" 'trustedkey 7' 'server 192.0.2.1 key 7' "logfile $work/lib/log" \
	"driftfile $work/lib/drift" >"$work/c.conf"
start plain client setpriv --bounding-set -dac_override,-dac_read_search \
	env NTPD_BOOT_MARKER="$work/lib/set-1" "$ntpd" -n -g -u daemon -c "$work/c.conf"
try "without DAC_OVERRIDE the log of the user is opened by the user" wait_until 5 lib .
sleep 1
like "$(cat "$work/plain.log")" 'keys .*denied' "the user's keys are refused to root"
unlike "$(cat "$work/lib/log" "$work/plain.log")" 'key 7 .*(unknown|not)|keys .*stay' \
	"but read by the user"
like "$(in_ns client "$top_builddir/ntpq" -c authinfo)" 'stored keys: +1|^(free|stored) .* 1$' \
	"so that the key is there"
[ ! -e "$work/lib/set-1" ]
ok $? "where the clock is not controlled no marker says that it was set"
stop plain

# All code is loaded before the filter, which forbids it: also what OpenSSL is configured to load.
printf '%s\n' 'openssl_conf = all' '[all]' 'providers = some' '[some]' 'default = on' 'legacy = on' \
	'[on]' 'activate = 1' >"$work/openssl.cnf"
install -o daemon -m 600 /dev/null "$work/lib/more.keys"
printf '%s\n' "keys $work/lib/more.keys" 'trustedkey 8' 'server 192.0.2.1 iburst' "logfile $work/lib/log.3" \
	>"$work/c.conf"
start loads client env OPENSSL_CONF="$work/openssl.cnf" "$ntpd" -n -u daemon -c "$work/c.conf"
try "a daemon without a key starts" wait_until 10 grep -q ' sys_peer' "$work/lib/log.3"
echo '8 MD4 a-digest-of-old' >"$work/lib/more.keys"
kill -HUP "${daemon_pid[loads]}"
stored() { in_ns client "$top_builddir/ntpq" -c authinfo | grep -Eq 'stored keys: +1|^(free|stored) .* 1$'; }
try "a key that needs code from a file is taken at a reload" wait_until 5 stored
if grep -q 'define HAVE_SECCOMP 1' "$top_builddir/config.h"; then
	is "$(field "${daemon_pid[loads]}" Seccomp)" 2 "behind the filter"
fi
stop loads

# A kernel without Landlock is told of where everybody looks.
start bare client strace -f -o "$work/trace" -e trace=landlock_create_ruleset \
	-e inject=landlock_create_ruleset:error=ENOSYS "$ntpd" -n -u daemon -c "$work/c.conf"
try "a missing Landlock is told of" wait_until 10 grep -q \
	'no Landlock (Function not implemented): only permissions keep ntpd to its files' "$work/lib/log.3"
stop bare KILL 2>/dev/null || :       # it is killed, as it should be
