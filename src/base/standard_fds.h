/* SPDX-License-Identifier: MIT */
/*
 * Standard input, output and error as a program may find them: closed.
 */
#ifndef GRANTTY_BASE_STANDARD_FDS_H
#define GRANTTY_BASE_STANDARD_FDS_H

/*
 * Opens those of the three that are closed, so that using them fails as it
 * would have. Else the next file or connection takes the number, and a message
 * or a token its way into that. To be called before anything is opened.
 */
void standard_fds_occupy(void);

#endif
