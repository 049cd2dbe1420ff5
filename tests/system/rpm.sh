#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# rpm.sh - the RPM package, built from a release ("make dist" has been run) and installed into the
# files of the container, which is not booted: this shows that the spec and its scripts are right;
# the libraries are Debian's.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-$(dirname "$0")/../..}/tests/lib.sh"
# shellcheck source=tests/system/box.sh
. "$top_srcdir/tests/system/box.sh"
need rpmbuild rpmspec rpm setpriv unshare
spec=$top_srcdir/packaging/rpm/ntpd.spec

try "the spec is read" rpmspec -P "$spec"
tarball=$(find "$top_builddir" -maxdepth 1 -name 'ntpd-*.tar.xz')
is "$(rpmspec -q --srpm --qf '%{name}-%{version}.tar.xz' "$spec" 2>/dev/null)" "${tarball##*/}" \
	"its version is that of the release"
try "the package builds" "$top_srcdir/packaging/build-rpm" "$tarball" "$work/rpm"
rpm=$(find "$work/rpm/RPMS" -name 'ntpd-[0-9]*.rpm')
[ -n "$rpm" ] || bail "there is a package"

for script in prein postin preun postun; do
	text=$(rpm -qp --qf "%{$(tr '[:lower:]' '[:upper:]' <<<"$script")}" "$rpm" 2>/dev/null)
	[ -n "$text" ] && sh -n <<<"$text"
	ok $? "its script $script is one for sh"
done
is "$(rpm -qpc "$rpm" 2>/dev/null | sort | xargs)" "/etc/logrotate.d/ntpd /etc/ntp.conf /etc/ntp/keys \
/etc/ntp/step-tickers /etc/sysconfig/ntpd /etc/sysconfig/ntpdate" "what is the user's to change"
for path in /usr/sbin/ntpq /usr/sbin/ntpd /usr/sbin/ntpdate /usr/bin/ntpstat /usr/sbin/ntp-keygen \
	/usr/sbin/ntptime /usr/lib/systemd/system/ntpd.service \
	/usr/lib/NetworkManager/dispatcher.d/20-ntpd; do
	like "$(rpm -qpl "$rpm" 2>/dev/null)" "^$path$" "$path is where Red Hat has it"
done
for name in ntp ntpdate ntp-perl ntpstat sntp; do
	like "$(rpm -qp --obsoletes "$rpm" 2>/dev/null)" "^$name < " "it takes the place of $name"
	like "$(rpm -qp --provides "$rpm" 2>/dev/null)" "^$name = " "and stands for it"
done

# --- installed -----------------------------------------------------------------------

# in_root COMMAND...: in those files, without a network and the right to set the clock.
in_root() {
	setpriv --bounding-set -sys_time --inh-caps -sys_time unshare -n chroot "$box_root" "$@"
}
# as_rpm WORD...: rpm for those files.
as_rpm() {
	setpriv --bounding-set -sys_time --inh-caps -sys_time unshare -n \
		rpm --root "$box_root" --nodeps "$@"
}
box_lay
echo '# mine' >"$box_root/etc/ntp.conf"
try "it installs" as_rpm -i --ignorearch "$rpm"
is "$(cat "$box_root/etc/ntp.conf")" '# mine' "the user's ntp.conf stays"
[ -f "$box_root/etc/ntp.conf.rpmnew" ]
ok $? "ours is beside it"
is "$(in_root id ntp | sed 's/=[0-9]*//g')" 'uid(ntp) gid(ntp) groups(ntp)' "the user ntp is there"
is "$(in_root stat -c '%U:%G %a' /var/lib/ntp /var/log/ntpstats /etc/ntp/keys | xargs)" \
	'ntp:ntp 755 ntp:ntp 755 root:ntp 640' "and owns what it has to"
like "$(in_root /usr/sbin/ntpd --version)" '^ntpd ' "ntpd runs"
like "$(in_root /usr/sbin/ntpq --version)" '^ntpq ' "ntpq runs where Red Hat had it"
try "it installs over itself" as_rpm -U --force --ignorearch "$rpm"
is "$(cat "$box_root/etc/ntp.conf")" '# mine' "and ntp.conf stays again"
try "it is removed" as_rpm -e ntpd
is "$(cd "$box_root" && find usr lib -name '*ntpd*' -o -name 'ntpq*')" '' "without a rest"
