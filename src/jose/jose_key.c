/* SPDX-License-Identifier: MIT */
/*
 * One table says which algorithm fits which key; no other algorithm exists.
 * Only this file and jose_jwk use OpenSSL. After a failure they clear its error
 * queue, which libcurl shares.
 */
#include "config.h"

#include "jose/jose_key.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "jose/jose_jwk.h"

enum { MIN_RSA_BITS = 2048, MAX_RSA_BITS = 8192 };

/* A larger file does not hold a key. */
enum { MAX_PEM = 64 * 1024 };

struct jose_key {
	EVP_PKEY *pkey;
	const struct algorithm *algorithm; /* the one it signs with */
};

/* A key signs with the first row that fits it. */
static const struct algorithm {
	const char *name;
	const char *type;   /* of the key, in libcrypto's words */
	const char *curve;  /* NULL: not an EC key */
	const char *digest; /* NULL: fixed by the algorithm */
	size_t half;	    /* bytes of each half of an ECDSA signature */
	bool pss;
} algorithms[] = {
	{"ES256", "EC", "prime256v1", "SHA256", 32, false},
	{"ES384", "EC", "secp384r1", "SHA384", 48, false},
	{"RS256", "RSA", NULL, "SHA256", 0, false},
	{"RS384", "RSA", NULL, "SHA384", 0, false},
	{"RS512", "RSA", NULL, "SHA512", 0, false},
	{"PS256", "RSA", NULL, "SHA256", 0, true},
	{"EdDSA", "ED25519", NULL, NULL, 0, false},
};

static const size_t algorithm_count = sizeof(algorithms) / sizeof(*algorithms);

static bool is_starting;

/* Not exit(): libcrypto's exit handler would wait for the initialisation. */
static void *or_end(void *p)
{
	static const char why[] = "Out of memory.\n";

	if (p == NULL && is_starting) {
		(void)!write(STDERR_FILENO, why, sizeof(why) - 1);
		_exit(EXIT_FAILURE);
	}
	return p;
}

static void *allocate(size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return or_end(malloc(n));
}

static void *reallocate(void *p, size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return or_end(realloc(p, n));
}

static void release(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	free(p);
}

bool jose_init(void)
{
	bool has_started;

	(void)CRYPTO_set_mem_functions(allocate, reallocate, release);
	is_starting = true;
	has_started =
		OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) == 1;
	is_starting = false;
	return has_started;
}

static const struct algorithm *find_algorithm(const char *name)
{
	for (size_t i = 0; i < algorithm_count; i++) {
		if (strcmp(algorithms[i].name, name) == 0)
			return &algorithms[i];
	}
	return NULL;
}

static bool is_on_curve(const EVP_PKEY *pkey, const char *curve)
{
	char name[32];

	return EVP_PKEY_get_group_name(pkey, name, sizeof(name), NULL) == 1 &&
	       strcmp(name, curve) == 0;
}

/* True if the algorithm can be used with this key. */
static bool fits(const struct algorithm *algorithm, const EVP_PKEY *pkey)
{
	int bits = EVP_PKEY_get_bits(pkey);

	if (!EVP_PKEY_is_a(pkey, algorithm->type))
		return false;
	if (algorithm->curve != NULL)
		return is_on_curve(pkey, algorithm->curve);
	return !EVP_PKEY_is_a(pkey, "RSA") ||
	       (bits >= MIN_RSA_BITS && bits <= MAX_RSA_BITS);
}

static bool signs_with(const char *name, const EVP_PKEY *pkey)
{
	const struct algorithm *algorithm = find_algorithm(name);

	return algorithm != NULL && fits(algorithm, pkey);
}

/* The algorithm that the key signs with; NULL if none fits. */
static const struct algorithm *algorithm_of(const EVP_PKEY *pkey)
{
	for (size_t i = 0; i < algorithm_count; i++) {
		if (fits(&algorithms[i], pkey))
			return &algorithms[i];
	}
	return NULL;
}

