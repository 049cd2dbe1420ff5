/* SPDX-License-Identifier: BSD-2-Clause */
/* options - the command line of sntp. */
#include "config.h"
#include <assert.h>
#include <getopt.h>
#include <string.h>
#include "base/text.h"
#include "query/keys.h"
#include "sntp/sntp.h"

static_assert(SNTP_HOSTS_MAX == 64, "as the message says");

static const double STEP_LIMIT_S = 0.128, TIMEOUT_MAX_S = 60.0;

static void
help(FILE *to)
{
	fputs(
	    "usage: sntp [-46djrSs] [-a key] [-K file] [-k file] [-l logfile] [-M ms]\n"
	    "            [-o version] [-p samples] [-t seconds] [-c host] [--nts-ca path]\n"
	    "            [--nts host] host ...\n"
	    "  -S  step the clock\n"
	    "  -s  slew the clock; with both, step it from -M milliseconds (128) on\n"
	    "  -j  answer in JSON\n"
	    "  -4, -6  use only addresses of IPv4, IPv6\n"
	    "  -p  requests to each address, 1 to 8 (1)\n"
	    "  -t  seconds to wait for an answer (5)\n"
	    "  -o  NTP version of requests, 1 to 4 (4)\n"
	    "  -a, -k  sign with this key, out of this file (" QUERY_KEYS_FILE ")\n"
	    "  -K  remember in this file which servers refused, and leave them alone for a day\n"
	    "  -r  ask from port 123; -u from a free port, as without either\n"
	    "  -l  append to this file instead of writing to standard output\n"
	    "  -d  show every server\n"
	    "  --nts  ask this host by NTS, never without; may be given again\n"
	    "  --nts-ca  trust the certificates in this file or folder, not the system's\n"
	    "  --nts-no-time-check  for a machine that does not know the time: hold the dates of\n"
	    "      certificates against the time of the servers\n"
	    "exit status: 0 a server answered, 1 none did, or the clock could not be set\n",
	    to);
}

static bool
read_count(const char *text, uint32_t lo, uint32_t hi, uint32_t *out)
{
	return text_to_u32(text, out) && *out >= lo && *out <= hi;
}

static bool
read_seconds(const char *text, double max_s, double *out)
{
	return text_to_double(text, out) && *out >= 0 && *out <= max_s;
}

static bool
add_host(struct sntp_options *o, const char *host)
{
	if (o->host_n == SNTP_HOSTS_MAX) {
		return false;
	}
	o->host[o->host_n++] = host;
	return true;
}

/* Options with a value; false when it is not one. */
static bool
take_value(struct sntp_options *o, int option, const char *text)
{
	double ms, ignored_s;
	uint32_t n = 0;
	bool good = true;

	switch (option) {
	case 'a':
		return read_count(text, 1, UINT32_MAX, &o->rules.key_id);
	case 'c': /* a host whose addresses are all asked at once, as here all are */
		return add_host(o, text);
	case 'D': /* level of debugging */
	case 'g': /* ms between requests: it is two seconds here, for servers' sake */
		return read_seconds(text, 1e9, &ignored_s);
	case 'K':
		o->kodfile = text;
		return true;
	case 'k':
		o->keyfile = text;
		return true;
	case 'l':
		o->logfile = text;
		return true;
	case 'M':
		good = read_seconds(text, 1e9, &ms);
		o->step_limit_s = good ? ms / 1000.0 : 0;
		return good;
	case 'o':
		good = read_count(text, 1, NTP_VERSION, &n);
		o->rules.version = n;
		return good;
	case 'p':
		good = read_count(text, 1, QUERY_SAMPLES_MAX, &n);
		o->rules.samples = n;
		return good;
	case 't':
		return read_seconds(text, TIMEOUT_MAX_S, &o->rules.timeout_s) &&
		    o->rules.timeout_s > 0;
	default:
		return false;
	}
}

static bool
take_switch(struct sntp_options *o, int option)
{
	switch (option) {
	case '4':
		o->rules.family = ADDR_V4;
		return true;
	case '6':
		o->rules.family = ADDR_V6;
		return true;
	case 'd':
		o->debug = true;
		return true;
	case 'j':
		o->json = true;
		return true;
	case 'r':
		o->rules.local_port = NTP_PORT;
		return true;
	case 'S':
		o->step = true;
		return true;
	case 's':
		o->slew = true;
		return true;
	case 'u': /* a free port, as without it; -r is the other */
	case 'w': /* every answer is waited for here */
		return true;
	default:
		return false;
	}
}

