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
need rpmbuild rpmspec rpm setpriv unshare createrepo_c dnf
spec=$top_srcdir/packaging/rpm/ntpd.spec

try "the spec is read" rpmspec -P "$spec"
tarball=$(find "$top_builddir" -maxdepth 1 -name 'ntpd-*.tar.xz')
is "$(rpmspec -q --srpm --qf '%{name}-%{version}.tar.xz' "$spec" 2>/dev/null)" "${tarball##*/}" \
	"its version is that of the release"
try "the package builds" "$top_srcdir/packaging/build-rpm" "$tarball" "$work/rpm"
rpm=$(find "$work/rpm/RPMS" -name 'ntpd-[0-9]*.rpm')
[ -n "$rpm" ] || bail "there is a package"
unlike "$(rpm -qpl "$rpm" 2>/dev/null)" ntp-exporter "the exporter is not in it"
# files PACKAGE: of one, as this rpm and that of Red Hat, which compresses pages, call them.
files() {
	rpm -qpl "$work/rpm/RPMS"/*/"$1"-*.rpm 2>/dev/null | grep -v 'build-id\|licenses' |
		sed 's/\.gz$//' | sort | xargs
}
is "$(files ntpd-exporter)" \
	"/usr/lib/systemd/system/ntp-exporter.service /usr/lib/systemd/system/ntp-exporter.socket \
/usr/sbin/ntp-exporter /usr/share/bash-completion/completions/ntp-exporter \
/usr/share/fish/vendor_completions.d/ntp-exporter.fish /usr/share/man/man8/ntp-exporter.8" \
	"but in a package of its own"
is "$(files ntpd-alarm)" \
	"/etc/ntp/events.d /usr/lib/systemd/system/ntp-alarm.service /usr/sbin/ntp-alarm \
/usr/share/bash-completion/completions/ntp-alarm \
/usr/share/fish/vendor_completions.d/ntp-alarm.fish /usr/share/man/man8/ntp-alarm.8" \
	"the alarms as well"
is "$(files ntpd-mon)" \
	"/usr/bin/ntpmon /usr/share/bash-completion/completions/ntpmon \
/usr/share/fish/vendor_completions.d/ntpmon.fish /usr/share/man/man1/ntpmon.1" \
	"and the view on a terminal"
is "$(files ntpd-snmp)" \
	"/usr/lib/systemd/system/ntp-snmp.service /usr/sbin/ntp-snmp \
/usr/share/bash-completion/completions/ntp-snmp \
/usr/share/fish/vendor_completions.d/ntp-snmp.fish /usr/share/man/man8/ntp-snmp.8" \
	"and the subagent of SNMP"
unlike "$(rpm -qpl "$rpm" 2>/dev/null)" ntpmon "which is in no other"

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

# --- beside a distribution's packages, by dnf ----------------------------------------

# empty FOLDER NAME VERSION LINE...: a package without files, with these lines in its spec.
empty() {
	local folder=$1 name=$2 version=$3
	shift 3
	printf '%s\n' "Name: $name" "Version: $version" 'Release: 1' 'Summary: for a test' \
		'License: none' 'BuildArch: noarch' "$@" '%description' 'For a test.' '%files' \
		>"$work/$name.spec"
	rpmbuild -bb --define "_topdir $work/empty" --define "_rpmdir $folder" "$work/$name.spec" \
		>/dev/null 2>&1
}

mkdir -p "$work/distribution" "$work/local"
for word in 'ntp 4.2.6p5' 'ntpdate 4.2.6p5' 'ntp-perl 4.2.6p5' 'sntp 4.2.6p5' 'ntpstat 0.4' \
	'chrony 4.3'; do
	# shellcheck disable=SC2086 # two words
	empty "$work/distribution" $word
done
empty "$work/distribution" ntpsec 1.2.2 'Provides: ntp = 4.2.10' 'Conflicts: ntpd'
# What ours asks of a system, for it was built on another.
needs=$(rpm -qp --requires "$rpm" 2>/dev/null | grep -v '^rpmlib' | sed 's/ .*//' | sort -u)
mapfile -t provides < <(sed 's/^/Provides: /' <<<"$needs")
empty "$work/distribution" system 1 "${provides[@]}"
cp "$rpm" "$work/local/"
try "a repository of the distribution" createrepo_c -q "$work/distribution"
try "and ours" createrepo_c -q "$work/local"

theirs=(--repofrompath "distribution,$work/distribution")
both=("${theirs[@]}" --repofrompath "local,$work/local")
repositories=("${both[@]}")
# by_dnf COMMAND...: in a root of its own; only the database of packages is written to.
by_dnf() {
	setpriv --bounding-set -sys_time --inh-caps -sys_time unshare -n dnf -q -y \
		--installroot="$work/root" --releasever=1 --setopt=reposdir=/nowhere \
		--setopt=tsflags=justdb,noscripts --setopt=cachedir="$work/dnf" \
		--setopt=pluginpath=/nowhere --setopt=install_weak_deps=0 --nogpgcheck --forcearch=x86_64 \
		"${repositories[@]}" "$@"
}
there() { rpm --root "$work/root" -qa --qf '%{NAME}\n' | grep -vx system | sort | xargs; }
anew() {
	rm -rf "$work/root"
	mkdir -p "$work/root"
	by_dnf install system "$@" >"$work/dnf.out" 2>&1
}
for name in ntp ntpdate ntp-perl sntp ntpstat ntpd; do
	anew "$name"
	is "$(there)" ntpd "dnf install $name brings ours" || note "$(cat "$work/dnf.out")"
done
for name in ntp ntpdate ntp-perl sntp ntpstat; do
	by_dnf install "$name" >"$work/dnf.out" 2>&1
	is "$(there)" ntpd "and dnf install $name keeps it" || note "$(cat "$work/dnf.out")"
done
for set in ntp 'ntp ntpdate' 'ntp ntpdate ntp-perl sntp ntpstat' ntpstat; do
	repositories=("${theirs[@]}")
	# shellcheck disable=SC2086 # words
	anew $set
	repositories=("${both[@]}")
	is "$(there)" "$(tr ' ' '\n' <<<"$set" | sort | xargs)" "the distribution's $set"
	by_dnf upgrade >"$work/dnf.out" 2>&1
	is "$(there)" ntpd "dnf upgrade puts ours in the place of $set" || note "$(cat "$work/dnf.out")"
	try "dnf remove ntpd" by_dnf remove ntpd
	is "$(there)" '' "leaves none"
done
anew ntpd
by_dnf install ntpsec >"$work/dnf.out" 2>&1
ok $((!$?)) "dnf install ntpsec is refused beside ours"
like "$(cat "$work/dnf.out")" 'conflicts with|allowerasing' "and says what to do"
try "with --allowerasing it is done" by_dnf install --allowerasing ntpsec
is "$(there)" ntpsec "in the place of ours"
try "and dnf swap ntpsec ntpd" by_dnf swap ntpsec ntpd
is "$(there)" ntpd "the other way"
try "chrony may be there beside it, for their units exclude each other" by_dnf install chrony
is "$(there)" 'chrony ntpd' "both"
