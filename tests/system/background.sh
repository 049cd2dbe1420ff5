#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# background.sh - ntpd as init scripts start it: the parent ends when the daemon serves, the
# log goes to syslog, the pid file names it, a second one refuses, and the end leaves
# nothing behind.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need python3 ss unshare
ns_new a
ntpd=$top_builddir/ntpd
mkdir "$work/dev" "$work/run"
chmod 755 "$work" "$work/run"
echo 'driftfile /nonexistent/drift' >"$work/ntp.conf"

# A syslog of our own, in a /dev of our own.
cat >"$work/syslog.py" <<'END'
import os, socket, sys
path = sys.argv[1]
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(path)
os.chmod(path, 0o666)
print("listens", flush=True)
while True:
    print(s.recv(65536).decode("utf-8", "backslashreplace").rstrip("\n\0"), flush=True)
END
start syslog a python3 "$work/syslog.py" "$work/dev/log"
try "syslog listens" wait_log 5 syslog listens

# run COMMAND...: with that /dev/log, without the right to set the clock.
run() {
	# shellcheck disable=SC2016 # expanded by the inner shell
	in_ns a unshare -m sh -c 'mount -t tmpfs none /dev && mknod -m 666 /dev/null c 1 3 &&
		mknod -m 444 /dev/urandom c 1 9 && ln -s "$1" /dev/log && shift && exec "$@"' \
		sh "$work/dev/log" "$@"
}

run "$ntpd" -c "$work/ntp.conf" -p "$work/run/ntpd.pid" >"$work/out" 2>&1 </dev/null
is $? 0 "the parent ends well"
is "$(cat "$work/out")" '' "and says nothing on the terminal"
pid=$(cat "$work/run/ntpd.pid")
is "$(cat "/proc/$pid/comm")" ntpd "the pid file names a process called ntpd"
is "$(grep -c . "$work/run/ntpd.pid")$(wc -l <"$work/run/ntpd.pid")" 10 \
	"it is one number without a newline, as it always was"
like "$(in_ns a ss -unlpH)" "127\.0\.0\.1:123 .*\"ntpd\",pid=$pid" \
	"port 123 is open when the parent ends"
is "$(ps -o ppid= -p "$pid" | xargs)" 1 "its parent is init"
is "$(ps -o sid= -p "$pid" | xargs)" "$pid" "it leads a session of its own"
is "$(for fd in 0 1 2; do readlink "/proc/$pid/fd/$fd"; done | sort -u)" /dev/null \
	"it holds no terminal"
is "$(readlink "/proc/$pid/cwd")" / "it keeps no folder busy"
# logwatch's own expression for a start, up to the time.
start_line="ntpd [-0-9.@A-Za-z]+ ... ... .. ..:..:.. UTC 20.. \\(1\\): Starting"
like "$(cat "$work/syslog.log")" "^<29>.* ntpd\[$pid\]: $start_line$" \
	"notices go to syslog, facility daemon"
like "$(cat "$work/syslog.log")" "^<30>.* ntpd\[$pid\]: Listen normally on " "information too"

run "$ntpd" -n -c "$work/ntp.conf" >"$work/second" 2>&1
status=$?
[ "$status" -ne 0 ]
ok $? "a second ntpd refuses"
run "$ntpd" -c "$work/ntp.conf" -p "$work/run/second.pid" >"$work/second" 2>&1
is $? "$status" "in the background its parent ends with the same status"
[ -e "$work/run/second.pid" ]
is $? 1 "it leaves no pid file"
kill -0 "$pid"
ok $? "the first is not disturbed"

kill -TERM "$pid"
try "it ends within a second" wait_until 1 pid_gone "$pid"
[ -e "$work/run/ntpd.pid" ]
is $? 1 "its pid file is gone"
like "$(cat "$work/syslog.log")" "ntpd\[$pid\]: ntpd exiting on signal 15 \(Terminated\)" \
	"the end is logged"
is "$(in_ns a ss -unlH)" '' "no port is left open"

# With a log file the same lines go there, with the time and without syslog's number.
run "$ntpd" -c "$work/ntp.conf" -p "$work/run/ntpd.pid" -l "$work/run/ntp.log" >"$work/out" 2>&1
is $? 0 "it starts again at once, with a log file"
pid=$(cat "$work/run/ntpd.pid")
like "$(cat "$work/run/ntp.log")" \
	"^[ 0-9][0-9] [A-Z][a-z]{2} [0-9:]{8} ntpd\[$pid\]: Listen normally on " \
	"lines in it look as they always did"
mv "$work/run/ntp.log" "$work/run/ntp.log.1"
kill -HUP "$pid"
try "SIGHUP opens it anew after rotation" wait_until 5 test -s "$work/run/ntp.log"
kill -TERM "$pid"
try "it ends" wait_until 1 pid_gone "$pid"

# All of the start is in it, whichever names it: the command line, from any folder, or ntp.conf.
printf '%s\n' 'driftfile /nonexistent/drift' 'servr 192.0.2.9' 'minpol 4' >"$work/run/bad.conf"
cp "$work/run/bad.conf" "$work/run/named.conf"
echo "logfile $work/run/named.log" >>"$work/run/named.conf"
cd "$work/run" || exit 1
for way in "-c bad.conf -l option.log" "-c named.conf"; do
	# shellcheck disable=SC2086 # several words
	run "$ntpd" $way -p way.pid >"$work/out" 2>&1
	is $? 0 "it starts with $way"
	pid=$(cat way.pid)
	name=${way##*-? }
	log=$(cat "${name%.*}.log")
	like "$log" "ntpd\[$pid\]: $start_line" "$way: the file has the start"
	like "$log" "ntpd\[$pid\]: Command line: .* $way" "$way: and how it was started"
	like "$log" "\.conf:2:1: .*servr" "$way: and the first error of the configuration"
	like "$log" "\.conf:3:1: .*minpol" "$way: and the second"
	is "$(grep -c 'Command line: ' <<<"$log")" 1 "$way: once"
	kill -TERM "$pid"
	try "$way: it ends" wait_until 1 pid_gone "$pid"
done

# Two words are no files, as in ntpd of old, whichever names them.
echo 'logfile stderr' >>named.conf
for way in "-c bad.conf -l stdout" "-c bad.conf -l stderr" "-c named.conf"; do
	# shellcheck disable=SC2086 # several words
	out=$(in_ns a timeout 1 "$ntpd" -n $way 2>&1)
	like "$out" "$start_line" "$way: the lines are there"
	[ ! -e stdout ] && [ ! -e stderr ]
	ok $? "$way: and in no file of that name"
done

# A start that fails says why in that file.
run "$ntpd" -c "$work/ntp.conf" -p first.pid >"$work/out" 2>&1
run "$ntpd" -c "$work/ntp.conf" -l failed.log >"$work/out" 2>&1
[ $? -ne 0 ]
ok $? "a second ntpd with a log file refuses as well"
like "$(cat failed.log)" "$start_line" "and the file has its start"
like "$(cat failed.log)" "unable to bind to wildcard address .* port 123 - " "and why it ended"
pid=$(cat first.pid)
kill -TERM "$pid"
try "the first one ends" wait_until 1 pid_gone "$pid"
