noinst_LIBRARIES += libconfig.a
libconfig_a_SOURCES = \
	include/config/askedfile.h src/config/askedfile.c \
	include/config/cast.h src/config/cast.c \
	include/config/check.h src/config/check.c \
	include/config/config.h src/config/config.c \
	include/config/diag.h src/config/diag.c \
	include/config/diff.h src/config/diff.c \
	include/config/driftfile.h src/config/driftfile.c \
	include/config/keysfile.h src/config/keysfile.c \
	include/config/leapfile.h src/config/leapfile.c \
	include/config/ntskeys.h src/config/ntskeys.c \
	include/config/ntsstate.h src/config/ntsstate.c \
	include/config/print.h src/config/print.c \
	include/config/schema.h src/config/schema.c \
	include/config/token.h src/config/token.c \
	include/config/foreign.h src/config/foreign.c \
	src/config/parse.h src/config/parse.c \
	src/config/parse_access.c \
	src/config/parse_cards.c \
	src/config/parse_files.c \
	src/config/parse_report.c \
	src/config/parse_source.c \
	src/config/parse_nts.c \
	src/config/parse_words.c \
	src/config/same.h src/config/same.c \
	src/config/value.h src/config/value.c
