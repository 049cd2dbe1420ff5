#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# confined.sh - ntpd with -u, its files and reloads: what lies where it may go works, and what does
# not is refused in words that say what to do.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need setpriv
ns_new server client
ns_join server client
ntpd=$top_builddir/ntpd
ntpq=$top_builddir/ntpq
chmod 755 "$work"
mkdir -m 755 "$work/etc" "$work/far"
install -d -o daemon "$work/lib" "$work/new"

echo '7 SHA1 secret-of-both' | tee "$work/s.keys" >"$work/etc/keys"
chmod 600 "$work/s.keys" "$work/etc/keys"
printf '%s\n' 'server 127.127.1.0' 'tos orphanwait 1' "keys $work/s.keys" 'trustedkey 7' 'restrict default' \
	>"$work/s.conf"
start server server "$ntpd" -n -c "$work/s.conf"
try "the server has the time" wait_log 20 server 'clock_sync'

grep -q 'define HAVE_LINUX_LANDLOCK_H 1' "$top_builddir/config.h"
ok $? "this build has Landlock"

# conf LINE...: writes the configuration.
conf() {
	printf '%s\n' "includefile $work/etc/more" "keys $work/etc/keys" 'trustedkey 7' \
		'server 192.0.2.1 key 7 iburst minpoll 3' "driftfile $work/lib/drift" "$@" \
		>"$work/etc/ntp.conf"
}

# said PATTERN: true when the log has such a line.
said() {
	grep -Eq -- "$1" "$work"/*/log* "$work/client.log"
}

# reloads: how many there were, well or not. reload: makes one, and waits until it is over.
reloads() { cat "$work"/*/log* "$work/client.log" | grep -Ec 'reload: (done|.*nothing was changed)'; }
more_reloads() { [ "$(reloads)" -gt "$1" ]; }
reload() {
	local before
	before=$(reloads)
	kill -HUP "${daemon_pid[client]}"
	wait_until 10 more_reloads "$before"
}

fresh() {
	rm -f "$work"/*/log*
	start client client "$ntpd" -n -u daemon -c "$work/etc/ntp.conf"
	try "it synchronises by a key that root alone may read" wait_until 20 \
		in_ns client "$top_builddir/ntpstat"
}

echo 'restrict 192.0.2.99 ignore' >"$work/etc/more"
conf "logfile $work/lib/log"
fresh
# Where it was at the start it may go again.
echo 'restrict 192.0.2.98 ignore' >"$work/etc/next"
mv "$work/etc/next" "$work/etc/more"
reload
try "an included file that was replaced is read again" said 'reload: restrict changed'
echo 'setvar round = 2' >"$work/etc/third"
conf "logfile $work/lib/log" "includefile $work/etc/third"
reload
try "another in the same folder as well" said 'reload: setvar changed'
like "$(in_ns client "$ntpq" -c as)" ' sys\.peer ' "it is synchronised as before"

# What root alone may read is kept.
said "keys $work/etc/keys: Permission denied.*read before stay"
ok $? "for keys that it may not read again it says that the old ones stay"
like "$(in_ns client "$ntpq" -c authinfo)" 'stored keys: +1|^(free|stored) .* 1$' "as they do"

# What lies elsewhere needs a restart, which is said once for a folder.
echo 'setvar place = far' >"$work/far/conf"
conf "logfile $work/lib/log" "includefile $work/far/conf"
reload
said "$work/far/conf lies outside .* restart"
ok $? "a file included from elsewhere is told to need a restart"
said 'reload: 1 error in .*; nothing was changed'
ok $? "and nothing is changed until then"
conf "logfile $work/new/log"
reload
try "so is a log in another folder" wait_until 5 said "$work/new/log lies outside .* restart"
try "the log goes on where it was" wait_until 5 grep -q "Cannot open logfile $work/new/log" "$work/lib/log"
conf "logfile $work/lib/log.2" "statsdir $work/new/" 'statistics peerstats rawstats loopstats'
reload
try "a log beside the old one is taken" wait_until 5 test -e "$work/lib/log.2"
try "statistics in another folder are told of" wait_until 30 said "$work/new/.*stats.* lies outside"
wait_until 20 said 'statistics .*rawstats.*denied' && wait_until 20 said 'statistics .*peerstats.*denied'
is "$(cat "$work"/*/log* | grep -c "$work/new/.*stats.* lies outside")" 1 "once, however many files"
in_ns client "$top_builddir/ntpstat" >/dev/null
ok $? "it is synchronised all the time"
stop client

conf "logfile $work/new/log" "includefile $work/far/conf" "statsdir $work/new/" 'statistics peerstats'
fresh
like "$(in_ns client "$ntpq" -c 'rv 0 place')" 'place="?far' "after a restart the included file is read"
try "and the log" test -s "$work/new/log"
try "and the statistics are written there" wait_until 20 test -s "$work/new/peerstats"
unlike "$(cat "$work"/*/log)" 'lies outside' "nothing lies outside now"
chmod 644 "$work/etc/keys"
echo '8 SHA1 a-second-one' >>"$work/etc/keys"
reload
like "$(in_ns client "$ntpq" -c authinfo)" 'stored keys: +2|^(free|stored) .* 2$' \
	"keys that it may read are read again"
stop client

# Files that cannot be written: the log says which, and why.
chown root "$work/lib"
chmod 755 "$work/lib"
rm -f "$work"/lib/*
: >"$work/lib/log"
chown daemon "$work/lib/log"
conf "logfile $work/lib/log" "statsdir $work/lib/" 'statistics peerstats'
fresh
try "a folder of somebody else is named" wait_until 20 said "statistics $work/lib/.*: Permission denied"
unlike "$(cat "$work/lib/log")" 'lies outside' "without blame on the fence"
stop client

# Without -u the process stays what ntpd always was.
conf "logfile $work/lib/log"
start client client "$ntpd" -n -c "$work/etc/ntp.conf"
try "without -u it starts" wait_until 10 in_ns client "$ntpq" -c as
is "$(sed -n 's/^\(NoNewPrivs\|Seccomp\):[[:space:]]*//p' "/proc/${daemon_pid[client]}/status" | xargs)" \
	"0 0" "without -u there is no filter of system calls"
conf "logfile $work/far/log"
reload
try "and a reload may go anywhere" wait_until 5 test -e "$work/far/log"
stop client
