/* SPDX-License-Identifier: MIT */
/*
 * Uses the kernel's console driver (ioctl_console(2)). Draws nothing.
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
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "io/guard.h"
#include "io/vt_font.h"

/* What the guard needs to restore everything, except a font that another
 * program has set since. */
struct fonts {
	struct vt_font before; /* as it was; no glyphs: it was not changed */
	struct vt_font ours;   /* the same with half blocks */
	struct vt_font now;    /* the last one read */
	struct vt_font seen;   /* the one read before; not for the guard */
	bool turned;	       /* switched to UTF-8 by vt_use_utf8() */
};

struct vt {
	int fd;
	struct guard *guard;
	bool locked;
	struct fonts *fonts; /* shared with the guard; NULL: out of memory */
};

/* Clears the screen, so that its content does not stay readable after the
 * program ends. */
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

struct vt_font *vt_font_of(int fd)
{
	struct vt_font *font = xcalloc(1, sizeof(*font));

	if (vt_is_one(fd) && vt_font_read_map(font, fd))
		return font;
	free(font);
	return NULL;
}

bool vt_lacks_glyphs(int fd, const char *text)
{
	struct vt_font *font = vt_font_of(fd);
	bool lacks = font != NULL && !vt_font_has_all(font, text);

	free(font);
	return lacks;
}

/* Not if another program has set another font since. A font that looks like the
 * original may still lack its map, if the program was killed halfway
 * through. */
static void restore_font(struct fonts *fonts, int fd)
{
	if (fonts != NULL && fonts->before.glyphs > 0 &&
	    vt_font_read(&fonts->now, fd) &&
	    (vt_font_looks_like(&fonts->now, &fonts->ours) ||
	     vt_font_looks_like(&fonts->now, &fonts->before)))
		(void)vt_font_write(&fonts->before, fd);
}

/* Sets what it displays and what its keyboard sends, as unicode_start(1) does:
 * programs expect the two to match. */
static void turn_to_utf8(int fd, bool on)
{
	const char *words = on ? "\033%G" : "\033%@";

	if (write(fd, words, strlen(words)) > 0)
		(void)ioctl(fd, KDSKBMODE, on ? K_UNICODE : K_XLATE);
}

static void restore_all(struct fonts *fonts, int fd)
{
	restore_font(fonts, fd);
	if (fonts != NULL && fonts->turned)
		turn_to_utf8(fd, false);
}

/* In the guard process. */
static void restore(void *context, int fd)
{
	restore_all(context, fd);
}

/* Adds them to the font that was last read. The guard may be needed at any
 * moment, so what to restore is set before it is changed. */
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

bool vt_repair_font(struct vt *vt)
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
	duty.context = vt->fonts;
	vt->guard = guard_start(&duty);
	if (lacks_blocks(vt->fonts, fd))
		(void)add_blocks(vt->fonts, fd);
	return vt;
}

bool vt_is_utf8(int fd)
{
	int mode = K_UNICODE;

	return ioctl(fd, KDGKBMODE, &mode) != 0 || mode != K_XLATE;
}

void vt_use_utf8(struct vt *vt)
{
	if (vt == NULL || vt->fonts == NULL || vt_is_utf8(vt->fd))
		return;
	vt->fonts->turned = true; /* set it first: see add_blocks() */
	turn_to_utf8(vt->fd, true);
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
			       "Cannot use kiosk.lock: switching to another "
			       "console cannot be blocked (%s). Start grantty "
			       "as the only program on its terminal.",
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
	restore_all(vt->fonts, vt->fd);
	/* None of this reaches a terminal that has hung up. */
	if (vt_is_one(vt->fd))
		guard_end(vt->guard);
	else
		guard_take_over(vt->guard);
	if (vt->fonts != NULL)
		(void)munmap(vt->fonts, sizeof(*vt->fonts));
	free(vt);
}
