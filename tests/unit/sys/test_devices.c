/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The devices of reference clocks as the kernel has them: pseudo terminals, pipes, sockets,
 * segments; what is in their place, and those who write to them without end or break off. No call
 * waits: whoever says nothing is asked no longer than a turn of the loop.
 */
#include "sys/devices.h"
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <pty.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>
#include "refclock/shm.h"
#include "sys/loop_event.h"

enum { NAME_SIZE = 128, WHY_SIZE = 512, MEGABYTE = 1024 * 1024, SHM_SIZE = 96 };

struct bench {
	struct loop *l;
	struct loop_timer timer;
	struct clock clock;
	struct clock_reading now; /* what the clock says */
	struct devices *d;
	char folder[NAME_SIZE];
	char why[WHY_SIZE];
	struct device *dev;
	struct device_reading got;
};

static void
read_clock(struct clock *c, struct clock_reading *out)
{
	*out = ((struct bench *)(void *)((char *)c - offsetof(struct bench, clock)))->now;
}

static const struct clock_ops CLOCK = { .read = read_clock };

static void
stop(void *ctx)
{
	struct bench *b = ctx;

	b->l->ops->stop(b->l, 0);
}

static int
begin(void **state)
{
	struct bench *b = calloc(1, sizeof *b);

	assert_non_null(b);
	b->clock.ops = &CLOCK;
	b->now = (struct clock_reading){ { INT64_C(1700000000) * NS_PER_S }, { NS_PER_S }, 0 };
	assert_int_equal(loop_event_new(&b->l), 0);
	assert_int_equal(devices_new(b->l, &b->clock, NULL, &b->d), 0);
	b->l->ops->timer_init(b->l, &b->timer, stop, b);
	(void)snprintf(b->folder, sizeof b->folder, "/tmp/test_devices.XXXXXX");
	assert_non_null(mkdtemp(b->folder));
	*state = b;
	return 0;
}

static const char *
in_folder(const struct bench *b, const char *name)
{
	static char path[2 * NAME_SIZE];

	(void)snprintf(path, sizeof path, "%s/%s", b->folder, name);
	return path;
}

static int
end(void **state)
{
	struct bench *b = *state;
	static const char *const names[] = { "file", "dir", "pipe", "loop", "sock", "zero" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		(void)remove(in_folder(b, names[i]));
	}
	assert_int_equal(rmdir(b->folder), 0);
	b->l->ops->timer_done(b->l, &b->timer);
	devices_free(b->d);
	loop_event_free(b->l);
	free(b);
	return 0;
}

