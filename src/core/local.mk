noinst_LIBRARIES += libcore.a
libcore_a_SOURCES = \
	include/core/verdict.h src/core/verdict.c \
	include/core/assoc.h src/core/assoc.c
