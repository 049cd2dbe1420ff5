/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rawserver - a small NTP server for tests of the real clock: it serves CLOCK_MONOTONIC_RAW, run at the rate the clock
 * had at the start, plus a constant. adjtimex does not move that clock, so a client on this machine closes a true loop.
 *
 * usage: rawserver ADDRESS [SECONDS]	so many seconds ahead of the right time
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>
#include "base/cursor.h"
#include "base/ntptime.h"
#include "wire/header.h"

struct served {
	struct timespec real, raw; /* at the start */
	double rate;
};

static struct ntp_ts
time_of(const struct served *s)
{
	struct timespec raw;
	double since_s;

	clock_gettime(CLOCK_MONOTONIC_RAW, &raw);
	since_s =
	    (double)(raw.tv_sec - s->raw.tv_sec) + (double)(raw.tv_nsec - s->raw.tv_nsec) * 1e-9;
	struct rtime t = { (int64_t)s->real.tv_sec * NS_PER_S + s->real.tv_nsec };
	return ntp_ts_from_rtime(rtime_add_s(t, since_s * s->rate));
}

static void
answer(int fd, const struct served *s)
{
	uint8_t bytes[HEADER_LEN];
	struct sockaddr_in from;
	struct iovec iov = { bytes, sizeof bytes };
	struct msghdr m = {
		.msg_name = &from,
		.msg_namelen = sizeof from,
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};
	struct header q, r;
	struct cursor c;
	struct writer w;

	if (recvmsg(fd, &m, 0) != (ssize_t)sizeof bytes) {
		return;
	}
	struct ntp_ts rec = time_of(s);
	c = cursor_over(bytes, sizeof bytes);
	if (!header_get(&c, &q) || q.mode != MODE_CLIENT) {
		return;
	}
	r = (struct header){
		.leap = LEAP_NONE,
		.version = q.version,
		.mode = MODE_SERVER,
		.stratum = 1,
		.poll = q.poll,
		.precision = -24,
		.root_disp = ntp_short_from_s(1e-5),
		.refid = refid_of_text("RAW"),
		.reftime = rec,
		.org = q.xmt,
		.rec = rec,
		.xmt = time_of(s),
	};
	w = writer_over(bytes, sizeof bytes);
	header_put(&w, &r);
	(void)sendmsg(fd, &m, 0);
}

int
main(int argc, char **argv)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(NTP_PORT) };
	struct timex now = { .modes = 0 };
	struct served s;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (argc < 2 || argc > 3 || inet_pton(AF_INET, argv[1], &at.sin_addr) != 1 || fd < 0 ||
	    bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || adjtimex(&now) < 0) {
		perror("rawserver");
		return 1;
	}
	s.rate = 1.0 + (double)now.freq / 65536e6 + (double)(now.tick - 10000) / 10000.0;
	clock_gettime(CLOCK_MONOTONIC_RAW, &s.raw);
	clock_gettime(CLOCK_REALTIME, &s.real);
	s.real.tv_sec += argc == 3 ? (time_t)atol(argv[2]) : 0;
	for (;;) {
		answer(fd, &s);
	}
}