/* What is in the folder in the place of a device. */
static void
furnish(const struct bench *b)
{
	int fd = open(in_folder(b, "file"), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

	assert_true(fd >= 0 && close(fd) == 0);
	assert_int_equal(mkdir(in_folder(b, "dir"), 0700), 0);
	assert_int_equal(mkfifo(in_folder(b, "pipe"), 0600), 0);
	assert_int_equal(symlink("loop", in_folder(b, "loop")), 0);
	assert_int_equal(symlink("/dev/zero", in_folder(b, "zero")), 0);
}

/* Some turns of the loop. */
static void
turn(struct bench *b)
{
	b->l->ops->timer_arm(b->l, &b->timer, mtime_add_s(loop_now(b->l), 0.02));
	assert_int_equal(loop_event_run(b->l), 0);
}

static int
open_want(struct bench *b, const struct device_want *want)
{
	struct text t = text_over(b->why, sizeof b->why);

	text_put(&t, "");
	b->dev = NULL;
	return b->d->ops->open(b->d, want, &b->dev, &t);
}

static int
open_path(struct bench *b, enum device_kind kind, const char *path)
{
	struct device_want want = { .kind = kind };
	struct text t = text_over(want.path, sizeof want.path);

	text_put(&t, path);
	return open_want(b, &want);
}

static int
next(struct bench *b)
{
	return b->d->ops->read(b->dev, &b->got);
}

/* The same once it has come. */
static int
await(struct bench *b)
{
	int error = next(b);

	for (int i = 0; i < 500 && error == -EAGAIN; i++) {
		turn(b);
		error = next(b);
	}
	return error;
}

/* It is that line. */
static void
assert_line(const struct bench *b, const char *expected)
{
	assert_int_equal(b->got.len, strlen(expected));
	assert_memory_equal(b->got.bytes, expected, b->got.len);
}

static void
write_all(int fd, const char *text)
{
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

/* ---- lines ---- */

static int
open_tty(struct bench *b, int *master, int *slave)
{
	char name[NAME_SIZE];

	assert_int_equal(openpty(master, slave, name, NULL, NULL), 0);
	assert_int_equal(fcntl(*master, F_SETFL, O_NONBLOCK), 0);
	return open_path(b, DEVICE_LINE, name);
}

static void
sentences_of_before_the_line_was_opened_are_dropped(void **state)
{
	static const char *const stale[] = { "$OLD,1\r\n$OLD,2\r\n", "$OLD,3\r\n$OLD,ha", "\n",
		"" };
	struct bench *b = *state;

	for (size_t i = 0; i < sizeof stale / sizeof *stale; i++) {
		char name[NAME_SIZE];
		int master, slave;

		assert_int_equal(openpty(&master, &slave, name, NULL, NULL), 0);
		write_all(master, stale[i]);
		assert_int_equal(open_path(b, DEVICE_LINE, name), 0);
		turn(b);
		assert_int_equal(next(b), -EAGAIN);
		b->now.real.ns += NS_PER_S;
		write_all(master, "$NEW,1\r\n");
		assert_int_equal(await(b), 0);
		assert_line(b, "$NEW,1");
		assert_int_equal(b->got.at.real.ns, b->now.real.ns);
		assert_int_equal(next(b), -EAGAIN);
		b->dev->of->ops->close(b->dev);
		(void)close(master);
		(void)close(slave);
	}
}

/* What has no end comes in pieces, the newest are kept, and what follows its end is a line. */
/* Where the kernel may still hold all that it has room for. */
static void
write_with_turns(struct bench *b, int fd, const char *text)
{
	for (int i = 0; i < 500 && *text != '\0'; i++) {
		ssize_t n = write(fd, text, strlen(text));

		if (n < 0) {
			assert_int_equal(errno, EAGAIN);
			turn(b);
		}
		text += n > 0 ? n : 0;
	}
	assert_int_equal(*text, '\0');
}

static void
a_megabyte_without_an_end_is_pieces_and_then_lines_again(void **state)
{
	struct bench *b = *state;
	char junk[1024];
	size_t sent = 0;
	int master, slave, pieces = 0;

	memset(junk, 'x', sizeof junk);
	assert_int_equal(open_tty(b, &master, &slave), 0);
	while (sent < MEGABYTE) {
		ssize_t n = write(master, junk, sizeof junk);

		sent += n > 0 ? (size_t)n : 0;
		if (n < 0) {
			turn(b);
		}
	}
	for (int error = await(b); error == 0; error = next(b)) {
		assert_int_equal(b->got.len, DEVICE_BYTES_MAX);
		pieces++;
	}
	assert_in_range(pieces, 10, 16);
	write_with_turns(b, master, "\r\n$NEW,1\r\n");
	while (await(b) == 0 && b->got.bytes[0] == 'x') {
	}
	assert_line(b, "$NEW,1");
	b->dev->of->ops->close(b->dev);
	(void)close(master);
	(void)close(slave);
}

static void
halves_of_a_line_are_one_at_the_time_of_its_end(void **state)
{
	struct bench *b = *state;
	int master, slave;

	assert_int_equal(open_tty(b, &master, &slave), 0);
	write_all(master, "$GP");
	turn(b);
	assert_int_equal(next(b), -EAGAIN);
	b->now.real.ns += 7;
	write_all(master, "ZDA,\n\r\n\n");
	assert_int_equal(await(b), 0);
	assert_line(b, "$GPZDA,");
	assert_int_equal(b->got.at.real.ns, b->now.real.ns);
	assert_int_equal(next(b), -EAGAIN);
	b->dev->of->ops->close(b->dev);
	(void)close(master);
	(void)close(slave);
}

static void
a_terminal_that_is_hung_up_is_gone(void **state)
{
	struct bench *b = *state;
	int master, slave;

	assert_int_equal(open_tty(b, &master, &slave), 0);
	write_all(master, "$LAST\n");
	turn(b);
	(void)close(master);
	assert_int_equal(await(b), 0);
	assert_line(b, "$LAST");
	assert_in_range(-await(b), 1, 255);
	assert_int_not_equal(next(b), -EAGAIN);
	b->dev->of->ops->close(b->dev);
	(void)close(slave);
}

/* None of these waits for anybody at its open, nor is it a line. */
static void
what_is_no_serial_line_is_said(void **state)
{
	static const struct {
		const char *name;
		int error;
	} cases[] = { { "file", -ENOTTY }, { "dir", -ENOTTY }, { "loop", -ELOOP },
		{ "zero", -ENOTTY }, { "none", -ENOENT }, { "file/x", -ENOTDIR } };
	struct bench *b = *state;

	furnish(b);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(open_path(b, DEVICE_LINE, in_folder(b, cases[i].name)),
		    cases[i].error);
		assert_non_null(strstr(b->why, cases[i].name));
		assert_int_equal(strstr(b->why, "is no serial line") != NULL,
		    cases[i].error == -ENOTTY);
	}
}

/* Nobody need write to it at its open, and it ends with who does. */
static void
a_pipe_may_be_a_line(void **state)
{
	struct bench *b = *state;
	int writer;

	furnish(b);
	assert_int_equal(open_path(b, DEVICE_LINE, in_folder(b, "pipe")), 0);
	turn(b);
	assert_int_equal(next(b), -EAGAIN);
	writer = open(in_folder(b, "pipe"), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	assert_true(writer >= 0);
	write_all(writer, "$LAST\n");
	assert_int_equal(await(b), 0);
	assert_line(b, "$LAST");
	(void)close(writer);
	assert_int_equal(await(b), -ENODEV);
	b->dev->of->ops->close(b->dev);
}

/* ---- pulses and pages ---- */

static void
what_is_no_pps_device_is_said(void **state)
{
	static const char *const names[] = { "file", "dir", "pipe", "zero" };
	struct bench *b = *state;

	furnish(b);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		assert_int_equal(open_path(b, DEVICE_PULSE, in_folder(b, names[i])), -ENOTTY);
		assert_non_null(strstr(b->why, "it is no PPS device"));
	}
	assert_int_equal(open_path(b, DEVICE_PULSE, in_folder(b, "loop")), -ELOOP);
}

static void
a_page_is_whatever_a_file_begins_with(void **state)
{
	static const struct {
		const char *name;
		int error;
		size_t len;
	} cases[] = { { "file", 0, 0 }, { "dir", -EISDIR, 0 }, { "pipe", -ESPIPE, 0 },
		{ "zero", 0, DEVICE_BYTES_MAX } };
	struct bench *b = *state;

	furnish(b);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(open_path(b, DEVICE_PAGE, in_folder(b, cases[i].name)), 0);
		assert_int_equal(next(b), cases[i].error);
		assert_int_equal(b->got.len, cases[i].len);
		b->dev->of->ops->close(b->dev);
	}
	assert_int_equal(open_path(b, DEVICE_PAGE, in_folder(b, "loop")), -ELOOP);
}

