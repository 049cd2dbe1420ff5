#compdef ntpd ntpq ntpstat ntpdate sntp ntp-wait ntptrace ntptime ntp-keygen ntpdc ntp-leapfetch ntp-exporter ntp-alarm ntp-snmp ntpmon
# SPDX-License-Identifier: BSD-2-Clause
#
# completion for zsh, of ntpd and its tools: options are those that the tool's --help names.

local -a options
local program=$words[1] word
case $words[CURRENT-1] in
-k|-l|-p|-f|-K|-o|--keyfile|--logfile|--pidfile|--driftfile|--configfile|--output|--nts-ca)
	_files
	return
	;;
-c)
	if [[ ${program:t} == ntpd ]]; then
		_files
		return
	fi
	;;
-i|-s|--jaildir|--statsdir)
	if [[ ${program:t} == (ntpd|ntp-exporter|ntp-snmp) ]]; then
		_files -/
		return
	fi
	;;
-d)
	if [[ ${program:t} == ntp-alarm ]]; then
		_files -/
		return
	fi
	;;
-u)
	if [[ ${program:t} == (ntp-exporter|ntp-alarm|ntp-snmp) ]]; then
		_users
		return
	fi
	;;
-x)
	if [[ ${program:t} == ntp-snmp ]]; then
		_files
		return
	fi
	;;
esac
if [[ $PREFIX == -* ]]; then
	options=(${(f)"$(_call_program options $program --help 2>&1 |
		grep -oE '(^|[][ ,|])-(-[a-z][0-9a-z_-]*|[0-9A-Za-z]+)' | tr -d '][ ,|' |
		awk '/^--/ { print; next }
			{ for (i = 2; i <= length($0); i++) { print "-" substr($0, i, 1) } }' | sort -u)"})
	compadd -a options
else
	_hosts
fi
