/* SPDX-License-Identifier: BSD-2-Clause */
/* proc_user - the user and the capabilities of the process. */
#include "sys/proc.h"
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <unistd.h>
#include "base/text.h"

/* ---- who ---- */

static int
find_group(const char *text, gid_t *out)
{
	uint32_t number;
	const struct group *g = getgrnam(text);

	if (g != NULL) {
		*out = g->gr_gid;
		return 0;
	}
	if (text[0] >= '0' && text[0] <= '9' && text_to_u32(text, &number)) {
		*out = (gid_t)number;
		return 0;
	}
	return -ENOENT;
}

static int
find_user(const char *text, bool group_given, struct proc_user *out)
{
	uint32_t number;
	const struct passwd *p = getpwnam(text);

	if (p == NULL && text[0] >= '0' && text[0] <= '9' && text_to_u32(text, &number)) {
		p = getpwuid((uid_t)number);
		if (p == NULL) {
			out->uid = (uid_t)number;
			return group_given ? 0 : -EINVAL;
		}
	}
	if (p == NULL) {
		return -ENOENT;
	}
	out->uid = p->pw_uid;
	out->gid = p->pw_gid;
	(void)snprintf(out->name, sizeof out->name, "%s", p->pw_name);
	return 0;
}

int
proc_user_find(const char *spec, struct proc_user *out)
{
	struct proc_user u = { 0 };
	char user[256];
	const char *colon = strchr(spec, ':');
	size_t len = colon == NULL ? strlen(spec) : (size_t)(colon - spec);
	bool group_given = colon != NULL && colon[1] != '\0';

	if (len == 0 || len >= sizeof user) {
		return -ENOENT;
	}
	memcpy(user, spec, len);
	user[len] = '\0';
	int rc = find_user(user, group_given, &u);
	if (rc == 0 && group_given) {
		rc = find_group(colon + 1, &u.gid);
	}
	if (rc == 0) {
		*out = u;
	}
	return rc;
}

/* ---- capabilities ---- */

/*
 * Makes the permitted and effective sets those of list that are permitted now; nothing is
 * inheritable. 0 or -errno.
 */
static int
keep_caps(const cap_value_t *list, int n)
{
	cap_t now = cap_get_proc(), want = cap_init();
	int rc = now == NULL || want == NULL ? -ENOMEM : 0;

	for (int i = 0; i < n && rc == 0; i++) {
		cap_flag_value_t has = CAP_CLEAR;
		if (cap_get_flag(now, list[i], CAP_PERMITTED, &has) == 0 && has == CAP_SET &&
		    (cap_set_flag(want, CAP_PERMITTED, 1, &list[i], CAP_SET) != 0 ||
			cap_set_flag(want, CAP_EFFECTIVE, 1, &list[i], CAP_SET) != 0)) {
			rc = -errno;
		}
	}
	if (rc == 0 && cap_set_proc(want) != 0) {
		rc = -errno;
	}
	(void)cap_free(now);
	(void)cap_free(want);
	return rc;
}

static bool
is_listed(cap_value_t cap, const cap_value_t *list, int n)
{
	for (int i = 0; i < n; i++) {
		if (list[i] == cap) {
			return true;
		}
	}
	return false;
}

/*
 * Needs CAP_SETPCAP; without it the bounding set stays, and no_new_privs alone stands against exec.
 */
static void
drop_bounding(const cap_value_t *keep, int n)
{
	for (cap_value_t cap = 0; cap_get_bound(cap) >= 0; cap++) {
		if (!is_listed(cap, keep, n)) {
			(void)cap_drop_bound(cap);
		}
	}
}

static const cap_value_t keep_always[] = { CAP_SYS_TIME, CAP_NET_BIND_SERVICE };
static const cap_value_t keep_as_root[] = { CAP_SYS_TIME, CAP_NET_BIND_SERVICE, CAP_DAC_OVERRIDE,
	CAP_SETUID, CAP_SETGID };
static const cap_value_t keep_for_change[] = { CAP_SYS_TIME, CAP_NET_BIND_SERVICE, CAP_SETUID,
	CAP_SETGID };

enum { ALWAYS_N = 2, AS_ROOT_N = 5, FOR_CHANGE_N = 4 };

/* Groups, then the user. Without the right to change them they may already be the wanted ones. */
static int
change_user(const struct proc_user *u, const char **what)
{
	uid_t r, e, s;

	int rc = u->name[0] != '\0' ? initgroups(u->name, u->gid) : setgroups(0, NULL);
	if (rc != 0 && !(errno == EPERM && getuid() == u->uid && getgid() == u->gid)) {
		*what = "setting the groups";
		return -errno;
	}
	if (setresgid(u->gid, u->gid, u->gid) != 0) {
		*what = "setting the group";
		return -errno;
	}
	if (setresuid(u->uid, u->uid, u->uid) != 0) {
		*what = "setting the user";
		return -errno;
	}
	if (getresuid(&r, &e, &s) != 0 || r != u->uid || e != u->uid || s != u->uid) {
		*what = "changing the user for good";
		return -EPERM;
	}
	return 0;
}

int
proc_drop_user(const struct proc_user *u, const char **what)
{
	drop_bounding(keep_always, ALWAYS_N);
	int rc = keep_caps(keep_for_change, FOR_CHANGE_N);
	if (rc != 0) {
		*what = "reducing capabilities";
		return rc;
	}
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) {
		*what = "keeping capabilities";
		return -errno;
	}
	rc = change_user(u, what);
	if (rc != 0) {
		return rc;
	}
	(void)prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0);
	(void)cap_reset_ambient();
	rc = keep_caps(keep_always, ALWAYS_N);
	if (rc != 0) {
		*what = "reducing capabilities";
		return rc;
	}
	if (u->uid != 0 && setresuid((uid_t)-1, 0, (uid_t)-1) == 0) {
		*what = "giving up root";
		return -EPERM;
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
		*what = "no_new_privs";
		return -errno;
	}
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	return 0;
}

void
proc_drop_surplus(void)
{
	(void)cap_reset_ambient();
	(void)keep_caps(keep_as_root, AS_ROOT_N);
}

int
proc_drop_all(void)
{
	(void)cap_reset_ambient();
	return keep_caps(NULL, 0);
}
