/* SPDX-License-Identifier: MIT */
/*
 * The file with the key that seals what is stored.
 */
#ifndef GRANTTY_IO_KEY_FILE_H
#define GRANTTY_IO_KEY_FILE_H

#include <stdbool.h>

#include "base/crypto.h"

struct err;

/* Reads the key that the file holds, raw or as hexadecimal digits. False with
 * *err, and how to make one, where it is missing, is no such file or is not for
 * this user alone (io/file.h), except that a credential of systemd's is taken
 * as it is (io/input.h). The caller wipes the key. */
bool key_file_read(const char *path, unsigned char key[CRYPTO_KEY_SIZE],
		   struct err *err);

#endif
