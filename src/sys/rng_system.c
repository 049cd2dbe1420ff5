/* SPDX-License-Identifier: BSD-2-Clause */
/* rng_system - the rng port over getrandom. */
#include "sys/rng_system.h"
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { BLOCK = 512 };

struct rng_system {
	struct rng port;
	size_t left; /* octets not handed out yet, at the end of block */
	uint8_t block[BLOCK];
};

/*
 * getrandom gives whole requests of up to 256 octets once the pool is seeded; longer ones may be
 * cut by a signal.
 */
static void
system_fill(uint8_t *at, size_t len)
{
	while (len > 0) {
		ssize_t n = getrandom(at, len, 0);
		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n <= 0) {
			/*
			 * Without random octets every request could be forged: no safe way to go
			 * on.
			 */
			(void)fprintf(stderr, "ntpd: getrandom failed\n");
			abort();
		}
		at += n;
		len -= (size_t)n;
	}
}

static void
rng_fill(struct rng *r, void *out, size_t len)
{
	struct rng_system *s = (struct rng_system *)r;

	if (len > BLOCK) {
		system_fill(out, len);
		return;
	}
	if (s->left < len) {
		system_fill(s->block, BLOCK);
		s->left = BLOCK;
	}
	uint8_t *from = s->block + BLOCK - s->left;
	memcpy(out, from, len);
	explicit_bzero(from, len);
	s->left -= len;
}

static const struct rng_ops ops = { .fill = rng_fill };

int
rng_system_new(struct rng **out)
{
	struct rng_system *s = calloc(1, sizeof *s);

	if (s == NULL) {
		return -ENOMEM;
	}
	s->port.ops = &ops;
	*out = &s->port;
	return 0;
}

void
rng_system_free(struct rng *r)
{
	if (r != NULL) {
		explicit_bzero(r, sizeof(struct rng_system));
		free(r);
	}
}
