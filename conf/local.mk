# conf: samples, installed as documentation; nobody's /etc/ntp.conf is touched.
confdir = $(docdir)/conf
dist_conf_DATA =
