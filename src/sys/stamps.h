/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stamps - timestamps and addresses out of the control messages of a datagram.
 */
#ifndef SYS_STAMPS_H
#define SYS_STAMPS_H
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include "port/net.h"

/* Both clocks read together, to place a kernel stamp on the monotonic scale. */
struct stamps_now {
	struct rtime real;
	struct mtime mono;
};

/* What control messages said; missing parts are zero. */
struct stamps_found {
	struct rtime kernel; /* software timestamp */
	bool has_kernel;
	struct addr to;
	uint32_t ifindex;
	bool has_error; /* an entry of the error queue: */
	uint8_t origin; /* SO_EE_ORIGIN_* */
	uint32_t error; /* errno of the entry */
	uint32_t id; /* of the datagram a transmit stamp is for */
};

struct stamps_now stamps_read_clocks(void);

/* Walks the control messages of h as the kernel left them. */
void stamps_find(struct msghdr *h, struct stamps_found *out);

/* The kernel's stamp when there is one, else the time of reading. */
struct stamp stamps_choose(const struct stamps_found *f, const struct stamps_now *now);

/*
 * Asks for receive stamps, with tx for transmit stamps too, counted from 0 from now on; quietly
 * less where the kernel has less. True when transmit stamps will come.
 */
bool stamps_enable(int fd, bool tx);

#endif