/* ---- datagrams ---- */

static int
writer_to(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	(void)snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
	assert_int_equal(connect(fd, (const struct sockaddr *)&a, sizeof a), 0);
	return fd;
}

static void
a_datagram_has_its_length_up_to_the_most_that_is_read(void **state)
{
	struct bench *b = *state;
	uint8_t octets[2 * DEVICE_BYTES_MAX] = { 0 };
	int fd;

	assert_int_equal(open_path(b, DEVICE_DATAGRAM, in_folder(b, "sock")), 0);
	fd = writer_to(in_folder(b, "sock"));
	for (size_t len = 0; len < sizeof octets; len++) {
		assert_int_equal(send(fd, octets, len, 0), len);
		assert_int_equal(await(b), 0);
		assert_int_equal(b->got.len, len < DEVICE_BYTES_MAX ? len : DEVICE_BYTES_MAX);
		assert_int_equal(next(b), -EAGAIN);
	}
	(void)close(fd);
	b->dev->of->ops->close(b->dev);
	assert_int_equal(access(in_folder(b, "sock"), F_OK), -1);
}

/* What nobody reads fills the queue of the kernel, and costs its writer alone. */
static void
a_flood_of_datagrams_is_the_writers_own_wait(void **state)
{
	struct bench *b = *state;
	unsigned sent = 0, got = 0;
	int fd;

	assert_int_equal(open_path(b, DEVICE_DATAGRAM, in_folder(b, "sock")), 0);
	fd = writer_to(in_folder(b, "sock"));
	while (sent < 100000 && send(fd, "x", 1, 0) == 1) {
		sent++;
	}
	assert_int_equal(errno, EAGAIN);
	while (next(b) == 0) {
		got++;
	}
	assert_int_equal(got, sent);
	(void)close(fd);
	b->dev->of->ops->close(b->dev);
}

