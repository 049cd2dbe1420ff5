/* SPDX-License-Identifier: BSD-2-Clause */
/* resolver_child - the role that calls getaddrinfo. */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <string.h>
#include <sys/socket.h>
#include "resolver_message.h"
#include "sys/sockaddr.h"
#include "sys/resolver_proc.h"

static void
add_addresses(const struct addrinfo *list, struct resolver_answer *a)
{
	struct endpoint e;

	for (const struct addrinfo *ai = list; ai != NULL; ai = ai->ai_next) {
		if (ai->ai_addr == NULL || !sockaddr_to_endpoint(ai->ai_addr, &e)) {
			continue;
		}
		if (a->n == RESOLVER_ADDRS_MAX) {
			a->cut = true;
			return;
		}
		a->addr[a->n++] = e.addr;
	}
}

static void
look_up(const struct resolver_question *q, struct resolver_answer *a)
{
	struct addrinfo hints = {
		.ai_family = sockaddr_family(q->family),
		.ai_socktype = SOCK_DGRAM,
		.ai_protocol = IPPROTO_UDP,
	};
	struct addrinfo *list = NULL;

	/* resolv.conf may have changed since the last question: networks come and go. */
	(void)res_init();
	a->error = getaddrinfo(q->name, NULL, &hints, &list);
	if (a->error == 0) {
		add_addresses(list, a);
		freeaddrinfo(list);
		a->error = a->n == 0 ? EAI_NONAME : 0;
	}
}

static void
serve(int fd)
{
	uint8_t in[RESOLVER_QUESTION_LEN + 1], out[RESOLVER_ANSWER_LEN];
	struct resolver_question q;

	for (;;) {
		ssize_t n = recv(fd, in, sizeof in, 0);
		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n <= 0 || !resolver_question_get(in, (size_t)n, &q)) {
			return;
		}
		struct resolver_answer a = { .tag = q.tag };
		look_up(&q, &a);
		resolver_answer_put(&a, out);
		if (send(fd, out, sizeof out, MSG_NOSIGNAL) != (ssize_t)sizeof out) {
			return;
		}
	}
}

const struct role RESOLVER_ROLE = { .name = "resolver",
	.sandbox = SANDBOX_RESOLVER,
	.serve = serve };
