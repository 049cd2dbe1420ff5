/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * device_pulse - pulses that the kernel stamps. The calls of <linux/pps.h> by their numbers: the
 * size in them is that of a pointer. Nothing that needs CAP_SYS_TIME is asked for but which edges
 * are stamped, and that is mostly set already.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/pps.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "device_kinds.h"
#include "sys/file_access.h"
#include "sys/file_open.h"

static_assert(sizeof(struct pps_fdata) == 64, "as the kernel has it");

struct device_pulse {
	struct device_sys sys;
	int fd;
	bool falling, seen;
	uint32_t sequence; /* of the last that was given */
};

static int
read_pulse(struct device_sys *d, struct device_reading *out)
{
	struct device_pulse *p = (struct device_pulse *)d;
	struct pps_fdata f;

	memset(&f, 0, sizeof f); /* a timeout of zero: what is there */
	if (ioctl(p->fd, PPS_FETCH, &f) != 0) {
		return errno == ETIMEDOUT || errno == EINTR ? -EAGAIN : -errno;
	}
	uint32_t sequence = p->falling ? f.info.clear_sequence : f.info.assert_sequence;
	const struct pps_ktime *t = p->falling ? &f.info.clear_tu : &f.info.assert_tu;
	if (sequence == 0 || (p->seen && sequence == p->sequence)) {
		return -EAGAIN;
	}
	p->seen = true;
	p->sequence = sequence;
	out->pulse = (struct rtime){ t->sec * NS_PER_S + t->nsec };
	return 0;
}

static void
close_pulse(struct device_sys *d)
{
	struct device_pulse *p = (struct device_pulse *)d;

	(void)close(p->fd);
	free(p);
}

/* One source at a time, until it is let go: it stays bound when its file is closed. */
static int
bind_pulse(struct device_sys *d, bool on)
{
	const struct device_pulse *p = (struct device_pulse *)d;
	struct pps_bind_args b = {
		.tsformat = PPS_TSFMT_TSPEC,
		.edge = !on      ? 0
		    : p->falling ? PPS_CAPTURECLEAR
				 : PPS_CAPTUREASSERT,
		.consumer = PPS_KC_HARDPPS,
	};

	return ioctl(p->fd, PPS_KC_BIND, &b) == 0 ? 0 : -errno;
}

static const struct device_calls CALLS = {
	.read = read_pulse,
	.close = close_pulse,
	.bind = bind_pulse,
};

/* The edge is stamped already, or we have the right to ask for it. */
static int
want_edge(int fd, bool falling, struct text *why)
{
	int edge = falling ? PPS_CAPTURECLEAR : PPS_CAPTUREASSERT, can = 0;
	struct pps_kparams k;

	if (ioctl(fd, PPS_GETCAP, &can) != 0 || ioctl(fd, PPS_GETPARAMS, &k) != 0) {
		text_put(why, "; it is no PPS device");
		return -errno;
	}
	if ((can & edge) == 0) {
		text_printf(why, "; it stamps no %s edge (flag2)", falling ? "falling" : "rising");
		return -EOPNOTSUPP;
	}
	if ((k.mode & edge) != 0) {
		return 0;
	}
	k.mode |= edge;
	if (ioctl(fd, PPS_SETPARAMS, &k) != 0) {
		text_put(why, "; to have that edge stamped needs CAP_SYS_TIME");
		return -errno;
	}
	return 0;
}

int
device_pulse_open(const struct device_sys *like, const struct device_want *want,
    struct device_sys **out, struct text *why)
{
	struct device_pulse *p = calloc(1, sizeof *p);
	int error;

	if (p == NULL) {
		return -ENOMEM;
	}
	p->sys = *like;
	p->sys.calls = &CALLS;
	p->falling = want->falling;
	p->fd = file_open_read(want->path, O_NONBLOCK);
	error = p->fd < 0 ? p->fd : 0;
	if (error == -EACCES) {
		file_access_explain_device(want->path, why);
	} else if (error != 0) {
		text_printf(why, "; %s", want->path);
	} else {
		error = want_edge(p->fd, want->falling, why);
		if (error != 0) {
			(void)close(p->fd);
		}
	}
	if (error != 0) {
		free(p);
		return error;
	}
	*out = &p->sys;
	return 0;
}
