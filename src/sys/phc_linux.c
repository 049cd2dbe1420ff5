/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * phc_linux - clocks at /dev/ptpN, and their comparison with ours. Of the three ways that the
 * kernel has, the best that the driver knows is tried each time: some know it only while the kernel
 * counts by one counter or another.
 */
#include "sys/phc_linux.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/ptp_clock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "phc_linux_calls.h"
#include "sys/file_access.h"
#include "sys/file_open.h"

static_assert(sizeof(struct ptp_clock_time) == 16, "as the kernel has it");
static_assert(sizeof(struct ptp_clock_caps) == 80, "as the kernel has it");
static_assert(sizeof(struct ptp_sys_offset) == 832, "as the kernel has it");
static_assert(sizeof(struct ptp_sys_offset_extended) == 1216, "as the kernel has it");
static_assert(sizeof(struct ptp_sys_offset_precise) == 64, "as the kernel has it");
static_assert(PTP_MAX_SAMPLES == PHC_WINDOWS_MAX, "as the kernel has it");

enum { CLOCKS_MAX = 64, NAME_PATH_MAX = 128 };

/* Beyond, differences have no room: no clock that counts since 1970 or since it had power. */
static const int64_t SECONDS_MOST = INT64_C(4000000000);

struct phc_linux {
	struct phc phc;
	int fd;
	bool crosses; /* its driver knows PHC_PRECISE, as a rule */
};

static struct phcs_linux *
phcs_of(struct phcs *p)
{
	return (struct phcs_linux *)p;
}

static struct phc_linux *
phc_of(struct phc *c)
{
	return (struct phc_linux *)c;
}

/* ---- comparing ---- */

static bool
time_of(const struct ptp_clock_time *t, int64_t *ns)
{
	if (t->sec > SECONDS_MOST || t->sec < -SECONDS_MOST || t->nsec >= NS_PER_S) {
		return false;
	}
	*ns = t->sec * NS_PER_S + t->nsec;
	return true;
}

/* A window that ends before it begins is one in which our clock was set. */
static void
add_window(struct phc_look *out, const struct ptp_clock_time *before,
    const struct ptp_clock_time *card, const struct ptp_clock_time *after)
{
	struct phc_window *w = &out->window[out->n];

	if (time_of(before, &w->before.ns) && time_of(card, &w->card_ns) &&
	    time_of(after, &w->after.ns) && w->before.ns <= w->after.ns) {
		out->n++;
	}
}

static int
ask(struct phc_linux *c, unsigned long request, void *arg)
{
	return phcs_of(c->phc.of)->calls.ioctl(c->fd, request, arg) == 0 ? 0 : -errno;
}

static int
look_precise(struct phc_linux *c, struct phc_look *out)
{
	struct ptp_sys_offset_precise p = { 0 };
	int error = ask(c, PTP_SYS_OFFSET_PRECISE, &p);

	if (error == 0) {
		add_window(out, &p.sys_realtime, &p.device, &p.sys_realtime);
	}
	return error;
}

static int
look_extended(struct phc_linux *c, unsigned max, struct phc_look *out)
{
	struct ptp_sys_offset_extended x = { .n_samples = max };
	int error = ask(c, PTP_SYS_OFFSET_EXTENDED, &x);

	for (unsigned i = 0; error == 0 && i < max && i < x.n_samples; i++) {
		add_window(out, &x.ts[i][0], &x.ts[i][1], &x.ts[i][2]);
	}
	return error;
}

static int
look_offset(struct phc_linux *c, unsigned max, struct phc_look *out)
{
	struct ptp_sys_offset o = { .n_samples = max };
	int error = ask(c, PTP_SYS_OFFSET, &o);

	for (unsigned i = 0; error == 0 && i < max && i < o.n_samples; i++) {
		const struct ptp_clock_time *t = &o.ts[(size_t)2 * i];

		add_window(out, &t[0], &t[1], &t[2]);
	}
	return error;
}

