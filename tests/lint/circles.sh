#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# circles.sh - the modules of a folder call each other in no circle; a planted one is seen.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need python3 nm gcc
circles="$top_srcdir/tests/lint/circles.py"

# house LEAD...: a folder of modules that call each other so: "a:b" is a call of b by a.
house() {
	local lead module
	rm -rf "$work/house"
	mkdir -p "$work"/house/{src,build/src}/rooms
	cd "$work/house" || exit 1
	for lead; do
		module=${lead%:*}
		[ -f "src/rooms/$module.c" ] || echo "void $module(void) { }" >"src/rooms/$module.c"
		echo "void ${lead#*:}(void); void ${lead/:/_}(void) { ${lead#*:}(); }" \
			>>"src/rooms/$module.c"
	done
	for module in src/rooms/*.c; do
		gcc -c -o "build/src/rooms/lib-$(basename "$module" .c).o" "$module"
	done
}

house hall:kitchen hall:cellar kitchen:cellar cellar:cellar
is "$(python3 "$circles" build)" '' "what leads one way only is none"
house hall:kitchen kitchen:cellar cellar:kitchen
is "$(python3 "$circles" build)" "src/rooms: 2 modules: cellar kitchen
    cellar -> kitchen: kitchen
    kitchen -> cellar: cellar" "two that call each other are one, and the way to them is no part of it"
house hall:kitchen kitchen:cellar cellar:garden garden:hall
like "$(python3 "$circles" build)" '4 modules: cellar garden hall kitchen$' "a long way round is one"
rm build/src/rooms/lib-garden.o
like "$(python3 "$circles" build 2>&1)" 'not built: garden$' "an object that is missing is told"

cd "$top_srcdir" || exit 1
for folder in src/*/; do
	folder=${folder#src/}
	is "$(python3 "$circles" "$top_builddir" "${folder%/}" 2>&1)" '' "src/${folder%/} has no circle"
done