static void
what_is_in_the_place_of_a_socket_stays(void **state)
{
	static const char *const names[] = { "file", "dir", "pipe", "loop", "zero" };
	struct bench *b = *state;
	struct stat before, after;
	char name[NAME_SIZE];

	furnish(b);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		assert_int_equal(lstat(in_folder(b, names[i]), &before), 0);
		assert_int_equal(open_path(b, DEVICE_DATAGRAM, in_folder(b, names[i])), -EEXIST);
		assert_non_null(strstr(b->why, "is there and no socket"));
		assert_int_equal(lstat(in_folder(b, names[i]), &after), 0);
		assert_int_equal(before.st_ino, after.st_ino);
	}
	assert_int_equal(open_path(b, DEVICE_DATAGRAM, in_folder(b, "none/sock")), -ENOENT);
	memset(name, 'n', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	assert_int_equal(open_path(b, DEVICE_DATAGRAM, in_folder(b, name)), -ENAMETOOLONG);
}

/* ---- segments ---- */

/* A key that is nobody's; of this process. */
static uint32_t
key(void)
{
	return UINT32_C(0x7e570000) | ((uint32_t)getpid() & 0xffffu);
}

static int
make_segment(size_t len)
{
	int id = shmget((key_t)key(), len, IPC_CREAT | IPC_EXCL | 0600);

	assert_true(id >= 0);
	return id;
}

static int
open_segment(struct bench *b)
{
	return open_want(b,
	    &(struct device_want){ .kind = DEVICE_SNAPSHOT,
		.key = key(),
		.len = SHM_SIZE,
		.owner_only = true });
}

static void
a_segment_is_read_as_long_as_its_maker_made_it(void **state)
{
	static const size_t made[] = { 1, 4, 79, 80, 96, 4096 };
	struct bench *b = *state;

	for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
		int id = make_segment(made[i]);

		assert_int_equal(open_segment(b), 0);
		assert_int_equal(await(b), 0);
		assert_int_equal(b->got.len,
		    made[i] < DEVICE_BYTES_MAX ? made[i] : DEVICE_BYTES_MAX);
		/* Beyond its end nothing is written. */
		b->d->ops->put(b->dev, 48, 0);
		b->d->ops->put(b->dev, made[i], 0xffffffff);
		assert_int_equal(shmctl(id, IPC_RMID, NULL), 0);
		assert_int_equal(next(b), -EIDRM);
		/* Another one by that name is not the one that is open. */
		id = make_segment(made[i]);
		assert_int_equal(next(b), -EIDRM);
		b->dev->of->ops->close(b->dev);
		assert_int_equal(shmctl(id, IPC_RMID, NULL), 0);
	}
}

