noinst_LIBRARIES += libmode6.a
libmode6_a_SOURCES = \
	include/mode6/clients.h src/mode6/clients.c \
	include/mode6/cook.h src/mode6/cook.c \
	include/mode6/explain.h src/mode6/explain_cast.c src/mode6/explain_clock.c \
	src/mode6/explain_nts.c src/mode6/explain_source.c src/mode6/explain_survey.c \
	src/mode6/explain_system.c src/mode6/explain_words.c \
	include/mode6/form.h src/mode6/form.c \
	include/mode6/json.h src/mode6/json.c \
	include/mode6/session.h src/mode6/session.c \
	include/mode6/snapshot.h src/mode6/snapshot.c src/mode6/headline.c \
	include/mode6/transport.h \
	include/mode6/udp.h src/mode6/udp.c \
	include/mode6/vars.h src/mode6/vars.c \
	include/mode6/words.h src/mode6/words.c
