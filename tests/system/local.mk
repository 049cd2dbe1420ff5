# tests/system: programs that the scripts run
# A container with a real systemd, and our Debian package in it. These take longest and are begun
# first.
SYSTEM_TESTS += tests/system/units.sh tests/system/seen.sh tests/system/container.sh tests/system/packages.sh \
	tests/system/orders.sh
SYSTEM_TESTS += tests/system/statistics.sh tests/system/guides.sh tests/system/life.sh

EXTRA_PROGRAMS += tests/system/sockets
SYSTEM_HELPERS += tests/system/sockets
SYSTEM_TESTS += tests/system/sockets.sh
tests_system_sockets_SOURCES = tests/system/sockets.c
tests_system_sockets_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_system_sockets_LDADD = libsys.a libbase.a $(SYS_LIBS) $(CMOCKA_LIBS)

EXTRA_PROGRAMS += tests/system/privileges
SYSTEM_HELPERS += tests/system/privileges
SYSTEM_TESTS += tests/system/privileges.sh
tests_system_privileges_SOURCES = tests/system/privileges.c
tests_system_privileges_LDADD = libsys.a libbase.a $(SYS_LIBS)
SYSTEM_TESTS += tests/system/background.sh tests/system/sandboxed.sh tests/system/confined.sh tests/system/jail.sh
SYSTEM_TESTS += tests/system/tempcomp.sh
SYSTEM_TESTS += tests/system/roles.sh tests/system/planted.sh tests/system/nts_howto.sh
SYSTEM_TESTS += tests/system/nts_ke.sh tests/system/nts_keys.sh tests/system/nts_tools.sh

SYSTEM_TESTS += tests/system/tools.sh tests/system/sentences.sh tests/system/options.sh \
	tests/system/second.sh
SYSTEM_TESTS += tests/system/ntpq.sh tests/system/hosts.sh tests/system/refclock_shm.sh tests/system/refclock_nmea.sh tests/system/refclock_sock.sh tests/system/refclock_gpsd.sh tests/system/refclock_howto.sh tests/system/refclock_hostile.sh tests/system/exporter.sh tests/system/alarm.sh tests/system/ntpmon.sh
EXTRA_DIST += tests/system/openmetrics.py tests/system/table.sh tests/system/shm_writer.py tests/system/nmea_writer.py tests/system/sock_writer.py tests/system/gpsd_server.py tests/system/hostile_devices.py tests/system/hostile.py tests/system/bounded.py tests/system/terminal.py tests/system/screens.py \
	tests/system/memory.py tests/system/apparmor.py tests/system/leaptable.py
EXTRA_DIST += tests/system/fake_signd.py tests/system/ask_mssntp.py

EXTRA_PROGRAMS += tests/system/deny_sockets.so
SYSTEM_HELPERS += tests/system/deny_sockets.so
SYSTEM_TESTS += tests/system/preload.sh
# Preloaded into programs built in any way: shared, and without their instruments.
tests_system_deny_sockets_so_SOURCES = tests/system/deny_sockets.c
tests_system_deny_sockets_so_CFLAGS = $(BASE_CFLAGS) $(WARN_CFLAGS) -fPIC
tests_system_deny_sockets_so_LDFLAGS = -shared
tests_system_deny_sockets_so_LDADD =
EXTRA_PROGRAMS += tests/system/load
SYSTEM_HELPERS += tests/system/load
SYSTEM_TESTS += tests/system/extra.sh tests/system/addresses.sh
SYSTEM_TESTS += tests/system/reload.sh
tests_system_load_SOURCES = tests/system/load.c tests/system/load_request.c tests/system/load_request.h \
	tests/system/nts_packet.c tests/system/nts_packet.h
tests_system_load_LDADD = libcrypto_ntp.a libwire.a libbase.a $(CRYPTO_LIBS) -lm

SYSTEM_TESTS += tests/system/leapfetch.sh tests/system/completion.sh tests/system/apparmor.sh
EXTRA_DIST += tests/system/apt_orders.py tests/system/box.sh tests/system/fetch-box tests/system/rpm.sh

# What is installed beside the programs.
SYSTEM_TESTS += tests/system/samples.sh tests/system/scripts.sh
