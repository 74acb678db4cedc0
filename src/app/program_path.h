/* SPDX-License-Identifier: MIT */
/*
 * Files that come with the program, found from where the program itself is:
 * that works in a build tree, and wherever an installation was moved to.
 */
#ifndef GRANTTY_APP_PROGRAM_PATH_H
#define GRANTTY_APP_PROGRAM_PATH_H

/* The path of the file of that name in the first of the folders where it is
 * accessible (mode: as for access(2)). Folders are relative to the program's
 * own; the last one is NULL. The caller owns the path. NULL: not found. */
char *program_path_find(const char *const *folders, const char *name, int mode);

#endif
