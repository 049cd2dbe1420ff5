# tests/unit/refclock
check_PROGRAMS += tests/unit/refclock/test_shm
TESTS += tests/unit/refclock/test_shm
tests_unit_refclock_test_shm_SOURCES = tests/unit/refclock/test_shm.c
tests_unit_refclock_test_shm_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_unit_refclock_test_shm_LDADD = librefclock.a $(JANSSON_LIBS) libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/refclock/test_nmea
TESTS += tests/unit/refclock/test_nmea
tests_unit_refclock_test_nmea_SOURCES = tests/unit/refclock/test_nmea.c
tests_unit_refclock_test_nmea_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_unit_refclock_test_nmea_LDADD = librefclock.a $(JANSSON_LIBS) libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/refclock/test_sock
TESTS += tests/unit/refclock/test_sock
tests_unit_refclock_test_sock_SOURCES = tests/unit/refclock/test_sock.c
tests_unit_refclock_test_sock_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_unit_refclock_test_sock_LDADD = librefclock.a $(JANSSON_LIBS) libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/refclock/test_vmclock
TESTS += tests/unit/refclock/test_vmclock
tests_unit_refclock_test_vmclock_SOURCES = tests/unit/refclock/test_vmclock.c
tests_unit_refclock_test_vmclock_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_unit_refclock_test_vmclock_LDADD = librefclock.a libbase.a $(CMOCKA_LIBS) -lm

check_PROGRAMS += tests/unit/refclock/test_gpsd
TESTS += tests/unit/refclock/test_gpsd
tests_unit_refclock_test_gpsd_SOURCES = tests/unit/refclock/test_gpsd.c
tests_unit_refclock_test_gpsd_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_unit_refclock_test_gpsd_LDADD = librefclock.a $(JANSSON_LIBS) libbase.a $(CMOCKA_LIBS)
