/* SPDX-License-Identifier: BSD-2-Clause */
/* Devices that are told the true time. */
#include "sim/sim_device.h"
#include <assert.h>
#include <errno.h>
#include <math.h>
#include <string.h>
#include <time.h>

#define PI 3.14159265358979323846
#define WEEK_S 604800

enum { PAGE_LEN = 112 };

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

/* What waits to be read. */
static struct device_reading *
next_line(struct sim_device *v)
{
	struct device_reading *r;

	if (v->line_n == SIM_LINES_MAX) {
		memmove(v->line, v->line + 1, (SIM_LINES_MAX - 1) * sizeof v->line[0]);
		v->line_n--;
	}
	r = &v->line[v->line_n++];
	memset(r, 0, sizeof *r);
	r->at.real = sim_clock_real(v->of->clock);
	r->at.mono = sim_clock_mono(v->of->clock);
	return r;
}

/* It says again what it said last; false: it has not spoken yet. */
static bool
repeat(struct sim_device *v)
{
	struct device_reading *r;

	if (!v->stutters || v->spoke == 0) {
		return false;
	}
	r = next_line(v);
	memcpy(r->bytes, v->last.bytes, sizeof r->bytes);
	r->len = v->last.len;
	r->pulse = v->last.pulse;
	return true;
}

static void
put_sentence(const struct sim_device *v, const struct tm *t, struct text *out)
{
	if (strcmp(v->sentence, "GGA") == 0) {
		text_printf(out, "$GPGGA,%02d%02d%02d.00,,,,,%d,08,1.0,,M,,M,,", t->tm_hour,
		    t->tm_min, t->tm_sec, v->leap == 3 ? 0 : 1);
	} else if (strcmp(v->sentence, "ZDA") == 0) {
		text_printf(out, "$GPZDA,%02d%02d%02d.00,%02d,%02d,%04d,00,00", t->tm_hour,
		    t->tm_min, t->tm_sec, t->tm_mday, t->tm_mon + 1, t->tm_year + 1900);
	} else {
		text_printf(out,
		    "$GPRMC,%02d%02d%02d.00,%c,4807.038,N,01131.000,E,,,%02d%02d%02d,,", t->tm_hour,
		    t->tm_min, t->tm_sec, v->leap == 3 ? 'V' : 'A', t->tm_mday, t->tm_mon + 1,
		    t->tm_year % 100);
	}
}

/* The sentence of the second that has begun. */
static void
send_line(struct sim_device *v)
{
	time_t told = (time_t)(world_utc(v->of->w) / NS_PER_S + (int64_t)v->weeks * WEEK_S);
	struct device_reading *r;
	char buf[DEVICE_BYTES_MAX];
	struct text t = text_over(buf, sizeof buf);
	unsigned sum = 0;
	struct tm tm = { 0 };

	if (repeat(v)) {
		return;
	}
	r = next_line(v);
	(void)gmtime_r(&told, &tm);
	put_sentence(v, &tm, &t);
	for (size_t i = 1; i < t.len; i++) {
		sum ^= (unsigned char)buf[i];
	}
	if (!v->unsummed) {
		text_printf(&t, "*%02X", sum);
	}
	if (v->garbled > 0.0 && sim_rng_chance(&v->of->rng, v->garbled)) {
		buf[t.len / 2] ^= 1;
	}
	memcpy(r->bytes, buf, t.len);
	r->len = t.len;
	v->last = *r;
}

/* struct sock_sample of 64 bits. */
static void
send_datagram(struct sim_device *v)
{
	struct device_reading *r;
	int64_t at_ns = sim_clock_real(v->of->clock).ns, sec = at_ns / NS_PER_S;
	int64_t usec = at_ns % NS_PER_S / 1000;
	double offset_s = (double)(told_ns(v) - at_ns) * 1e-9;
	int32_t pulse = v->pulses, leap = v->leap, magic = 0x534f434b;

	if (repeat(v)) {
		return;
	}
	r = next_line(v);
	memcpy(r->bytes, &sec, sizeof sec);
	memcpy(r->bytes + 8, &usec, sizeof usec);
	memcpy(r->bytes + 16, &offset_s, sizeof offset_s);
	memcpy(r->bytes + 24, &pulse, sizeof pulse);
	memcpy(r->bytes + 28, &leap, sizeof leap);
	memcpy(r->bytes + 36, &magic, sizeof magic);
	r->len = 40;
	v->last = *r;
}

/* The kernel keeps the last. */
static void
send_pulse(struct sim_device *v)
{
	struct device_reading *r;

	v->line_n = 0;
	if (repeat(v)) {
		return;
	}
	r = next_line(v);
	r->pulse = r->at.real;
	v->last = *r;
}

