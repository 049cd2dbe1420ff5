/* SPDX-License-Identifier: BSD-2-Clause */
/* gpsd - fields of gpsd's objects. The only file that knows jansson. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "refclock/gpsd.h"

#ifndef HAVE_JANSSON

bool
gpsd_is_built(void)
{
	return false;
}

enum gpsd_verdict
gpsd_read(const char *line, size_t len, struct gpsd_report *out)
{
	(void)line;
	(void)len;
	(void)out;
	return GPSD_NOT_BUILT;
}

#else
#include <jansson.h>
#include <string.h>
#include "base/ntptime.h"
#include "base/text.h"
#include "refclock/calendar.h"

/* Years 1970 to 2261: what 64 bits of ns hold. */
static const int64_t SEC_MOST = INT64_C(9223372035), NSEC_MOST = 999999999;
enum { MODE_MOST = 3, PRECISION_LEAST = -40, VERSION_MOST = 1000000, USED_MOST = 1000 };

bool
gpsd_is_built(void)
{
	return true;
}

/*
 * jansson goes 2048 deep, each by a call of its own: a line is looked at before. Brackets within
 * strings count for nothing; what is no JSON is jansson's to refuse.
 */
static bool
is_too_deep(const char *line, size_t len)
{
	bool quoted = false;
	unsigned depth = 0;

	for (size_t i = 0; i < len; i++) {
		if (quoted) {
			i += line[i] == '\\' ? 1 : 0;
			quoted = i >= len || line[i] != '"';
		} else if (line[i] == '"') {
			quoted = true;
		} else if (line[i] == '{' || line[i] == '[') {
			if (++depth > GPSD_DEPTH_MAX) {
				return true;
			}
		} else if (line[i] == '}' || line[i] == ']') {
			depth -= depth > 0 ? 1 : 0;
		}
	}
	return false;
}

/* ---- fields ---- */

/* False when there is one that is no whole number from least to most; missing: *out as it was. */
static bool
take_int(const json_t *o, const char *name, int64_t least, int64_t most, int64_t *out)
{
	const json_t *v = json_object_get(o, name);

	if (v == NULL) {
		return true;
	}
	if (!json_is_integer(v) || json_integer_value(v) < least || json_integer_value(v) > most) {
		return false;
	}
	*out = json_integer_value(v);
	return true;
}

static bool
take_small(const json_t *o, const char *name, int least, int most, int *out)
{
	int64_t v = *out;
	bool good = take_int(o, name, least, most, &v);

	*out = (int)v;
	return good;
}

/* Cut where it is longer; what is no text is none. */
static void
take_text(const json_t *o, const char *name, char *out, size_t size)
{
	const char *s = json_string_value(json_object_get(o, name));
	struct text t = text_over(out, size);

	text_put_safe(&t, s != NULL ? s : "", s != NULL ? strlen(s) : 0);
}

/* Both halves of a time must be there. */
static bool
take_time(const json_t *o, const char *sec, const char *nsec, int64_t *out)
{
	int64_t s = -1, ns = -1;

	if (!take_int(o, sec, 0, SEC_MOST, &s) || !take_int(o, nsec, 0, NSEC_MOST, &ns) || s < 0 ||
	    ns < 0) {
		return false;
	}
	*out = s * NS_PER_S + ns;
	return true;
}

/* ---- objects ---- */

static bool
read_version(const json_t *o, struct gpsd_report *r)
{
	take_text(o, "release", r->words, sizeof r->words);
	return take_small(o, "proto_major", 0, VERSION_MOST, &r->proto_major) &&
	    take_small(o, "proto_minor", 0, VERSION_MOST, &r->proto_minor);
}

static bool
read_devices(const json_t *o, struct gpsd_report *r)
{
	const json_t *list = json_object_get(o, "devices");
	size_t n = json_array_size(list);

	for (size_t i = 0; i < n && i < GPSD_DEVICES_MAX; i++) {
		take_text(json_array_get(list, i), "path", r->devices[i], sizeof r->devices[i]);
	}
	memcpy(r->device, r->devices[0], sizeof r->device);
	r->devices_n = (unsigned)n;
	return json_is_array(list);
}

static bool
read_tpv(const json_t *o, struct gpsd_report *r)
{
	const json_t *time = json_object_get(o, "time");

	if (time != NULL) {
		r->timed = json_is_string(time) &&
		    calendar_iso(json_string_value(time), json_string_length(time), &r->time_ns);
		if (!r->timed) {
			return false;
		}
	}
	return take_small(o, "mode", 0, MODE_MOST, &r->mode);
}

/* Older ones tell it by the list of satellites alone. */
static int
count_used(const json_t *o)
{
	const json_t *list = json_object_get(o, "satellites");
	int used = 0;

	if (!json_is_array(list)) {
		return -1;
	}
	for (size_t i = 0; i < json_array_size(list) && used < USED_MOST; i++) {
		used += json_is_true(json_object_get(json_array_get(list, i), "used")) ? 1 : 0;
	}
	return used;
}

static bool
read_sky(const json_t *o, struct gpsd_report *r)
{
	r->used = count_used(o);
	return take_small(o, "uSat", 0, USED_MOST, &r->used);
}

static bool
read_offset(const json_t *o, struct gpsd_report *r)
{
	return take_time(o, "real_sec", "real_nsec", &r->real_ns) &&
	    take_time(o, "clock_sec", "clock_nsec", &r->clock_ns) &&
	    take_small(o, "precision", PRECISION_LEAST, 0, &r->precision);
}

static bool
read_error(const json_t *o, struct gpsd_report *r)
{
	take_text(o, "message", r->words, sizeof r->words);
	return true;
}

static const struct {
	const char *name;
	enum gpsd_class class;
	bool (*read)(const json_t *o, struct gpsd_report *r);
} classes[] = {
	{ "VERSION", GPSD_VERSION, read_version },
	{ "DEVICES", GPSD_DEVICES, read_devices },
	{ "TPV", GPSD_TPV, read_tpv },
	{ "SKY", GPSD_SKY, read_sky },
	{ "TOFF", GPSD_TOFF, read_offset },
	{ "PPS", GPSD_PPS, read_offset },
	{ "ERROR", GPSD_ERROR, read_error },
};

static bool
read_object(const json_t *o, struct gpsd_report *r)
{
	const char *name = json_string_value(json_object_get(o, "class"));

	if (name == NULL) {
		return false;
	}
	take_text(o, "device", r->device, sizeof r->device);
	for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
		if (strcmp(classes[i].name, name) == 0) {
			r->class = classes[i].class;
			return classes[i].read(o, r);
		}
	}
	return true;
}

enum gpsd_verdict
gpsd_read(const char *line, size_t len, struct gpsd_report *out)
{
	struct gpsd_report r = { .used = -1 };
	json_t *o;
	bool good;

	if (len > GPSD_LINE_MAX || is_too_deep(line, len)) {
		return GPSD_BAD_FORMAT;
	}
	o = json_loadb(line, len, 0, NULL);
	if (o == NULL) {
		return GPSD_BAD_FORMAT;
	}
	good = json_is_object(o) && read_object(o, &r);
	json_decref(o);
	if (!good) {
		return GPSD_BAD_FORMAT;
	}
	*out = r;
	return GPSD_GOOD;
}

#endif
