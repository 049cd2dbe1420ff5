/* SPDX-License-Identifier: BSD-2-Clause */
/* journal_socket - lines with fields to systemd's journal. */
#include "sys/journal_socket.h"
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "base/text.h"

enum { LENGTH_LEN = 8, DELETE = 0x7f };

/* Of syslog: daemon. */
static const char FACILITY[] = "3";

struct datagram {
	char *at;
	size_t cap, len;
};

static bool
is_text(const char *value)
{
	for (; *value != '\0'; value++) {
		if ((unsigned char)*value < ' ' || *value == DELETE) {
			return false;
		}
	}
	return true;
}

static void
append(struct datagram *d, const void *bytes, size_t len)
{
	memcpy(d->at + d->len, bytes, len);
	d->len += len;
}

/* NAME=value, or NAME, the length in 64 bits, the least first, and the value. */
static void
put_field(struct datagram *d, const char *name, const char *value)
{
	size_t len = strlen(value), name_len = strlen(name);
	unsigned char length[LENGTH_LEN];

	if (len == 0 || name_len + len + LENGTH_LEN + 2 > d->cap - d->len) {
		return;
	}
	append(d, name, name_len);
	if (is_text(value)) {
		append(d, "=", 1);
	} else {
		for (unsigned i = 0; i < LENGTH_LEN; i++) {
			length[i] = (unsigned char)((uint64_t)len >> 8 * i);
		}
		append(d, "\n", 1);
		append(d, length, sizeof length);
	}
	append(d, value, len);
	append(d, "\n", 1);
}

static void
put_event(struct datagram *d, const struct log_event *e)
{
	char number[32];
	struct text t = text_over(number, sizeof number);

	put_field(d, "MESSAGE_ID", e->id);
	put_field(d, "NTP_EVENT", e->name);
	put_field(d, "NTP_SOURCE", e->source);
	put_field(d, "NTP_STATE", e->state);
	put_field(d, "NTP_REFID", e->refid);
	if (e->assoc != 0) {
		text_printf(&t, "%u", e->assoc);
		put_field(d, "NTP_ASSOC", number);
	}
	if (!isnan(e->offset_s)) {
		t = text_over(number, sizeof number);
		text_printf(&t, "%.3f", e->offset_s * 1e6);
		put_field(d, "NTP_OFFSET_US", number);
	}
}

size_t
journal_socket_format(char *buf, size_t cap, const char *ident, enum log_level level,
    const char *text, const struct log_event *e)
{
	struct datagram d = { .cap = cap };
	char priority[2] = { (char)('0' + (int)level), '\0' };

	d.at = buf;
	put_field(&d, "MESSAGE", text);
	put_field(&d, "PRIORITY", priority);
	put_field(&d, "SYSLOG_FACILITY", FACILITY);
	put_field(&d, "SYSLOG_IDENTIFIER", ident);
	if (e != NULL) {
		put_event(&d, e);
	}
	return d.len;
}

int
journal_socket_open(const char *path)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	size_t len = strlen(path);
	int fd;

	if (len >= sizeof sa.sun_path) {
		return -ENAMETOOLONG;
	}
	memcpy(sa.sun_path, path, len);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0) {
		return -errno;
	}
	if (connect(fd, (const struct sockaddr *)&sa, sizeof sa) != 0) {
		int error = -errno;

		(void)close(fd);
		return error;
	}
	return fd;
}

bool
journal_socket_send(int fd, const char *bytes, size_t len)
{
	return send(fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)len;
}
