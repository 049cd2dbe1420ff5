#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# symbols.sh - what the compiled libraries need and hold: the pure ones ask the system for
# nothing, and nobody has writable data. Looks at the build it runs in.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need nm objdump
cd "$top_builddir" || exit 1

# What hardening and the fortified headers add to any object.
compiler='__stack_chk_fail|_GLOBAL_OFFSET_TABLE_|__mem(cpy|move|set)_chk|__assert_fail'
memory='mem(cpy|move|set|cmp|chr)|(__)?explicit_bzero(_chk)?|str(len|n?cmp|n?len|r?chr)|bcmp'
math='sqrt|cos|cbrt|hypot|fabs|ldexp|frexp|scalbn|log2?|exp2?|erfc|pow|floor|ceil|trunc|isnan'
math+='|fm(in|ax|od)'
math+='|nearbyint|(l?l)?rint|(l?l)?round'
text='inet_(ntop|pton)|strerror|__v?snprintf_chk|v?snprintf|strto(l|ul|ll|ull|d|k)|__isoc23_.*'
text+='|str(n?casecmp|spn|cspn|pbrk|str)|__ctype_(b|tolower|toupper)_loc|to(lower|upper)'
memory_alloc='malloc|calloc|realloc|free'

# pure LIBRARY PATTERN BELOW...: LIBRARY needs only what fits or what the ones below define.
pure() {
	local lib=$1 pattern=$2 lower wrong
	shift 2
	if [ ! -f "$lib" ]; then
		fail "$lib is built"
		return
	fi
	lower=$(nm --defined-only "$lib" "$@" | awk 'NF == 3 { print $3 }' | sort -u)
	wrong=$(nm -u "$lib" | awk 'NF == 2 { print $2 }' | sort -u |
		grep -vxF -- "$lower" | grep -vxE -- "$compiler|$pattern")
	is "$wrong" '' "$lib needs only what a pure library may"
}

pure libcore.a "$memory|$math" libbase.a libwire.a
pure libwire.a "$memory|$math" libbase.a
pure libbase.a "$memory|$math|$text|$memory_alloc|qsort|bsearch"
pure libconfig.a "$memory|$math|$text|$memory_alloc|qsort|bsearch" libbase.a

# Writable data of an object: .data and .bss, but not tables that only hold addresses.
writable() {
	objdump -t "$1" 2>/dev/null | awk '
		/^[^ ]*:/ && /file format/ { object = $1 }
		/\.data\.rel\.ro/ { next }
		/[ \t](\.t?data|\.t?bss|\*COM\*)(\.[^ \t]*)?\t/ && $NF !~ /^\.t?(data|bss)/ {
			print object " " $NF
		}'
}

for lib in libbase.a libwire.a libcore.a libconfig.a libcrypto_ntp.a libsys.a; do
	if [ -f "$lib" ]; then
		is "$(writable "$lib")" '' "$lib has no writable data"
	fi
done
# What the C runtime and copies of the C library's variables add to a program.
runtime='(__)?data_start|__dso_handle|completed\.0|(__)?environ|opt(arg|ind|err|opt)|std(in|out|err)'
runtime+='|_edata|_end|__bss_start|__TMC_END__'
for program in ntpd ntpq ntpstat ntpdate sntp ntp-keygen ntp-wait ntptime ntptrace ntpdc \
	ntp-exporter ntp-alarm ntpmon; do
	is "$(writable "$program" | grep -vE " ($runtime)(@.*)?\$")" '' "$program has no writable data"
done

is "$(objdump -h lib*.a 2>/dev/null | grep -cE "\.(ctors|init_array)")" \
	0 "no library runs code before main"
