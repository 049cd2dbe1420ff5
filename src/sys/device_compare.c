/* SPDX-License-Identifier: BSD-2-Clause */
/* device_compare - a PTP hardware clock as a device: each reading is a comparison. */
#include <errno.h>
#include <stdlib.h>
#include "device_kinds.h"

struct device_compare {
	struct device_sys sys;
	struct phc *phc;
};

static struct device_compare *
compare_of(struct device_sys *d)
{
	return (struct device_compare *)d;
}

static int
read_compare(struct device_sys *d, struct device_reading *out)
{
	struct phc *c = compare_of(d)->phc;
	int error = c->of->ops->look(c, PHC_WINDOWS_MAX, PHC_PRECISE, &out->look);

	out->at = out->look.at;
	out->snapshot = true;
	return error;
}

static void
close_compare(struct device_sys *d)
{
	struct phc *c = compare_of(d)->phc;

	c->of->ops->close(c);
	free(d);
}

static const struct device_calls CALLS = { .read = read_compare, .close = close_compare };

int
device_compare_open(const struct device_sys *like, const struct device_want *want,
    struct device_sys **out, struct text *why)
{
	struct device_compare *c = calloc(1, sizeof *c);
	int error;

	if (c == NULL) {
		return -ENOMEM;
	}
	c->sys = *like;
	c->sys.calls = &CALLS;
	error = like->phcs->ops->open(like->phcs, want->path, &c->phc, why);
	if (error != 0) {
		free(c);
		return error;
	}
	*out = &c->sys;
	return 0;
}
