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
#include <sys/mman.h>

#include "base/err.h"
#include "base/mem.h"
#include "io/guard.h"
#include "io/vt_font.h"

/* What the guard has to know of a font that may be another one by then. */
struct fonts {
	struct vt_font before; /* as it was; no glyphs: it was left alone */
	struct vt_font ours;   /* the same with half blocks */
	struct vt_font now;    /* whatever was looked at last */
	struct vt_font seen;   /* at the call before; not for the guard */
};

struct vt {
	int fd;
	struct guard *guard;
	bool locked;
	struct fonts *fonts; /* shared with the guard; NULL: no memory for it */
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
	struct vt_font *font = xcalloc(1, sizeof(*font));
	enum vt_blocks blocks = VT_BLOCKS_UNKNOWN;

	if (vt_is_one(fd) && vt_font_read_map(font, fd))
		blocks = vt_font_has_blocks(font) ? VT_BLOCKS_THERE
						  : VT_BLOCKS_MISSING;
	free(font);
	return blocks;
}

/* Not where somebody has set another one since. One that looks as before may
 * lack its map: the program was killed in the middle of this. */
static void restore_font(struct fonts *fonts, int fd)
{
	if (fonts != NULL && fonts->before.glyphs > 0 &&
	    vt_font_read(&fonts->now, fd) &&
	    (vt_font_looks_like(&fonts->now, &fonts->ours) ||
	     vt_font_looks_like(&fonts->now, &fonts->before)))
		(void)vt_font_write(&fonts->before, fd);
}

static void restore(const void *context, int fd)
{
	const struct vt *vt = context;

	restore_font(vt->fonts, fd);
}

/* To the font that was looked at last. The guard can be called for at any
 * moment: what there is to restore is known before it is changed. */
static bool add_blocks(struct fonts *fonts, int fd)
{
	fonts->before.glyphs = 0;
	vt_font_copy(&fonts->ours, &fonts->now);
	if (!vt_font_add_blocks(&fonts->ours))
		return false;
	vt_font_copy(&fonts->before, &fonts->now);
	if (vt_font_write(&fonts->ours, fd))
		return true;
	restore_font(fonts, fd);
	return false;
}

static bool lacks_blocks(struct fonts *fonts, int fd)
{
	return fonts != NULL && vt_font_read(&fonts->now, fd) &&
	       !vt_font_has_blocks(&fonts->now);
}

bool vt_mend_font(struct vt *vt)
{
	struct fonts *fonts = vt->fonts;

	if (!lacks_blocks(fonts, vt->fd))
		return false;
	if (vt_font_equals(&fonts->now, &fonts->seen))
		return add_blocks(fonts, vt->fd);
	vt_font_copy(&fonts->seen, &fonts->now);
	return false;
}

static struct fonts *share_fonts(void)
{
	void *fonts = mmap(NULL, sizeof(struct fonts), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return fonts != MAP_FAILED ? fonts : NULL;
}

struct vt *vt_open(int fd)
{
	struct guard_duty duty = {.fd = fd, .words = fresh, .restore = restore};
	struct vt *vt;

	if (!vt_is_one(fd))
		return NULL;
	vt = xcalloc(1, sizeof(*vt));
	vt->fd = fd;
	vt->fonts = share_fonts();
	duty.context = vt;
	vt->guard = guard_start(&duty);
	if (lacks_blocks(vt->fonts, fd))
		(void)add_blocks(vt->fonts, fd);
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
	restore_font(vt->fonts, vt->fd);
	/* Nothing of this reaches a terminal that has hung up. */
	if (vt_is_one(vt->fd))
		guard_end(vt->guard);
	else
		guard_take_over(vt->guard);
	if (vt->fonts != NULL)
		(void)munmap(vt->fonts, sizeof(*vt->fonts));
	free(vt);
}
