# tests/unit/config
config_tests = \
	tests/unit/config/test_askedfile \
	tests/unit/config/test_check \
	tests/unit/config/test_diag \
	tests/unit/config/test_diagnostics \
	tests/unit/config/test_cast \
	tests/unit/config/test_diff \
	tests/unit/config/test_foreign \
	tests/unit/config/test_driftfile \
	tests/unit/config/test_keysfile \
	tests/unit/config/test_leapfile \
	tests/unit/config/test_ntskeys \
	tests/unit/config/test_ntsstate \
	tests/unit/config/test_parse \
	tests/unit/config/test_print \
	tests/unit/config/test_same \
	tests/unit/config/test_schema \
	tests/unit/config/test_stock \
	tests/unit/config/test_token
check_PROGRAMS += $(config_tests)
TESTS += $(config_tests)
config_test_cppflags = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -I$(top_srcdir)/tests
config_test_ldadd = libconfig.a libbase.a $(CMOCKA_LIBS)

tests_unit_config_test_check_SOURCES = tests/unit/config/test_check.c tests/unit/config/conf.h
tests_unit_config_test_check_CPPFLAGS = $(config_test_cppflags)
tests_unit_config_test_check_LDADD = $(config_test_ldadd)

tests_unit_config_test_diag_SOURCES = tests/unit/config/test_diag.c tests/unit/config/conf.h
tests_unit_config_test_diag_CPPFLAGS = $(config_test_cppflags)
tests_unit_config_test_diag_LDADD = $(config_test_ldadd)

tests_unit_config_test_diagnostics_SOURCES = tests/unit/config/test_diagnostics.c tests/unit/config/conf.h
tests_unit_config_test_diagnostics_CPPFLAGS = $(config_test_cppflags)
tests_unit_config_test_diagnostics_LDADD = $(config_test_ldadd)

tests_unit_config_test_foreign_SOURCES = tests/unit/config/test_foreign.c tests/unit/config/conf.h
tests_unit_config_test_foreign_CPPFLAGS = $(config_test_cppflags)
tests_unit_config_test_foreign_LDADD = $(config_test_ldadd)
tests_unit_config_test_cast_SOURCES = tests/unit/config/test_cast.c tests/unit/config/conf.h
tests_unit_config_test_cast_CPPFLAGS = $(config_test_cppflags)
tests_unit_config_test_cast_LDADD = $(config_test_ldadd)

tests_unit_config_test_diff_SOURCES = tests/unit/config/test_diff.c tests/unit/config/conf.h
tests_unit_config_test_diff_CPPFLAGS = $(config_test_cppflags)
tests_unit_config_test_diff_LDADD = $(config_test_ldadd)

tests_unit_config_test_askedfile_SOURCES = tests/unit/config/test_askedfile.c tests/unit/config/conf.h
tests_unit_config_test_askedfile_CPPFLAGS = $(config_test_cppflags)
tests_unit_config_test_askedfile_LDADD = $(config_test_ldadd)
tests_unit_config_test_driftfile_SOURCES = tests/unit/config/test_driftfile.c tests/unit/config/conf.h
tests_unit_config_test_driftfile_CPPFLAGS = $(config_test_cppflags)
tests_unit_config_test_driftfile_LDADD = $(config_test_ldadd)

tests_unit_config_test_ntskeys_SOURCES = tests/unit/config/test_ntskeys.c
tests_unit_config_test_ntskeys_CPPFLAGS = $(config_test_cppflags)
tests_unit_config_test_ntskeys_LDADD = $(config_test_ldadd)

tests_unit_config_test_keysfile_SOURCES = tests/unit/config/test_keysfile.c tests/unit/config/conf.h
tests_unit_config_test_keysfile_CPPFLAGS = $(config_test_cppflags)
tests_unit_config_test_keysfile_LDADD = $(config_test_ldadd)

tests_unit_config_test_leapfile_SOURCES = tests/unit/config/test_leapfile.c tests/unit/config/conf.h
tests_unit_config_test_leapfile_CPPFLAGS = $(config_test_cppflags)
tests_unit_config_test_leapfile_LDADD = $(config_test_ldadd)

tests_unit_config_test_parse_SOURCES = tests/unit/config/test_parse.c tests/unit/config/conf.h
tests_unit_config_test_parse_CPPFLAGS = $(config_test_cppflags)
tests_unit_config_test_parse_LDADD = $(config_test_ldadd)

tests_unit_config_test_print_SOURCES = tests/unit/config/test_print.c tests/unit/config/conf.h
tests_unit_config_test_print_CPPFLAGS = $(config_test_cppflags)
tests_unit_config_test_print_LDADD = $(config_test_ldadd)

tests_unit_config_test_token_SOURCES = tests/unit/config/test_token.c tests/unit/config/conf.h
tests_unit_config_test_token_CPPFLAGS = $(config_test_cppflags)
tests_unit_config_test_token_LDADD = $(config_test_ldadd)

tests_unit_config_test_same_SOURCES = tests/unit/config/test_same.c tests/unit/config/conf.h
tests_unit_config_test_same_CPPFLAGS = $(config_test_cppflags)
tests_unit_config_test_same_LDADD = $(config_test_ldadd)

tests_unit_config_test_schema_SOURCES = tests/unit/config/test_schema.c tests/unit/config/conf.h
tests_unit_config_test_schema_CPPFLAGS = $(config_test_cppflags)
tests_unit_config_test_schema_LDADD = $(config_test_ldadd)

tests_unit_config_test_stock_SOURCES = tests/unit/config/test_stock.c tests/unit/config/conf.h
tests_unit_config_test_stock_CPPFLAGS = $(config_test_cppflags)
tests_unit_config_test_stock_LDADD = $(config_test_ldadd)

tests_unit_config_test_ntsstate_SOURCES = tests/unit/config/test_ntsstate.c
tests_unit_config_test_ntsstate_CPPFLAGS = $(config_test_cppflags)
tests_unit_config_test_ntsstate_LDADD = $(config_test_ldadd)
