/* SPDX-License-Identifier: BSD-2-Clause */
/* fence - paths, and a ruleset of Landlock made of them. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "sys/fence.h"
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#ifdef HAVE_LINUX_LANDLOCK_H
#include <linux/landlock.h>
#endif

enum { ENTRIES_MAX = 1024, PORTS_MAX = 512, DNS_PORT = 53 };

struct entry {
	enum fence_use use;
	char *path; /* without links, absolute */
};

struct fence {
	struct entry *at;
	unsigned n, port_n;
	uint16_t port[PORTS_MAX];
	bool settled; /* it was tried to enter it: nothing is added any more */
	bool entered;
};

struct fence *
fence_new(void)
{
	return calloc(1, sizeof(struct fence));
}

void
fence_free(struct fence *f)
{
	if (f == NULL) {
		return;
	}
	for (unsigned i = 0; i < f->n; i++) {
		free(f->at[i].path);
	}
	free(f->at);
	free(f);
}

/* ---- paths ---- */

static bool
is_below(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	return strncmp(path, folder, n) == 0 &&
	    (path[n] == '\0' || path[n] == '/' || strcmp(folder, "/") == 0);
}

static bool
is_allowed(const struct fence *f, enum fence_use use, const char *real)
{
	for (unsigned i = 0; i < f->n; i++) {
		if (f->at[i].use >= use && is_below(real, f->at[i].path)) {
			return true;
		}
	}
	return false;
}

/* The folder of path, without links; NULL when there is none. The caller frees it. */
static char *
real_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *real = NULL;

	if (slash == NULL) {
		return realpath(".", NULL);
	}
	char *dir = slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
	if (dir != NULL) {
		real = realpath(dir, NULL);
	}
	free(dir);
	return real;
}

/* Takes real over. */
static void
add(struct fence *f, enum fence_use use, char *real)
{
	struct entry *at = NULL;

	if (real != NULL && f->n < ENTRIES_MAX && !is_allowed(f, use, real)) {
		at = realloc(f->at, (f->n + 1) * sizeof *at);
	}
	if (at == NULL) {
		free(real);
		return;
	}
	f->at = at;
	at[f->n++] = (struct entry){ use, real };
}

void
fence_allow(struct fence *f, enum fence_use use, const char *path)
{
	if (!f->settled) {
		add(f, use, realpath(path, NULL));
	}
}

/* The folder of path, unless that is the root of all, or of devices. */
static void
add_folder(struct fence *f, enum fence_use use, const char *path)
{
	char *dir = real_folder(path);

	if (dir != NULL && (strcmp(dir, "/") == 0 || strcmp(dir, "/dev") == 0)) {
		free(dir);
		dir = realpath(path, NULL);
	}
	add(f, use, dir);
}

void
fence_allow_beside(struct fence *f, enum fence_use use, const char *path)
{
	if (f->settled) {
		return;
	}
	add_folder(f, use, path);
	/* Only what is read may be a link; the file that it names is replaced where that is. */
	char *real = use == FENCE_READ ? realpath(path, NULL) : NULL;
	if (real != NULL) {
		add_folder(f, use, real);
		free(real);
	}
}

void
fence_allow_connect(struct fence *f, uint16_t port)
{
	for (unsigned i = 0; i < f->port_n; i++) {
		if (f->port[i] == port) {
			return;
		}
	}
	if (!f->settled && f->port_n < PORTS_MAX) {
		f->port[f->port_n++] = port;
	}
}

void
fence_allow_system(struct fence *f)
{
	static const char *const folders[] = { "/etc", "/usr", "/lib", "/lib32", "/lib64", "/run",
		"/proc/self", "/proc/sys", "/sys/devices/system/cpu", "/var/cache/nscd", "/var/db",
		"/var/lib/sss", "/var/yp", "/dev/random", "/dev/urandom" };
	static const char *const links[] = { "/etc/hosts", "/etc/localtime", "/etc/nsswitch.conf",
		"/etc/resolv.conf" };

	for (unsigned i = 0; i < sizeof folders / sizeof folders[0]; i++) {
		fence_allow(f, FENCE_READ, folders[i]);
	}
	for (unsigned i = 0; i < sizeof links / sizeof links[0]; i++) {
		fence_allow_beside(f, FENCE_READ, links[i]);
	}
	fence_allow(f, FENCE_WRITE, "/dev/null");
	fence_allow_connect(f, DNS_PORT);
}

