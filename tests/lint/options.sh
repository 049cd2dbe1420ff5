#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# options.sh - the options that a program takes are those of its manual page, and no others.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
cd "$top_srcdir" || exit 1

# taken FILE: the options of the program's getopt, one a line: "-x" or "--name".
taken() {
	tr '\n' ' ' <"$1" |
		sed -nE 's/.*(getopt_long\([^"{]*|SHORT\[\] = )"([^"]*)".*/\2/p' |
		sed 's/[:?]//g' | grep -o . | sed 's/^/-/'
	tr '\n' ' ' <"$1" | grep -oE '\{ "[a-z0-9_-]+", (no|required|optional)_argument' |
		sed -E 's/\{ "([^"]*)".*/--\1/'
}

# flags PAGE LINES: the options in the macros Fl of those lines of a page.
flags() {
	grep -E "$2" "$1" | awk '{
		gsub(/\\&/, "")
		inside = 0
		for (i = 1; i <= NF; i++) {
			if ($i == "Fl" || $i == ".Fl") {
				inside = 1
			} else if (inside && ($i == "," || $i == "|")) {
				continue
			} else if (inside && $i ~ /^-[a-z]/) {
				print "-" $i
			} else if (inside && $i ~ /^[A-Za-z0-9!]+$/ && $i !~ /^(Ar|Ns|Op|Cm|Li|Xr)$/) {
				n = split($i, c, "")
				for (k = 1; k <= n; k++)
					print "-" c[k]
			} else {
				inside = 0
			}
		}
	}'
}

programs='ntpd.8 src/ntpd/options.c
ntpq.1 src/ntpq/main.c
ntpstat.1 src/ntpstat/main.c
ntpdate.8 src/ntpdate/options.c
sntp.1 src/sntp/options.c
ntp-wait.8 src/ntp-wait/main.c
ntptime.8 src/ntptime/main.c
ntptrace.8 src/ntptrace/main.c
ntp-keygen.8 src/ntp-keygen/main.c
ntpdc.8 src/ntpdc/main.c
ntp-exporter.8 src/exporter/options.c
ntp-alarm.8 src/alarm/main.c
ntp-snmp.8 src/snmp/main.c'
while read -r page source; do
	taken "$source" | sort -u >"$work/taken"
	flags "man/$page" '^\.((It|Op|Pq) )?Fl' | sort -u >"$work/told"
	flags "man/$page" '^\.It Fl' | sort -u >"$work/listed"
	[ -s "$work/taken" ] && [ "$(wc -l <"$work/taken")" -ge 3 ]
	ok $? "$source: its options are found"
	is "$(comm -23 "$work/taken" "$work/told" | xargs)" '' "$page tells of every option"
	is "$(comm -13 "$work/taken" "$work/listed" | xargs)" '' "$page lists no option that is not there"
	for option in --help --version; do
		grep -qx -- "$option" "$work/taken"
		ok $? "$source: there is $option"
	done
done <<<"$programs"

# What ntp.org has is gone through in a table of what each option does.
for page_source in 'ntpd src/ntpd/options.c' 'ntpdate src/ntpdate/options.c' \
	'sntp src/sntp/options.c' 'ntpq src/ntpq/main.c' 'ntpstat src/ntpstat/main.c' \
	'ntp-wait src/ntp-wait/main.c' 'ntptrace src/ntptrace/main.c' 'ntptime src/ntptime/main.c' \
	'ntpdc src/ntpdc/main.c' 'ntp-keygen src/ntp-keygen/main.c'; do
	program=${page_source% *}
	without=''
	for option in $(taken "${page_source#* }" | sort -u); do
		case $option in
		--*) pattern="[ ']$option([ =';]|\$)" ;;
		*) pattern="[ '\"]-[A-Za-z0-9]*[${option#-}]" ;;
		esac
		grep -E "^\\[.*\\b(with-)?$program " tests/data/options.txt | grep -Eq -- "$pattern" ||
			without+=" $option"
	done
	is "$without" '' "$program: each option has a row in tests/data/options.txt"
done
