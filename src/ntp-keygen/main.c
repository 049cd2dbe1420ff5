/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ntp-keygen - makes a file of new symmetric keys that only its owner can read, and a link to it;
 * or a certificate and its key, to try NTS with.
 * Exit status: 0 done, 1 not done, or wrong use.
 */
#include "config.h"
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "base/ntptime.h"
#include "ntp-keygen/keygen.h"
#include "ntp-keygen/newfile.h"
#include "ntp-keygen/pair.h"
#include "sys/rng_system.h"

enum {
	EXIT_OK = 0,
	EXIT_FAILED = 1,
	NAME_MAX_LEN = 300,
	KEYS_OF_EACH = 10,
	DAYS = 365,
	HOST_MAX = 256
};

/* What other versions make keys and certificates of Autokey with. */
static const char AUTOKEY_OPTIONS[] = "bCceGHIilmPpqSsTVvx";

struct wishes {
	struct keygen_rules rules;
	const char *output; /* NULL: a name made of host and time; of nts the folder, NULL: here */
	bool nts;
	uint32_t days; /* that a certificate is valid */
};

static int
usage(FILE *to, int status)
{
	fputs(
	    "usage: ntp-keygen [-M] [--type type] [--count n] [--first id] [--output file]\n"
	    "       ntp-keygen --nts [--days n] [--output folder] name ...\n"
	    "  -M, --md5key  make symmetric keys, as without any option\n"
	    "  --type        only keys of this type: MD5, SHA1, SHA256, SHA384, SHA512, SHA3-256,\n"
	    "                SHA3-384, SHA3-512, AES128CMAC, AES-128, AES-192, AES-256, AES128, "
	    "AES256\n"
	    "  --count       so many of each type (10)\n"
	    "  --first       number of the first key (1)\n"
	    "  --output      write to this file, which must not exist; - is standard output\n"
	    "  --nts         make a self-signed certificate for these names and addresses of a\n"
	    "                server, and its key, to try NTS with: " PAIR_CERT " and " PAIR_KEY "\n"
	    "  --days        it is valid so long (365)\n",
	    to);
	return status;
}

static int
fail(const char *what, int error)
{
	(void)fprintf(stderr, "ntp-keygen: %s: %s%s\n", what, strerror(error),
	    error == EEXIST ? "; it is not written over: move it away, or name another" : "");
	return EXIT_FAILED;
}

static void
host_name(char out[static HOST_MAX])
{
	if (gethostname(out, HOST_MAX) != 0 || out[0] == '\0') {
		out[0] = '\0';
	}
	out[HOST_MAX - 1] = '\0';
	for (char *c = out; *c != '\0'; c++) {
		if (*c == '/') {
			*c = '_';
		}
	}
}

/* Points name to path, in the place of an older link but of nothing else. 0 or an errno. */
static int
link_to(const char *path, const char *name)
{
	struct stat st;

	if (lstat(name, &st) == 0) {
		if (!S_ISLNK(st.st_mode)) {
			return EEXIST;
		}
		if (unlink(name) != 0) {
			return errno;
		}
	}
	return symlink(path, name) == 0 ? 0 : errno;
}

static int
save(const struct wishes *w, const char *host, uint32_t stamp, const struct text *keys)
{
	char path[NAME_MAX_LEN], name[NAME_MAX_LEN];
	struct text p = text_over(path, sizeof path), n = text_over(name, sizeof name);
	int error;

	if (w->output != NULL && strcmp(w->output, "-") == 0) {
		return newfile_write_to(STDOUT_FILENO, keys->at, keys->len) ? EXIT_OK
									    : fail("-", errno);
	}
	if (w->output != NULL) {
		error = newfile_make(w->output, 0600, keys->at, keys->len);
		return error == 0 ? EXIT_OK : fail(w->output, error);
	}
	text_printf(&p, "ntpkey_MD5key_%s.%u", host, (unsigned)stamp);
	text_printf(&n, "ntpkey_md5_%s", host);
	error = newfile_make(path, 0600, keys->at, keys->len);
	if (error != 0) {
		return fail(path, error);
	}
	error = link_to(path, name);
	if (error != 0) {
		return fail(name, error);
	}
	printf("Generating new md5 file and link\n%s->%s\n", name, path);
	return EXIT_OK;
}

static void
write_head(struct text *t, const char *host, uint32_t stamp, time_t now)
{
	char date[64] = "";
	struct tm tm;

	if (localtime_r(&now, &tm) != NULL) {
		(void)strftime(date, sizeof date, "%a %b %e %H:%M:%S %Y", &tm);
	}
	text_printf(t, "# ntpkey_MD5key_%s.%u\n# %s\n\n", host, (unsigned)stamp, date);
}

static int
run(const struct wishes *w)
{
	time_t now = time(NULL);
	uint32_t stamp = (uint32_t)(now + NTP_UNIX_OFFSET_S);
	char *bytes = malloc(KEYGEN_TEXT_MAX), host[HOST_MAX];
	struct rng *rng = NULL;
	int status, error = rng_system_new(&rng);
	struct text t;

	if (bytes == NULL || error != 0) {
		free(bytes);
		rng_system_free(rng);
		return fail("start", bytes == NULL ? ENOMEM : -error);
	}
	t = text_over(bytes, KEYGEN_TEXT_MAX);
	host_name(host);
	write_head(&t, host, stamp, now);
	keygen_write(&t, &w->rules, rng);
	status = t.cut ? fail("keys", EFBIG) : save(w, host, stamp, &t);
	explicit_bzero(bytes, KEYGEN_TEXT_MAX);
	free(bytes);
	rng_system_free(rng);
	return status;
}

