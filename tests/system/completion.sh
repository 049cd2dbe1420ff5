#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# completion.sh - what bash, zsh and fish complete for each of our tools, as the shells themselves
# say: every option of its --help, and nothing else.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need bash zsh fish python3
conf=$top_srcdir/conf
mkdir -p "$work/bin" "$work/home" "$work/zsh"
tools='ntpd ntpq ntpstat ntpdate sntp ntp-wait ntptrace ntptime ntp-keygen ntpdc
ntp-exporter ntp-alarm ntp-snmp ntpmon'
for tool in $tools; do
	ln -s "$top_builddir/$tool" "$work/bin/$tool"
done
ln -s "$conf/ntp-leapfetch" "$work/bin/"
export PATH="$work/bin:$PATH" HOME=$work/home
cp "$conf/completion.zsh" "$work/zsh/_ntpd"

# options TOOL: what its help names, by another way than the completions go.
options() {
	"$1" --help 2>&1 | python3 -c '
import re, sys
found = set()
for word in re.findall(r"(?:^|[\[\] ,|])(--?[0-9A-Za-z][0-9A-Za-z_-]*)", sys.stdin.read(), re.M):
    if word.startswith("--"):
        found.add(word)
    else:
        found.update("-" + letter for letter in word[1:] if letter.isalnum())
print(" ".join(sorted(found)))'
}

sorted() { tr ' ' '\n' | grep . | LC_ALL=C sort -u | xargs; }

in_bash() {
	bash --norc -c '. "$1"; COMP_WORDS=("$2" -) COMP_CWORD=1
		_ntpd_tools "$2" "${3:--}" "${4:-$2}" 2>/dev/null; printf "%s\n" "${COMPREPLY[@]}"' \
		bash "$conf/completion.bash" "$@"
}

# What the widget would hand to compadd, and which function zsh finds for a tool by itself.
in_zsh() {
	zsh -f -c 'compadd() { print -l -- ${(P)@[-1]}; }; _call_program() { shift; "$@"; }
		complete_it() { words=($1 -) CURRENT=2 PREFIX=-; source $2; }
		complete_it $1 $2' zsh "$1" "$conf/completion.zsh"
}
found_by_zsh() {
	zsh -f -c 'fpath=($1 $fpath); autoload -U compinit; compinit -u -D; print $_comps[$2]' \
		zsh "$work/zsh" "$1"
}

in_fish() {
	XDG_DATA_HOME=$work XDG_CONFIG_HOME=$work/home fish --no-config -c \
		"source $conf/completion.fish; complete -C '$1 -'" 2>/dev/null | cut -f 1
}

for tool in $tools ntp-leapfetch; do
	want=$(options "$tool" | sorted)
	[ -n "$want" ]
	ok $? "$tool has options"
	is "$(in_bash "$tool" | sorted)" "$want" "bash: those of $tool"
	is "$(in_fish "$tool" | sorted)" "$want" "fish: those of $tool"
	is "$(in_zsh "$tool" | sorted)" "$want" "zsh: those of $tool"
	is "$(found_by_zsh "$tool")" _ntpd "zsh: finds it for $tool"
done

# What is behind an option.
touch "$work/one.conf"
cd "$work" || exit 1
is "$(in_bash ntpd one -c)" one.conf "bash: a file behind ntpd -c"
is "$(in_bash ntp-snmp one -x)" one.conf "bash: a socket behind ntp-snmp -x"
mkdir "$work/one.d"
is "$(in_bash ntp-alarm one -d)" one.d "bash: a folder behind ntp-alarm -d"
like "$(in_bash ntp-exporter nob -u)" '^nobody$' "bash: a user behind ntp-exporter -u"
like "$(in_bash ntpq ass -c)" '^associations$' "bash: a command behind ntpq -c"
