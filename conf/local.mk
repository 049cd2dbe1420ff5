# conf: samples, installed as examples; nobody's /etc/ntp.conf is touched.
examplesdir = $(docdir)/examples
dist_examples_DATA = \
	conf/ntp.conf \
	conf/ntp-server.conf
