#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# planted.sh - links that another user put into the path of a file: root neither reads nor writes
# through them, for every kind of file of the daemon; and what is written before the change of user
# belongs to the user.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
need setpriv
ns_new server client
ns_join server client
ntpd=$top_builddir/ntpd
ntpq=$top_builddir/ntpq
chmod 755 "$work"
install -d -o daemon "$work/lib"
mkdir -m 755 "$work/root" "$work/etc"
# In the folder of the user: a link in the middle of a path, and one at its end for each file.
ln -s "$work/root" "$work/lib/sub"
ln -s "$work/root" "$work/etc/sub"
echo '7 SHA1 for-the-eyes-of-root' | tee "$work/root/keys" >"$work/keys"
chmod 600 "$work/keys"
printf '#$ 3676924800\n#@ 4600000000\n2272060800 10\n2287785600 11\n' >"$work/root/leap"
echo 'setvar planted = yes' >"$work/root/more"
chmod 600 "$work"/root/*
for file in keys leap more drift log pid peerstats marker saved; do
	ln -s "$work/root/$file" "$work/lib/$file"
done

printf '%s\n' 'server 127.127.1.0' 'tos orphanwait 1' 'restrict default' >"$work/s.conf"
start server server "$ntpd" -n -c "$work/s.conf"
try "the server has the time" wait_log 20 server 'clock_sync'

# conf FOLDER [KEYS]: all files of the daemon are in it, its keys perhaps elsewhere.
conf() {
	printf '%s\n' 'server 192.0.2.1 iburst minpoll 3' "keys ${2:-$1/keys}" 'trustedkey 7' \
		'controlkey 7' "leapfile $1/leap" "driftfile $1/drift" "statsdir $1/" \
		'statistics protostats peerstats' "filegen peerstats file peerstats type none" \
		"filegen protostats file protostats type none" "saveconfigdir $1/" >"$work/c.conf"
}
listing() { find "$work/root" "$work/etc" -printf '%P %s %u %l\n' | sort; }
before=$(listing)

# daemon NAME FOLDER OPTION...: with all its files there; until it follows its server.
daemon() {
	local name=$1 folder=$2
	shift 2
	conf "$folder"
	start "$name" client env NTPD_BOOT_MARKER="$folder/marker" "$ntpd" -n -g \
		-c "$work/c.conf" -p "$folder/pid" -l "$folder/log" "$@"
	wait_until 20 in_ns client "$top_builddir/ntpstat"
}
stored() { in_ns client "$ntpq" -c authinfo | sed -nE 's/^stored keys: +//p;s/^stored keys.* ([0-9]+)$/\1/p'; }

# save: what the daemon says to saveconfig, once it takes our key.
save() {
	local i said
	for i in $(seq 50); do
		said=$(in_ns client "$ntpq" -c 'keytype SHA1' -c 'keyid 7' \
			-c 'passwd for-the-eyes-of-root' -c 'saveconfig saved' 2>&1)
		[[ $said != *onfiguration* ]] || break
		sleep 0.2
	done
	echo "$said ($i)"
}

for folder in "$work/lib/sub" "$work/lib"; do
	name="root in ${folder#"$work"/}"
	daemon plain "$folder"
	ok $? "$name: it follows its server"
	like "$(in_ns client "$ntpq" -c 'rv 0 expire')" 'expire=(0|)$|unknown|^expire=197' \
		"$name: no leap table was read"
	# With keys of root's own it is obeyed.
	conf "$folder" "$work/keys"
	kill -HUP "${daemon_pid[plain]}"
	like "$(save)" "Configuration not saved to $folder/saved: (Permission denied|File exists)" \
		"$name: saveconfig says why it does not write"
	stop plain
	is $? 0 "$name: it ends well"
	# A link in the place of the pid file itself is no obstacle: it is replaced.
	for what in "keys $folder/keys" "leapfile $folder/leap" "Cannot open logfile $folder/log"; do
		like "$(cat "$work/plain.log")" "$what: .*(root follows no link below a folder|levels of symbolic)" \
			"$name: the log says why ${what%% *} is not used"
	done
	is "$(listing)" "$before" "$name: nothing was written through a link"
done

# A link of root's own is followed.
chmod 755 "$work/root"
daemon own "$work/etc/sub"
ok $? "own link: it follows its server"
try "own link: the log is written there" test -s "$work/root/log"
unlike "$(cat "$work/own.log" "$work/root/log")" 'follows no link' "own link: nothing is refused"
like "$(save)" "Configuration saved to $work/etc/sub/saved" "own link: the configuration is saved"
[ -s "$work/root/saved" ]
ok $? "own link: where it leads"
stop own
try "own link: so are statistics" test -s "$work/root/peerstats"
rm -f "$work"/root/{log,pid,drift,drift.asked,marker,saved,peerstats,protostats}

# With -u: what the later user put there is neither root's to follow, nor opens with its rights.
chmod 700 "$work/root"
daemon confined "$work/lib/sub" -u daemon
ok $? "-u: it follows its server"
stop confined
is "$(listing)" "$before" "-u: nothing was written through a link"

# What is written before the change of user is the user's.
rm -f "$work"/lib/{drift,log,pid,peerstats,protostats,marker,saved}
daemon first "$work/lib" -u daemon
try "-u: events are written" wait_until 10 grep -q 'sys_peer' "$work/lib/protostats"
is "$(stat -c %U "$work/lib/protostats" "$work/lib/peerstats" | xargs)" "daemon daemon" \
	"-u: the files of statistics are the user's"
like "$(cat "$work/lib/protostats")" ' c016 06 restart' "-u: the first event is there"
stop first
unlike "$(cat "$work/first.log" "$work/lib/log")" 'protostats.*denied' "-u: no line is lost"
