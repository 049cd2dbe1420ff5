# src/core: NTP itself, pure.
noinst_LIBRARIES += libcore.a
libcore_a_SOURCES = \
	include/core/verdict.h src/core/verdict.c \
	include/core/assoc.h src/core/assoc.c \
	src/core/assoc_answer.h src/core/assoc_answer.c \
	src/core/assoc_broadcast.c \
	src/core/assoc_fit.c \
	include/core/onwire.h src/core/onwire.c \
	src/core/onwire_client.h src/core/onwire_client.c \
	src/core/onwire_symmetric.h src/core/onwire_symmetric.c \
	include/core/bank.h src/core/bank.c \
	include/core/bclient.h src/core/bclient.c \
	include/core/interleave.h src/core/interleave.c \
	include/core/estimator.h src/core/estimator.c \
	include/core/corridor.h src/core/corridor.c \
	include/core/roundtrip.h src/core/roundtrip.c \
	include/core/joint.h src/core/joint.c \
	include/core/witness.h src/core/witness.c \
	src/core/steady.h src/core/steady.c \
	src/core/camp.h src/core/camp.c \
	src/core/candidate.h src/core/candidate.c \
	include/core/certtime.h src/core/certtime.c \
	src/core/combine.h src/core/combine.c \
	src/core/loop_adaptive.c \
	src/core/discipline.c \
	src/core/event.c \
	src/core/filter.c \
	src/core/leap.c \
	src/core/loop_classic.h src/core/loop_classic.c \
	include/core/manycast.h src/core/manycast.c \
	src/core/mru.c \
	include/core/nts_client.h src/core/nts_client.c \
	src/core/orphan.c \
	include/core/phcmap.h src/core/phcmap.c \
	include/core/overlap.h src/core/overlap.c \
	include/core/quorum.h src/core/quorum.c \
	src/core/refsample.c \
	src/core/restrict.c \
	src/core/restrict_index.h src/core/restrict_index.c \
	src/core/select.c \
	src/core/serve.c \
	src/core/spike.c \
	include/core/tempcomp.h src/core/tempcomp.c src/core/tempcomp_text.c \
	include/core/tempsensor.h src/core/tempsensor.c \
	include/core/steplimit.h src/core/steplimit.c