static enum sntp_task
wrong(FILE *err, const char *what)
{
	fprintf(err, "sntp: %s; sntp --help explains\n", what);
	return SNTP_WRONG;
}

/* getopt says '?' of what it does not know, too. */
static bool
asks_for_help(const char *word, int option)
{
	return option == '?' && strcmp(word, "-?") == 0;
}

static bool
contradicts(const struct sntp_options *o, int option)
{
	return (option == '4' && o->rules.family == ADDR_V6) ||
	    (option == '6' && o->rules.family == ADDR_V4);
}

enum sntp_task
sntp_options_read(struct sntp_options *o, int argc, char **argv, FILE *out, FILE *err)
{
	static const struct option names[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "more-help", no_argument, NULL, '!' },
		{ "version", optional_argument, NULL, 'V' },
		{ "ipv4", no_argument, NULL, '4' },
		{ "ipv6", no_argument, NULL, '6' },
		{ "authentication", required_argument, NULL, 'a' },
		{ "broadcast", required_argument, NULL, 'b' },
		{ "debug-level", no_argument, NULL, 'd' },
		{ "set-debug-level", required_argument, NULL, 'D' },
		{ "unprivport", no_argument, NULL, 'u' },
		{ "concurrent", required_argument, NULL, 'c' },
		{ "gap", required_argument, NULL, 'g' },
		{ "json", no_argument, NULL, 'j' },
		{ "kod", required_argument, NULL, 'K' },
		{ "keyfile", required_argument, NULL, 'k' },
		{ "logfile", required_argument, NULL, 'l' },
		{ "steplimit", required_argument, NULL, 'M' },
		{ "ntpversion", required_argument, NULL, 'o' },
		{ "samples", required_argument, NULL, 'p' },
		{ "usereservedport", no_argument, NULL, 'r' },
		{ "step", no_argument, NULL, 'S' },
		{ "slew", no_argument, NULL, 's' },
		{ "timeout", required_argument, NULL, 't' },
		{ "uctimeout", required_argument, NULL, 't' },
		{ "wait", no_argument, NULL, 'w' },
		{ "no-wait", no_argument, NULL, 'w' },
		{ "nts", required_argument, NULL, NTS_WORD_HOST },
		{ "nts-ca", required_argument, NULL, NTS_WORD_CA },
		{ "nts-no-time-check", no_argument, NULL, NTS_WORD_NO_TIME_CHECK },
		{ NULL, 0, NULL, 0 },
	};
	char bad[] = "bad value for -?", why[256] = "";
	struct text t = text_over(why, sizeof why);
	int option;

	*o = (struct sntp_options){
		.rules = { .samples = 1, .timeout_s = 5.0, .version = NTP_VERSION },
		.keyfile = QUERY_KEYS_FILE,
		.step_limit_s = STEP_LIMIT_S,
	};
	optind = 0; /* from the start, also the second time */
	opterr = 0;
	while ((option = getopt_long(argc, argv, "46a:b:B:c:dD:g:hjK:k:l:M:o:p:rSst:uVw?!", names,
		    NULL)) != -1) {
		if (option == 'h' || option == '!' || asks_for_help(argv[optind - 1], option)) {
			help(out);
			return SNTP_DONE;
		}
		if (option == 'V') {
			fprintf(out, "sntp %s\n", PACKAGE_VERSION);
			return SNTP_DONE;
		}
		if (option == 'b' || option == 'B') {
			return wrong(err, "broadcasts are not listened to: name the server");
		}
		if (option >= NTS_WORD_HOST) {
			if (!nts_words_take(&o->nts, option, optarg, &t)) {
				return wrong(err, why);
			}
			continue;
		}
		if (optarg != NULL && !take_value(o, option, optarg)) {
			bad[sizeof bad - 2] = (char)option;
			return wrong(err, bad);
		}
		if (contradicts(o, option)) {
			return wrong(err, "-4 and -6 contradict each other");
		}
		if (optarg == NULL && !take_switch(o, option)) {
			return wrong(err, "unknown option, or its value is missing");
		}
	}
	for (int i = optind; i < argc; i++) {
		if (!add_host(o, argv[i])) {
			return wrong(err, "too many hosts: 64 are the most");
		}
	}
	if (o->host_n + o->nts.n > SNTP_HOSTS_MAX) {
		return wrong(err, "too many hosts: 64 are the most");
	}
	if (!nts_words_end(&o->nts, o->rules.version, &t)) {
		return wrong(err, why);
	}
	o->rules.nts_no_time = o->nts.no_time_check;
	return o->host_n + o->nts.n > 0 ? SNTP_RUN : wrong(err, "no host is given");
}
