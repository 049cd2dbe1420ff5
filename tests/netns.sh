# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
#
# netns.sh - network namespaces, daemons in them, waiting. Included by tests/lib.sh and by
# the demo of quickstart. These set top_builddir, define bail TEXT, which reports and exits,
# and call netns_end at their end.
#
# The machine's clock is real: in_ns and start take the right to set it from whatever they
# run, so no daemon started here can move it.

PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export LC_ALL

work=$(mktemp -d "${top_builddir:?}/test.XXXXXX")   # logs and files of this run
ns_made=()
ns_cmd=()
declare -gA daemon_pid=()

# need TOOL...: bails out when one of the tools is missing.
need() {
	local tool missing=()
	for tool in "$@"; do
		command -v "$tool" >/dev/null || missing+=("$tool")
	done
	[ ${#missing[@]} -eq 0 ] || bail "these tools are installed: ${missing[*]}"
}

# --- waiting -------------------------------------------------------------------------

# wait_until SECONDS COMMAND...: tries the command until it succeeds, for so long at most; often in
# the first second, then twice a second, for a command takes a twentieth of one of a processor.
wait_until() {
	local end=$((SECONDS + $1)) tried=0
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || return 1
		tried=$((tried + 1))
		if [ "$tried" -le 5 ]; then
			sleep 0.2
		else
			sleep 0.5
		fi
	done
}

# wait_log SECONDS NAME PATTERN: waits for a line in the output of daemon NAME.
wait_log() {
	wait_until "$1" grep -Eq -- "$3" "$work/$2.log"
}

# --- network namespaces --------------------------------------------------------------

# ns_name X: the full name of this test's namespace X.
ns_name() {
	echo "ntpd-t$$-$1"
}

# ns_new X...: makes namespaces with a loopback interface that is up.
ns_new() {
	local x ns
	need ip setpriv
	[ "$(id -u)" -eq 0 ] || bail "runs as root, which network namespaces need"
	for x in "$@"; do
		ns=$(ns_name "$x")
		ip netns add "$ns" || bail "network namespaces can be made"
		ns_made+=("$ns")
		ip -n "$ns" link set lo up
	done
}

# ns_join A B [NET]: a link between A and B. With NET 2, A is 192.0.2.1 and 2001:db8:2::1,
# B is 192.0.2.2 and 2001:db8:2::2; NET 51 uses 198.51.100.x and NET 113 203.0.113.x (and
# the v6 network of the same number). The interface is eth0, eth1 or eth2.
ns_join() {
	local a b net=${3:-2} dev prefix
	a=$(ns_name "$1") b=$(ns_name "$2")
	case $net in
	2) prefix=192.0.2 dev=eth0 ;;
	51) prefix=198.51.100 dev=eth1 ;;
	113) prefix=203.0.113 dev=eth2 ;;
	*) bail "ns_join knows the network $net" ;;
	esac
	ip -n "$a" link add "$dev" type veth peer name "$dev" netns "$b" ||
		bail "a veth pair joins $1 and $2"
	ip -n "$a" addr add "$prefix.1/24" dev "$dev"
	ip -n "$b" addr add "$prefix.2/24" dev "$dev"
	ip -n "$a" addr add "2001:db8:$net::1/64" dev "$dev" nodad
	ip -n "$b" addr add "2001:db8:$net::2/64" dev "$dev" nodad
	ip -n "$a" link set "$dev" up
	ip -n "$b" link set "$dev" up
}

# ns_lan X...: all the namespaces on one bridge; the first is 192.0.2.1 and 2001:db8:2::1,
# the next .2 and ::2, and so on; the interface is eth0 everywhere.
ns_lan() {
	local x ns hub i=0
	ns_new hub
	hub=$(ns_name hub)
	ip -n "$hub" link add br0 type bridge || bail "a bridge can be made"
	ip -n "$hub" link set br0 up
	for x in "$@"; do
		i=$((i + 1))
		ns=$(ns_name "$x")
		ip -n "$ns" link add eth0 type veth peer name "port$i" netns "$hub" ||
			bail "$x is on the LAN"
		ip -n "$hub" link set "port$i" master br0 up
		ip -n "$ns" addr add "192.0.2.$i/24" dev eth0
		ip -n "$ns" addr add "2001:db8:2::$i/64" dev eth0 nodad
		ip -n "$ns" link set eth0 up
	done
}

