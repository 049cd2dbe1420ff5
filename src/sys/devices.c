/* SPDX-License-Identifier: BSD-2-Clause */
/* devices - the kinds of devices, and the time of their readings. */
#include "sys/devices.h"
#include <errno.h>
#include <stdlib.h>
#include "device_shm.h"

struct devices_sys {
	struct devices port;
	struct clock *clock; /* of the readings */
};

static int
open_device(struct devices *d, const struct device_want *want, struct device **out,
    struct text *why)
{
	int error = device_shm_open(want, out, why);

	if (error == 0) {
		(*out)->of = d;
	}
	return error;
}

static int
read_device(struct device *dev, struct device_reading *out)
{
	struct devices_sys *d = (struct devices_sys *)dev->of;
	int error = device_shm_read(dev, out);

	d->clock->ops->read(d->clock, &out->at);
	return error;
}

static void
put(struct device *dev, size_t at, uint32_t value)
{
	device_shm_put(dev, at, value);
}

static void
close_device(struct device *dev)
{
	device_shm_close(dev);
}

static const struct devices_ops OPS = { open_device, read_device, put, close_device };

int
devices_new(struct clock *clock, struct devices **out)
{
	struct devices_sys *d = calloc(1, sizeof *d);

	if (d == NULL) {
		return -ENOMEM;
	}
	d->port.ops = &OPS;
	d->clock = clock;
	*out = &d->port;
	return 0;
}

void
devices_free(struct devices *d)
{
	free(d);
}
