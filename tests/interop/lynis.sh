# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh disable=SC2034 # variables of lynis
#
# lynis.sh TESTS NTPQ - runs lynis' own tests of NTP from its file TESTS over what NTPQ shows, as on a
# host where ntpd runs; the rest of lynis, which looks at the whole machine, stays away. Prints what
# lynis would tell.

NTPQBINARY=$2 GREPBINARY=grep EGREPBINARY='grep -E' AWKBINARY=awk SEDBINARY=sed
PROFILE=/dev/null ROOTDIR=/nowhere/ OS=Linux TIMEDATECTL='' NTPCTLBINARY=''
PSBINARY=running
running() { echo '1 ? Ss 0:00 /usr/sbin/ntpd -n'; }
SKIPTEST=1 TEST_NO=

# Those that look at the daemon and its sources are run.
Register() {
	met=YES
	while [ $# -gt 0 ]; do
		case $1 in
		--test-no) TEST_NO=$2 ;;
		--preqs-met) met=$2 ;;
		esac
		shift
	done
	SKIPTEST=1
	case $met,$TEST_NO in
	YES,TIME-3104 | YES,TIME-311[26] | YES,TIME-312[048] | YES,TIME-313[26]) SKIPTEST=0 ;;
	esac
}
AddHP() { :; }
IsRunning() { return 1; }
IsEmpty() { [ -z "$1" ]; }
LogText() { :; }
Display() {
	shift 2
	echo "$*"
}
Report() { echo "report $*"; }
ReportSuggestion() { echo "suggestion $*"; }
InsertSection() { :; }
WaitForKeyPress() { :; }
STATUS_OK=OK STATUS_FOUND=FOUND STATUS_NONE=NONE STATUS_WARNING=WARNING STATUS_UNKNOWN=UNKNOWN
STATUS_NOT_FOUND='NOT FOUND' GREEN=- RED=- YELLOW=- WHITE=-
# shellcheck disable=SC1090
. "$1"
