#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# life.sh - the daemon's life: options, start, signals, reload, end; without and with epoll.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need ss
ntpd=$top_builddir/ntpd
ntpq=$top_builddir/ntpq
ntpstat=$top_builddir/ntpstat

ns_new server client
ns_join server client
printf '%s\n' "driftfile $work/s.drift" 'server 127.127.1.0' 'tos orphanwait 1' \
	'restrict default nomodify' 'restrict 127.0.0.1' >"$work/s.conf"
start server server "$ntpd" -n -c "$work/s.conf"
try "the server has the time of its own clock" wait_until 10 in_ns server "$ntpstat"

# Options that end at once.
like "$("$ntpd" --version 2>&1)" '^ntpd .*[0-9]+\.[0-9]+' "--version tells the version"
like "$("$ntpd" --help 2>&1)" 'usage: ntpd' "--help tells the usage"
in_ns client "$ntpd" --no-such-option >/dev/null 2>&1
ok $((! $?)) "an unknown option is refused"
in_ns client timeout 5 "$ntpd" -n -c "$work/not-there.conf" >"$work/out" 2>&1
like "$(cat "$work/out")" 'not-there\.conf' "a configuration that is not there is named"

# A bad line: --check-config fails with its place, a start skips it.
conf=$work/c.conf
good=("driftfile $work/c.drift" 'server 192.0.2.1 iburst minpoll 4' 'restrict 127.0.0.1')
printf '%s\n' "${good[@]}" 'servr 192.0.2.9' >"$conf"
out=$(in_ns client "$ntpd" --check-config -c "$conf" 2>&1)
is $? 1 "--check-config ends with 1"
like "$out" "c\\.conf:4:1: " "--check-config names file, line and column"
like "$out" "server" "--check-config has a suggestion"

# The files that it names are read as well, and a bad line costs itself only.
seq 1 1030 | sed 's/$/ MD5 secret/' >"$work/many.keys"
printf '%s\n' '2000 N d0f4d5a4b3c2a190' '2001 SHA1 secret' >>"$work/many.keys"
printf '2272060800 10\n22877856oo 11\n' >"$work/c.leap"
printf 'much\n' >"$work/bad.drift"
printf '%s\n' '  trustedkey 2001 1030' "keys $work/many.keys" "leapfile $work/c.leap" \
	"driftfile $work/bad.drift" 'server 192.0.2.1 iburst key 2002' "includefile $work/c.inc" \
	>"$work/files.conf"
printf 'restrict 127.0.0.1\nmakestep 1 3\n' >"$work/c.inc"
out=$("$ntpd" --check-config -c "$work/files.conf" 2>&1)
is $? 1 "--check-config fails for what its files have wrong"
like "$out" 'many\.keys:1031:6: error: keys of type N \(DES\) are not supported' "a key"
like "$out" 'c\.leap:2:1: error: expected NTP seconds' "a row of the leap table"
like "$out" "c\.inc:2:1: error: 'makestep' is a word of chrony\.conf: " "an included line"
like "$out" 'bad\.drift: warning: .*written anew' "a drift file"
like "$out" "files\.conf:5:25: warning: key 2002 of 192\.0\.2\.1 is not in " "a server without its key"
like "$out" '3 errors, ' "and no other errors: 1,031 keys are as good as one"

# A folder where a file belongs, and a file where a folder does.
mkdir "$work/folder"
printf '%s\n' "keys $work/folder" "leapfile $work/folder" "driftfile $work/folder" \
	"logfile $work/folder" "pidfile $work/folder" "statsdir $work/c.leap" 'statistics loopstats' \
	'server 192.0.2.1' >"$work/kinds.conf"
out=$("$ntpd" --check-config -c "$work/kinds.conf" 2>&1)
for what in '1:6: warning: keys' '2:10: warning: leapfile' '3:11: warning: driftfile' \
	'4:9: warning: logfile' '5:9: warning: pidfile'; do
	like "$out" "kinds\\.conf:$what: .*folder'.*: Is a directory" "${what##* }: a folder is no file"
done
like "$out" "kinds\\.conf:6:10: warning: statsdir: .*: Not a directory" "statsdir: a file is no folder"

# Root may read everything, so what a reload may read is asked as the user of -u.
printf '1 SHA1 0123456789abcdef0123\n' >"$work/root.keys"
chmod 600 "$work/root.keys"
chmod 755 "$work"
printf '%s\n' "keys $work/root.keys" 'servr 192.0.2.9' 'server 192.0.2.1' >"$work/user.conf"
out=$("$ntpd" --check-config -u nobody -c "$work/user.conf" 2>&1)
like "$out" "user\\.conf:1:6: warning: keys: .*root\\.keys' cannot be read by the run user" \
	"--check-config -u asks as that user"
like "$out" "^    keys $work/root\\.keys" "and shows the line"
unlike "$("$ntpd" --check-config -c "$work/user.conf" 2>&1)" "cannot be read" "without -u as root"
"$ntpd" --check-config -u nobody-like-this -c "$work/user.conf" >/dev/null 2>"$work/out"
is $? 1 "a user that does not exist is an error"
like "$(cat "$work/out")" 'ntpd: -u nobody-like-this: .*no such user' "and is named"

