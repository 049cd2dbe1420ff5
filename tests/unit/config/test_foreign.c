/* SPDX-License-Identifier: BSD-2-Clause */
/* Words of other programs in ntp.conf: what is said of each leads to a word that exists. */
#include "config/foreign.h"
#include "conf.h"

/* The words of chrony 4.5, OpenNTPD 6.8 and timesyncd 254 that ntp.conf does not have as well. */
static const char chrony[] = "acquisitionport allow authselectmode bindacqaddress bindacqdevice "
			     "bindaddress bindcmdaddress "
			     "bindcmddevice binddevice clientloglimit clockprecision cmdallow "
			     "cmddeny cmdport cmdratelimit "
			     "combinelimit commandkey confdir corrtimeratio deny dumpdir "
			     "dumponexit fallbackdrift "
			     "generatecommandkey hwclockfile hwtstimeout include "
			     "initstepslew keyfile "
			     "leapseclist leapsecmode leapsectz linux_freq_scale linux_hz local "
			     "lock_all log logbanner "
			     "logchange logdir mailonchange makestep manual maxchange "
			     "maxclockerror maxdistance maxdrift "
			     "maxjitter maxntsconnections maxsamples maxslewrate maxtxbuffers "
			     "maxupdateskew minsamples "
			     "minsources nocerttimecheck noclientlog nosystemcert ntsaeads "
			     "ntscachedir ntsdumpdir "
			     "ntsntpserver ntsport ntsprocesses ntsratelimit ntsrefresh ntsrotate "
			     "ntsservercert ntsserverkey "
			     "ntstrustedcerts opencommands port ptpdomain ptpport ratelimit "
			     "refresh reselectdist rtcautotrim "
			     "rtcdevice rtcfile rtconutc rtcsync sched_priority smoothtime "
			     "stratumweight user";
static const char chrony_source[] =
    "asymmetry auto_offline certset copy extfield filter ipv4 ipv6 maxdelay maxdelaydevratio "
    "maxdelayquant maxdelayratio maxsamples maxsources maxunreach mindelay minsamples minstratum "
    "ntsport offline offset polltarget port presend trust";
static const char openntpd[] = "constraint constraints listen query rtable sensor servers";
static const char openntpd_source[] = "constraint rtable trusted weight";
static const char timesyncd[] =
    "[Time] ConnectionRetrySec FallbackNTP=a NTP= PollIntervalMaxSec PollIntervalMinSec "
    "RootDistanceMaxSec=5 SaveIntervalSec";

/* Each word of the list is known as one of the file; gives their number. */
static unsigned
all_are_of(const char *words, enum schema_group group, const char *file)
{
	unsigned n = 0;

	for (const char *at = words; *at != '\0'; at += strspn(at, " ")) {
		char word[64];
		struct text t = text_over(word, sizeof word);
		size_t len = strcspn(at, " ");
		text_put_n(&t, at, len);
		const struct foreign_word *f = foreign_find(group, word);
		if (f == NULL || strcmp(f->file, file) != 0) {
			fail_msg("%s is not known as a word of %s", word, file);
		}
		at += len;
		n++;
	}
	return n;
}

static void
every_word_of_the_other_files_is_known(void **state)
{
	unsigned n = 0;

	(void)state;
	n += all_are_of(chrony, SCHEMA_TOP, "chrony.conf");
	n += all_are_of(chrony_source, SCHEMA_SOURCE, "chrony.conf");
	n += all_are_of(openntpd, SCHEMA_TOP, "OpenNTPD's ntpd.conf");
	n += all_are_of(openntpd_source, SCHEMA_SOURCE, "OpenNTPD's ntpd.conf");
	n += all_are_of(timesyncd, SCHEMA_TOP, "timesyncd.conf");
	assert_int_equal(n, foreign_words_n);
}

/* One of them would never be looked up. */
static void
none_is_a_word_of_ours(void **state)
{
	(void)state;
	for (unsigned i = 0; i < foreign_words_n; i++) {
		const struct foreign_word *f = &foreign_words[i];
		if (schema_find(f->group, f->word) != NULL) {
			fail_msg("%s is a word of ntp.conf", f->word);
		}
	}
}

static bool
is_ours(const char *word)
{
	return word[0] == '-' || schema_find(SCHEMA_TOP, word) != NULL ||
	    schema_find(SCHEMA_SOURCE, word) != NULL || schema_find(SCHEMA_RESTRICT, word) != NULL;
}

static void
the_word_to_write_instead_exists(void **state)
{
	unsigned named = 0;

	(void)state;
	for (unsigned i = 0; i < foreign_words_n; i++) {
		const char *at = foreign_words[i].instead;
		assert_true(strlen(at) > 10);
		for (at = strchr(at, '\''); at != NULL; at = strchr(at, '\'')) {
			char word[64];
			struct text t = text_over(word, sizeof word);
			text_put_n(&t, at + 1, strcspn(at + 1, " '"));
			if (!is_ours(word)) {
				fail_msg("%s: there is no %s", foreign_words[i].word, word);
			}
			at = strchr(at + 1, '\'');
			assert_non_null(at);
			at++;
			named++;
		}
	}
	assert_true(named > 50);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_word_of_the_other_files_is_known),
		cmocka_unit_test(none_is_a_word_of_ours),
		cmocka_unit_test(the_word_to_write_instead_exists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
