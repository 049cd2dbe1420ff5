/* SPDX-License-Identifier: BSD-2-Clause */
/* options - the command line of ntpdate. */
#include "config.h"
#include <getopt.h>
#include <math.h>
#include "base/text.h"
#include "ntpdate/ntpdate.h"
#include "query/keys.h"

static const double TIMEOUT_UNIT_S = 0.2, TIMEOUT_MAX_S = 60.0;

static void
usage(FILE *to)
{
	fputs("usage: ntpdate [-46bBdqsuv] [-a key#] [-e delay] [-k file] [-p samples] [-o "
	      "version#] [-t timeo] [--nts-ca path] [--nts server] server ...\n",
	    to);
}

static void
help(FILE *to)
{
	usage(to);
	fputs(
	    "  -q  only ask, never set the clock\n"
	    "  -b  step the clock, whatever the offset\n"
	    "  -B  slew the clock, whatever the offset\n"
	    "  -u  ask from a free port instead of port 123\n"
	    "  -s  write to the system log instead of standard output\n"
	    "  -v  say which version this is\n"
	    "  -d  show all that happens, never set the clock\n"
	    "  -4, -6  use only addresses of IPv4, IPv6\n"
	    "  -p  requests to each server, 1 to 8 (4)\n"
	    "  -t  seconds to wait for an answer (2)\n"
	    "  -o  NTP version of requests, 1 to 4 (4)\n"
	    "  -a, -k  sign with this key, out of this file (" QUERY_KEYS_FILE ")\n"
	    "  --nts  ask this server by NTS, never without; may be given again\n"
	    "  --nts-ca  trust the certificates in this file or folder, not the system's\n"
	    "  --nts-no-time-check  for a machine that does not know the time: hold the dates of\n"
	    "      certificates against the time of the servers\n"
	    "exit status: 0 the clock was set or the servers shown, 1 it was not, 2 wrong use\n",
	    to);
}

static bool
read_count(const char *text, uint32_t lo, uint32_t hi, uint32_t *out)
{
	uint32_t v;

	if (!text_to_u32(text, &v) || v < lo || v > hi) {
		return false;
	}
	*out = v;
	return true;
}

/* In steps of 0.2 s, as ever. */
static bool
read_timeout(const char *text, double *out)
{
	double s;

	if (!text_to_double(text, &s) || s <= 0 || s > TIMEOUT_MAX_S) {
		return false;
	}
	*out = fmax(rint(s / TIMEOUT_UNIT_S), 1.0) * TIMEOUT_UNIT_S;
	return true;
}

static bool
is_delay(const char *text)
{
	double s;

	return text_to_double(text, &s) && s >= 0;
}

static bool
take_number(struct ntpdate_options *o, int option, const char *text)
{
	uint32_t n = 0;
	bool good = false;

	switch (option) {
	case 'a':
		good = read_count(text, 1, UINT32_MAX, &o->rules.key_id);
		break;
	case 'e': /* the time a MAC took on the machines of then: kernel stamps do not see it */
		good = is_delay(text);
		break;
	case 'o':
		good = read_count(text, 1, NTP_VERSION, &n);
		o->rules.version = n;
		break;
	case 'p':
		good = read_count(text, 1, QUERY_SAMPLES_MAX, &n);
		o->rules.samples = n;
		break;
	case 't':
		good = read_timeout(text, &o->rules.timeout_s);
		break;
	default:
		break;
	}
	return good;
}

static void
take_switch(struct ntpdate_options *o, int option, bool *free_port)
{
	switch (option) {
	case '4':
		o->rules.family = ADDR_V4;
		break;
	case '6':
		o->rules.family = ADDR_V6;
		break;
	case 'b':
		o->way = NTPDATE_ALWAYS_STEP;
		break;
	case 'B':
		o->way = NTPDATE_ALWAYS_SLEW;
		break;
	case 'd':
		o->debug = true;
		break;
	case 'q':
		o->query_only = true;
		break;
	case 's':
		o->syslog = true;
		break;
	case 'u':
		*free_port = true;
		break;
	case 'v':
		o->verbose = true;
		break;
	default:
		break;
	}
}

bool
ntpdate_sets(const struct ntpdate_options *o)
{
	return !o->query_only && !o->debug;
}

static enum ntpdate_task
wrong(FILE *err)
{
	usage(err);
	return NTPDATE_WRONG;
}

/* What stands behind the options too. */
static enum ntpdate_task
end(struct ntpdate_options *o, int argc, char **argv, bool free_port, FILE *err)
{
	char why[256] = "";
	struct text t = text_over(why, sizeof why);

	if (!nts_words_end(&o->nts, o->rules.version, &t)) {
		fprintf(err, "ntpdate: %s\n", why);
		return wrong(err);
	}
	o->rules.nts_no_time = o->nts.no_time_check;
	o->name = argv + optind;
	o->name_n = argc - optind;
	o->rules.local_port = ntpdate_sets(o) && !free_port ? NTP_PORT : 0;
	return NTPDATE_RUN;
}

static bool
take_nts(struct ntpdate_options *o, int option, const char *text, FILE *err)
{
	char why[256] = "";
	struct text t = text_over(why, sizeof why);

	if (nts_words_take(&o->nts, option, text, &t)) {
		return true;
	}
	fprintf(err, "ntpdate: %s\n", why);
	return false;
}

enum ntpdate_task
ntpdate_options_read(struct ntpdate_options *o, int argc, char **argv, FILE *out, FILE *err)
{
	static const struct option names[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ "nts", required_argument, NULL, NTS_WORD_HOST },
		{ "nts-ca", required_argument, NULL, NTS_WORD_CA },
		{ "nts-no-time-check", no_argument, NULL, NTS_WORD_NO_TIME_CHECK },
		{ NULL, 0, NULL, 0 },
	};
	bool free_port = false;
	int option;

	*o = (struct ntpdate_options){
		.rules = { .samples = 4, .timeout_s = 2.0, .version = NTP_VERSION },
		.keyfile = QUERY_KEYS_FILE,
	};
	optind = 0; /* from the start, also the second time */
	while ((option = getopt_long(argc, argv, "46a:bBde:k:o:p:qst:uv", names, NULL)) != -1) {
		switch (option) {
		case 'h':
			help(out);
			return NTPDATE_HELP;
		case 'V':
			fprintf(out, "ntpdate %s\n", PACKAGE_VERSION);
			return NTPDATE_VERSION;
		case 'k':
			o->keyfile = optarg;
			break;
		case NTS_WORD_HOST:
		case NTS_WORD_CA:
		case NTS_WORD_NO_TIME_CHECK:
			if (!take_nts(o, option, optarg, err)) {
				return wrong(err);
			}
			break;
		case '?':
			return wrong(err);
		default:
			if (optarg != NULL && !take_number(o, option, optarg)) {
				fprintf(err, "ntpdate: bad value for -%c: %s\n", option, optarg);
				return wrong(err);
			}
			take_switch(o, option, &free_port);
		}
	}
	return end(o, argc, argv, free_port, err);
}
