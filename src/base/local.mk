noinst_LIBRARIES += libbase.a
libbase_a_SOURCES = \
	include/base/addr.h src/base/addr.c \
	include/base/arena.h src/base/arena.c \
	include/base/backoff.h src/base/backoff.c \
	include/base/cursor.h src/base/cursor.c \
	include/base/headline.h src/base/headline.c \
	include/base/hostspec.h src/base/hostspec.c \
	include/base/limit.h src/base/limit.c \
	include/base/ntptime.h src/base/ntptime.c \
	include/base/phcwindow.h src/base/phcwindow.c \
	include/base/siphash.h src/base/siphash.c \
	include/base/text.h src/base/text.c
