/* SPDX-License-Identifier: MIT */
/*
 * Talks to the kernel's console driver (ioctl_console(2)). Draws nothing.
 */
#include "config.h"

#include "io/vt.h"

#include <errno.h>
#include <signal.h>
#include <linux/kd.h>
#include <linux/vt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/err.h"
#include "base/mem.h"
#include "io/guard.h"
#include "io/vt_font.h"

struct vt {
	int fd;
	struct guard *guard;
	bool locked;
	struct vt_font font; /* as it was; no glyphs where it was left alone */
};

/* Nobody is to read on the screen what was there when the program ended. */
static const char fresh[] = "\033[0m\033[?25h\033[?0c\033[H\033[J\033[3J";

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

static void restore(const void *context, int fd)
{
	(void)restore_font(context, fd);
}

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
	struct guard_duty duty = {.fd = fd, .words = fresh, .restore = restore};
	struct vt *vt;

	if (!vt_is_one(fd))
		return NULL;
	vt = xcalloc(1, sizeof(*vt));
	vt->fd = fd;
	if (vt_blocks(fd) == VT_BLOCKS_MISSING)
		(void)vt_font_read(&vt->font, fd);
	duty.context = vt;
	vt->guard = guard_start(&duty);
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
	/* Nothing of this reaches a terminal that has hung up. */
	if (vt_is_one(vt->fd))
		guard_end(vt->guard);
	else
		guard_take_over(vt->guard);
	vt_font_free(&vt->font);
	free(vt);
}