/* The driver, or the kernel, does not know this way. */
static bool
is_unknown(int error)
{
	return error == -EOPNOTSUPP || error == -ENOTTY || error == -EINVAL || error == -ENOSYS;
}

/* It is busy, or did not answer in time: some cards, now and then. */
static bool
is_passing(int error)
{
	return error == -EAGAIN || error == -EBUSY || error == -EINTR || error == -ETIMEDOUT;
}

static int
look_by(struct phc_linux *c, enum phc_way way, unsigned max, struct phc_look *out)
{
	out->n = 0;
	out->way = way;
	switch (way) {
	case PHC_PRECISE:
		return c->crosses ? look_precise(c, out) : -EOPNOTSUPP;
	case PHC_EXTENDED:
		return look_extended(c, max, out);
	case PHC_OFFSET:
		break;
	}
	return look_offset(c, max, out);
}

static int
look(struct phc *phc, unsigned max, enum phc_way most, struct phc_look *out)
{
	struct phc_linux *c = phc_of(phc);
	struct clock *clock = phcs_of(phc->of)->clock;
	int error = -EOPNOTSUPP;

	for (int way = (int)most; way >= PHC_OFFSET && is_unknown(error); way--) {
		error = look_by(c, (enum phc_way)way, max, out);
	}
	clock->ops->read(clock, &out->at);
	if (error != 0) {
		return is_passing(error) ? -EAGAIN : error;
	}
	return out->n > 0 ? 0 : -EAGAIN;
}

/* ---- opening ---- */

/* The name that the clock of that index gives itself; false when there is no such clock. */
static bool
read_name(const struct phcs_linux *p, int index, char name[PHC_NAME_MAX])
{
	char path[NAME_PATH_MAX];
	struct text t = text_over(path, sizeof path);
	FILE *f;

	text_printf(&t, "%s/ptp%d/clock_name", p->calls.clocks, index);
	f = fopen(path, "re");
	name[0] = '\0';
	if (f == NULL) {
		return false;
	}
	if (fgets(name, PHC_NAME_MAX, f) == NULL) {
		name[0] = '\0';
	}
	name[strcspn(name, "\n")] = '\0';
	(void)fclose(f);
	return true;
}

/* The clock that calls itself so; of several the first. -ENODEV: none does. */
static int
find_by_name(const struct phcs_linux *p, const char *what, struct text *why)
{
	char name[PHC_NAME_MAX];
	int found = -ENODEV;
	unsigned n = 0;

	for (int i = 0; i < CLOCKS_MAX; i++) {
		if (read_name(p, i, name) && strcmp(name, what) == 0) {
			found = n == 0 ? i : found;
			n++;
		}
	}
	if (n > 1) {
		text_printf(why, "%u clocks call themselves '%s': /dev/ptp%d is taken", n, what,
		    found);
	}
	return found;
}

/* What there is, for who misspelled it. */
static void
put_clocks(const struct phcs_linux *p, const char *what, struct text *why)
{
	char name[PHC_NAME_MAX];
	const char *sep = "; there are ";

	text_put(why, "; no interface and no clock is called '");
	text_put_safe(why, what, strlen(what));
	text_put(why, "'");
	for (int i = 0; i < CLOCKS_MAX; i++) {
		if (read_name(p, i, name)) {
			text_printf(why, "%s/dev/ptp%d", sep, i);
			text_put(why, " '");
			text_put_safe(why, name, strlen(name));
			text_put(why, "'");
			sep = ", ";
		}
	}
	if (sep[0] == ';') {
		text_put(why,
		    "; this kernel has no PTP clock at all (in a virtual machine: "
		    "'modprobe ptp_kvm')");
	}
}

