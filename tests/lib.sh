# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# lib.sh - what the shell tests share: TAP output here, namespaces and daemons in netns.sh.
#
# A test is a bash script that starts with
#
#	. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
#
# and reports each case with ok, is, like or try. The plan is printed when the script
# ends, and everything that was started or made is ended and removed then. A tool that is
# missing makes the test fail: nothing is skipped.

set -u
top_srcdir=$(cd "${top_srcdir:-$(dirname "${BASH_SOURCE[0]}")/..}" && pwd)
top_builddir=$(cd "${top_builddir:-$top_srcdir/build}" && pwd)
PEERS=${PEERS:-$top_srcdir/build-peers/root}    # foreign packages, unpacked
tap_n=0
tap_failed=0

# --- results -------------------------------------------------------------------------

# note TEXT...: a line for the log only.
note() {
	printf '%s\n' "$*" | sed 's/^/# /'
}

# ok STATUS NAME: one case; it passes when STATUS is 0.
ok() {
	tap_n=$((tap_n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $tap_n - ${2//#/}"
	else
		tap_failed=$((tap_failed + 1))
		echo "not ok $tap_n - ${2//#/}"
		return 1
	fi
}

pass() { ok 0 "$1"; }
fail() { ok 1 "$1"; }

# is GOT EXPECTED NAME: passes when both texts are the same.
is() {
	if [ "$1" = "$2" ]; then
		ok 0 "$3"
	else
		ok 1 "$3"
		note "got:      $1"
		note "expected: $2"
		return 1
	fi
}

# like TEXT PATTERN NAME: passes when the text has a line that fits the extended pattern.
like() {
	if grep -Eq -- "$2" <<<"$1"; then
		ok 0 "$3"
	else
		ok 1 "$3"
		note "no line fits: $2"
		note "$1"
		return 1
	fi
}

# unlike TEXT PATTERN NAME: passes when no line fits.
unlike() {
	if grep -Eq -- "$2" <<<"$1"; then
		ok 1 "$3"
		note "a line fits: $2"
		note "$1"
		return 1
	fi
	ok 0 "$3"
}

# try NAME COMMAND...: passes when the command ends with 0; its output goes to the log.
try() {
	local name=$1 status=0
	shift
	"$@" >"$work/try.out" 2>&1 || status=$?
	if ! ok "$status" "$name"; then
		note "status $status of: $*"
		sed 's/^/# /' "$work/try.out"
		return 1
	fi
}

# bail TEXT: the test cannot go on; counts as a failure.
bail() {
	fail "$1"
	exit 1
}

# --- logs and foreign programs -------------------------------------------------------

# show NAME: copies the output of a daemon to the test log.
show() {
	note "--- output of $1"
	sed 's/^/#   /' "$work/$1.log"
}

# peer NAME/PATH: the full path of an unpacked foreign program; see tests/interop/fetch-peers.
peer() {
	echo "$PEERS/$1"
}

# need_peer NAME/PATH...: bails out when one of them is missing.
need_peer() {
	local path
	for path in "$@"; do
		[ -x "$PEERS/$path" ] || bail "$path is unpacked in $PEERS"
	done
}

# The words before one of NTPsec's Python programs; they let it find its modules.
# shellcheck disable=SC2034 # for the tests
ntpsec_python=(env PYTHONDONTWRITEBYTECODE=1
	"PYTHONPATH=$PEERS/ntpsec/usr/lib/python3/dist-packages" python3)

# --- end -----------------------------------------------------------------------------

test_end() {
	local name
	trap - EXIT INT TERM HUP
	if [ "$tap_failed" -gt 0 ]; then
		for name in "${!daemon_pid[@]}"; do
			show "$name"
		done
	fi
	netns_end
	if [ "$tap_failed" -gt 0 ] && [ -n "${KEEP_WORK:-}" ]; then
		note "kept: $work"
	else
		rm -rf "$work"
	fi
	echo "1..$tap_n"
	[ "$tap_failed" -eq 0 ] && [ "$tap_n" -gt 0 ]
	exit
}

# shellcheck source=tests/netns.sh
. "$top_srcdir/tests/netns.sh"
trap test_end EXIT
trap 'exit 1' INT TERM HUP
