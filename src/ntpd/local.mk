# src/ntpd: the daemon. libntpd.a is all of it but the process, so that the simulator runs the same code.
noinst_LIBRARIES += libntpd.a
libntpd_a_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS)
libntpd_a_SOURCES = \
	src/ntpd/access_names.c \
	src/ntpd/checknts.c \
	src/ntpd/conffile.c \
	src/ntpd/configure.c \
	src/ntpd/daemon.c \
	src/ntpd/faults.c \
	src/ntpd/keys.c \
	src/ntpd/leaptable.c \
	src/ntpd/listen.c \
	src/ntpd/listen_cast.c \
	src/ntpd/listen_host.c \
	src/ntpd/listen_rules.c \
	src/ntpd/listen_tell.c \
	src/ntpd/nts_keys.c \
	src/ntpd/nts_rotation.c \
	src/ntpd/nts_serve.c \
	src/ntpd/reload.c \
	src/ntpd/reset.c \
	src/ntpd/rules.c \
	src/ntpd/status.c \
	src/ntpd/wire_client.c \
	src/ntpd/wire_control.c \
	src/ntpd/wire_journal.c \
	src/ntpd/wire_names.c \
	src/ntpd/wire_server.c \
	src/ntpd/wire_steering.c

# What a program that runs a daemon links, in this order.
NTPD_LIBS = libntpd.a libcontrol.a libclient.a libserver.a libauth.a libsteering.a \
	libjournal.a libconfig.a librefclock.a $(JANSSON_LIBS) libcore.a libke.a libcrypto_ntp.a libwire.a libbase.a

sbin_PROGRAMS += ntpd
ntpd_SOURCES = \
	src/ntpd/checkconf.c \
	src/ntpd/checkfiles.c \
	src/ntpd/main.c \
	src/ntpd/options.c
ntpd_LDADD = $(NTPD_LIBS) libsys.a libcrypto_ntp.a libbase.a $(SYS_LIBS) $(SSL_LIBS) $(SYSTEMD_LIBS) $(CRYPTO_LIBS) -lm
