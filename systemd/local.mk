# systemd: unit files, installed when the folder for them is known
units = systemd/ntpd.service
EXTRA_DIST += systemd/ntpd.service.in
CLEANFILES += $(units)
if SYSTEMD_UNITS
systemdsystemunit_DATA = $(units)
endif

systemd/ntpd.service: systemd/ntpd.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) systemd && \
		sed 's|@sbindir[@]|$(sbindir)|g' $(srcdir)/systemd/ntpd.service.in >$@.new && \
		mv $@.new $@
