#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# refclock_hostile.sh - devices that are none, and devices that speak without end, all at once beside
# a server of the time: whoever asks is answered, and of each device one line tells what is wrong.
# Terminals of its own: a number that is free again here is given to nobody else's test.
[ -n "${REFCLOCK_PTS-}" ] || REFCLOCK_PTS=1 exec unshare -m sh -c \
	'mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts /dev/pts &&
		mount --bind /dev/pts/ptmx /dev/ptmx && exec bash "$0" "$@"' "$0" "$@"
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need python3 timeout mkfifo
ntpd=$top_builddir/ntpd

ns_new a
chmod 777 "$work"
mkfifo "$work/pipe"
mkdir "$work/dir"
echo precious >"$work/file"
ln -s loop "$work/loop"
start hostile a python3 "$top_srcdir/tests/system/hostile_devices.py" "$work"
wait_until 20 test -s "$work/tty" || bail "the hostile devices are there"
cat >"$work/ntp.conf" <<-EOF
	driftfile $work/drift
	server 127.127.1.0
	refclock nmea unit 0 path $(cat "$work/tty") minpoll 3 maxpoll 3
	refclock nmea unit 1 path $work/pipe minpoll 3 maxpoll 3
	refclock nmea unit 2 path $work/dir minpoll 3 maxpoll 3
	refclock nmea unit 3 path $work/file minpoll 3 maxpoll 3
	refclock nmea unit 4 path $work/loop minpoll 3 maxpoll 3
	refclock nmea unit 5 path /dev/zero minpoll 3 maxpoll 3
	refclock sock unit 0 path $work/sock minpoll 3 maxpoll 3
	refclock sock unit 1 path $work/file minpoll 3 maxpoll 3
	refclock gpsd minpoll 3 maxpoll 3
	refclock pps unit 0 path /dev/zero minpoll 3 maxpoll 3
	refclock phc unit 0 path /dev/zero vmclock $work/pipe minpoll 3 maxpoll 3
EOF
start ntpd a "$ntpd" -n -u daemon -c "$work/ntp.conf"

# ask N: how many of N requests are answered, one after the other.
ask() {
	in_ns a python3 - "$1" <<-'EOF'
		import socket, sys
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		s.settimeout(5)
		s.connect(("127.0.0.1", 123))
		got = 0
		for i in range(int(sys.argv[1])):
		    origin = i.to_bytes(8, "big")
		    try:
		        s.send(b"\x23" + b"\0" * 39 + origin)
		        got += s.recv(256)[24:32] == origin
		    except OSError:
		        pass
		print(got)
	EOF
}
try "the sockets are there" wait_until 20 sh -c "ip netns exec $(ns_name a) ss -lun | grep -q '127.0.0.1:123 '"
is "$(ask 300)" 300 "each of 300 requests is answered while all of them are at it"
try "100000 datagrams are sent meanwhile" wait_until 60 test -s "$work/flooded"
try "of what has no line's end it is said" wait_log 40 ntpd \
	'GPS_NMEA\(0\): what it sends are no sentences of NMEA'
try "of what is no sample too" wait_log 20 ntpd 'SOCK\(0\): what is written to its socket is no sample'
try "and of what is no JSON of gpsd's" wait_log 20 ntpd 'GPSD_JSON\(0\): what serves port 2947 .* no JSON'
is "$(ask 300)" 300 "and each of 300 more"
running ntpd
ok $? "the daemon runs"
log=$(cat "$work/ntpd.log")
unlike "$log" ': its [a-z ()]+ is there$|Epoll' "nothing is told to be there that is not"
while read -r clock says; do
	is "$(grep -c "$clock: .*$says" "$work/ntpd.log")" 1 "$clock is told of once: $says"
done <<-EOF
	GPS_NMEA(0) what it sends are no sentences
	GPS_NMEA(2) $work/dir is no serial line
	GPS_NMEA(3) $work/file is no serial line
	GPS_NMEA(4) root follows no link below a folder
	GPS_NMEA(5) /dev/zero is no serial line
	SOCK(0) is no sample of chrony's
	SOCK(1) $work/file is there and no socket
	GPSD_JSON(0) no JSON of gpsd's
	PPS(0) it is no PPS device
	PHC(0) /dev/zero is no PTP clock
	PHC(0) its page (vmclock) cannot be opened: Illegal seek
EOF
is "$(cat "$work/file")" precious "and what is in the place of a device is as it was"
stop ntpd
stop hostile
test_end
