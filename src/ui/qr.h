/* SPDX-License-Identifier: MIT */
/*
 * The interface to libqrencode: a QR code as modules, and how it fits a screen.
 * First the smallest version at level L, then the highest error correction that
 * this version allows.
 */
#ifndef GRANTTY_UI_QR_H
#define GRANTTY_UI_QR_H

#include <stdbool.h>
#include <stddef.h>

struct qr {
	int side; /* modules, without the quiet zone; 0: no code */
	unsigned char *modules; /* side * side bytes, 1: dark */
};

/* Makes a QR code from text. False if it is too long for any version. */
bool qr_make(struct qr *qr, const char *text);
void qr_free(struct qr *qr); /* frees the contents */

/* True if the module is dark; all outside the code are light. */
bool qr_dark(const struct qr *qr, int x, int y);

/* How modules become cells. */
enum qr_mode {
	QR_HALF, /* a cell holds two modules, one above the other */
	QR_FULL	 /* a module is two cells wide, one high */
};

/* The size in cells including a quiet zone of that many modules on each
 * side. */
int qr_columns(const struct qr *qr, enum qr_mode mode, int quiet);
int qr_rows(const struct qr *qr, enum qr_mode mode, int quiet);

/* The widest quiet zone of 4, 2 or 1 modules that fits columns x rows; 0 if
 * even 1 does not. */
int qr_quiet_that_fits(const struct qr *qr, enum qr_mode mode, int columns,
		       int rows);

/*
 * Copies uri to dst, with its scheme and host in upper case (never the path;
 * RFC 3986 section 6.2.2.1) if that makes a smaller version. Use it only when
 * the code would not fit otherwise. False if size is too small.
 */
bool qr_shorten(char *dst, size_t size, const char *uri);

#endif