bool
fence_admits(const struct fence *f, enum fence_use use, const char *path)
{
	if (!f->entered) {
		return true;
	}
	char *real = realpath(path, NULL);
	if (real == NULL) {
		real = real_folder(path);
	}
	bool within = real != NULL && is_allowed(f, use, real);
	free(real);
	return within;
}

/* ---- the kernel ---- */

#if !defined HAVE_LINUX_LANDLOCK_H || !defined SYS_landlock_create_ruleset

bool
fence_is_built(void)
{
	return false;
}

int
fence_enter(struct fence *f)
{
	f->settled = true;
	return -ENOSYS;
}

#else

/* What the headers at build may be too old to name: linux/landlock.h of Linux 6.12. */
enum {
	ABI_REFER = 2,
	ABI_TRUNCATE = 3,
	ABI_NET = 4,
	ABI_IOCTL = 5,
	ABI_SCOPE = 6,
	RULE_NET_PORT = 2
};

static const uint64_t FS_TRUNCATE = UINT64_C(1) << 14, FS_IOCTL_DEV = UINT64_C(1) << 15;
static const uint64_t NET_BIND_TCP = UINT64_C(1) << 0, NET_CONNECT_TCP = UINT64_C(1) << 1;
static const uint64_t SCOPE_ABSTRACT_UNIX = UINT64_C(1) << 0;

struct ruleset {
	uint64_t fs, net, scoped;
};

struct net_rule {
	uint64_t access, port;
};

static const uint64_t read_access = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
static const uint64_t write_access = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR |
    LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE;
static const uint64_t file_access = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE;

bool
fence_is_built(void)
{
	return true;
}

/* All that a kernel of that version can deny. */
static struct ruleset
all_of(long abi)
{
	struct ruleset r = { .fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1 };

	r.fs |= abi >= ABI_REFER ? LANDLOCK_ACCESS_FS_REFER : 0;
	r.fs |= abi >= ABI_TRUNCATE ? FS_TRUNCATE : 0;
	r.fs |= abi >= ABI_IOCTL ? FS_IOCTL_DEV : 0;
	r.net = abi >= ABI_NET ? NET_BIND_TCP | NET_CONNECT_TCP : 0;
	r.scoped = abi >= ABI_SCOPE ? SCOPE_ABSTRACT_UNIX : 0;
	return r;
}

/* A path that went away in the meantime is just not allowed. */
static int
add_path(int ruleset, const struct ruleset *all, const struct entry *e)
{
	struct landlock_path_beneath_attr rule = { .parent_fd = open(e->path, O_PATH | O_CLOEXEC) };
	struct stat st;

	if (rule.parent_fd < 0) {
		return 0;
	}
	rule.allowed_access = e->use == FENCE_WRITE ? write_access | FS_TRUNCATE
	    : e->use == FENCE_DEVICE                ? read_access | FS_IOCTL_DEV
						    : read_access;
	if (fstat(rule.parent_fd, &st) != 0 || !S_ISDIR(st.st_mode)) {
		rule.allowed_access &= file_access | FS_TRUNCATE | FS_IOCTL_DEV;
	}
	rule.allowed_access &= all->fs;
	long rc = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0U);
	int error = rc == 0 ? 0 : -errno;
	(void)close(rule.parent_fd);
	return error;
}

static int
add_port(int ruleset, const struct ruleset *all, uint16_t port)
{
	struct net_rule rule = { .access = NET_CONNECT_TCP, .port = port };

	if (all->net == 0) {
		return 0;
	}
	return syscall(SYS_landlock_add_rule, ruleset, RULE_NET_PORT, &rule, 0U) == 0 ? 0 : -errno;
}

int
fence_enter(struct fence *f)
{
	f->settled = true;
	long abi =
	    syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, LANDLOCK_CREATE_RULESET_VERSION);
	if (abi < 1) {
		return abi < 0 ? -errno : -ENOSYS;
	}
	struct ruleset all = all_of(abi);
	/* An older kernel takes the longer struct, since what it does not know is zero. */
	int ruleset = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof all, 0U);
	if (ruleset < 0) {
		return -errno;
	}
	int error = 0;
	for (unsigned i = 0; i < f->port_n && error == 0; i++) {
		error = add_port(ruleset, &all, f->port[i]);
	}
	for (unsigned i = 0; i < f->n && error == 0; i++) {
		error = add_path(ruleset, &all, &f->at[i]);
	}
	if (error == 0 && syscall(SYS_landlock_restrict_self, ruleset, 0U) != 0) {
		error = -errno;
	}
	(void)close(ruleset);
	f->entered = error == 0;
	return error;
}

#endif
