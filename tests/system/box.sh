# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2034,SC2120,SC2154 # variables of and for the test
#
# box.sh - a container with a real systemd, over the files that fetch-box made; included after
# tests/lib.sh. What is written stays in a layer that goes with the test.

box_base=$top_srcdir/build-peers/box
box_root=$work/box
box_pid=
box_job=
box_words=(false)
box_groups=()
# No right to set the clock: neither around the container nor in it.
box_right=(setpriv --bounding-set -sys_time --inh-caps -sys_time)
box_clock=--drop-capability=CAP_SYS_TIME

# box_package: builds the Debian package, unless there is one newer than all sources; its name is
# in box_deb. Tests that run beside each other wait for the one that builds.
box_package() {
	local out=$top_builddir/deb lock status=0
	need dpkg-buildpackage dh flock
	exec {lock}>"$out.lock"
	flock "$lock"
	box_package_locked "$out" || status=$?
	exec {lock}>&-
	return "$status"
}

# box_tree FOLDER: a copy of the source tree as an in-tree build for another prefix leaves it, with
# objects and units that are newer than what they were made of.
box_tree() {
	local file
	mkdir -p "$1" && (cd "$top_srcdir" && find . -maxdepth 1 -type f -exec cp -p {} "$1" \; &&
		cp -Rp conf include man packaging src systemd tests "$1") || return 1
	find "$1/src" -name '*.c' | while read -r file; do
		echo stale >"${file%.c}.o"
		mkdir -p "${file%/*}/.deps"
		echo stale >"${file%/*}/.deps/$(basename "$file" .c).Po"
	done
	for file in "$1"/systemd/*.in; do
		echo 'ExecStart=/stale/bin/ntpd' >"${file%.in}"
	done
	for file in libbase.a ntpd Makefile Makefile.in config.h config.status configure stamp-h1; do
		echo stale >"$1/$file"
	done
}

box_package_locked() {
	local out=$1
	box_deb=$(find "$out" -maxdepth 1 -name 'ntpd_*.deb' 2>/dev/null)
	if [ -z "$box_deb" ] || [ -n "$(cd "$top_srcdir" && find conf include man packaging src systemd \
		configure.ac Makefile.am -newer "$box_deb" -type f | head -n 1)" ]; then
		rm -rf "$out"
		mkdir -p "$out" && box_tree "$out/tree" || return 1
		DEB_BUILD_OPTIONS="nocheck noautodbgsym" "$out/tree/packaging/build-deb" "$out" || return 1
		rm -rf "$out/tree"
		box_deb=$(find "$out" -maxdepth 1 -name 'ntpd_*.deb')
	fi
	[ -n "$box_deb" ]
}

# box_lay: lays its files out in box_root.
box_lay() {
	[ -f "$box_base/box" ] || bail "tests/system/fetch-box has made the container's files"
	mountpoint -q "$box_root" && return
	mkdir -p "$box_root" "$work/layer/upper" "$work/layer/work"
	# A layer over a layer is refused: then in memory.
	mount -t overlay -o "lowerdir=$box_base,upperdir=$work/layer/upper,workdir=$work/layer/work" \
		box "$box_root" 2>/dev/null || {
		mount -t tmpfs -o mode=755 box "$box_root" && cp -a "$box_base/." "$box_root"
	} || bail "the container's files can be laid over"
}

# box_group: control groups of its own, so that containers beside each other do not mix.
box_group() {
	local dir
	for dir in /sys/fs/cgroup /sys/fs/cgroup/systemd /sys/fs/cgroup/unified; do
		[ -e "$dir/cgroup.procs" ] || continue
		mkdir -p "$dir/ntpd-box-$$" || bail "control groups can be made"
		box_groups+=("$dir/ntpd-box-$$")
	done
}

box_ungroup() {
	local dir
	for dir in "${box_groups[@]}"; do
		find "$dir" -depth -type d -exec rmdir {} + 2>/dev/null
	done
	box_groups=()
}

# box_join COMMAND...: becomes the command, in these control groups.
box_join() {
	local dir
	for dir in "${box_groups[@]}"; do
		echo "$BASHPID" >"$dir/cgroup.procs"
	done
	exec "$@"
}

# box_start: boots it, and waits until it is up.
box_start() {
	need systemd-nspawn nsenter setpriv script
	box_lay
	box_group
	# systemd wants a terminal as its console. A machine allows Landlock, so the container does.
	box_join "${box_right[@]}" script -qefc "exec systemd-nspawn -q \
		-D '$box_root' --machine=ntpd-box-$$ --hostname=box --register=no --keep-unit \
		--resolv-conf=off --timezone=off --link-journal=no \
		--system-call-filter='landlock_create_ruleset landlock_add_rule landlock_restrict_self' \
		--private-network $box_clock --boot" "$work/console" \
		</dev/null >/dev/null 2>&1 &
	box_job=$!
	wait_until 20 box_find || return 1
	box_words=(setpriv --bounding-set -sys_time --inh-caps -sys_time
		nsenter -t "$box_pid" -m -u -i -n -p -C -r -w env -i
		PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C DEBIAN_FRONTEND=noninteractive)
	wait_until 60 box_up
}

# box_net: a namespace "server", 192.0.2.1, and the way there from the container, 192.0.2.2, which
# is up after box_net_up.
box_net() {
	local server
	ns_new server
	server=$(ns_name server)
	ip -n "$server" link add eth0 type veth peer name host0 netns "$box_pid"
	ip -n "$server" addr add 192.0.2.1/24 dev eth0
	ip -n "$server" link set eth0 up
}

box_net_up() {
	box_run ip addr add 192.0.2.2/24 dev host0
	box_run ip link set host0 up
}

# active [UNIT], property NAME, main_pid: of ntpd.service.
active() { box_run systemctl is-active "${1:-ntpd}"; }
property() { box_run systemctl show -P "$1" ntpd; }
main_pid() { property MainPID; }
journal() { box_run journalctl -q -b --no-pager -u "${1:-ntpd}"; }
alive_after() { [ "$(active)" = active ] && [ "$(main_pid)" != "$1" ] && [ "$(main_pid)" != 0 ]; }

# box_find: finds the first process of the container, as seen from here.
box_find() {
	local nspawn
	nspawn=$(pgrep -f "^systemd-nspawn .*--machine=ntpd-box-$$ ") || return 1
	box_pid=$(pgrep -P "$nspawn" -x systemd) && [ -d "/proc/$box_pid" ]
}

box_up() {
	case $(box_run systemctl is-system-running 2>/dev/null) in
	running | degraded) true ;;
	*) false ;;
	esac
}

# box_run COMMAND...: runs a program in there, without the right to set the clock either.
box_run() {
	"${box_words[@]}" "$@"
}

# box_safe: true when nothing in there may set the clock (bit 25 of its bounding set).
box_safe() {
	local bound
	bound=$(sed -n 's/^CapBnd:[[:space:]]*//p' "/proc/$box_pid/status")
	[ -n "$bound" ] && [ $(((0x$bound >> 25) & 1)) -eq 0 ]
}

box_stop() {
	[ -n "$box_job" ] || return 0
	[ -z "$box_pid" ] || box_run systemctl poweroff >/dev/null 2>&1
	if ! wait_until 20 pid_gone "$box_job"; then
		[ -z "$box_pid" ] || kill -KILL "$box_pid"
		wait_until 5 pid_gone "$box_job"
	fi
	wait "$box_job" 2>/dev/null
	box_ungroup
	box_job='' box_pid=''
}

box_end() {
	if [ "$tap_failed" -gt 0 ] && [ -n "$box_pid" ]; then
		box_run journalctl -q -b --no-pager -u ntpd | tail -n 60 | sed 's/^/#   /'
	fi
	box_stop
	mountpoint -q "$box_root" && umount "$box_root"
	test_end
}
trap box_end EXIT
