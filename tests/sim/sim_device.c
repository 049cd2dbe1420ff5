/* SPDX-License-Identifier: BSD-2-Clause */
/* Devices that are told the true time. */
#include "sim/sim_device.h"
#include <assert.h>
#include <errno.h>
#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846
#define WEEK_S 604800

/* struct shmTime of 64 bits. */
enum {
	SHM_MODE = 0,
	SHM_COUNT = 4,
	SHM_CLOCK_SEC = 8,
	SHM_CLOCK_USEC = 16,
	SHM_RECEIVED_SEC = 24,
	SHM_RECEIVED_USEC = 32,
	SHM_LEAP = 36,
	SHM_PRECISION = 40,
	SHM_VALID = 48,
	SHM_CLOCK_NSEC = 52,
	SHM_RECEIVED_NSEC = 56
};

static struct sim_device *
device_of(struct device *dev)
{
	return (struct sim_device *)dev;
}

static struct sim_devices *
devices_of(struct devices *d)
{
	return (struct sim_devices *)d;
}

/* ---- what it says ---- */

static int64_t
told_ns(struct sim_device *v)
{
	struct sim_devices *d = v->of;
	double off_s = v->lie_s + (double)v->weeks * WEEK_S;

	if (v->jitter_s > 0.0) {
		off_s += v->jitter_s * sim_rng_normal(&d->rng);
	}
	if (v->wobble_s > 0.0) {
		off_s += v->wobble_s * sin(2.0 * PI * world_s(d->w) / v->wobble_period_s);
	}
	return world_utc(d->w) + ns_from_s(off_s);
}

static void
put_int(struct sim_device *v, size_t at, int32_t value)
{
	memcpy(v->segment + at, &value, sizeof value);
}

static void
put_stamp(struct sim_device *v, size_t sec, size_t usec, size_t nsec, int64_t ns)
{
	int64_t s = ns / NS_PER_S, rest = ns % NS_PER_S;

	memcpy(v->segment + sec, &s, sizeof s);
	put_int(v, usec, (int32_t)(rest / 1000));
	put_int(v, nsec, (int32_t)rest);
}

static void
write_segment(struct sim_device *v)
{
	if (!v->stutters || v->spoke == 0) {
		put_stamp(v, SHM_CLOCK_SEC, SHM_CLOCK_USEC, SHM_CLOCK_NSEC, told_ns(v));
		put_stamp(v, SHM_RECEIVED_SEC, SHM_RECEIVED_USEC, SHM_RECEIVED_NSEC,
		    sim_clock_real(v->of->clock).ns);
	}
	put_int(v, SHM_MODE, 1);
	put_int(v, SHM_COUNT, (int32_t)v->spoke + 1);
	put_int(v, SHM_LEAP, v->leap);
	put_int(v, SHM_PRECISION, v->precision);
	put_int(v, SHM_VALID, 1);
}

static void
speak(void *ctx)
{
	struct sim_device *v = ctx;
	struct world *w = v->of->w;

	if (!v->dead) {
		write_segment(v);
		v->spoke++;
	}
	world_arm(w, &v->event, (w->now / NS_PER_S + 1) * NS_PER_S + ns_from_s(v->after_s));
}

static struct sim_device *
add(struct sim_devices *d)
{
	struct sim_device *v = &d->device[d->n];

	assert(d->n < SIM_DEVICES_MAX);
	d->n++;
	v->of = d;
	v->dev.of = &d->port;
	v->event = (struct sim_event){ .fire = speak, .ctx = v };
	v->wobble_period_s = 600.0;
	return v;
}

struct sim_device *
sim_device_shm(struct sim_devices *d, uint32_t key)
{
	struct sim_device *v = add(d);

	v->key = key;
	v->jitter_s = 1e-6;
	v->precision = -20;
	v->after_s = 0.05;
	world_arm(d->w, &v->event, (d->w->now / NS_PER_S + 1) * NS_PER_S + ns_from_s(v->after_s));
	return v;
}

/* ---- the port ---- */

static struct sim_device *
find(struct sim_devices *d, const struct device_want *want)
{
	for (unsigned i = 0; i < d->n; i++) {
		if (d->device[i].key == want->key) {
			return &d->device[i];
		}
	}
	/* A segment that nobody writes. */
	struct sim_device *v = add(d);
	v->key = want->key;
	v->dead = true;
	return v;
}

static int
open_device(struct devices *port, const struct device_want *want, struct device **out,
    struct text *why)
{
	struct sim_device *v = find(devices_of(port), want);

	if (v->open_error != 0) {
		text_put(why, "; as the scenario has it");
		return v->open_error;
	}
	v->gone = false;
	v->opened++;
	v->opens++;
	*out = &v->dev;
	return 0;
}

static int
read_device(struct device *dev, struct device_reading *out)
{
	struct sim_device *v = device_of(dev);

	v->of->clock->port.ops->read(&v->of->clock->port, &out->at);
	if (v->gone) {
		return -EIDRM;
	}
	memcpy(out->bytes, v->segment, sizeof v->segment);
	memcpy(out->again, v->segment + SHM_COUNT, sizeof out->again);
	out->len = sizeof v->segment;
	out->snapshot = true;
	return 0;
}

static void
put(struct device *dev, size_t at, uint32_t value)
{
	struct sim_device *v = device_of(dev);

	assert(at + sizeof value <= sizeof v->segment);
	memcpy(v->segment + at, &value, sizeof value);
}

static void
close_device(struct device *dev)
{
	device_of(dev)->opened--;
}

static const struct devices_ops OPS = { open_device, read_device, put, close_device };

void
sim_devices_start(struct sim_devices *d, struct world *w, struct sim_clock *clock, uint64_t index)
{
	*d = (struct sim_devices){ .port = { &OPS }, .w = w, .clock = clock };
	d->rng = sim_rng_of(w->seed, "device", index);
}

unsigned
sim_devices_end(struct sim_devices *d)
{
	unsigned n = 0;

	for (unsigned i = 0; i < d->n; i++) {
		n += d->device[i].opened;
		d->device[i].opened = 0;
	}
	return n;
}
