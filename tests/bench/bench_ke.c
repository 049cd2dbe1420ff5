/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How many key establishments of NTS a second: our server's process, asked by our client's over
 * loopback, sixteen at once, each with a whole handshake of TLS 1.3 and a certificate of P-256.
 *
 *	bench_ke [COUNT]
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "base/text.h"
#include "crypto/certificate.h"
#include "crypto/cookie.h"
#include "ke/ke_client_proc.h"
#include "ke/ke_server_proc.h"
#include "sys/loop_event.h"

enum {
	ROLE_CLIENT,
	ROLE_SERVER,
	ROLES_N,
	COUNT = 2000,
	PORT = 34460,
	PATH_LEN = 64,
	DAY_S = 86400
};

static const struct role *const role_list[ROLES_N] = {
	[ROLE_CLIENT] = &KE_CLIENT_ROLE,
	[ROLE_SERVER] = &KE_SERVER_ROLE,
};
static const struct role_set roles = { .program = "bench_ke", .at = role_list, .n = ROLES_N };

struct bench {
	struct loop *l;
	struct ke *ke;
	struct ke_question q;
	struct mtime began;
	unsigned count, asked, answered, good, served;
	double took_s, served_s, cpu_s;
};

static void
ask_more(struct bench *b)
{
	while (b->asked < b->count && b->asked - b->answered < KE_CLIENT_AT_ONCE) {
		b->q.tag = b->asked++;
		if (b->ke->ops->ask(b->ke, &b->q) != 0) {
			abort();
		}
	}
}

static void
stop_at_end(struct bench *b)
{
	if (b->answered == b->count && b->served >= b->good) {
		b->l->ops->stop(b->l, 0);
	}
}

static void
on_answer(void *ctx, const struct ke_answer *a)
{
	struct bench *b = ctx;

	b->answered++;
	if (a->failure == KE_GOOD) {
		b->good++;
		b->took_s += a->took_s;
	} else {
		(void)fprintf(stderr, "%s: %s\n", ke_failure_text(a->failure), a->reason);
	}
	ask_more(b);
	stop_at_end(b);
}

static void
on_event(void *ctx, const struct ke_server_event *e)
{
	struct bench *b = ctx;

	if (e->what == KE_SERVED) {
		b->served++;
		b->served_s += e->took_s;
		b->cpu_s += e->cpu_s;
		stop_at_end(b);
	} else if (e->what == KE_CERTIFICATE) {
		b->began = loop_now(b->l);
		ask_more(b);
	} else {
		(void)fprintf(stderr, "server: %s\n", e->reason);
	}
}

static void
write_file(const char *path, const char *text, mode_t mode)
{
	FILE *f = fopen(path, "w");

	if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0 || chmod(path, mode) != 0) {
		abort();
	}
}

static void
make_pair(const char *cert_path, const char *key_path)
{
	static char cert_text[CERTIFICATE_PEM_MAX], key_text[CERTIFICATE_PEM_MAX];
	struct text cert = text_over(cert_text, sizeof cert_text),
		    key = text_over(key_text, sizeof key_text);
	const char *names[] = { "ke.test" };
	struct certificate_wish wish = { .names = names, .names_n = 1, .days = 2 };

	wish.from_s = (int64_t)time(NULL) - DAY_S;
	if (!certificate_make(&wish, &cert, &key)) {
		abort();
	}
	write_file(cert_path, cert_text, 0644);
	write_file(key_path, key_text, 0600);
}

static void
report(const struct bench *b)
{
	double s = mtime_diff_s(loop_now(b->l), b->began);

	(void)printf("%u of %u with keys in %.2f s: %.0f a second\n", b->good, b->count, s,
	    b->good / s);
	(void)printf("each: %.2f ms as the client sees it, %.2f ms as the server does\n",
	    1e3 * b->took_s / b->good, 1e3 * b->served_s / b->good);
	(void)printf("processor time of the server for each: %.0f us\n", 1e6 * b->cpu_s / b->good);
}

static void
serve_and_ask(struct bench *b, struct starter *starter, const char *cert, const char *key)
{
	struct ke_server_rules rules = { .aead = { 15 }, .aead_n = 1, .connections = 100 };
	struct cookie_key_set keys = { .len = 32, .n = 1 };
	struct endpoint at = { addr_v4(0x7f000001), PORT };
	struct ke_server *server;

	if (loop_event_new(&b->l) != 0 ||
	    ke_client_proc_new(b->l, starter, ROLE_CLIENT, &b->ke) != 0 ||
	    ke_server_proc_new(b->l, starter, ROLE_SERVER, &server) != 0) {
		abort();
	}
	(void)snprintf(rules.cert, sizeof rules.cert, "%s", cert);
	(void)snprintf(rules.key, sizeof rules.key, "%s", key);
	b->ke->ops->listen(b->ke, on_answer, b);
	server->ops->listen(server, on_event, b);
	if (server->ops->start(server, &rules, &at, 1, &keys) == 0) {
		(void)loop_event_run(b->l);
		report(b);
	} else {
		(void)fprintf(stderr, "port %d is taken\n", PORT);
	}
	ke_client_proc_free(b->ke);
	ke_server_proc_free(server);
}

int
main(int argc, char **argv)
{
	static struct bench b;
	char folder[] = "/tmp/bench_ke.XXXXXX", cert[PATH_LEN], key[PATH_LEN];
	struct starter *starter;

	starter_take_over(&roles, argc, argv);
	(void)signal(SIGPIPE, SIG_IGN);
	b.count = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : COUNT;
	if (mkdtemp(folder) == NULL || chmod(folder, 0755) != 0 ||
	    starter_new(&roles, NULL, &starter) != 0 || starter_fork(starter, NULL) != 0) {
		return 1;
	}
	(void)snprintf(cert, sizeof cert, "%s/cert", folder);
	(void)snprintf(key, sizeof key, "%s/key", folder);
	make_pair(cert, key);
	b.q = (struct ke_question){ .name = "ke.test", .aead = { 15 }, .aead_n = 1 };
	b.q.to = (struct endpoint){ addr_v4(0x7f000001), PORT };
	(void)snprintf(b.q.ca, sizeof b.q.ca, "%s", cert);
	serve_and_ask(&b, starter, cert, key);
	starter_free(starter);
	loop_event_free(b.l);
	(void)unlink(cert);
	(void)unlink(key);
	(void)rmdir(folder);
	return b.good == b.count ? 0 : 1;
}
