# conf: samples, installed as examples; nobody's /etc/ntp.conf is touched. Packages put them
# into their places.
examplesdir = $(docdir)/examples
dist_examples_DATA = \
	conf/dhclient-ntp \
	conf/firewalld-ntp.xml \
	conf/grafana-ntp.json \
	conf/nm-ntp \
	conf/ntp-alerts.yml \
	conf/ntp-broadcast.conf \
	conf/ntp-exact.conf \
	conf/ntp-lan.conf \
	conf/ntp-peers.conf \
	conf/ntp-pool.conf \
	conf/ntp-samba.conf \
	conf/ntp-stratum1.conf \
	conf/ntp-vm-phc.conf \
	conf/ntp.conf \
	conf/ntp.default \
	conf/ntp.keys \
	conf/ntpd.apparmor \
	conf/ntpd.cron \
	conf/ntpd.logcheck \
	conf/ntpd.logrotate \
	conf/ntpd.rules \
	conf/ntpd.sysconfig \
	conf/ntpdate.sysconfig \
	conf/step-tickers \
	conf/ufw-ntpd
dist_examples_SCRIPTS = conf/ntpd.init
# What the hooks of DHCP clients call.
dist_pkglibexec_SCRIPTS = conf/ntp-dhcp
# What a timer or cron runs each day, and what fetches leap seconds.
dist_pkglibexec_SCRIPTS += conf/rotate-stats
dist_sbin_SCRIPTS = conf/ntp-leapfetch

# Completions: shells look for a file by the tool's name. bash-completion has ntpdate itself.
EXTRA_DIST += conf/completion.bash conf/completion.zsh conf/completion.fish
completed = ntpd ntpq ntpstat sntp ntp-wait ntptrace ntptime ntp-keygen ntpdc ntp-leapfetch \
	ntp-exporter ntp-alarm ntp-snmp ntpmon
bashdir = $(datadir)/bash-completion/completions
fishdir = $(datadir)/fish/vendor_completions.d
zshdir = $(datadir)/zsh/site-functions
install-data-local:
	$(MKDIR_P) '$(DESTDIR)$(bashdir)' '$(DESTDIR)$(fishdir)' '$(DESTDIR)$(zshdir)'
	$(INSTALL_DATA) $(srcdir)/conf/completion.zsh '$(DESTDIR)$(zshdir)/_ntpd'
	$(INSTALL_DATA) $(srcdir)/conf/completion.bash '$(DESTDIR)$(bashdir)/ntpd'
	$(INSTALL_DATA) $(srcdir)/conf/completion.fish '$(DESTDIR)$(fishdir)/ntpd.fish'
	for tool in $(completed) ntpdate; do \
		test $$tool = ntpd && continue; \
		ln -sf ntpd.fish "$(DESTDIR)$(fishdir)/$$tool.fish" || exit 1; \
		test $$tool = ntpdate || ln -sf ntpd "$(DESTDIR)$(bashdir)/$$tool" || exit 1; \
	done
uninstall-local:
	rm -f '$(DESTDIR)$(zshdir)/_ntpd'
	for tool in $(completed) ntpdate; do \
		rm -f "$(DESTDIR)$(fishdir)/$$tool.fish"; \
		test $$tool = ntpdate || rm -f "$(DESTDIR)$(bashdir)/$$tool"; \
	done