/* Takes over pkey, which may be NULL. NULL if no algorithm fits it. */
static struct jose_key *new_key(EVP_PKEY *pkey)
{
	const struct algorithm *algorithm =
		pkey != NULL ? algorithm_of(pkey) : NULL;
	struct jose_key *key = NULL;

	if (algorithm != NULL) {
		key = xcalloc(1, sizeof(*key));
		key->pkey = pkey;
		key->algorithm = algorithm;
	} else {
		EVP_PKEY_free(pkey);
	}
	ERR_clear_error();
	return key;
}

/* Otherwise libcrypto would prompt on the terminal. */
static int refuse_password(char *password, int size, int writing, void *asked)
{
	(void)password;
	(void)size;
	(void)writing;
	*(bool *)asked = true;
	return -1;
}

static EVP_PKEY *read_pem(const char *pem, size_t len, bool *encrypted)
{
	BIO *bio = len <= MAX_PEM ? BIO_new_mem_buf(pem, (int)len) : NULL;
	EVP_PKEY *pkey = NULL;

	*encrypted = false;
	if (bio != NULL)
		pkey = PEM_read_bio_PrivateKey(bio, NULL, refuse_password,
					       encrypted);
	BIO_free(bio);
	return pkey;
}

struct jose_key *jose_key_read(const char *pem, size_t len, struct err *err)
{
	bool encrypted;
	EVP_PKEY *pkey = read_pem(pem, len, &encrypted);

	if (encrypted) {
		err_set(err, "The private key is encrypted: store it without "
			     "a password, and so that no other user can read "
			     "it.");
	} else if (pkey == NULL) {
		err_set(err, "This is not a private key in PEM form, which "
			     "begins with \"-----BEGIN PRIVATE KEY-----\".");
	} else if (!signs_with("ES256", pkey) && !signs_with("RS256", pkey)) {
		err_set(err,
			"Cannot use a private key of this type or size: "
			"generate one for P-256, or for RSA with %d to %d "
			"bits.",
			MIN_RSA_BITS, MAX_RSA_BITS);
		EVP_PKEY_free(pkey);
		pkey = NULL;
	}
	return new_key(pkey);
}

bool jose_key_is_sound(const char *pem)
{
	struct jose_key *key = jose_key_read(pem, strlen(pem), NULL);

	jose_key_free(key);
	return key != NULL;
}

struct jose_key *jose_key_generate(void)
{
	return new_key(EVP_EC_gen("P-256"));
}

struct jose_key *jose_key_from_jwk(const struct json *jwk)
{
	return new_key(jose_jwk_read(jwk));
}

void jose_key_free(struct jose_key *key)
{
	if (key != NULL)
		EVP_PKEY_free(key->pkey);
	free(key);
}

char *jose_key_pem(const struct jose_key *key)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *copy = NULL;
	char *pem;
	long len;

	if (bio != NULL &&
	    PEM_write_bio_PKCS8PrivateKey(bio, key->pkey, NULL, NULL, 0, NULL,
					  NULL) == 1) {
		len = BIO_get_mem_data(bio, &pem);
		copy = xstrndup(pem, (size_t)len);
	}
	BIO_free(bio); /* wipes its content */
	ERR_clear_error();
	return copy;
}

const char *jose_key_algorithm(const struct jose_key *key)
{
	return key->algorithm->name;
}

struct json *jose_key_public(const struct jose_key *key)
{
	struct json *jwk = jose_jwk_write(key->pkey);

	ERR_clear_error();
	return jwk;
}

/*
 * An ECDSA signature is two numbers: concatenated in a JWS (RFC 7518 section
 * 3.4), in ASN.1 for libcrypto.
 */
