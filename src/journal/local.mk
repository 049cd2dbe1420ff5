# src/journal: what is written of the daemon
noinst_LIBRARIES += libjournal.a
libjournal_a_SOURCES = \
	include/journal/counters.h src/journal/counters.c \
	include/journal/event_id.h src/journal/event_id.c \
	include/journal/filegen.h src/journal/filegen.c \
	include/journal/journal.h src/journal/journal.c \
	include/journal/ntscount.h src/journal/ntscount.c \
	include/journal/report.h src/journal/report.c \
	include/journal/stats.h src/journal/stats.c