/* ---- gpsd ---- */

static void
put_line(struct sim_device *v, const char *line)
{
	struct device_reading *r = next_line(v);
	struct text t = text_over((char *)r->bytes, sizeof r->bytes);

	text_put(&t, line);
	assert(!t.cut);
	r->len = t.len;
}

/* What it says to a client that has come. */
static void
greet(struct sim_device *v)
{
	char buf[DEVICE_BYTES_MAX];
	struct text t = text_over(buf, sizeof buf);

	put_line(v,
	    "{\"class\":\"VERSION\",\"release\":\"3.22\",\"rev\":\"3.22\",\"proto_major\":3,"
	    "\"proto_minor\":14}");
	text_printf(&t,
	    "{\"class\":\"DEVICES\",\"devices\":[{\"class\":\"DEVICE\",\"path\":\"%s\"}]}",
	    v->reads);
	put_line(v, buf);
}

/* TOFF and PPS. */
static void
put_offset(struct sim_device *v, const char *class, int64_t real_ns, int64_t clock_ns)
{
	char buf[DEVICE_BYTES_MAX];
	struct text t = text_over(buf, sizeof buf);

	text_printf(&t,
	    "{\"class\":\"%s\",\"device\":\"%s\",\"real_sec\":%lld,\"real_nsec\":%lld,"
	    "\"clock_sec\":%lld,\"clock_nsec\":%lld,\"precision\":%d}",
	    class, v->reads, (long long)(real_ns / NS_PER_S), (long long)(real_ns % NS_PER_S),
	    (long long)(clock_ns / NS_PER_S), (long long)(clock_ns % NS_PER_S), v->precision);
	put_line(v, buf);
}

static void
put_fix(struct sim_device *v, int64_t told_ns)
{
	time_t told = (time_t)(told_ns / NS_PER_S);
	char buf[DEVICE_BYTES_MAX], when[32];
	struct text t = text_over(buf, sizeof buf);
	struct tm tm = { 0 };

	(void)gmtime_r(&told, &tm);
	(void)strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%S.000Z", &tm);
	text_printf(&t, "{\"class\":\"TPV\",\"device\":\"%s\",\"mode\":%d,\"time\":\"%s\"}",
	    v->reads, v->leap == 3 ? 1 : 3, when);
	put_line(v, buf);
}

/* The pulse first, then the sentences of its second, as they come in. */
static void
speak_gpsd(struct sim_device *v)
{
	int64_t told_ns = v->second_ns + (int64_t)v->weeks * WEEK_S * NS_PER_S;

	if (v->pulses && v->pulse_ns != 0) {
		put_offset(v, "PPS", told_ns, v->pulse_ns);
	}
	put_fix(v, told_ns);
	if (!v->no_toff) {
		put_offset(v, "TOFF", told_ns, sim_clock_real(v->of->clock).ns);
	}
}

/* A second begins, by its pulse. */
static void
begin_second(struct sim_device *v)
{
	if (v->stutters && v->second_ns != 0) {
		return;
	}
	v->second_ns = (world_utc(v->of->w) + NS_PER_S / 2) / NS_PER_S * NS_PER_S;
	v->pulse_ns = sim_clock_real(v->of->clock).ns;
}

/* How much later than a second began it speaks of it. */
static double
late_s(struct sim_device *v)
{
	double s = v->after_s;

	if (v->kind == DEVICE_SNAPSHOT || v->kind == DEVICE_DATAGRAM) {
		return s;
	}
	s += v->lie_s + v->jitter_s * sim_rng_normal(&v->of->rng);
	if (v->wobble_s > 0.0) {
		s += v->wobble_s * sin(2.0 * PI * world_s(v->of->w) / v->wobble_period_s);
	}
	return v->kind == DEVICE_LINE ? fmin(fmax(s, 0.0), 0.9) : s;
}

/* A pulse may have come a little before its second. */
static void
arm(struct sim_device *v)
{
	if (v->kind == DEVICE_STREAM && v->begun) {
		world_arm(v->of->w, &v->event, v->of->w->now + ns_from_s(fmax(late_s(v), 0.01)));
		return;
	}
	int64_t early_ns = v->kind == DEVICE_PULSE || v->kind == DEVICE_STREAM ? NS_PER_S / 2 : 0;
	int64_t second = (v->of->w->now + early_ns) / NS_PER_S + 1;
	double s = v->kind == DEVICE_STREAM ? 200e-9 * sim_rng_normal(&v->of->rng) : late_s(v);

	world_arm(v->of->w, &v->event, second * NS_PER_S + ns_from_s(s));
}

