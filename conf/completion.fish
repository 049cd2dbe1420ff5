# SPDX-License-Identifier: BSD-2-Clause
#
# completion for fish, of ntpd and its tools: options are those that the tool's --help names.

function __ntpd_options
    set -l program (commandline -opc)[1]
    $program --help 2>&1 | grep -oE '(^|[][ ,|])-(-[a-z][0-9a-z_-]*|[0-9A-Za-z]+)' |
        tr -d '][ ,|' |
        awk '/^--/ { print; next }
            { for (i = 2; i <= length($0); i++) { print "-" substr($0, i, 1) } }' | sort -u
end

for program in ntpd ntpq ntpstat ntpdate sntp ntp-wait ntptrace ntptime ntp-keygen ntpdc ntp-leapfetch ntp-exporter ntp-alarm ntp-snmp ntpmon
    complete -c $program -n 'string match -q -- "-*" (commandline -ct)' -a '(__ntpd_options)'
end
