# tests/system: programs that the scripts run
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
SYSTEM_TESTS += tests/system/background.sh tests/system/sandboxed.sh

SYSTEM_TESTS += tests/system/second.sh tests/system/life.sh