struct writer {
	uint8_t *at;
	atomic_bool has_begun, ends;
};

static void
store_int(uint8_t *at, int32_t value)
{
	memcpy(at, &value, sizeof value);
	atomic_thread_fence(memory_order_seq_cst);
}

static void
spin(void)
{
	for (volatile int i = 0; i < 300; i++) {
	}
}

/*
 * As gpsd writes: count, the sample, count; valid is 0 meanwhile. Both times are the same. No
 * barrier is between the last two, so either may be seen first.
 */
static void *
write_on(void *ctx)
{
	struct writer *w = ctx;
	int32_t count = 0;

	for (int64_t sec = 1; !w->ends; sec++) {
		int32_t usec = (int32_t)(sec % 1000000), nsec = usec * 1000;

		store_int(w->at, 1);
		store_int(w->at + 48, 0);
		store_int(w->at + 4, ++count);
		memcpy(w->at + 8, &sec, sizeof sec);
		memcpy(w->at + 16, &usec, sizeof usec);
		memcpy(w->at + 24, &sec, sizeof sec);
		memcpy(w->at + 32, &usec, sizeof usec);
		memcpy(w->at + 52, &nsec, sizeof nsec);
		memcpy(w->at + 56, &nsec, sizeof nsec);
		atomic_thread_fence(memory_order_seq_cst);
		count++;
		store_int(w->at + (sec % 2 == 0 ? 4 : 48), sec % 2 == 0 ? count : 1);
		spin();
		store_int(w->at + (sec % 2 == 0 ? 48 : 4), sec % 2 == 0 ? 1 : count);
		w->has_begun = true;
		spin();
	}
	return NULL;
}

/* A second's two stamps of one sample are never of two. */
static void
a_sample_that_is_written_while_it_is_read_is_no_sample(void **state)
{
	struct bench *b = *state;
	struct writer w = { .has_begun = false };
	unsigned good = 0;
	pthread_t thread;
	int id = make_segment(SHM_SIZE);

	w.at = shmat(id, NULL, 0);
	assert_int_equal(open_segment(b), 0);
	assert_int_equal(pthread_create(&thread, NULL, write_on, &w), 0);
	while (!w.has_begun) {
		(void)sched_yield();
	}
	for (unsigned i = 0; i < 200000; i++) {
		struct shm_sample s;
		enum shm_verdict v;

		assert_int_equal(await(b), 0);
		v = shm_read(b->got.bytes, b->got.len, b->got.torn, &s);
		if (v == SHM_GOOD) {
			good++;
			assert_int_equal(s.clock_ns, s.received_ns);
			assert_int_equal(s.clock_ns / NS_PER_S % 1000000,
			    s.clock_ns % NS_PER_S / 1000);
		}
	}
	w.ends = true;
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_true(good > 0);
	b->dev->of->ops->close(b->dev);
	(void)shmdt(w.at);
	assert_int_equal(shmctl(id, IPC_RMID, NULL), 0);
}

/* ---- gpsd ---- */

struct server {
	int listener, peer;
	uint16_t port;
};

static const char HELLO[] = "?WATCH={};\r\n";

static struct server
server_new(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof a;
	struct server s = { .peer = -1 };

	s.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(s.listener, (const struct sockaddr *)&a, len), 0);
	assert_int_equal(listen(s.listener, 8), 0);
	assert_int_equal(getsockname(s.listener, (struct sockaddr *)&a, &len), 0);
	s.port = ntohs(a.sin_port);
	return s;
}

static int
open_stream(struct bench *b, struct server *s)
{
	int error = open_want(b,
	    &(struct device_want){ .kind = DEVICE_STREAM, .port = s->port, .hello = HELLO });

	if (error == 0) {
		s->peer = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		assert_true(s->peer >= 0);
	}
	return error;
}

static void
server_free(struct server *s)
{
	(void)close(s->listener);
	if (s->peer >= 0) {
		(void)close(s->peer);
	}
}

