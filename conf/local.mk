# conf: samples, installed as examples; nobody's /etc/ntp.conf is touched. Packages put them
# into their places.
examplesdir = $(docdir)/examples
dist_examples_DATA = \
	conf/dhclient-ntp \
	conf/firewalld-ntp.xml \
	conf/nm-ntp \
	conf/ntp-lan.conf \
	conf/ntp-pool.conf \
	conf/ntp-stratum1.conf \
	conf/ntp.conf \
	conf/ntp.default \
	conf/ntp.keys \
	conf/ntpd.logrotate \
	conf/ntpd.sysconfig \
	conf/ntpdate.sysconfig \
	conf/step-tickers \
	conf/ufw-ntpd
dist_examples_SCRIPTS = conf/ntpd.init
# What the hooks of DHCP clients call.
dist_pkglibexec_SCRIPTS = conf/ntp-dhcp
