/* SPDX-License-Identifier: MIT */
/*
 * Where the theme files are.
 */
#ifndef GRANTTY_APP_THEME_FILES_H
#define GRANTTY_APP_THEME_FILES_H

struct buf;

/* The path of the theme of that name, which may be a path already: if it has a
 * '/', or ends in ".theme". The caller frees it; nothing need be there. */
char *theme_files_path(const char *name);

/* Appends the names of the themes that are installed, in alphabetical order,
 * each followed by a comma, and separated by spaces. */
void theme_files_list(struct buf *out);

#endif
