/* SPDX-License-Identifier: MIT */
/*
 * The file with the key that seals stored data.
 */
#ifndef GRANTTY_IO_KEY_FILE_H
#define GRANTTY_IO_KEY_FILE_H

#include <stdbool.h>

#include "base/crypto.h"

struct err;

/* Reads the key from the file, raw or as hexadecimal digits. False with *err,
 * which says how to make one, if the file is missing, holds no key or is
 * accessible to other users (io/file.h). A systemd credential is accepted as it
 * is (io/input.h). The caller wipes the key. */
bool key_file_read(const char *path, unsigned char key[CRYPTO_KEY_SIZE],
		   struct err *err);

#endif
