/* SPDX-License-Identifier: BSD-2-Clause */
/* devices - which kind of device a call is for. */
#include "sys/devices.h"
#include <errno.h>
#include <stdlib.h>
#include "device_kinds.h"

struct devices_sys {
	struct devices port;
	struct device_sys like; /* what all devices have */
};

static struct device_sys *
sys_of(struct device *dev)
{
	return (struct device_sys *)dev;
}

static int
open_device(struct devices *port, const struct device_want *want, struct device **out,
    struct text *why)
{
	const struct devices_sys *d = (struct devices_sys *)port;
	struct device_sys *made = NULL;
	int error = -EINVAL;

	switch (want->kind) {
	case DEVICE_SNAPSHOT:
		error = device_shm_open(&d->like, want, &made, why);
		break;
	case DEVICE_LINE:
		error = device_line_open(&d->like, want, &made, why);
		break;
	case DEVICE_DATAGRAM:
		error = device_datagram_open(&d->like, want, &made, why);
		break;
	case DEVICE_PULSE:
		error = device_pulse_open(&d->like, want, &made, why);
		break;
	case DEVICE_COMPARE:
		error = device_compare_open(&d->like, want, &made, why);
		break;
	case DEVICE_PAGE:
		error = device_page_open(&d->like, want, &made, why);
		break;
	case DEVICE_STREAM:
		error = device_stream_open(&d->like, want, &made, why);
		break;
	}
	if (error == 0) {
		*out = &made->dev;
	}
	return error;
}

static int
read_device(struct device *dev, struct device_reading *out)
{
	struct device_sys *d = sys_of(dev);

	out->len = 0;
	out->snapshot = false;
	d->clock->ops->read(d->clock, &out->at);
	return d->calls->read(d, out);
}

static void
put(struct device *dev, size_t at, uint32_t value)
{
	struct device_sys *d = sys_of(dev);

	if (d->calls->put != NULL) {
		d->calls->put(d, at, value);
	}
}

static int
bind_device(struct device *dev, bool on)
{
	struct device_sys *d = sys_of(dev);

	return d->calls->bind != NULL ? d->calls->bind(d, on) : -EOPNOTSUPP;
}

static void
close_device(struct device *dev)
{
	sys_of(dev)->calls->close(sys_of(dev));
}

static const struct devices_ops OPS = { open_device, read_device, put, bind_device, close_device };

int
devices_new(struct loop *loop, struct clock *clock, struct phcs *phcs, struct devices **out)
{
	struct devices_sys *d = calloc(1, sizeof *d);

	if (d == NULL) {
		return -ENOMEM;
	}
	d->port.ops = &OPS;
	d->like =
	    (struct device_sys){ .dev.of = &d->port, .loop = loop, .clock = clock, .phcs = phcs };
	*out = &d->port;
	return 0;
}

void
devices_free(struct devices *d)
{
	free(d);
}
