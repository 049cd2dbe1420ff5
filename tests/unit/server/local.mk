# tests/unit/server: a server over ports that are played
server_test_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
server_test_LDADD = libserver.a libauth.a libjournal.a libconfig.a libcore.a libcrypto_ntp.a \
	libwire.a libbase.a $(CRYPTO_LIBS) $(CMOCKA_LIBS) -lm

check_PROGRAMS += tests/unit/server/test_access
TESTS += tests/unit/server/test_access
tests_unit_server_test_access_SOURCES = tests/unit/server/test_access.c tests/unit/server/lab.c \
	tests/unit/server/lab.h
tests_unit_server_test_access_CPPFLAGS = $(server_test_CPPFLAGS)
tests_unit_server_test_access_LDADD = $(server_test_LDADD)

check_PROGRAMS += tests/unit/server/test_flood
TESTS += tests/unit/server/test_flood
tests_unit_server_test_flood_SOURCES = tests/unit/server/test_flood.c tests/unit/server/lab.c \
	tests/unit/server/lab.h
tests_unit_server_test_flood_CPPFLAGS = $(server_test_CPPFLAGS)
tests_unit_server_test_flood_LDADD = $(server_test_LDADD)

check_PROGRAMS += tests/unit/server/test_listener
TESTS += tests/unit/server/test_listener
tests_unit_server_test_listener_SOURCES = tests/unit/server/test_listener.c tests/unit/server/lab.c \
	tests/unit/server/lab.h
tests_unit_server_test_listener_CPPFLAGS = $(server_test_CPPFLAGS)
tests_unit_server_test_listener_LDADD = $(server_test_LDADD)

check_PROGRAMS += tests/unit/server/test_mssntp
TESTS += tests/unit/server/test_mssntp
tests_unit_server_test_mssntp_SOURCES = tests/unit/server/test_mssntp.c tests/unit/server/lab.c \
	tests/unit/server/lab.h
tests_unit_server_test_mssntp_CPPFLAGS = $(server_test_CPPFLAGS)
tests_unit_server_test_mssntp_LDADD = $(server_test_LDADD)

check_PROGRAMS += tests/unit/server/test_receive
TESTS += tests/unit/server/test_receive
tests_unit_server_test_receive_SOURCES = tests/unit/server/test_receive.c tests/unit/server/lab.c \
	tests/unit/server/lab.h
tests_unit_server_test_receive_CPPFLAGS = $(server_test_CPPFLAGS)
tests_unit_server_test_receive_LDADD = $(server_test_LDADD)

check_PROGRAMS += tests/unit/server/test_receive_nts
TESTS += tests/unit/server/test_receive_nts
tests_unit_server_test_receive_nts_SOURCES = tests/unit/server/test_receive_nts.c tests/unit/server/lab.c \
	tests/unit/server/lab.h
tests_unit_server_test_receive_nts_CPPFLAGS = $(server_test_CPPFLAGS)
tests_unit_server_test_receive_nts_LDADD = $(server_test_LDADD)

check_PROGRAMS += tests/unit/server/test_interleaved
TESTS += tests/unit/server/test_interleaved
tests_unit_server_test_interleaved_SOURCES = tests/unit/server/test_interleaved.c \
	tests/unit/server/lab.c tests/unit/server/lab.h
tests_unit_server_test_interleaved_CPPFLAGS = $(server_test_CPPFLAGS)
tests_unit_server_test_interleaved_LDADD = $(server_test_LDADD)
