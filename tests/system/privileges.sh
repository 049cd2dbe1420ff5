#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# privileges.sh - the user, the capabilities and the background of the process, from every
# kind of start: as root, in a container without CAP_SYS_TIME, as an ordinary user with
# ambient capabilities, and with nothing. The program only sheds rights; with all of
# root's it would still touch no clock.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need setpriv
ns_new a
program=$top_builddir/tests/system/privileges

# Sets of bits of linux/capability.h.
bind=0000000000000400
both=0000000002000400
surplus=00000000020004c2
# In a container root itself may lack the right to set the clock.
if ((!(0x$(sed -n 's/^CapBnd:[[:space:]]*//p' /proc/self/status) & 0x2000000))); then
	both=$bind
	surplus=00000000000004c2
fi

# field NAME: the value after NAME in the output of the last run.
field() {
	sed -n "s/^$1:*[[:space:]]*//p" <<<"$out" | tr '\t' ' '
}

# expect NAME UID GID PERMITTED PORT: what the process shows.
expect() {
	is "$(field Uid)" "$2 $2 $2 $2" "$1: the user, for good"
	is "$(field Gid)" "$3 $3 $3 $3" "$1: the group, for good"
	is "$(field CapPrm)" "$4" "$1: permitted capabilities"
	is "$(field CapEff)" "$4" "$1: effective capabilities"
	is "$(field CapInh) $(field CapAmb)" "0000000000000000 0000000000000000" \
		"$1: nothing is inherited"
	is "$(field 'port 123')" "$5" "$1: port 123"
}

# The full set of root, only for a program that cannot set a clock.
out=$(ip netns exec "$(ns_name a)" "$program" drop daemon)
expect "from root" 1 1 "$both" bound
is "$(field Groups | xargs)" 1 "from root: root's groups are gone"
is "$(field CapBnd)" "$both" "from root: the bounding set"
is "$(field NoNewPrivs)" 1 "from root: nothing is gained by exec"
is "$(field dumpable)" 0 "from root: others of that user cannot trace it"

out=$(ip netns exec "$(ns_name a)" "$program" drop daemon:sys)
expect "with a group" 1 3 "$both" bound
out=$(ip netns exec "$(ns_name a)" "$program" drop 54321:54322)
expect "by numbers" 54321 54322 "$both" bound
is "$(field Groups | xargs)" '' "by numbers: no group beside"

out=$(in_ns a "$program" drop daemon)
expect "without CAP_SYS_TIME" 1 1 "$bind" bound

# What a unit with User= and AmbientCapabilities= starts.
ambient=(setpriv --reuid 1 --regid 1 --clear-groups --inh-caps "-all,+net_bind_service"
	--ambient-caps "-all,+net_bind_service")
out=$(in_ns a "${ambient[@]}" "$program" drop daemon)
expect "ambient capabilities" 1 1 "$bind" bound
is "$(field NoNewPrivs)" 1 "ambient capabilities: nothing is gained by exec"
out=$(in_ns a "${ambient[@]}" "$program" surplus)
expect "ambient capabilities, no -u" 1 1 "$bind" bound

out=$(in_ns a setpriv --reuid 1 --regid 1 --clear-groups --inh-caps -all "$program" drop daemon)
expect "with nothing" 1 1 0000000000000000 "Permission denied"
out=$(in_ns a setpriv --reuid 1 --regid 1 --clear-groups "$program" drop games)
like "$out" '^failed setting the groups: ' "an ordinary user cannot become another"

out=$(ip netns exec "$(ns_name a)" "$program" surplus)
expect "root without -u" 0 0 "$surplus" bound
is "$(field NoNewPrivs)" 0 "root without -u: as ntpd always was"
out=$(in_ns a "$program" all)
is "$(field CapPrm)" 0000000000000000 "a role that only computes has none"

out=$(in_ns a "$program" limits 6 500 777)
like "$out" '^Max locked memory +6291456 ' "rlimit memlock in MiB"
like "$out" '^Max stack size +2048000 ' "rlimit stacksize in pages"
like "$out" '^Max open files +777 ' "rlimit filenum"
like "$out" '^VmLck:[^0-9]+[1-9][0-9]{2,} kB' "memory is locked"
like "$out" '^result fine$' "all of that worked"
out=$(in_ns a "$program" limits 1 -1 -1)
like "$out" '^result Cannot allocate memory$' "a limit that is too small is reported"
like "$out" '^VmLck:[^0-9]+[1-9][0-9]{2,} kB' "and what is there is locked all the same"
out=$(in_ns a "$program" limits -1 -1 -1)
like "$out" '^VmLck:[^0-9]+0 kB' "without rlimit no memory is locked"
out=$(in_ns a setpriv --reuid 1 --regid 1 --clear-groups --inh-caps -all \
	bash -c 'ulimit -l 64; exec "$0" limits 64 500 777' "$program")
like "$out" '^Max locked memory +65536 ' "beyond the hard limit there is as much as there is"
like "$out" '^result (Operation not permitted|Cannot allocate memory)$' \
	"what an ordinary user may not have is reported"
like "$out" '^Max open files +777 ' "and the rest is set"

# Real-time priorities are the kernel's to grant; where it does not, -N still helps.
out=$(in_ns a "$program" priority 0)
like "$out" '^policy (1 priority 99 nice 0|0 priority 0 nice -12) result fine$' "-N"
out=$(in_ns a setpriv --reuid 1 --regid 1 --clear-groups --inh-caps -all "$program" priority 5)
like "$out" '^policy 0 priority 0 nice 0 result Operation not permitted$' "-P without the right"

# background WAIT_S FATE: runs the daemon; status, standard error and seconds of the parent.
background() {
	local begin=$EPOCHREALTIME
	rm -f "$work/child"
	in_ns a "$program" daemon "$1" "$2" "$work/child" >/dev/null 2>"$work/err" 9</dev/null
	status=$?
	took=$(awk "BEGIN { print int(($EPOCHREALTIME - $begin) * 1000) }")
	err=$(cat "$work/err")
}

background 0 ready
is "$status" 0 "the parent ends well once the child is ready"
is "$(cat "$work/child")" "sid 1 cwd 1" \
	"the child has its own session, sits at / and has no stray descriptor"
is "$err" "still on the terminal" "errors before that are seen, later ones are not"
background 0 dies
is "$status" 7 "a child that dies at the start hands on its status"
background 10 synced
is "$status" 0 "with -w the parent waits for the first synchronisation"
[ "$took" -ge 300 ]
ok $? "and not only for the start"
background 1 hangs
is "$status" 110 "-w gives up with the status it always had"
like "$err" '^ntpd: -w/--wait-sync 1 timed out\.$' "and says so"