static void
it_is_greeted_once_it_has_spoken(void **state)
{
	struct bench *b = *state;
	struct server s = server_new();
	char said[64];

	assert_int_equal(open_stream(b, &s), 0);
	turn(b);
	assert_int_equal(recv(s.peer, said, sizeof said, 0), -1);
	write_all(s.peer, "{\"class\":\"VERS");
	for (int i = 0; i < 500 && recv(s.peer, said, sizeof said, MSG_PEEK) < 0; i++) {
		turn(b);
	}
	assert_int_equal(next(b), -EAGAIN);
	assert_int_equal(recv(s.peer, said, sizeof said, 0), strlen(HELLO));
	assert_memory_equal(said, HELLO, strlen(HELLO));
	b->now.real.ns += 7;
	write_all(s.peer, "ION\"}\r\n{\"class\":\"DEVICES\"}\r\n{\"cl");
	assert_int_equal(await(b), 0);
	assert_int_equal(b->got.len, strlen("{\"class\":\"VERSION\"}"));
	assert_memory_equal(b->got.line, "{\"class\":\"VERSION\"}", b->got.len);
	assert_int_equal(b->got.at.real.ns, b->now.real.ns);
	assert_int_equal(await(b), 0);
	assert_memory_equal(b->got.line, "{\"class\":\"DEVICES\"}", b->got.len);
	assert_int_equal(next(b), -EAGAIN);
	/* The half is still there, and it is asked for nothing again. */
	write_all(s.peer, "ass\":1}\n");
	assert_int_equal(await(b), 0);
	assert_memory_equal(b->got.line, "{\"class\":1}", b->got.len);
	assert_int_equal(recv(s.peer, said, sizeof said, 0), -1);
	b->dev->of->ops->close(b->dev);
	server_free(&s);
}

static void
nobody_there_is_said_and_whoever_comes_back_is_opened_again(void **state)
{
	struct bench *b = *state;
	struct server s = server_new(), other;

	(void)close(s.listener);
	assert_int_equal(open_stream(b, &s), -ECONNREFUSED);
	assert_non_null(strstr(b->why, "is gpsd running?"));
	other = server_new();
	assert_int_equal(open_stream(b, &other), 0);
	write_all(other.peer, "{}\r\n{\"half");
	turn(b);
	(void)close(other.peer);
	assert_int_equal(await(b), 0);
	assert_int_equal(await(b), -ECONNRESET);
	b->dev->of->ops->close(b->dev);
	assert_int_equal(open_stream(b, &other), 0);
	write_all(other.peer, "{\"new\":1}\r\n");
	assert_int_equal(await(b), 0);
	assert_memory_equal(b->got.line, "{\"new\":1}", b->got.len);
	b->dev->of->ops->close(b->dev);
	server_free(&other);
}

static void
whoever_says_nothing_is_given_up_after_ten_seconds(void **state)
{
	struct bench *b = *state;
	struct server s = server_new();

	assert_int_equal(open_stream(b, &s), 0);
	turn(b);
	b->now.mono.ns += 10 * (int64_t)NS_PER_S;
	assert_int_equal(next(b), -EAGAIN);
	b->now.mono.ns += 1;
	assert_int_equal(next(b), -ETIMEDOUT);
	b->dev->of->ops->close(b->dev);
	server_free(&s);
}

/* Sends without end while the loop takes it. */
static void
send_much(struct bench *b, int fd, char octet, size_t len)
{
	char chunk[4096];
	size_t sent = 0;

	memset(chunk, octet, sizeof chunk);
	while (sent < len) {
		size_t want = len - sent < sizeof chunk ? len - sent : sizeof chunk;
		ssize_t n = send(fd, chunk, want, MSG_NOSIGNAL);

		sent += n > 0 ? (size_t)n : 0;
		if (n < 0) {
			assert_int_equal(errno, EAGAIN);
			turn(b);
		}
	}
}

static void
say(struct bench *b, int fd, const char *text)
{
	while (send(fd, text, strlen(text), MSG_NOSIGNAL) != (ssize_t)strlen(text)) {
		turn(b);
	}
}

