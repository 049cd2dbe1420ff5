/* SPDX-License-Identifier: BSD-2-Clause */
/* options - the command line of ntp-exporter. */
#include "config.h"
#include "exporter/options.h"
#include <getopt.h>

static void
help(FILE *to)
{
	fputs("usage: ntp-exporter [-l address[:port]] [-H name] [-s folder] [-u user[:group]]\n"
	      "  -l  listen there, usually at 127.0.0.1:10123; may be given again\n"
	      "  -H  a name by which browsers know this host; may be given again\n"
	      "  -s  keep counters and history in this folder\n"
	      "  -u  become this user, as root usually nobody\n"
	      "  -h, --help; -V, --version\n"
	      "Sockets that a service manager hands over take the place of -l.\n",
	    to);
}

static bool
take_listen(struct options *o, const char *text, FILE *err)
{
	struct hostspec spec;

	if (o->listen_n == OPTIONS_LISTEN_MAX || hostspec_parse(text, &spec) != HOSTSPEC_OK ||
	    spec.addr.family == ADDR_NONE) {
		fprintf(err, "ntp-exporter: -l wants an address, and a port behind a colon: %s\n",
		    text);
		return false;
	}
	o->listen[o->listen_n++] = spec;
	return true;
}

enum options_result
options_read(struct options *o, int argc, char **argv, FILE *out, FILE *err)
{
	static const struct option names[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	*o = (struct options){ .folder = NULL };
	while ((option = getopt_long(argc, argv, "H:hl:s:u:V", names, NULL)) != -1) {
		switch (option) {
		case 'H':
			if (!hosts_add(&o->hosts, optarg)) {
				fprintf(err, "ntp-exporter: too many names: %s\n", optarg);
				return OPTIONS_WRONG;
			}
			break;
		case 'h':
			help(out);
			return OPTIONS_TOLD;
		case 'l':
			if (!take_listen(o, optarg, err)) {
				return OPTIONS_WRONG;
			}
			break;
		case 's':
			o->folder = optarg;
			break;
		case 'u':
			o->user = optarg;
			break;
		case 'V':
			fprintf(out, "ntp-exporter %s\n", PACKAGE_VERSION);
			return OPTIONS_TOLD;
		default:
			help(err);
			return OPTIONS_WRONG;
		}
	}
	if (optind < argc) {
		help(err);
		return OPTIONS_WRONG;
	}
	return OPTIONS_RUN;
}