static void
speak(void *ctx)
{
	struct sim_device *v = ctx;

	if (v->kind == DEVICE_STREAM) {
		v->begun = !v->begun;
		if (v->begun) {
			begin_second(v);
			arm(v);
			return;
		}
	}
	if (!v->dead) {
		switch (v->kind) {
		case DEVICE_SNAPSHOT:
			write_segment(v);
			break;
		case DEVICE_LINE:
			send_line(v);
			break;
		case DEVICE_DATAGRAM:
			send_datagram(v);
			break;
		case DEVICE_PULSE:
			send_pulse(v);
			break;
		case DEVICE_STREAM:
			if (v->opened > 0 && !v->mute) {
				speak_gpsd(v);
			}
			break;
		case DEVICE_COMPARE:
		case DEVICE_PAGE: /* these are asked, and do not speak */
			break;
		}
		v->spoke++;
		if (v->on_spoke != NULL) {
			v->on_spoke(v->on_spoke_ctx);
		}
	}
	arm(v);
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
	arm(v);
	return v;
}

static struct sim_device *
add_at(struct sim_devices *d, enum device_kind kind, const char *path)
{
	struct sim_device *v = add(d);
	struct text t = text_over(v->path, sizeof v->path);

	text_put(&t, path);
	v->kind = kind;
	return v;
}

struct sim_device *
sim_device_datagram(struct sim_devices *d, const char *path)
{
	struct sim_device *v = add_at(d, DEVICE_DATAGRAM, path);

	v->jitter_s = 1e-6;
	v->after_s = 0.05;
	arm(v);
	return v;
}

struct sim_device *
sim_device_line(struct sim_devices *d, const char *path)
{
	struct sim_device *v = add_at(d, DEVICE_LINE, path);

	v->jitter_s = 0.002;
	v->after_s = 0.3;
	v->sentence = "RMC";
	arm(v);
	return v;
}

struct sim_device *
sim_device_pulse(struct sim_devices *d, const char *path)
{
	struct sim_device *v = add_at(d, DEVICE_PULSE, path);

	v->jitter_s = 200e-9;
	arm(v);
	return v;
}

struct sim_device *
sim_device_vmclock(struct sim_devices *d, const char *path)
{
	return add_at(d, DEVICE_PAGE, path);
}

struct sim_device *
sim_device_stream(struct sim_devices *d)
{
	struct sim_device *v = add(d);

	v->kind = DEVICE_STREAM;
	v->jitter_s = 0.002;
	v->after_s = 0.1;
	v->reads = "/dev/ttyAMA0";
	v->precision = -20;
	arm(v);
	return v;
}

void
sim_device_say(struct sim_device *v, const void *octets, size_t len)
{
	size_t most = len < DEVICE_BYTES_MAX ? len : DEVICE_BYTES_MAX;
	struct device_reading *r;

	if (v->kind == DEVICE_SNAPSHOT) {
		v->segment_len = len < sizeof v->segment ? len : sizeof v->segment;
		memcpy(v->segment, octets, v->segment_len);
		return;
	}
	if (v->kind == DEVICE_PAGE) {
		v->page_len = most;
		memcpy(v->page, octets, most);
		return;
	}
	r = next_line(v);
	memcpy(r->bytes, octets, most);
	r->len = v->kind == DEVICE_STREAM && len > most ? DEVICE_STREAM_MAX + 1 : most;
}

/* ---- the port ---- */

static struct sim_device *
find(struct sim_devices *d, const struct device_want *want)
{
	struct sim_device *v;

	for (unsigned i = 0; i < d->n; i++) {
		v = &d->device[i];
		if (v->kind == want->kind && v->key == want->key &&
		    strcmp(v->path, want->path) == 0) {
			return v;
		}
	}
	if (want->kind == DEVICE_COMPARE && d->phcs != NULL) {
		v = add_at(d, DEVICE_COMPARE, want->path);
		return v;
	}
	if (want->kind != DEVICE_SNAPSHOT) {
		return NULL;
	}
	/* A segment that nobody writes. */
	v = add(d);
	v->key = want->key;
	v->dead = true;
	return v;
}

static int
open_device(struct devices *port, const struct device_want *want, struct device **out,
    struct text *why)
{
	struct sim_device *v = find(devices_of(port), want);

