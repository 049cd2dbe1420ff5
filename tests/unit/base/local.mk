# tests/unit/base
check_PROGRAMS += tests/unit/base/test_addr
TESTS += tests/unit/base/test_addr
tests_unit_base_test_addr_SOURCES = tests/unit/base/test_addr.c
tests_unit_base_test_addr_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_unit_base_test_addr_LDADD = libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/base/test_arena
TESTS += tests/unit/base/test_arena
tests_unit_base_test_arena_SOURCES = tests/unit/base/test_arena.c
tests_unit_base_test_arena_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_unit_base_test_arena_LDADD = libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/base/test_cursor
TESTS += tests/unit/base/test_cursor
tests_unit_base_test_cursor_SOURCES = tests/unit/base/test_cursor.c
tests_unit_base_test_cursor_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_unit_base_test_cursor_LDADD = libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/base/test_limit
TESTS += tests/unit/base/test_limit
tests_unit_base_test_limit_SOURCES = tests/unit/base/test_limit.c
tests_unit_base_test_limit_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_unit_base_test_limit_LDADD = libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/base/test_ntptime
TESTS += tests/unit/base/test_ntptime
tests_unit_base_test_ntptime_SOURCES = tests/unit/base/test_ntptime.c
tests_unit_base_test_ntptime_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_unit_base_test_ntptime_LDADD = libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/base/test_siphash
TESTS += tests/unit/base/test_siphash
tests_unit_base_test_siphash_SOURCES = tests/unit/base/test_siphash.c
tests_unit_base_test_siphash_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_unit_base_test_siphash_LDADD = libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/base/test_text
TESTS += tests/unit/base/test_text
tests_unit_base_test_text_SOURCES = tests/unit/base/test_text.c
tests_unit_base_test_text_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_unit_base_test_text_LDADD = libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/base/test_hostspec
TESTS += tests/unit/base/test_hostspec
tests_unit_base_test_hostspec_SOURCES = tests/unit/base/test_hostspec.c
tests_unit_base_test_hostspec_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_unit_base_test_hostspec_LDADD = libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/base/test_backoff
TESTS += tests/unit/base/test_backoff
tests_unit_base_test_backoff_SOURCES = tests/unit/base/test_backoff.c
tests_unit_base_test_backoff_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_unit_base_test_backoff_LDADD = libbase.a $(CMOCKA_LIBS)