start client client "$ntpd" -n -c "$conf" -p "$work/c.pid"
wait_until 25 in_ns client "$ntpstat"
ok $? "the daemon skips the bad line and synchronises"
like "$(cat "$work/client.log")" 'c\.conf:4:1: ' "the log names the bad line"
is "$(cat "$work/c.pid")" "${daemon_pid[client]}" "the pid file holds the process id"
is "$(ip netns pids "$(ns_name client)" | wc -l)" 1 "numeric servers need no second process"
is "$(ls "/proc/${daemon_pid[client]}/task" | wc -l)" 1 "nor a thread"
assoc_before=$(in_ns client "$ntpq" -c as | awk 'NR == 4 { print $2 }')

# Reload: an erroneous file changes nothing; a better one adds, and keeps what is there.
kill -HUP "${daemon_pid[client]}"
sleep 1
running client
ok $? "a reload of a bad file does not end the daemon"
is "$(in_ns client "$ntpq" -c as | awk 'NR == 4 { print $2 }')" "$assoc_before" \
	"nor does it touch the association"
printf '%s\n' "${good[@]}" 'server 2001:db8:2::1 iburst' >"$conf"
kill -HUP "${daemon_pid[client]}"
try "a reload adds a server" wait_until 5 sh -c \
	"ip netns exec $(ns_name client) $ntpq -pn | grep -q 2001:db8:2::1"
like "$(in_ns client "$ntpq" -c as)" " $assoc_before " "and keeps the one that was there"
try "it is synchronised all the time" in_ns client "$ntpstat"

begin=$(date +%s%N)
stop client TERM
is $? 0 "SIGTERM ends the daemon with 0"
[ $((($(date +%s%N) - begin) / 1000000)) -lt 1200 ]
ok $? "in about a second at most"
[ ! -e "$work/c.pid" ]
ok $? "and the pid file is gone"
like "$(cat "$work/client.log")" 'exiting on signal 15' "the log says why it ended"

for signal in INT QUIT; do
	start "$signal" client "$ntpd" -n -c "$conf"
	wait_log 5 "$signal" 'Listen normally'
	stop "$signal" "$signal"
	is $? 0 "SIG$signal ends it with 0"
done

# The pid file of a configuration that is gone by the end; freed memory is overwritten.
printf '%s\n' "${good[@]}" "pidfile $work/f.pid" >"$conf"
start client client env MALLOC_PERTURB_=85 "$ntpd" -n -c "$conf"
try "a line of ntp.conf names the pid file" wait_until 5 test -s "$work/f.pid"
printf '%s\n' "${good[@]}" >"$conf"
kill -HUP "${daemon_pid[client]}"
try "a reload drops the line" wait_log 5 client 'pidfile changed'
stop client TERM
[ ! -e "$work/f.pid" ]
ok $? "the file is gone at the end all the same"

# The set-up of simulators that know select and poll only.
printf '%s\n' "${good[@]}" >"$conf"
start client client env EVENT_NOEPOLL=1 "$ntpd" -n -g -c "$conf"
wait_until 25 in_ns client "$ntpstat"
ok $? "without epoll it synchronises"
unlike "$(ls -l "/proc/${daemon_pid[client]}/fd")" 'eventpoll|timerfd|signalfd' \
	"without epoll it has no epoll, timerfd or signalfd"
stop client

# -q: asks, tells the offset, ends; without the right to set the clock it sets nothing.
out=$(in_ns client timeout 30 "$ntpd" -n -q -g -c "$conf" 2>&1)
is $? 1 "-q ends with 1 when the clock was not set"
like "$out" 'ntpd: (time|offset) ' "-q tells the offset"

# -w: in the foreground until the first synchronisation.
printf '%s\n' "${good[@]}" >"$conf"
in_ns client timeout 40 "$ntpd" -c "$conf" -w 30 -p "$work/w.pid" >"$work/w.out" 2>&1
is $? 0 "-w ends with 0 when the daemon behind it has synchronised" || note "$(cat "$work/w.out")"
try "the daemon is synchronised then" in_ns client "$ntpstat"
pid=$(cat "$work/w.pid")
[ -n "$pid" ] && kill "$pid" && wait_until 5 pid_gone "$pid"
ok $? "and ends by the process id in its pid file"

printf '%s\n' 'server 192.0.2.99' >"$work/dead.conf"
in_ns client timeout 40 "$ntpd" -c "$work/dead.conf" -w 1 -p "$work/w.pid" >"$work/w.out" 2>&1
is $? 110 "-w ends with 110 when it waits in vain"
like "$(cat "$work/w.out")" '-w/--wait-sync 1 timed out' "and says so"
pid=$(cat "$work/w.pid")
[ -n "$pid" ] && kill "$pid" && wait_until 5 pid_gone "$pid"
ok $? "the daemon goes on until it is told to end"

out=$(in_ns client timeout 30 "$ntpd" -n -u no-such-user -c "$work/dead.conf" 2>&1)
is $? 255 "with a user that does not exist it ends with 255"
like "$out" '-u no-such-user: no such user or group$' "and says why"

# An idle client with eight servers is small.
for i in 1 2 3 4 5 6 7; do
	ip -n "$(ns_name server)" addr add "192.0.2.10$i/24" dev eth0
	echo "server 192.0.2.10$i iburst"
done >>"$conf"
start client client "$ntpd" -n -c "$conf"
wait_until 25 in_ns client "$ntpstat"
sleep 3
rss=$(awk '/^VmRSS/ { print $2 }' "/proc/${daemon_pid[client]}/status")
note "resident memory with eight servers: $rss kB"
[ "$rss" -lt 20000 ]
ok $? "an idle client with eight servers stays below 20 MB"
stop client