static int
make_pair(const struct wishes *w, char **names, unsigned n)
{
	const struct pair_wish wish = {
		.folder = w->output,
		.names = (const char *const *)names,
		.names_n = n,
		.now_s = (int64_t)time(NULL),
		.days = w->days,
	};
	char what[PATH_MAX] = "";
	struct text t = text_over(what, sizeof what);
	int error = pair_make(&wish, &t);

	if (error == EINVAL) {
		(void)fprintf(stderr, "ntp-keygen: '%s' is no name or address of a server\n", what);
		return EXIT_FAILED;
	}
	if (error != 0) {
		return fail(what, error);
	}
	pair_tell(&wish, stdout);
	return fflush(stdout) == 0 ? EXIT_OK : fail("standard output", errno);
}

static bool
take(struct wishes *w, int option, const char *text)
{
	switch (option) {
	case 'M':
		return true;
	case 't':
		w->rules.type = text;
		return keygen_knows(text);
	case 'c':
		return text_to_u32(text, &w->rules.count) && w->rules.count > 0;
	case 'f':
		return text_to_u32(text, &w->rules.first_id);
	case 'o':
		w->output = text;
		return true;
	case 'n':
		w->nts = true;
		return true;
	case 'y':
		return text_to_u32(text, &w->days) && w->days > 0 && w->days <= PAIR_DAYS_MAX;
	default:
		return false;
	}
}

int
main(int argc, char **argv)
{
	static const struct option names[] = {
		{ "md5key", no_argument, NULL, 'M' },
		{ "type", required_argument, NULL, 't' },
		{ "count", required_argument, NULL, 'c' },
		{ "first", required_argument, NULL, 'f' },
		{ "output", required_argument, NULL, 'o' },
		{ "nts", no_argument, NULL, 'n' },
		{ "days", required_argument, NULL, 'y' },
		{ "imbits", required_argument, NULL, 'A' },
		{ "certificate", required_argument, NULL, 'A' },
		{ "cipher", required_argument, NULL, 'A' },
		{ "id-key", no_argument, NULL, 'A' },
		{ "gq-params", no_argument, NULL, 'A' },
		{ "host-key", no_argument, NULL, 'A' },
		{ "iffkey", no_argument, NULL, 'A' },
		{ "ident", required_argument, NULL, 'A' },
		{ "lifetime", required_argument, NULL, 'A' },
		{ "modulus", required_argument, NULL, 'A' },
		{ "pvt-cert", no_argument, NULL, 'A' },
		{ "password", required_argument, NULL, 'A' },
		{ "export-passwd", required_argument, NULL, 'A' },
		{ "sign-key", required_argument, NULL, 'A' },
		{ "subject-name", required_argument, NULL, 'A' },
		{ "trusted-cert", no_argument, NULL, 'A' },
		{ "mv-params", required_argument, NULL, 'A' },
		{ "mv-keys", required_argument, NULL, 'A' },
		{ "debug-level", no_argument, NULL, 'd' },
		{ "set-debug-level", required_argument, NULL, 'D' },
		{ "help", no_argument, NULL, 'h' },
		{ "more-help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'v' },
		{ NULL, 0, NULL, 0 },
	};
	struct wishes w = {
		.rules = { .count = KEYS_OF_EACH, .first_id = 1 },
		.days = DAYS,
	};
	int option;

	while ((option = getopt_long(argc, argv, "MhdD:?", names, NULL)) != -1) {
		/* getopt says '?' of what it does not know, too. */
		if (option == 'h' || strcmp(argv[optind - 1], "-?") == 0) {
			return usage(stdout, EXIT_OK);
		}
		if (option == 'v') {
			printf("ntp-keygen %s\n", PACKAGE_VERSION);
			return EXIT_OK;
		}
		if (option == 'd' || option == 'D') {
			continue; /* there is nothing to be shown */
		}
		if (option == 'A' ||
		    (option == '?' && optopt != 0 && strchr(AUTOKEY_OPTIONS, optopt) != NULL)) {
			(void)fputs(
			    "ntp-keygen: Autokey is not supported, only symmetric keys are made\n",
			    stderr);
			return EXIT_FAILED;
		}
		if (!take(&w, option, optarg)) {
			if (option != '?') { /* or getopt has said it */
				(void)fprintf(stderr, "ntp-keygen: '%s' is no %s\n", optarg,
				    option == 't'       ? "type of key"
					: option == 'y' ? "number of days"
							: "number above 0");
			}
			return usage(stderr, EXIT_FAILED);
		}
	}
	if (w.nts ? optind == argc : optind < argc) {
		return usage(stderr, EXIT_FAILED);
	}
	if (w.nts) {
		return make_pair(&w, argv + optind, (unsigned)(argc - optind));
	}
	if (!keygen_fits(&w.rules)) {
		(void)fputs("ntp-keygen: keys have numbers from 1 to 4294967295\n", stderr);
		return EXIT_FAILED;
	}
	return run(&w);
}
