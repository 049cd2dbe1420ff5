# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
#
# completion for bash, of ntpd and its tools: options are those that the tool's --help names, and
# what comes behind one that wants a file, or to ntpq -c, is completed as well.

_ntpd_tools() {
	local current=$2 previous=$3 options
	local IFS=$'\n'
	compopt +o nospace 2>/dev/null
	case ${1##*/}:$previous in
	ntpd:-c | ntpd:-f | ntpd:-k | ntpd:-l | ntpd:-p | *:--configfile | *:--driftfile | \
		*:--keyfile | *:--logfile | *:--pidfile | *:--saveconfigquit | ntpq:-k | \
		ntpdate:-k | sntp:-[kKl] | *:--nts-ca | *:--output | ntp-leapfetch:-o | ntpmon:-l)
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		compopt -o filenames 2>/dev/null
		return
		;;
	ntp-snmp:-x)
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		compopt -o filenames 2>/dev/null
		return
		;;
	ntp-exporter:-u | ntp-alarm:-u | ntp-snmp:-u)
		mapfile -t COMPREPLY < <(compgen -u -- "$current")
		return
		;;
	ntpd:-i | ntpd:-s | *:--jaildir | *:--statsdir | ntp-exporter:-s | ntp-alarm:-d | ntp-snmp:-s)
		mapfile -t COMPREPLY < <(compgen -d -- "$current")
		compopt -o filenames 2>/dev/null
		return
		;;
	ntpq:-c | ntpq:--command)
		mapfile -t COMPREPLY < <(compgen -W \
			"$("$1" -c help 2>/dev/null | grep -oE '[a-z:][a-z_:-]+' | sort -u)" -- "$current")
		return
		;;
	esac
	if [[ $current == -* ]]; then
		# Letters in one bracket, and words of options wherever they stand.
		options=$("$1" --help 2>&1 | grep -oE '(^|[][ ,|])-(-[a-z][0-9a-z_-]*|[0-9A-Za-z]+)' |
			tr -d '][ ,|' | awk '
				/^--/ { print; next }
				{ for (i = 2; i <= length($0); i++) { print "-" substr($0, i, 1) } }' |
			sort -u)
		mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
	else
		mapfile -t COMPREPLY < <(compgen -A hostname -- "$current")
	fi
}

# bash-completion has one for ntpdate itself.
complete -F _ntpd_tools ntpd ntpq ntpstat sntp ntp-wait ntptrace ntptime ntp-keygen ntpdc \
	ntp-leapfetch ntp-exporter ntp-alarm ntp-snmp ntpmon
