#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# jail.sh - ntpd -i, with -u: names, keys, reload and statistics from within a folder that has
# become the root; and what is said about files that are not in there.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
ns_new server client
ns_join server client
ntpd=$top_builddir/ntpd
ntpq=$top_builddir/ntpq
chmod 755 "$work"
jail=$work/jail
mkdir -p "$jail$work"
chmod -R go+rX "$jail"
install -d -o daemon "$jail/lib"
ns_hosts client '192.0.2.1 time.test' '192.0.2.77 later.test'
echo '7 SHA1 secret-of-both' >"$work/keys"
printf '%s\n' 'server 127.127.1.0' 'tos orphanwait 1' "keys $work/keys" 'trustedkey 7' \
	'restrict default' >"$work/s.conf"
printf '%s\n' 'server time.test key 7 iburst minpoll 3' "keys $work/keys" 'trustedkey 7' \
	'driftfile /lib/drift' 'statsdir /lib/' 'statistics peerstats' >"$work/c.conf"
start server server "$ntpd" -n -c "$work/s.conf"
try "the server has the time" wait_log 20 server 'clock_sync'

start bare client "$ntpd" -n -u daemon -i "$jail" -c "$work/c.conf"
try "it starts" wait_log 10 bare 'Listen normally'
try "a configuration that is not in there is named" \
	wait_log 5 bare "configuration $work/c.conf: it is not below $jail"
try "keys as well" wait_log 5 bare "keys $work/keys: it is not below $jail"
unlike "$(cat "$work/bare.log")" '(drift|stats).* not below' "but nothing that is there"
kill -HUP "${daemon_pid[bare]}"
try "a reload does not find it, and says where it looked" \
	wait_log 5 bare "files are looked for below $jail"
running bare
ok $? "the daemon goes on"
stop bare

cp "$work/c.conf" "$work/keys" "$jail$work"
start client client "$ntpd" -n -u daemon -i "$jail" -c "$work/c.conf"
pid=${daemon_pid[client]}
try "it synchronises to a server known by name" wait_until 25 in_ns client "$top_builddir/ntpstat"
is "$(readlink "/proc/$pid/root")" "$jail" "its root is the jail"
unlike "$(cat "$work/client.log")" 'not below' "nothing is missing"
try "statistics are written in there" wait_until 15 sh -c "ls $jail/lib/peerstats.*"
is "$(sed -n 's/^\(Uid\|CapEff\):[[:space:]]*//p' "/proc/$pid/status" | xargs)" \
	"1 1 1 1 0000000000000400" "without root, with the capability that is left"
resolver=$(for starter in $(pgrep -P "$pid"); do pgrep -P "$starter"; done)
is "$(readlink "/proc/$resolver/root")" / "the resolver sees the files it needs"
if grep -q 'define HAVE_SECCOMP 1' "$top_builddir/config.h"; then
	is "$(sed -n 's/^Seccomp:[[:space:]]*//p' "/proc/$pid/status" "/proc/$resolver/status" | xargs)" \
		"2 2" "both behind a filter"
fi
printf '%s\n' 'server later.test key 7 iburst minpoll 3 noselect' 'setvar place = inside' \
	>>"$jail$work/c.conf"
kill -HUP "$pid"
try "a reload reads the file in there" wait_log 5 client 'reload: setvar changed'
like "$(in_ns client "$ntpq" -c 'rv 0 place')" 'place="?inside' "and it is in force"
# resolved: true when the server whose name came with the reload has its address.
resolved() { in_ns client "$ntpq" -pn | grep -q '192\.0\.2\.77 '; }
try "names are resolved as before" wait_until 10 resolved
stop client
is $? 0 "it ends well"

in_ns client "$ntpd" -n -u daemon -i "$work/not-there" -c "$work/c.conf" >"$work/out" 2>&1
is $? 255 "a jail that is not there is no jail"
like "$(cat "$work/out")" 'not-there: No such file' "and named"
