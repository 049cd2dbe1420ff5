#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# man.sh - the manual pages are right mdoc, and each program has one.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
cd "$top_srcdir" || exit 1
need mandoc

pages=$(find man -name '*.[1-8]' | sort)
for page in $pages; do
	is "$(mandoc -T lint -W warning "$page" 2>&1)" '' "$page has no warning"
	is "$(grep -c '^\.Dd ' "$page")" 1 "$page is dated, in mdoc"
done
for program in ntpd.8 ntpq.1 ntpstat.1 ntp.conf.5 ntpdate.8 sntp.1 ntp-keygen.8 ntp-wait.8 \
	ntptime.8 ntptrace.8 ntpdc.8 ntp-exporter.8 ntp-alarm.8 ntp-snmp.8 \
	ntpmon.1; do
	[ -f "man/$program" ]
	ok $? "there is a manual page $program"
done

# What a program's help names stands in its page, as an option of its own.
need col
for page in $pages; do
	program=${page#man/}
	program=${program%.[1-8]}
	[ -x "$top_builddir/$program" ] && [ "$program" != ntpdc ] || continue
	help=$("$top_builddir/$program" --help 2>&1)
	options=$(mandoc -T ascii -O width=200 "$page" | col -bx | sed -n '/DESCRIPTION/,$p')
	letters=$(grep -oE '\[-[0-9A-Za-z]+\]' <<<"$help" | tr -d '[]-' | fold -w 1 | sort -u)
	letters+=" $(grep -oE '\[-[A-Za-z] ' <<<"$help" | tr -d '[ -')"
	absent=
	for letter in $letters; do
		grep -qE -- "(^|[ ,])-$letter([ ,]|\$)" <<<"$options" || absent+=" -$letter"
	done
	for long in $(grep -oE -- '--[a-z][a-z_-]+' <<<"$help" | sort -u); do
		grep -q -- "$long" <<<"$options" || absent+=" $long"
	done
	is "$absent" '' "$page has every option that $program --help names"
done

# What scripts read stands in the page of ntpq.
for word in good $(sed -n 's/^\t{ "\([a-z_]*\)",.*/\1/p' src/mode6/explain_nts.c); do
	grep -qx ".It Cm $word" man/ntpq.1
	ok $? "ntpq.1 has the word $word of nts_state"
done
for word in good $(sed -n 's/^\t{ "\([a-z_]*\)", [A-Z]*,.*/\1/p' src/mode6/explain_clock.c | sort -u); do
	grep -qx ".It Cm $word" man/ntpq.1
	ok $? "ntpq.1 has the word $word of clock_state"
done
for name in $(sed -n 's/.*("\(nts[a-z0-9_]*\)", KIND_.*/\1/p' src/control/vars_peer.c \
	src/control/vars_system.c); do
	grep -E '^(\.It Cm |nts_)' man/ntpq.1 | grep -qw "$name"
	ok $? "ntpq.1 has the variable $name"
done
