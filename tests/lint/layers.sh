#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# layers.sh - the include graph goes only in the directions the architecture allows, and
# the pure layers and the contracts know no system types.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
cd "$top_srcdir" || exit 1

# Layer, then the layers whose headers it may include beside its own.
allowed='base
wire base
crypto base wire
core base wire
config base
port base
sys base port
refclock base
ke base wire crypto port sys
auth base wire crypto port
journal base wire core port config
steering base wire crypto core port config journal
server base wire crypto core port config auth journal
client base wire crypto core port auth journal config refclock
control base wire crypto core port config auth client server steering journal
ntpd base wire crypto core config port sys ke auth journal steering server client control
mode6 base wire crypto
ntpq base wire crypto config mode6
ntpstat base wire mode6
ntpmon base wire mode6 sys
query base wire core crypto config port sys ke auth
ntpdate base wire core crypto config port sys ke mode6 auth query
sntp base wire core crypto config port sys ke mode6 auth query
ntp-wait base wire mode6
ntptrace base wire mode6
ntptime base port sys mode6
ntp-keygen base port sys crypto
ntpdc base wire mode6
exporter base port mode6 sys
alarm base mode6 sys
snmp base port mode6 sys'

# includes FILE: the quoted includes, one per line.
includes() {
	sed -n 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*"\([^"]*\)".*/\1/p' "$1"
}

# sources LAYER: its headers and sources.
sources() {
	find "include/$1" "src/$1" -name '*.[ch]' 2>/dev/null | sort
}

while read -r layer may; do
	wrong=
	for file in $(sources "$layer"); do
		for inc in $(includes "$file"); do
			case " $layer $may " in
			*" ${inc%%/*} "*) ;;
			*) [ "$inc" = config.h ] || [ -f "$(dirname "$file")/$inc" ] ||
				wrong+="$file includes $inc"$'\n' ;;
			esac
		done
	done
	is "$wrong" '' "$layer includes only ${may:-itself}"
done <<<"$allowed"

# Nothing may include the programs; a header beside its source is private to its folder.
wrong=
for file in $(find src include tests -name '*.[ch]' | sort); do
	for inc in $(includes "$file"); do
		if [ "$inc" = config.h ] || [ -f "include/$inc" ] || [ -f "${file%/*}/$inc" ] ||
			[[ $file = tests/* && -f tests/$inc ]]; then
			continue
		elif [ ! -f "src/$inc" ]; then
			wrong+="$file includes $inc, which is nowhere"$'\n'
		elif [[ $file != tests/* && $file != src/${inc%%/*}/* ]]; then
			wrong+="$file includes $inc, which is private to src/${inc%%/*}"$'\n'
		fi
	done
done
is "$wrong" '' "a header is found in include/, or beside the file that includes it"

# The daemon as a whole is known where it is put together, and nowhere else.
is "$(grep -rnwE 'struct ntpd' include src --include='*.[ch]' | grep -v '^src/ntpd/')" '' \
	"only src/ntpd knows struct ntpd"

# structs LAYER...: the structs that their public headers define.
structs() {
	local layer
	for layer in "$@"; do
		sources "$layer" | grep '^include/' | xargs -r sed -n 's/^struct \([a-z_0-9]*\) {$/\1/p'
	done
}

# A pointer to what belongs to those who act: mode 6 shows it, and changes it by their functions.
theirs=$(structs client server steering | paste -sd'|')
wrong=
if [ -n "$theirs" ]; then
	wrong=$(sources control | xargs -r grep -nHE "(^|[^a-z_])struct ($theirs) \*" |
		grep -vE ":([^:]*[^a-z_])?const struct ($theirs) \*")
fi
is "$wrong" '' "control only reads what client, server and steering keep"

# system_includes LAYER...: every line that includes a header of the system.
system_includes() {
	local layer
	for layer in "$@"; do
		sources "$layer" | xargs -r grep -nHE '^[[:space:]]*#[[:space:]]*include *<'
	done
}

# The pure layers use the language and nothing of the system; base also turns addresses
# into text and back.
language='assert|ctype|errno|float|inttypes|limits|math|stdalign|stdarg|stdbool|stddef|stdint'
language+='|stdio|stdlib|string|strings'
is "$(system_includes wire core config | grep -vE "<($language)\.h>")" '' \
	"wire, core and config include only headers of the C language"
is "$(system_includes auth client server steering control journal |
	grep -vE "<($language|time)\.h>")" '' "so do the libraries of the daemon: the simulator runs them"
is "$(system_includes base | grep -vE "<($language|arpa/inet)\.h>")" '' \
	"base includes only headers of the C language, and arpa/inet.h"

# sys and crypto are the only ones whose headers may show what lies below them.
below='event2?/|openssl/|sys/|netinet/|arpa/|net/|linux/|systemd/|netdb|poll|unistd'
wrong=$(find include src -name '*.h' ! -path '*/sys/*' ! -path '*/crypto/*' -exec \
	grep -nHE "<($below)" {} +)
is "$wrong" '' "headers outside sys and crypto show no system, libevent or OpenSSL type"

wrong=$(grep -rnE '<(event2?/|event\.h)' src include tests/sim 2>/dev/null |
	grep -vE '^(src|include)/(sys)/')
is "$wrong" '' "only sys knows libevent"

wrong=$(grep -rnE '<openssl/' src include | grep -vE '^((src|include)/(sys|crypto)|src/ke)/')
is "$wrong" '' "only crypto, sys and ke know OpenSSL"

setters='adjtimex|ntp_adjtime|clock_adjtime|clock_settime|settimeofday|adjtime|stime'
wrong=$(find src -name '*.c' ! -path 'src/sys/*' -exec grep -nHE "\b($setters) *\(" {} +)
is "$wrong" '' "only sys touches the clock"

# What gpsd says is read by jansson, behind one file; every other decoder reads octets.
is "$(grep -rlE '<jansson\.h>' src include)" src/refclock/gpsd.c "only refclock/gpsd.c knows jansson"