static bool add_halves(struct buf *out, const unsigned char *der, size_t len,
		       size_t half)
{
	ECDSA_SIG *numbers = d2i_ECDSA_SIG(NULL, &der, (long)len);
	unsigned char bytes[64];
	int size = (int)half;
	bool ok;

	ok = numbers != NULL && 2 * half <= sizeof(bytes) &&
	     BN_bn2binpad(ECDSA_SIG_get0_r(numbers), bytes, size) == size &&
	     BN_bn2binpad(ECDSA_SIG_get0_s(numbers), bytes + half, size) ==
		     size &&
	     buf_add(out, bytes, 2 * half);
	ECDSA_SIG_free(numbers);
	return ok;
}

/* The reverse: sets *der, for OPENSSL_free(), and returns its length, 0 on
 * failure. */
static size_t join_halves(unsigned char **der, const unsigned char *bytes,
			  size_t half)
{
	ECDSA_SIG *numbers = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(bytes, (int)half, NULL);
	BIGNUM *s = BN_bin2bn(bytes + half, (int)half, NULL);
	int len = 0;

	if (numbers != NULL && r != NULL && s != NULL &&
	    ECDSA_SIG_set0(numbers, r, s) == 1) {
		r = s = NULL; /* now owned by numbers */
		len = i2d_ECDSA_SIG(numbers, der);
	}
	BN_free(r);
	BN_free(s);
	ECDSA_SIG_free(numbers);
	return len > 0 ? (size_t)len : 0;
}

bool jose_key_sign(const struct jose_key *key, const void *data, size_t len,
		   struct buf *out)
{
	const struct algorithm *algorithm = key->algorithm;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	unsigned char signature[MAX_RSA_BITS / 8];
	size_t size = sizeof(signature);
	bool ok;

	ok = context != NULL &&
	     EVP_DigestSignInit_ex(context, NULL, algorithm->digest, NULL, NULL,
				   key->pkey, NULL) == 1 &&
	     EVP_DigestSign(context, signature, &size, data, len) == 1;
	if (ok && algorithm->half > 0)
		ok = add_halves(out, signature, size, algorithm->half);
	else if (ok)
		ok = buf_add(out, signature, size);
	EVP_MD_CTX_free(context);
	ERR_clear_error();
	return ok;
}

bool jose_algorithm_known(const char *algorithm)
{
	return find_algorithm(algorithm) != NULL;
}

/* The salt is as long as the digest (RFC 7518 section 3.5). */
static bool set_pss(EVP_PKEY_CTX *context)
{
	return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) ==
		       1 &&
	       EVP_PKEY_CTX_set_rsa_pss_saltlen(context,
						RSA_PSS_SALTLEN_DIGEST) == 1;
}

/* signature: in libcrypto's format. */
static bool verify(EVP_PKEY *pkey, const struct algorithm *algorithm,
		   const void *data, size_t len, const unsigned char *signature,
		   size_t signature_len)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *settings;
	bool ok;

	ok = context != NULL &&
	     EVP_DigestVerifyInit_ex(context, &settings, algorithm->digest,
				     NULL, NULL, pkey, NULL) == 1 &&
	     (!algorithm->pss || set_pss(settings)) &&
	     EVP_DigestVerify(context, signature, signature_len, data, len) ==
		     1;
	EVP_MD_CTX_free(context);
	ERR_clear_error();
	return ok;
}

bool jose_key_fits(const struct jose_key *key, const char *algorithm)
{
	return signs_with(algorithm, key->pkey);
}

bool jose_key_verify(const struct jose_key *key, const char *algorithm,
		     const void *data, size_t len, const void *signature,
		     size_t signature_len)
{
	const struct algorithm *row = find_algorithm(algorithm);
	unsigned char *der = NULL;
	bool ok;

	if (row == NULL || !fits(row, key->pkey))
		return false;
	if (row->half == 0)
		return verify(key->pkey, row, data, len, signature,
			      signature_len);
	if (signature_len != 2 * row->half)
		return false;
	signature_len = join_halves(&der, signature, row->half);
	ok = signature_len > 0 &&
	     verify(key->pkey, row, data, len, der, signature_len);
	OPENSSL_free(der);
	return ok;
}
