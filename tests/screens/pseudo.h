/* SPDX-License-Identifier: MIT */
/*
 * A language that is longer than any real one, with marks on its letters. Made
 * of the texts that there are to translate.
 */
#ifndef GRANTTY_TESTS_SCREENS_PSEUDO_H
#define GRANTTY_TESTS_SCREENS_PSEUDO_H

struct catalogue;

/* Reads the texts from po/de.po; each becomes 40 % longer, at least by two
 * columns. catalogue_free() it. */
struct catalogue *pseudo_new(void);

#endif
