#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# preload.sh - ntpd asks so little of the system that simulators which replace libc calls can
# run it: with EVENT_NOEPOLL, numeric servers and no roles it is one process that polls, and
# it does without what such a simulator lacks. deny_sockets.c plays the poor system.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need strace
ntpd=$top_builddir/ntpd
poor=$top_builddir/tests/system/deny_sockets.so

ns_new a b
ns_join a b
printf '%s\n' "driftfile $work/server.drift" 'server 127.127.1.0' 'fudge 127.127.1.0 stratum 3' \
	'tos orphanwait 1' 'restrict default' >"$work/server.conf"
printf '%s\n' "driftfile $work/client.drift" 'server 192.0.2.1 iburst minpoll 3' >"$work/client.conf"
start server a "$ntpd" -n -c "$work/server.conf"
try "the server has the time" wait_until 20 in_ns a "$top_builddir/ntpstat"

# calls TRACE: the names of the system calls in it.
calls() {
	sed -nE 's/^([0-9]+ +)?([a-z_0-9]+)\(.*/\2/p' "$1" | sort -u
}

# What the loader, the C library and the daemon may ask for. prctl, capget and capset shed rights.
allowed='access|adjtimex|arch_prctl|bind|brk|capget|capset|chdir|clock_adjtime|clock_getres|clock_gettime|close|connect'
allowed+='|dup|dup2|execve|exit|exit_group|fchmod|fcntl|fstat|fstatfs|fsync|fdatasync|futex|getcwd|getdents64|getegid|geteuid'
allowed+='|getgid|getgroups|getpid|getppid|getrandom|getsockname|getsockopt|gettid|gettimeofday|getuid|ioctl|lseek'
allowed+='|lstat|madvise|mkdir|mlockall|mmap|mprotect|mremap|munmap|nanosleep|newfstatat|open|openat|pipe2|poll|prctl'
allowed+='|pread64|prlimit64|pwrite64|read|readlink|readlinkat|recvfrom|recvmmsg|recvmsg|rename|renameat|rseq|rt_sigaction|rt_sigprocmask'
allowed+='|rt_sigreturn|sendmmsg|sendmsg|sendto|set_robust_list|set_tid_address|setrlimit|setsockopt|sigaltstack|socket'
allowed+='|stat|statfs|statx|sysinfo|tgkill|time|umask|uname|unlink|unlinkat|write|writev'

# judge TRACE WHERE: what may not be asked for in such a set-up was not.
judge() {
	local unusual
	unusual=$(calls "$1" | grep -Evx "$allowed")
	is "$unusual" '' "$2: no process, thread, epoll, timerfd, signalfd, inotify, nor anything unusual"
	is "$(grep -c 'poll(\[' "$1" | grep -cv '^0$')" 1 "$2: it waits in poll"
	is "$(grep -E 'poll\(\[' "$1" | grep -oE 'fd=[0-9]+<[^>]*>' | sed 's/.*<//' |
		grep -Ev "$3" | sort -u)" '' "$2: only $3 are watched"
}

export EVENT_NOEPOLL=1
start plain b strace -D -f -yy -o "$work/plain.trace" "$ntpd" -n -g -c "$work/client.conf"
try "as it is: the client follows the server" wait_log 30 plain 'sys_peer'
stop plain
is $? 0 "as it is: ends well"
judge "$work/plain.trace" "as it is" '^(UDP|pipe|NETLINK)'

start poor b strace -D -f -yy -E "LD_PRELOAD=$poor" -E ASAN_OPTIONS=verify_asan_link_order=0 \
	-o "$work/poor.trace" "$ntpd" -n -g -c "$work/client.conf"
try "poor: the client follows the server" wait_log 30 poor 'sys_peer'
unlike "$(cat "$work/poor.log")" 'deny_sockets' "poor: it asks for nothing that is denied for good"
stop poor
is $? 0 "poor: ends well"
judge "$work/poor.trace" "poor" '^(UDP|pipe)'
