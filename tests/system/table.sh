# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154 # lib.sh and the test set the variables
#
# table.sh - a table of commands, and of what each prints and how it ends, as a test. Included after
# tests/lib.sh by a test that sets place, the namespace of each situation. In the table
#
#	[SITUATION] COMMAND             as a shell runs it, with our programs in PATH
#		WHERE	PATTERN	WHY     one tab before and between
#
# WHERE is the number of a line, "*" for any line, "!" for no line, "=" for the exit status. PATTERN is
# Perl's, and sees one line. A command sees these variables: LOG, the output of the daemon in its
# namespace; WORK, a folder; what the test exports.

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
	in_ns "${place[$1]}" env PATH="$top_builddir:$PATH" LOG="$log" WORK="$work" timeout 60 sh -c "$2" \
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

# read_table FILE: a case for each row.
read_table() {
	local line situation command=''
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
	done 3<"$1"
}
