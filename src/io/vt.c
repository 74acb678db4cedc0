/* SPDX-License-Identifier: MIT */
/*
 * Talks to the kernel's console driver (ioctl_console(2)), and keeps the small
 * process that gives back what a killed one could not. Draws nothing.
 */
#include "config.h"

#include "io/vt.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kd.h>
#include <linux/vt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "io/vt_font.h"

extern char **environ;

struct vt {
	int fd;
	pid_t guard;
	int leash; /* closing it lets the guard go */
	bool locked;
	struct termios lines;
	struct vt_font font; /* as it was; no glyphs where it was left alone */
};

bool vt_is_one(int fd)
{
	char type = 0;

	return ioctl(fd, KDGKBTYPE, &type) == 0;
}

enum vt_blocks vt_blocks(int fd)
{
	struct vt_font font;
	bool there;

	if (!vt_is_one(fd) || !vt_font_read_map(&font, fd))
		return VT_BLOCKS_UNKNOWN;
	there = vt_font_has_blocks(&font);
	vt_font_free(&font);
	return there ? VT_BLOCKS_THERE : VT_BLOCKS_MISSING;
}

static bool restore_font(const struct vt *vt, int fd)
{
	return vt->font.pixels == NULL || vt_font_write(&vt->font, fd);
}

/* ---- The guard */

/* Nobody is to read on the screen what was there when the program ended. */
static void restore_all(const struct vt *vt, int fd)
{
	static const char fresh[] = "\033[0m\033[?25h\033[?0c\033[H\033[J\033"
				    "[3J";

	(void)restore_font(vt, fd);
	(void)tcsetattr(fd, TCSANOW, &vt->lines);
	if (write(fd, fresh, sizeof(fresh) - 1) < 0)
		return; /* there is nobody to tell */
}

/*
 * Where the program led its session, as under systemd, the kernel has hung the
 * terminal up for all who had it open. It has to be opened again, by somebody
 * who can make it the controlling one.
 */
static void restore_hung_up(const struct vt *vt)
{
	char path[32];
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", vt->fd);
	if (fork() != 0 || setsid() < 0)
		return;
	fd = open(path, O_RDWR | O_NONBLOCK);
	if (fd >= 0)
		restore_all(vt, fd);
}

static void be_guard(const struct vt *vt, int leash)
{
	sigset_t all;
	char word;
	ssize_t n;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	for (char **variable = environ; *variable != NULL; variable++)
		mem_wipe(*variable, strlen(*variable));
	do
		n = read(leash, &word, 1);
	while (n < 0 && errno == EINTR);
	if (n == 0) {
		struct termios now;

		if (tcgetattr(vt->fd, &now) == 0)
			restore_all(vt, vt->fd);
		else
			restore_hung_up(vt);
	}
	_exit(0);
}

/* Without one, a killed program leaves two odd glyphs: no reason to fail. */
static void start_guard(struct vt *vt)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return;
	vt->guard = fork();
	if (vt->guard == 0) {
		(void)close(ends[1]);
		be_guard(vt, ends[0]);
	}
	(void)close(ends[0]);
	vt->leash = ends[1];
}

static void dismiss_guard(struct vt *vt)
{
	if (vt->leash < 0)
		return;
	if (write(vt->leash, "", 1) == 1)
		while (vt->guard > 0 && waitpid(vt->guard, NULL, 0) < 0 &&
		       errno == EINTR)
			;
	(void)close(vt->leash);
}

/* ---- The terminal */

static void add_blocks(struct vt *vt)
{
	struct vt_font font;

	if (!vt_font_read(&font, vt->fd))
		return;
	if (!vt_font_add_blocks(&font) || !vt_font_write(&font, vt->fd))
		(void)restore_font(vt, vt->fd);
	vt_font_free(&font);
}

struct vt *vt_open(int fd)
{
	struct vt *vt;

	if (!vt_is_one(fd))
		return NULL;
	vt = xcalloc(1, sizeof(*vt));
	vt->fd = fd;
	vt->leash = -1;
	(void)tcgetattr(fd, &vt->lines);
	if (vt_blocks(fd) == VT_BLOCKS_MISSING)
		(void)vt_font_read(&vt->font, fd);
	start_guard(vt);
	if (vt->font.pixels != NULL)
		add_blocks(vt);
	return vt;
}

bool vt_lock(struct vt *vt, struct err *err)
{
	struct vt_mode mode = {
		.mode = VT_PROCESS,
		.relsig = SIGUSR1,
		.acqsig = SIGUSR1,
	};

	if (ioctl(vt->fd, VT_SETMODE, &mode) != 0)
		return err_set(err,
			       "kiosk.lock: switching to another console "
			       "cannot be refused (%s): start it as the one "
			       "program of its terminal.",
			       strerror(errno));
	vt->locked = true;
	return true;
}

void vt_refuse(const struct vt *vt)
{
	if (vt != NULL && vt->locked)
		(void)ioctl(vt->fd, VT_RELDISP, 0);
}

void vt_close(struct vt *vt)
{
	const struct vt_mode free_again = {.mode = VT_AUTO};

	if (vt == NULL)
		return;
	if (vt->locked)
		(void)ioctl(vt->fd, VT_SETMODE, &free_again);
	(void)restore_font(vt, vt->fd);
	dismiss_guard(vt);
	vt_font_free(&vt->font);
	free(vt);
}
