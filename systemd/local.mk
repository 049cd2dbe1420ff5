# systemd: units, users and folders, installed when the folder for units is known
if HAVE_SNMP
snmp_units = systemd/ntp-snmp.service
endif
units = systemd/ntpd.service systemd/ntpdate.service systemd/ntp-wait.service \
	systemd/ntpd-dhcp.service systemd/ntpd-rotate-stats.service systemd/ntp-leapfetch.service \
	systemd/ntp-exporter.service systemd/ntp-alarm.service $(snmp_units)
unit_files = systemd/ntp-exporter.socket systemd/ntpd-dhcp.path systemd/ntpd-rotate-stats.timer systemd/ntp-leapfetch.timer
dropins = systemd/user.conf systemd/refclock.conf systemd/hwtimestamp.conf systemd/priority.conf
EXTRA_DIST += systemd/ntpd.service.in systemd/ntpdate.service.in systemd/ntp-wait.service.in \
	systemd/ntpd-dhcp.service.in systemd/ntpd-rotate-stats.service.in \
	systemd/ntp-leapfetch.service.in systemd/ntp-exporter.service.in systemd/ntp-alarm.service.in systemd/ntp-snmp.service.in $(unit_files) systemd/sysusers.conf systemd/tmpfiles.conf
CLEANFILES += $(units)
dropinsdir = $(examplesdir)/ntpd.service.d
dist_dropins_DATA = $(dropins)
if SYSTEMD_UNITS
# What "timedatectl set-ntp" turns on and off.
ntpunitsdir = $(prefix)/lib/systemd/ntp-units.d
dist_ntpunits_DATA = systemd/60-ntpd.list
# What "journalctl -x" says of events.
catalogdir = $(prefix)/lib/systemd/catalog
dist_catalog_DATA = conf/ntpd.catalog
systemdsystemunit_DATA = $(units) $(unit_files)
dist_pkglibexec_SCRIPTS += systemd/ntpdate-servers

# Both are called ntpd.conf in the end, in folders of their own.
install-data-hook:
	$(MKDIR_P) '$(DESTDIR)$(prefix)/lib/sysusers.d' '$(DESTDIR)$(prefix)/lib/tmpfiles.d'
	$(INSTALL_DATA) $(srcdir)/systemd/sysusers.conf '$(DESTDIR)$(prefix)/lib/sysusers.d/ntpd.conf'
	$(INSTALL_DATA) $(srcdir)/systemd/tmpfiles.conf '$(DESTDIR)$(prefix)/lib/tmpfiles.d/ntpd.conf'

uninstall-hook:
	rm -f '$(DESTDIR)$(prefix)/lib/sysusers.d/ntpd.conf' '$(DESTDIR)$(prefix)/lib/tmpfiles.d/ntpd.conf'
else
EXTRA_DIST += systemd/ntpdate-servers systemd/60-ntpd.list conf/ntpd.catalog
endif

$(units): %: %.in Makefile
	$(AM_V_GEN)$(MKDIR_P) systemd && \
		sed -e 's|@sbindir[@]|$(sbindir)|g' -e 's|@pkglibexecdir[@]|$(pkglibexecdir)|g' $< \
		>$@.new && mv $@.new $@
