/* SPDX-License-Identifier: MIT */
/*
 * The door to libqrencode: a QR code as modules, and how it fits a screen.
 * Smallest version at level L first; then the highest correction that keeps
 * the version.
 */
#ifndef GRANTTY_CORE_QR_H
#define GRANTTY_CORE_QR_H

#include <stdbool.h>
#include <stddef.h>

struct qr {
	int side; /* modules, without the quiet zone; 0: no code */
	int version;
	char level;		/* 'L', 'M', 'Q' or 'H' */
	unsigned char *modules; /* side * side bytes, 1: dark */
};

/* Makes the code of text. False where it is too long for any version. */
bool qr_make(struct qr *qr, const char *text);
void qr_free(struct qr *qr); /* what the struct holds */

/* Whether the module is dark; outside of the code all are light. */
bool qr_dark(const struct qr *qr, int x, int y);

/* How modules become cells. */
enum qr_mode {
	QR_HALF, /* a cell holds two modules, one above the other */
	QR_FULL	 /* a module is two cells wide, one high */
};

/* The size in cells with a quiet zone of quiet modules on each side. */
int qr_columns(const struct qr *qr, enum qr_mode mode, int quiet);
int qr_rows(const struct qr *qr, enum qr_mode mode, int quiet);

/* The widest quiet zone of 4, 2 and 1 modules that fits columns x rows; 0
 * where even 1 does not. */
int qr_quiet_that_fits(const struct qr *qr, enum qr_mode mode, int columns,
		       int rows);

/*
 * Upper-cases scheme and host of uri (never the path; RFC 3986 section 6.2.2.1)
 * into dst where that makes a smaller version; else copies it. Worth it only
 * when the code would not fit otherwise. False where size is too small.
 */
bool qr_shorten(char *dst, size_t size, const char *uri);

#endif
