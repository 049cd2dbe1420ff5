#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# sentences.sh - the lines of our programs that scripts and monitors of others match: each row of
# tests/data/sentences.txt, held against what the programs really print.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/interop/peers.sh
. "$top_srcdir/tests/interop/peers.sh"


# The situations: the namespace of each, and what there is beside the command. In "followed" our
# daemon has three sources, one of them dead, and one by a pool; in "local" its own clock alone.
declare -A place=([followed]=host [local]=one [empty]=empty [unsynchronised]=fresh [none]=none
	[silent]=none [client]=none [ended]=gone)
ns_new one two host empty fresh none gone
ns_lan one two host empty fresh none gone
our_server one one
our_server two two
ns_hosts host '192.0.2.2 pool.example'
our_ntpd host host 'server 192.0.2.1 iburst prefer' 'pool pool.example iburst' 'server 192.0.2.99' \
	'restrict default nomodify' 'restrict 127.0.0.1' 'restrict ::1'
our_ntpd empty empty 'restrict default nomodify'
our_ntpd fresh fresh 'server 192.0.2.99 iburst'
our_ntpd gone gone 'restrict default nomodify'
two_agree() { [ "$(in_ns host "$ntpq" -pn | grep -c '^[*+-]')" = 2 ]; }
wait_until 60 two_agree || bail "our daemon follows two servers"
answers() { in_ns "$1" "$ntpq" -c 'rv 0 leap' 2>/dev/null | grep -q leap=; }
for x in empty fresh gone; do
	wait_until 10 answers "$x" || bail "our daemon in $x answers"
done
stop gone

# told WHERE PATTERN: true when the output, or the status, of the last command fits.
told() {
	case $1 in
	=) grep -Pq -- "$2" <<<"$status" ;;
	'*') grep -Pq -- "$2" "$work/out" ;;
	!) ! grep -Pq -- "$2" "$work/out" ;;
	*) sed -n "$1p" "$work/out" | grep -Pq -- "$2" ;;
	esac
}

# run SITUATION COMMAND: its output in $work/out, its status in status.
run() {
	local log=$work/${place[$1]}.log
	status=0
	in_ns "${place[$1]}" env PATH="$top_builddir:$PATH" LOG="$log" timeout 60 sh -c "$2" \
		>"$work/out" 2>"$work/err" </dev/null || status=$?
}

# row TEXT: one row below a command, a case.
row() {
	local where=${1%%$'\t'*} rest=${1#*$'\t'} pattern who
	pattern=${rest%%$'\t'*}
	who=${rest#*$'\t'}
	if ! told "$where" "$pattern"; then
		fail "[$situation] $command, $where $pattern: $who"
		note "status $status" "$(cat "$work/out")" "stderr: $(cat "$work/err")"
	else
		pass "[$situation] $command, $where: $who"
	fi
}

command=''
while IFS= read -r line <&3; do
	case $line in
	'' | \#*) ;;
	$'\t'*) row "${line#$'\t'}" ;;
	\[*)
		situation=${line%%]*}
		situation=${situation#[}
		command=${line#*] }
		[ -n "${place[$situation]:-}" ] || bail "the situation $situation is known"
		run "$situation" "$command"
		;;
	*) bail "a line of the table is a command or a row: $line" ;;
	esac
done 3<"$top_srcdir/tests/data/sentences.txt"
