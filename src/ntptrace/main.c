/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ntptrace - shows the servers between this clock and the source of its time. Exit status: 0 the
 * first server answered, 1 not, or wrong use.
 */
#include "config.h"
#include <getopt.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include "base/text.h"
#include "mode6/udp.h"
#include "ntptrace/trace.h"

static const double TIMEOUT_S = 2.0;

enum { WHY_MAX = 128 };

static struct session *
open_host(void *ctx, const char *host, char *why)
{
	(void)ctx;
	return udp_session(host, TIMEOUT_S, why, WHY_MAX);
}

static void
find_name(void *ctx, const char *address, char out[TRACE_NAME_MAX])
{
	const bool *numeric = ctx;
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_DGRAM };
	struct addrinfo *list = NULL;
	char name[NI_MAXHOST];
	struct text t;

	if (*numeric || getaddrinfo(address, NULL, &hints, &list) != 0) {
		return;
	}
	if (getnameinfo(list->ai_addr, list->ai_addrlen, name, sizeof name, NULL, 0, NI_NAMEREQD) ==
	    0) {
		t = text_over(out, TRACE_NAME_MAX);
		text_put_safe(&t, name, strlen(name));
	}
	freeaddrinfo(list);
}

static int
usage(FILE *to, int status)
{
	fputs("usage: ntptrace [-n] [-m hosts] [-r host] [host]\n"
	      "  -n  show addresses, not names\n"
	      "  -m  show at most so many servers (99)\n"
	      "  -r  begin there, as the operand host does (localhost)\n",
	    to);
	return status;
}

int
main(int argc, char **argv)
{
	static const struct option names[] = {
		{ "numeric", no_argument, NULL, 'n' },
		{ "max-hosts", required_argument, NULL, 'm' },
		{ "host", required_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{ "more-help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	const char *host = "localhost";
	uint32_t hosts_max = TRACE_HOSTS_MAX;
	bool numeric = false;
	struct trace_world world = { .open = open_host, .name = find_name, .ctx = &numeric };
	int option;

	while ((option = getopt_long(argc, argv, "hnm:r:V?", names, NULL)) != -1) {
		/* getopt says '?' of what it does not know, too. */
		switch (strcmp(argv[optind - 1], "-?") == 0 ? 'h' : option) {
		case 'h':
			return usage(stdout, TRACE_OK);
		case 'V':
			printf("ntptrace %s\n", PACKAGE_VERSION);
			return TRACE_OK;
		case 'n':
			numeric = true;
			break;
		case 'm':
			if (!text_to_u32(optarg, &hosts_max) || hosts_max == 0) {
				return usage(stderr, TRACE_FAILED);
			}
			break;
		case 'r':
			host = optarg;
			break;
		default:
			return usage(stderr, TRACE_FAILED);
		}
	}
	if (argc - optind > 1) {
		return usage(stderr, TRACE_FAILED);
	}
	world.out = stdout;
	world.err = stderr;
	return trace_run(optind < argc ? argv[optind] : host, hosts_max, &world);
}