/* The path of what is named. */
static int
find(struct phcs_linux *p, const char *what, struct text *path, struct text *why)
{
	int index;

	if (what[0] == '/') {
		text_put(path, what);
		return 0;
	}
	index = hwstamp_clock_of(p, what);
	if (index == -EOPNOTSUPP) {
		text_printf(why, "; the card of %s has no clock ('ethtool -T %s')", what, what);
		return index;
	}
	index = index < 0 ? find_by_name(p, what, why) : index;
	if (index < 0) {
		put_clocks(p, what, why);
		return index;
	}
	text_printf(path, "/dev/ptp%d", index);
	return 0;
}

static int
open_path(struct phcs_linux *p, const char *path, struct phc_linux *c, struct text *why)
{
	struct ptp_clock_caps caps = { 0 };

	c->fd = p->calls.open(path, &c->phc.index);
	if (c->fd == -EACCES) {
		file_access_explain_device(path, why);
	} else if (c->fd < 0) {
		text_printf(why, "; %s", path);
	}
	if (c->fd < 0) {
		return c->fd;
	}
	if (ask(c, PTP_CLOCK_GETCAPS, &caps) != 0) {
		text_printf(why, "; %s is no PTP clock", path);
		(void)p->calls.close(c->fd);
		return -ENOTTY;
	}
	c->crosses = caps.cross_timestamping != 0;
	(void)read_name(p, c->phc.index, c->phc.name);
	return 0;
}

static int
open_phc(struct phcs *port, const char *what, struct phc **out, struct text *why)
{
	struct phc_linux *c = calloc(1, sizeof *c);
	char path[PATH_MAX];
	struct text t = text_over(path, sizeof path);
	int error;

	if (c == NULL) {
		return -ENOMEM;
	}
	c->phc.of = port;
	error = find(phcs_of(port), what, &t, why);
	if (error == 0) {
		error = open_path(phcs_of(port), path, c, why);
	}
	if (error != 0) {
		free(c);
		return error;
	}
	*out = &c->phc;
	return 0;
}

static void
close_phc(struct phc *phc)
{
	(void)phcs_of(phc->of)->calls.close(phc_of(phc)->fd);
	free(phc_of(phc));
}

/* ---- the port ---- */

static const struct phcs_ops OPS = { .open = open_phc,
	.close = close_phc,
	.look = look,
	.stamp = hwstamp_set,
	.speed_mbps = hwstamp_speed_mbps };

/* The kernel numbers these devices by their index. */
static int
open_real(const char *path, int *index)
{
	int fd = file_open_read(path, O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (fd < 0) {
		return fd;
	}
	if (fstat(fd, &st) != 0 || !S_ISCHR(st.st_mode)) {
		(void)close(fd);
		return -ENOTTY;
	}
	*index = (int)minor(st.st_rdev);
	return fd;
}

static int
socket_real(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 && errno == EAFNOSUPPORT) {
		fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	}
	return fd >= 0 ? fd : -errno;
}

static int
ioctl_real(int fd, unsigned long request, void *arg)
{
	return ioctl(fd, request, arg);
}

int
phc_linux_new_over(const struct phc_linux_calls *calls, struct clock *clock, struct phcs **out)
{
	struct phcs_linux *p = calloc(1, sizeof *p);

	if (p == NULL) {
		return -ENOMEM;
	}
	*p = (struct phcs_linux){ .port = { &OPS }, .calls = *calls, .clock = clock, .sock = -1 };
	*out = &p->port;
	return 0;
}

int
phc_linux_new(struct clock *clock, struct phcs **out)
{
	return phc_linux_new_over(&(struct phc_linux_calls){ .open = open_real,
				      .socket = socket_real,
				      .close = close,
				      .ioctl = ioctl_real,
				      .clocks = "/sys/class/ptp" },
	    clock, out);
}

void
phc_linux_free(struct phcs *port)
{
	struct phcs_linux *p = phcs_of(port);

	if (p != NULL && p->sock >= 0) {
		(void)p->calls.close(p->sock);
	}
	free(p);
}