# ns_bind X FILE TARGET: for what runs in namespace X from now on, FILE is at TARGET.
ns_bind() {
	printf '%s %s\n' "$2" "$3" >>"$work/binds.$1"
}

# ns_hosts X "ADDRESS NAME"...: the names known in namespace X; no name server is asked.
ns_hosts() {
	local x=$1
	shift
	printf '%s\n' "127.0.0.1 localhost" "::1 localhost" "$@" >"$work/hosts.$x"
	echo 'hosts: files' >"$work/nsswitch"
	ns_bind "$x" "$work/hosts.$x" /etc/hosts
	ns_bind "$x" "$work/nsswitch" /etc/nsswitch.conf
}

# ns_wrap X: puts into ns_cmd the words that run what follows them in namespace X without
# the right to set the clock. The mounts of ns_bind are seen by nobody else.
ns_wrap() {
	ns_cmd=(ip netns exec "$(ns_name "$1")")
	if [ -e "$work/binds.$1" ]; then
		# shellcheck disable=SC2016 # expanded by the inner shell
		ns_cmd+=(sh -c 'while read -r file target; do
				mount --bind "$file" "$target" || exit 127
			done <"$1" && shift && exec "$@"' sh "$work/binds.$1")
	fi
	ns_cmd+=(setpriv --bounding-set -sys_time --inh-caps -sys_time)
}

# in_ns X COMMAND...: runs a program in namespace X, without the right to set the clock.
in_ns() {
	ns_wrap "$1"
	shift
	"${ns_cmd[@]}" "$@"
}

# --- daemons -------------------------------------------------------------------------

# start NAME X COMMAND...: runs a daemon in the foreground of namespace X, as a background
# job; its output is $work/NAME.log, its process id ${daemon_pid[NAME]}.
start() {
	local name=$1
	ns_wrap "$2"
	shift 2
	# Every word of the chain replaces itself, so the job is the daemon.
	"${ns_cmd[@]}" "$@" >>"$work/$name.log" 2>&1 </dev/null &
	daemon_pid[$name]=$!
}

# running NAME: true while the daemon lives.
running() {
	kill -0 "${daemon_pid[$1]}" 2>/dev/null
}

# stop NAME [SIGNAL]: ends the daemon, with SIGKILL after 5 s, and returns its status.
stop() {
	local pid=${daemon_pid[$1]:-} status=0
	[ -n "$pid" ] || return 0
	unset "daemon_pid[$1]"
	kill "-${2:-TERM}" "$pid" 2>/dev/null
	if ! wait_until 5 pid_gone "$pid"; then
		echo "# $1 did not end in 5 s"
		kill -KILL "$pid" 2>/dev/null
	fi
	wait "$pid" 2>/dev/null || status=$?
	return "$status"
}

# pid_gone PID: true when the process has ended (a zombie has).
pid_gone() {
	local state
	state=$(sed -n 's/^State:[[:space:]]*//p' "/proc/$1/status" 2>/dev/null)
	case $state in
	'' | Z*) return 0 ;;
	*) return 1 ;;
	esac
}

# netns_end: ends every daemon and removes every namespace of this run.
netns_end() {
	local name ns pid
	for name in "${!daemon_pid[@]}"; do
		stop "$name"
	done
	for ns in "${ns_made[@]}"; do
		for pid in $(ip netns pids "$ns" 2>/dev/null); do
			kill -KILL "$pid" 2>/dev/null
		done
		ip netns del "$ns" 2>/dev/null
	done
	ns_made=()
}