static void
a_line_has_a_most_and_the_next_one_is_whole(void **state)
{
	static const struct {
		size_t len;
		bool read;
	} cases[] = { { DEVICE_STREAM_MAX, true }, { DEVICE_STREAM_MAX + 1, false },
		{ MEGABYTE, false } };
	struct bench *b = *state;
	struct server s = server_new();

	assert_int_equal(open_stream(b, &s), 0);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		send_much(b, s.peer, 'x', cases[i].len);
		say(b, s.peer, "\r\n{}\r\n");
		assert_int_equal(await(b), 0);
		assert_int_equal(b->got.len <= DEVICE_STREAM_MAX, cases[i].read);
		assert_int_equal(await(b), 0);
		assert_int_equal(b->got.len, 2);
		assert_memory_equal(b->got.line, "{}", 2);
		assert_int_equal(next(b), -EAGAIN);
	}
	b->dev->of->ops->close(b->dev);
	server_free(&s);
}

/* Of what nobody read the oldest is kept, and what comes once it was read. */
static void
lines_beyond_what_is_kept_are_lost_and_later_ones_are_not(void **state)
{
	struct bench *b = *state;
	struct server s = server_new();
	unsigned got = 0;

	assert_int_equal(open_stream(b, &s), 0);
	for (int i = 0; i < 200; i++) {
		char line[16];

		(void)snprintf(line, sizeof line, "%03d\n", i);
		say(b, s.peer, line);
	}
	for (int i = 0; i < 10; i++) {
		turn(b);
	}
	for (int error = await(b); error == 0; error = next(b)) {
		char number[4] = { 0 };

		memcpy(number, b->got.line, 3);
		assert_int_equal(strtol(number, NULL, 10), got);
		got++;
	}
	assert_int_equal(got, 64);
	/* More octets than are kept: those of the newest are not. */
	for (int i = 0; i < 20; i++) {
		send_much(b, s.peer, 'y', DEVICE_STREAM_MAX);
		say(b, s.peer, "\n");
	}
	assert_int_equal(await(b), 0);
	for (got = 1; next(b) == 0; got++) {
		assert_int_equal(b->got.len <= DEVICE_STREAM_MAX, got < 6);
	}
	say(b, s.peer, "last\n");
	while (await(b) == 0 && b->got.len != 4) {
	}
	assert_memory_equal(b->got.line, "last", 4);
	b->dev->of->ops->close(b->dev);
	server_free(&s);
}

int
main(void)
{
#define DEVICE_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		DEVICE_TEST(sentences_of_before_the_line_was_opened_are_dropped),
		DEVICE_TEST(a_megabyte_without_an_end_is_pieces_and_then_lines_again),
		DEVICE_TEST(halves_of_a_line_are_one_at_the_time_of_its_end),
		DEVICE_TEST(a_terminal_that_is_hung_up_is_gone),
		DEVICE_TEST(what_is_no_serial_line_is_said),
		DEVICE_TEST(a_pipe_may_be_a_line),
		DEVICE_TEST(what_is_no_pps_device_is_said),
		DEVICE_TEST(a_page_is_whatever_a_file_begins_with),
		DEVICE_TEST(a_datagram_has_its_length_up_to_the_most_that_is_read),
		DEVICE_TEST(a_flood_of_datagrams_is_the_writers_own_wait),
		DEVICE_TEST(what_is_in_the_place_of_a_socket_stays),
		DEVICE_TEST(a_segment_is_read_as_long_as_its_maker_made_it),
		DEVICE_TEST(a_sample_that_is_written_while_it_is_read_is_no_sample),
		DEVICE_TEST(it_is_greeted_once_it_has_spoken),
		DEVICE_TEST(nobody_there_is_said_and_whoever_comes_back_is_opened_again),
		DEVICE_TEST(whoever_says_nothing_is_given_up_after_ten_seconds),
		DEVICE_TEST(a_line_has_a_most_and_the_next_one_is_whole),
		DEVICE_TEST(lines_beyond_what_is_kept_are_lost_and_later_ones_are_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
