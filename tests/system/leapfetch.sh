#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# leapfetch.sh - ntp-leapfetch: a good table comes, and no bad one takes its place. The server is
# one on loopback, in a network namespace of its own.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need python3 curl wget sha1sum
ns_new one
mkdir -p "$work/www" "$work/lib"
out=$work/lib/leap-seconds.list
url=http://127.0.0.1:8000

# table FILE DAYS ROW...: a table that expires in so many days, with the right hash.
table() { python3 "$top_srcdir/tests/system/leaptable.py" "$@"; }
rows=('2272060800 10' '2287785600 11' '2303683200 12')
# fetch WORD...: runs it; what it says is in $said, its status in $status.
fetch() {
	said=$(in_ns one "$top_srcdir/conf/ntp-leapfetch" -o "$out" "$@" 2>&1)
	status=$?
}
# stays TEXT: the file is as it was.
stays() { is "$(sha1sum <"$out")" "$before" "$1"; }

start http one python3 -m http.server --bind 127.0.0.1 -d "$work/www" 8000
served() { in_ns one curl -s "$url/" >/dev/null; }
try "a server on loopback" wait_until 20 served
table "$work/www/good" 200 "${rows[@]}"
fetch "$url/good"
is "$status" 0 "a good table is fetched" || note "$said"
try "whole" cmp "$out" "$work/www/good"
is "$(stat -c %a "$out") $(ls "$work/lib")" "644 leap-seconds.list" "for all to read, and nothing beside it"
echo "leapfile $out" >"$work/conf"
like "$("$top_builddir/ntpd" --check-config -c "$work/conf" 2>&1)" '^.*0 errors' "ntpd takes it"

before=$(sha1sum <"$out")
rm "$work/www/good"
fetch "$url/good"
is "$status" 0 "while it is good for long nothing is fetched"
like "$said" 'is good until' "which it says"
fetch -q "$url/good"
is "$said" '' "but not with -q"
fetch -f "$url/good"
is "$status" 1 "with -f it is; a server that has none is a failure"
stays "and the file stays"

# What does not take its place, and why.
table "$work/www/longer" 300 "${rows[@]}"
sed 's/^2287785600/2287785601/' "$work/www/longer" >"$work/www/damaged"
sed '/^#h/d' "$work/www/longer" >"$work/www/hashless"
sed '/^#@/d' "$work/www/longer" >"$work/www/endless"
head -c 60 "$work/www/longer" >"$work/www/cut"
{ cat "$work/www/longer" && echo '<html>'; } >"$work/www/more"
echo '<html>Sign in to this network</html>' >"$work/www/portal"
: >"$work/www/empty"
table "$work/www/expired" -1 "${rows[@]}"
table "$work/www/past" 300 "${rows[0]}" '2287785600 9'
table "$work/www/shorter" 300 "${rows[0]}"
table "$work/www/jump" 300 "${rows[@]}" '2335219200 14'
table "$work/www/older" 100 "${rows[@]}"
head -c 400000 /dev/zero | tr '\0' '#' >"$work/www/large"
for bad in damaged hashless endless cut more portal empty expired past shorter jump large absent; do
	fetch -f "$url/$bad"
	is "$status" 1 "$bad: refused"
	like "$said" "^ntp-leapfetch: $url/$bad.?.? " "$bad: told with its address"
	stays "$bad: the file stays"
done
like "$(fetch -f "$url/expired"; echo "$said")" 'it expired on' "an expired one is called so"
fetch -f "$url/older"
is "$status" 0 "what expires sooner is not an error"
stays "but does not take its place"
is "$(ls "$work/lib")" leap-seconds.list "nothing is left beside it"
fetch -f "$url/portal" "$url/damaged" "$url/longer"
is "$status" 0 "of several servers the next is asked"
try "whose table is taken" cmp "$out" "$work/www/longer"
table "$work/www/more-rows" 400 "${rows[@]}" '2335219200 13'
fetch -e 1000 "$url/more-rows"
try "a new leap second, when the file ends soon" cmp "$out" "$work/www/more-rows"
echo nonsense >"$out"
table "$work/www/last" 90 "${rows[@]}"
fetch "$url/last"
try "a file that is none is replaced" cmp "$out" "$work/www/last"

# With wget alone.
mkdir "$work/bin"
for tool in sh awk cat chmod date mktemp mv rm sed sha1sum wc wget; do
	ln -s "$(command -v "$tool")" "$work/bin/$tool"
done
rm "$out"
said=$(in_ns one env PATH="$work/bin" sh "$top_srcdir/conf/ntp-leapfetch" -o "$out" "$url/longer" 2>&1)
is "$?" 0 "wget does it as well" || note "$said"
rm "$work/bin/wget" "$out"
like "$(in_ns one env PATH="$work/bin" sh "$top_srcdir/conf/ntp-leapfetch" -o "$out" "$url/longer" 2>&1)" \
	'neither curl nor wget' "with neither it says so"

# What it refuses of its own options.
fetch -e soon "$url/longer"
is "$status" 1 "a number of days that is none"
fetch --no-such
is "$status" 1 "an option that there is not"
help=$("$top_srcdir/conf/ntp-leapfetch" --help)
for word in --expires --force --output --quiet --help; do
	like "$help" "$word" "--help names $word"
	like "$(cat "$top_srcdir/man/ntp-leapfetch.8")" "Fl . , .*${word#-}" "as does the manual page"
done
