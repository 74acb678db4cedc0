/* SPDX-License-Identifier: MIT */
/*
 * Handles standard descriptors that are closed when the program starts.
 */
#ifndef GRANTTY_BASE_STANDARD_FDS_H
#define GRANTTY_BASE_STANDARD_FDS_H

/*
 * Opens whichever of descriptors 0 to 2 are closed, in such a way that writing
 * to them still fails. Otherwise the next file or connection would get that
 * number, and messages or tokens would be written to it. Call before anything
 * else is opened.
 */
void standard_fds_occupy(void);

#endif
