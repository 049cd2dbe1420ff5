#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# ntpmon.sh - what a person sees of ntpmon on terminals of 80x24 and 40x10: the panes, keys, another
# size, a stop, signals, a daemon that goes and comes, a hostile one; and where there is no terminal.
# With NTPMON_WRITE=1 the screens in tests/data/ntpmon are written anew, to be looked at.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/interop/peers.sh
. "$top_srcdir/tests/interop/peers.sh"
need python3
/usr/bin/python3 -c 'import pyte' 2>/dev/null || bail "python3-pyte, which understands terminals, is there"
ntpmon=$top_builddir/ntpmon
export LC_ALL=C.UTF-8

# on_screen WORD...: a dialogue of screens.py from standard input with ntpmon WORD...
on_screen() {
	in_ns a "$top_srcdir/tests/system/screens.py" "$ntpmon" "$@" 2>&1 |
		sed -E -e 's/[0-9]{2}:[0-9]{2}:[0-9]{2} \(/hh:mm:ss (/' -e 's/^(rec +)[0-9a-f].*/\1.../'
}
# is_as NAME TEXT: the text is that of tests/data/ntpmon/NAME.
is_as() {
	local file=$top_srcdir/tests/data/ntpmon/$1
	[ -z "${NTPMON_WRITE:-}" ] || echo "$2" >"$file"
	if diff "$file" - <<<"$2" >"$work/diff"; then
		pass "$1"
	else
		fail "$1"
		note "$(cat "$work/diff")"
	fi
}
play() { start played a python3 "$top_srcdir/tests/extra/played.py" "$1"; }
stop_playing() {
	kill "${daemon_pid[played]}"
	wait "${daemon_pid[played]}" || : # it ends by the signal
}
answers() { in_ns a "$ntpmon" -1; }

ns_new a

# --- no terminal ---------------------------------------------------------------------

status=0
out=$(in_ns a "$ntpmon" 2>&1) || status=$?
is "$status" 1 "without a daemon it fails"
like "$out" '^! No word from ntpd: ' "and says so"
echo 'server 127.0.0.11 iburst' >"$work/a.conf"
start ntpd a "$top_builddir/ntpd" -n -c "$work/a.conf"
try "with one it is printed once" wait_until 20 answers
out=$(in_ns a "$ntpmon" </dev/null)
like "$out" '^! Starting: not yet synchronised: ' "the sentence"
like "$out" '^ 127\.0\.0\.11 +\.INIT\. +16 u ' "the source"
like "$out" '^ +[0-9]+ +[0-9]+ +[0-9a-f]+ \. 6 2 +[0-9]+ [0-9]+ (127\.0\.0\.1|::1)$' "the client, which we are"
unlike "$out" $'[\e\r]' "nothing steers a terminal"
like "$(in_ns a "$ntpmon" -1 -6 ::1)" '^ ::1: ntpd ' "a host may be named"
like "$(LC_ALL=C in_ns a "$ntpmon" -1 -n)" '^! Starting' "in a locale without signs"
is "$(LC_ALL=C in_ns a "$ntpmon" -1 | grep -cP '[^\x00-\x7f]')" 0 "there is none beyond ASCII"
try "packets go to a log" in_ns a "$ntpmon" -1 -d -l "$work/log"
like "$(cat "$work/log")" '^send: op 2' "which has them"
for words in '-4 -6' '-x' 'a b' '-D 10' '-D x' '--once=1'; do
	status=0
	# shellcheck disable=SC2086 # words
	"$ntpmon" $words >/dev/null 2>&1 || status=$?
	is "$status" 2 "$words is wrong use"
done
like "$("$ntpmon" --version)" '^ntpmon [0-9.]+$' "it has a version"
like "$("$ntpmon" -h)" '^usage: ntpmon ' "and a help"
for term in dumb no-such-terminal ''; do
	out=$(echo finish | TERM_WANTED=$term on_screen)
	like "$out" '^ended 0$' "on a terminal \"$term\" it is printed once"
done
kill "${daemon_pid[ntpd]}"
wait "${daemon_pid[ntpd]}"

# --- panes ---------------------------------------------------------------------------

play synchronised
wait_until 10 answers
is_as pty-panes "$(on_screen <<'end'
size 24 80
wait ntp4.example
show sources and clients
modes while it runs
key j
key d
wait variables of ntp1.example
show detail
key e
wait explanation of ntp1.example
show explain
key v
wait variables of the system
key \e[6~
key ?
wait keys
key ?
key /ntp3\r
gone ntp1.example
show found
key \e
wait ntp1.example
key >
key r
show by name, reversed
key q
finish
modes behind it
end
)"
is_as pty-40x10 "$(on_screen -u <<'end'
size 10 40
wait ntp1.example
show small
key e
wait explanation
key \e[6~
show the rest of it
size 24 80
wait the system
show larger
size 5 20
wait ?:help
size 1 1
size 2 9
size 10 40
wait explanation
show small again
key x
finish
end
)"

# --- stopped and ended ---------------------------------------------------------------

is "$(on_screen <<'end'
wait ntp1.example
modes running
key \x1a
stopped
modes stopped
signal SIGCONT
wait ntp1.example
modes going on
key j
wait Offsets of ntp1.example
key \x03
finish
modes ended
end
)" "running: taken
stopped: as before
going on: taken
ended 0
ended: as before" "Ctrl-Z and Ctrl-C leave the terminal as it was"
for signal in SIGTERM SIGHUP SIGQUIT; do
	is "$(printf '%s\n' 'wait ntp1.example' "signal $signal" finish 'modes ended' | on_screen)" \
		"killed by $signal
ended: as before" "$signal too"
done

# --- a daemon goes, and comes again --------------------------------------------------

out=$(on_screen <<end
wait Synchronised
do kill ${daemon_pid[played]}
key n
wait No word from ntpd
show gone
do python3 $top_srcdir/tests/extra/played.py falseticker >/dev/null 2>&1 & echo \$! >$work/again
wait 192.0.2.66
show back
key q
finish
end
)
kill "$(cat "$work/again")"
wait "${daemon_pid[played]}"
like "$out" '^! No word from ntpd: .*; what it said [0-9]+ s ago is below\.$' "its end is seen"
like "$out" '^x192\.0\.2\.66 ' "and the next one's begin"
like "$out" '^ended 0$' "which is all"

# --- hostile -------------------------------------------------------------------------

sleep 0.5
play hostile
wait_until 10 answers
out=$(on_screen <<'end'
wait alert
key d
wait srcadr
show hostile
key weevna
key q
finish
end
)
like "$out" '^\*<script>alert\(' "what a server calls itself is text"
like "$out" '^ended 0$' "and no more"
stop_playing