	if (v == NULL || v->open_error != 0) {
		text_put(why, "; as the scenario has it");
		return v == NULL ? -ENOENT : v->open_error;
	}
	if (v->kind == DEVICE_COMPARE) {
		int error = v->of->phcs->port.ops->open(&v->of->phcs->port, v->path, &v->phc, why);

		if (error != 0) {
			return error;
		}
	}
	text_put(why, v->strange != NULL ? v->strange : "");
	v->line_n = 0;
	v->gone = false;
	v->opened++;
	v->opens++;
	if (v->kind == DEVICE_STREAM && !v->mute) {
		greet(v);
	}
	v->opened_ns = v->of->w->now;
	*out = &v->dev;
	return 0;
}

static int
read_line(struct sim_device *v, struct device_reading *out)
{
	struct clock_reading now = out->at;
	bool stream = v->kind == DEVICE_STREAM;

	if (v->line_n == 0) {
		return -EAGAIN;
	}
	*out = v->line[0];
	memmove(v->line, v->line + 1, (SIM_LINES_MAX - 1) * sizeof v->line[0]);
	v->line_n--;
	if (v->kind != DEVICE_LINE && !stream) {
		out->at = now;
	}
	out->line = stream ? (const char *)out->bytes : NULL;
	return 0;
}

static int
read_compare(const struct sim_device *v, struct device_reading *out)
{
	int error = v->phc->of->ops->look(v->phc, PHC_WINDOWS_MAX, PHC_PRECISE, &out->look);

	out->at = out->look.at;
	out->snapshot = true;
	return v->dead ? -EAGAIN : error;
}

static void
put_le(uint8_t *at, uint64_t value, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		at[i] = (uint8_t)(value >> 8 * i);
	}
}

/* struct vmclock_abi. */
static void
read_page(const struct sim_device *v, struct device_reading *out)
{
	uint8_t *p = out->bytes;

	out->snapshot = true;
	if (v->page_len > 0) {
		memcpy(p, v->page, v->page_len);
		out->len = v->page_len;
		return;
	}
	memset(p, 0, PAGE_LEN);
	put_le(p, 0x4b4c4356, 4);
	put_le(p + 0x08, 1, 2);
	put_le(p + 0x10, v->marker, 8);
	put_le(p + 0x18, (v->tai_s != 0 ? 1 : 0) | (v->told_off_s > 0.0 ? 0x40 : 0), 8);
	p[0x22] = v->untrusted ? 4 : 2;
	put_le(p + 0x24, (uint64_t)v->tai_s, 2);
	p[0x26] = v->leap > 0 ? 1 : v->leap < 0 ? 2 : 0;
	put_le(p + 0x60, (uint64_t)ns_from_s(v->told_off_s), 8);
	out->len = PAGE_LEN;
}

static int
read_device(struct device *dev, struct device_reading *out)
{
	struct sim_device *v = device_of(dev);

	v->of->clock->port.ops->read(&v->of->clock->port, &out->at);
	if (v->gone || v->read_error != 0) {
		return v->gone ? -EIDRM : v->read_error;
	}
	if (v->mute && v->of->w->now - v->opened_ns > 10 * (int64_t)NS_PER_S) {
		return -ETIMEDOUT;
	}
	if (v->kind == DEVICE_COMPARE) {
		return read_compare(v, out);
	}
	if (v->kind == DEVICE_PAGE) {
		read_page(v, out);
		return 0;
	}
	if (v->kind != DEVICE_SNAPSHOT) {
		return read_line(v, out);
	}
	memcpy(out->bytes, v->segment, sizeof v->segment);
	out->len = v->segment_len != 0 ? v->segment_len : sizeof v->segment;
	out->torn = v->torn;
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

/* The simulated kernel measures nothing by it: that it was asked is all there is. */
static int
bind_device(struct device *dev, bool on)
{
	struct sim_device *v = device_of(dev);

	v->binds += on && v->bind_error == 0 ? 1 : 0;
	v->bound = on && v->bind_error == 0;
	return v->bind_error;
}

static void
close_device(struct device *dev)
{
	struct sim_device *v = device_of(dev);

	if (v->kind == DEVICE_COMPARE) {
		v->phc->of->ops->close(v->phc);
	}
	v->opened--;
}

static const struct devices_ops OPS = { open_device, read_device, put, bind_device, close_device };

void
sim_devices_start(struct sim_devices *d, struct world *w, struct sim_clock *clock, uint64_t index)
{
	memset(d, 0, sizeof *d);
	d->port.ops = &OPS;
	d->w = w;
	d->clock = clock;
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

void
sim_devices_free(struct sim_devices *d)
{
	for (unsigned i = 0; i < d->n; i++) {
		world_disarm(d->w, &d->device[i].event);
	}
}
