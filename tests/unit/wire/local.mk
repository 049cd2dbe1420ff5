# tests/unit/wire
check_PROGRAMS += tests/unit/wire/test_control
TESTS += tests/unit/wire/test_control
tests_unit_wire_test_control_SOURCES = tests/unit/wire/test_control.c
tests_unit_wire_test_control_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_unit_wire_test_control_LDADD = libwire.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/wire/test_header
TESTS += tests/unit/wire/test_header
tests_unit_wire_test_header_SOURCES = tests/unit/wire/test_header.c
tests_unit_wire_test_header_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_unit_wire_test_header_LDADD = libwire.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/wire/test_packet
TESTS += tests/unit/wire/test_packet
tests_unit_wire_test_packet_SOURCES = tests/unit/wire/test_packet.c
tests_unit_wire_test_packet_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_unit_wire_test_packet_LDADD = libwire.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/wire/test_ntske
TESTS += tests/unit/wire/test_ntske
tests_unit_wire_test_ntske_SOURCES = tests/unit/wire/test_ntske.c
tests_unit_wire_test_ntske_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_wire_test_ntske_LDADD = libwire.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/wire/test_nts
TESTS += tests/unit/wire/test_nts
tests_unit_wire_test_nts_SOURCES = tests/unit/wire/test_nts.c
tests_unit_wire_test_nts_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_wire_test_nts_LDADD = libwire.a libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/wire/test_signd
TESTS += tests/unit/wire/test_signd
tests_unit_wire_test_signd_SOURCES = tests/unit/wire/test_signd.c
tests_unit_wire_test_signd_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
tests_unit_wire_test_signd_LDADD = libwire.a libbase.a $(CMOCKA_LIBS)
