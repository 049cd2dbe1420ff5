# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2154 # top, log, build_packages are quickstart's
#
# quickstart-demo.sh - "./quickstart demo": a server and a client in two network
# namespaces of their own, neither with the right to set the clock; included by quickstart.

demo_packages=(iproute2 util-linux)
demo_seconds=20

demo() {
	start_log
	[ "$(id -u)" -eq 0 ] || die "run as root: the demo makes network namespaces"
	install "${build_packages[@]}" "${demo_packages[@]}"
	say "building; what that says goes to $log"
	configured build
	built build

	top_builddir=$top/build
	# shellcheck source=tests/netns.sh
	. "$top/tests/netns.sh"
	trap demo_end EXIT
	trap 'exit 1' INT TERM HUP
	ns_new server client
	ns_join server client
	demo_configure
	say "a server at 192.0.2.1, a client at 192.0.2.2, neither may set the clock"
	start server server "$top_builddir/ntpd" -n -c "$work/server.conf"
	wait_until 10 in_ns server "$top_builddir/ntpstat" ||
		bail "the server did not take its own clock for true in 10 s"
	start client client "$top_builddir/ntpd" -n -c "$work/client.conf"
	say "waiting for the client to follow the server (at most $demo_seconds s)"
	local begin=$SECONDS
	if ! wait_until "$demo_seconds" in_ns client "$top_builddir/ntpstat"; then
		demo_show
		bail "the client did not synchronise in $demo_seconds s"
	fi
	say "synchronised after $((SECONDS - begin)) s"
	demo_show
}

# bail TEXT: what netns.sh calls when it cannot go on.
bail() {
	local name
	for name in server client; do
		[ ! -s "$work/$name.log" ] || { echo "--- $name" && cat "$work/$name.log"; } >&2
	done
	die "$1"
}

# The server passes on its own clock; the client follows it.
demo_configure() {
	cat >"$work/server.conf" <<-EOF
		driftfile $work/server.drift
		server 127.127.1.0
		fudge 127.127.1.0 stratum 5
		tos orphanwait 1
		restrict default limited kod nomodify notrap nopeer noquery
		restrict 127.0.0.1
		restrict ::1
	EOF
	cat >"$work/client.conf" <<-EOF
		driftfile $work/client.drift
		server 192.0.2.1 iburst minpoll 4
		restrict default limited kod nomodify notrap nopeer noquery
		restrict 127.0.0.1
		restrict ::1
	EOF
}

demo_show() {
	local tool
	for tool in "ntpq -p" "ntpstat"; do
		echo
		echo "client# $tool"
		# shellcheck disable=SC2086 # the option is a word of its own
		in_ns client "$top_builddir/"$tool
	done
	echo
}

demo_end() {
	local status=$?
	trap - EXIT INT TERM HUP
	netns_end
	rm -rf "$work"
	exit "$status"
}
