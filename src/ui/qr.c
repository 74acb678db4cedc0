/* SPDX-License-Identifier: MIT */
/*
 * Makes QR codes with libqrencode and counts their cells. Does not know what a
 * cell looks like or which terminal it is for.
 */
#include "config.h"

#include "ui/qr.h"

#include <qrencode.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/mem.h"
#include "base/url.h"

/*
 * Bytes, except where a run of digits or capitals is shorter in its own mode,
 * which is what makes qr_shorten() worthwhile. Version 0 selects the smallest
 * that fits.
 */
static QRcode *encode(const char *text, int version, QRecLevel level)
{
	return QRcode_encodeString(text, version, level, QR_MODE_8, 1);
}

bool qr_make(struct qr *qr, const char *text)
{
	QRecLevel level = QR_ECLEVEL_L;
	QRcode *code, *better;
	size_t count;

	memset(qr, 0, sizeof(*qr));
	code = encode(text, 0, level);
	if (code == NULL)
		return false;

	/* libqrencode picks a larger version if this one is too small. */
	while (level < QR_ECLEVEL_H) {
		better = encode(text, code->version, level + 1);
		if (better == NULL || better->version != code->version) {
			QRcode_free(better);
			break;
		}
		QRcode_free(code);
		code = better;
		level++;
	}

	qr->side = code->width;
	count = (size_t)code->width * (size_t)code->width;
	qr->modules = xcalloc(count, 1);
	for (size_t i = 0; i < count; i++)
		qr->modules[i] =
			code->data[i] & 1; /* the other bits: its role */
	QRcode_free(code);
	return true;
}

void qr_free(struct qr *qr)
{
	free(qr->modules);
	memset(qr, 0, sizeof(*qr));
}

bool qr_dark(const struct qr *qr, int x, int y)
{
	if (x < 0 || y < 0 || x >= qr->side || y >= qr->side)
		return false;
	return qr->modules[y * qr->side + x] != 0;
}

int qr_columns(const struct qr *qr, enum qr_mode mode, int quiet)
{
	int modules = qr->side + 2 * quiet;

	return mode == QR_FULL ? 2 * modules : modules;
}

int qr_rows(const struct qr *qr, enum qr_mode mode, int quiet)
{
	int modules = qr->side + 2 * quiet;

	return mode == QR_FULL ? modules : (modules + 1) / 2;
}

int qr_quiet_that_fits(const struct qr *qr, enum qr_mode mode, int columns,
		       int rows)
{
	for (int quiet = 4; quiet > 0; quiet /= 2) {
		if (qr_columns(qr, mode, quiet) <= columns &&
		    qr_rows(qr, mode, quiet) <= rows)
			return quiet;
	}
	return 0;
}

static int version_of(const char *text)
{
	QRcode *code = encode(text, 0, QR_ECLEVEL_L);
	int version = code != NULL ? code->version : 0;

	QRcode_free(code);
	return version;
}

bool qr_shorten(char *dst, size_t size, const char *uri)
{
	size_t len = strlen(uri);
	const char *host_end;
	struct url url;

	if (len >= size)
		return false;
	memcpy(dst, uri, len + 1);

	/* User information before the host is case-sensitive. */
	if (!url_split(uri, &url) || url.has_userinfo)
		return true;
	host_end = url.host + url.host_len;
	for (char *c = dst; c < dst + (host_end - uri); c++)
		*c = ascii_upper(*c);
	if (version_of(dst) >= version_of(uri))
		memcpy(dst, uri, len + 1);
	return true;
}
