/* SPDX-License-Identifier: BSD-2-Clause */
/* device_shm - attaches a segment, copies it, and tells who else may write to it. */
#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>
#include "device_kinds.h"
#include "sys/file_access.h"

enum {
	MODE_OWNER = 0600,
	MODE_ALL = 0666,
	MODE_BITS = 0777,
	WRITERS = 0022, /* group and others */
	LINE_MAX_SHM = 256
};

struct device_shm {
	struct device_sys sys;
	uint32_t key;
	int id;
	size_t len; /* of the segment, cut at DEVICE_BYTES_MAX */
	uint8_t *at;
};

/* ---- why not ---- */

/* Who made the segment with that key, and its mode; all may read that. */
static bool
find_owner(uint32_t key, unsigned *mode, unsigned *uid)
{
	FILE *f = fopen("/proc/sysvipc/shm", "re");
	char line[LINE_MAX_SHM];
	bool found = false;

	while (f != NULL && !found && fgets(line, sizeof line, f) != NULL) {
		long long k;
		/* key shmid perms size cpid lpid nattch uid: a table of the kernel's own. */
		char *at = line, *end = NULL;
		unsigned long field[8] = { 0 };

		k = strtoll(at, &end, 10);
		for (unsigned i = 1; i < 8 && end != at; i++) {
			at = end;
			field[i] = strtoul(at, &end, i == 2 ? 8 : 10);
		}
		found = end != at && (uint32_t)k == key;
		*mode = (unsigned)field[2] & MODE_BITS;
		*uid = (unsigned)field[7];
	}
	if (f != NULL) {
		(void)fclose(f);
	}
	return found;
}

static void
explain(uint32_t key, int error, struct text *why)
{
	unsigned mode = 0, uid = 0;

	if (error == -EACCES && find_owner(key, &mode, &uid)) {
		text_printf(why, "; segment 0x%08" PRIx32 " has mode %04o, owner ", key, mode);
		file_access_put_user(uid, why);
		text_put(why,
		    ": whoever makes it first decides. Start ntpd before the program that writes "
		    "it, or let that run as ");
		file_access_put_user(geteuid(), why);
	} else if (error == -EACCES) {
		text_printf(why, "; segment 0x%08" PRIx32 " is another user's", key);
	} else if (error == -EPERM || error == -ENOSYS) {
		text_put(why,
		    "; the sandbox that -u brings allows no shared memory when there was no line "
		    "for it at the start: restart ntpd");
	}
}

/* Who may write it may set our clock. */
static void
warn_of_writers(uint32_t key, const struct shmid_ds *st, struct text *why)
{
	unsigned mode = st->shm_perm.mode & MODE_BITS;
	bool foreign = st->shm_perm.cuid != 0 && st->shm_perm.cuid != geteuid();

	if (!foreign && (mode & WRITERS) == 0) {
		return;
	}
	text_printf(why, "segment 0x%08" PRIx32 " has mode %04o, made by ", key, mode);
	file_access_put_user(st->shm_perm.cuid, why);
	text_printf(why, ": %s can set the clock of this host",
	    (mode & WRITERS) != 0 ? "every user who may write it" : "that user");
}

/* ---- its life ---- */

/* One that is there has the length that its maker gave it. */
static int
find_or_make(const struct device_want *want)
{
	int id = shmget((key_t)want->key, 0, 0);

	if (id < 0 && errno == ENOENT) {
		id = shmget((key_t)want->key, want->len,
		    IPC_CREAT | IPC_EXCL | (want->owner_only ? MODE_OWNER : MODE_ALL));
	}
	return id < 0 ? -errno : id;
}

static int
read_segment(struct device_sys *d, struct device_reading *out)
{
	struct device_shm *s = (struct device_shm *)d;

	/*
	 * Removed, it stays here for nobody: the next writer makes another. Who has the key may be
	 * asked without any right.
	 */
	if (shmget((key_t)s->key, 0, 0) != s->id) {
		return -EIDRM;
	}
	atomic_thread_fence(memory_order_acquire);
	memcpy(out->bytes, s->at, s->len);
	/*
	 * A copy takes its octets in any order, so the writer's count in it may be newer than the
	 * rest: nothing has changed where all of it is the same once more.
	 */
	atomic_thread_fence(memory_order_acquire);
	out->torn = memcmp(out->bytes, s->at, s->len) != 0;
	out->len = s->len;
	out->snapshot = true;
	return 0;
}

static void
put(struct device_sys *d, size_t at, uint32_t value)
{
	struct device_shm *s = (struct device_shm *)d;

	if (at + sizeof value <= s->len) {
		memcpy(s->at + at, &value, sizeof value);
	}
}

static void
detach(struct device_sys *d)
{
	struct device_shm *s = (struct device_shm *)d;

	(void)shmdt(s->at);
	free(s);
}

static const struct device_calls CALLS = { .read = read_segment, .put = put, .close = detach };

int
device_shm_open(const struct device_sys *like, const struct device_want *want,
    struct device_sys **out, struct text *why)
{
	struct device_shm *s = calloc(1, sizeof *s);
	struct shmid_ds st;
	int error = 0;

	if (s == NULL) {
		return -ENOMEM;
	}
	s->sys = *like;
	s->sys.calls = &CALLS;
	s->key = want->key;
	s->id = find_or_make(want);
	if (s->id < 0 || shmctl(s->id, IPC_STAT, &st) != 0) {
		error = s->id < 0 ? s->id : -errno;
	} else {
		s->at = shmat(s->id, NULL, 0);
		/* NOLINTNEXTLINE(performance-no-int-to-ptr): no address, as the manual has it */
		error = s->at == (uint8_t *)-1 ? -errno : 0;
	}
	if (error != 0) {
		explain(want->key, error, why);
		free(s);
		return error;
	}
	s->len = st.shm_segsz < DEVICE_BYTES_MAX ? st.shm_segsz : DEVICE_BYTES_MAX;
	/* What we make for all is of course for all, and gpsd's way: said of those of others. */
	warn_of_writers(want->key, &st, why);
	*out = &s->sys;
	return 0;
}
