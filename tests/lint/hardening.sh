#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# hardening.sh - what configure probed of hardening is really in the programs of this build.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need readelf nm objdump
cd "$top_builddir" || exit 1

# word VARIABLE: its value in the makefile that configure wrote.
word() {
	sed -n "s/^$1 = //p" Makefile
}

# built_with FLAG NAME: every object of ours in ntpd was compiled so. Debug information tells.
producers=$(readelf --debug-dump=info ntpd 2>/dev/null | sed -n 's/.*DW_AT_producer.*: //p')
built_with() {
	[ -n "$producers" ] && ! grep -qv -e " $1" <<<"$producers"
	ok $? "$2"
}

programs=$(find . -maxdepth 1 \( -name 'ntp*' -o -name sntp \) -type f -executable -printf '%f\n' | sort)
[ "$(wc -w <<<"$programs")" -ge 10 ]
ok $? "the programs are known"
for program in $programs; do
	like "$(readelf -hW "$program")" 'Type: +DYN ' "$program runs at any address"
	segments=$(readelf -lW "$program")
	like "$segments" 'GNU_RELRO' "$program: relocations become read-only"
	like "$segments" 'GNU_STACK .* RW +0x' "$program: nothing on the stack is run"
	unlike "$segments" 'LOAD .* RWE ' "$program: no segment is written and run"
	dynamic=$(readelf -dW "$program")
	like "$dynamic" 'FLAGS_1.*NOW' "$program: every symbol is bound at the start"
	unlike "$dynamic" 'RPATH|RUNPATH' "$program looks for libraries where the system does"
done

like "$(nm -D ntpd)" '__stack_chk_fail' "ntpd: the stack is guarded"
like "$(nm -D ntpd)" '__[a-z]+_chk' "ntpd: functions of libc check lengths"
like "$(word HARDEN_CFLAGS)" '-D_FORTIFY_SOURCE=3' "at level 3"
built_with -fstack-protector-strong "guards are in every object"
built_with -fstack-clash-protection "a large frame is touched page by page"
if [ "$(uname -m)" = x86_64 ]; then
	# The C library's own start files decide whether the whole program is marked; ours are.
	is "$(readelf -nW libntpd.a | grep -c 'IBT, SHSTK')" "$(ar t libntpd.a | wc -l)" \
		"every object says that it is made for control-flow enforcement"
	like "$(objdump -d --no-show-raw-insn --disassemble=main ntpd)" 'endbr64' \
		"and its functions begin with the mark for it"
fi
