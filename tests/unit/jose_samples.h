/* SPDX-License-Identifier: MIT */
/*
 * Keys made for the tests of jose and good for nothing else, tokens that
 * another implementation (PyJWT) signed with them, and the vectors of the RFCs.
 */
#ifndef GRANTTY_TESTS_JOSE_SAMPLES_H
#define GRANTTY_TESTS_JOSE_SAMPLES_H

static const char pem_p256[] =
	"-----BEGIN PRIVATE KEY-----\n"
	"MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgzvRyjxqz7uUVP2/x\n"
	"aouZdYfkibX8QDmhcrcs9yXbgYGhRANCAAQ+14FmaR1G9RqG+oI7oUNTEAgGGvD0\n"
	"XIH3oGEgvXBT5RBApKe+7KIMwCbHVH6vDc0sH7sKU7hM4xUnRe1Wyohm\n"
	"-----END PRIVATE KEY-----\n";

static const char pem_p256_sec1[] =
	"-----BEGIN EC PRIVATE KEY-----\n"
	"MHcCAQEEIM70co8as+7lFT9v8WqLmXWH5Im1/EA5oXK3LPcl24GBoAoGCCqGSM49\n"
	"AwEHoUQDQgAEPteBZmkdRvUahvqCO6FDUxAIBhrw9FyB96BhIL1wU+UQQKSnvuyi\n"
	"DMAmx1R+rw3NLB+7ClO4TOMVJ0XtVsqIZg==\n"
	"-----END EC PRIVATE KEY-----\n";

static const char pem_p256_encrypted[] =
	"-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
	"MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAg+j/SgUsjP9gICCAAw\n"
	"DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEBxjWaAy2V3CKQGzNHX3ceMEgZDR\n"
	"FX+ziAnHR2A+hloe7Bnp5j3ctKg095MnuQhJ8fHELARL8KJyZACB6PyS3rmwVGGp\n"
	"nBt+qosaAb+hLXJ9jHc84Lb5G8plC+5Uo+h8MK1Z2Kh089JcdbnLPxnjgG8ZgCqi\n"
	"yBffz2si+UZCJov+9hexwjaWLDeWQAMUMkKYnsNZAoHuAp1KjgoNm6UhzJcuTVs=\n"
	"-----END ENCRYPTED PRIVATE KEY-----\n";

static const char pem_p256_public[] =
	"-----BEGIN PUBLIC KEY-----\n"
	"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEPteBZmkdRvUahvqCO6FDUxAIBhrw\n"
	"9FyB96BhIL1wU+UQQKSnvuyiDMAmx1R+rw3NLB+7ClO4TOMVJ0XtVsqIZg==\n"
	"-----END PUBLIC KEY-----\n";

static const char pem_p384[] =
	"-----BEGIN PRIVATE KEY-----\n"
	"MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDDlvBskmP9sHWn0zx9+\n"
	"3TJqYoTOLmnKAUTDaf+3BJ2Jriy3qMzIVkKGUW8F2G+kCwChZANiAAQ1NQoRpywU\n"
	"GlkeYP6K/8lekyjdIeTp5bExmPRTvUTMkhEMyojhJiu+w9vESIviggLb0GEcEreP\n"
	"Ny834m/PFSsSVtxLB/MejrcM0bJ7RIckABAJyAKd53E9rQIHfOQPLN4=\n"
	"-----END PRIVATE KEY-----\n";

static const char pem_secp256k1[] =
	"-----BEGIN PRIVATE KEY-----\n"
	"MIGEAgEAMBAGByqGSM49AgEGBSuBBAAKBG0wawIBAQQg9fGTzTdiLfCiQ9OGcLds\n"
	"RCgdl6t5L+aYUPL/2XcYXAShRANCAAQx0Jm6awpwcL563E9QACWYP3qpV6rjMaTc\n"
	"XYRF2s+gMx8y671tRLH02LbUSVXIdMcd15NEkHd7v1UdQYnzKTlV\n"
	"-----END PRIVATE KEY-----\n";

static const char pem_ed25519[] =
	"-----BEGIN PRIVATE KEY-----\n"
	"MC4CAQAwBQYDK2VwBCIEIN8eZAF4nFiFIa54+0H+NJwfG4IYSHWg9E0UxgcJAOTS\n"
	"-----END PRIVATE KEY-----\n";

static const char pem_rsa[] =
	"-----BEGIN PRIVATE KEY-----\n"
	"MIIEvwIBADANBgkqhkiG9w0BAQEFAASCBKkwggSlAgEAAoIBAQD7cw5ligrYtFrf\n"
	"5cYWofBOUuj3wUF8bciXsdXbaxQ9Lg3nWKDgkZZHotVHE7ueDkTMqA63oElOtmhg\n"
	"kB+XBCfLc1V8rA2II92w+Dxie7/eg9AG/RPwxAVuFRkIMm7HAteA2qnQ9oANPUY0\n"
	"kED4O1JhI6AGjxWHfiq/Dh9aIR6V0qIoFnlrNDanGDZJAYQ30Ko+FrjcLTUdKegF\n"
	"YkRoqMsvyUTtl/qJXRhyRKwfClOIkZx0srneipccxYgquhiZa+BjlAAC4/7CQ4VE\n"
	"Ob7fZ7I+7uim/k2VikWkxnhnt0swpHedtsscesvv2zbZYBhGk1WjtYDsX210JY6L\n"
	"CQ/57sJrAgMBAAECggEACgNnHN22QzKiIHgZfy2RZhpreEZOvHebZ928mvbKK7Te\n"
	"999cf2Tne6XSjCM53aL1fsLohyElGjMtt+lgC1cD21hrR0I2GGhOkUK+wNtAZPTn\n"
	"KV1rAwkDVa1rEvD93q37IACqh42cGYA0VgPdRSVeSUuuY+R5zSyrOMgwBm+lif4b\n"
	"otOEVN8CifXmcNJIKZxREX3pUUGYUubzyvdTP9dyhyzeVP/HIVgnoAkhOPtBbljL\n"
	"wX8U3fWS8iI+Ya7wXkrNfkGKsiSe+CQoqHKM95IACM/rIJQzBl7zwhBxqhNoBgkb\n"
	"Tbh5g4Wzdn800EE2Bk2esQ4dk1l/k90cgOFiudoWeQKBgQD/hUxL1dSDVROhVOa+\n"
	"R3chcNcQnmGlp+PvoSent2TSKqSCCg0YMq3JNo3G8GzHj3X5UmFnIx4GH+UmJI4N\n"
	"PSJ14R0YL1dYVzaOenqJAM/xKWsUrOwJ9W68GGMv+a+U1xBdKjKrGG7zZgtGGi1n\n"
	"6d83UrZFo4tea2eKOrutEY2BOQKBgQD7682cssiqi08K0f8MP2V732GMwnRyt8Sa\n"
	"N1t3tljQPC67rQJ+LRlhjrkcEbaqofcF5h9TpMVdLPR5PvvtByCddj+vcFlJ5J8O\n"
	"kIom3brDJWCm9BrWP2BNbwGYUpctJK24gidCZZe1RY6uBDPKIDdyIkrH+4JnzaP4\n"
	"cg5rCtP0wwKBgQCZCOnIJZowyjyGjIXiAoVcFuwHvQP4phQDCf7pGRKeOQHsDD8J\n"
	"dhjVgQHq20YbQ1XB7E//6G1r96BTduNJFItWFGxLdtcWRq2bKcnH0h+4bTj/2g1I\n"
	"baFTsDt/mUhKmX/ofIR6KpkQ19X6t2Tobo7M4JHgJXIsK6GIjWKn5fJdKQKBgQDi\n"
	"tGxfRKDCoQUrppkQC4knNXoS8vdaOTgK1CBTFdzM4CvqJqKkq684lPjOYr5wxbqI\n"
	"K3QrkI8v74G+DskloBFgwoZDOiaQEdZ1g+tfWJB2hw94jxoLjhL6/BeCXWjAbk6L\n"
	"SU1NOiGRNpxUy2FT1zQuWN/VIehTw8J4lSOWfrMJgwKBgQCnG5MSZVD5VKjRzU1Y\n"
	"BxO1MKM8pgggD/ZnucZrf+2uPkjmKdlEcUyi9T9kAX4zKXA903oIILBcxXri7iyu\n"
	"xBVwescw6FqKrqn3WiY9mHN0b5WMNMnqvKPXaYTEVmvdfPuzmFi0F1pPtjKpFCBP\n"
	"GY5uC96Mh9nLgCia1Mt8LaS8uw==\n"
	"-----END PRIVATE KEY-----\n";

static const char pem_rsa_1024[] =
	"-----BEGIN PRIVATE KEY-----\n"
	"MIICeAIBADANBgkqhkiG9w0BAQEFAASCAmIwggJeAgEAAoGBAL8MtQF3/o+HWpRD\n"
	"hZluEE8FyWYtuVlqnoncrj092zFjI95Pq+pis2da118TLEX8T3+jZLWEQ0JvV4yV\n"
	"WgT6RLjMSn+iv6q54rkVw9JKSo7HLVo2sTnIpgy65tnUEXL50wzIVg6Te8JJEeNK\n"
	"FCOL65vjfac71DAQpBGl4+6dkTaPAgMBAAECgYEAnVkB2uvRJLT9zQ6vgeY8WFkT\n"
	"vqv588L0P+cZOicv2EUmzXogxTH1QDJ5HzzTQfDEKQORdk4wdw7stERtl5vn7D9F\n"
	"GP+/o4JbtmGp2DFF7FzozgJ+4XqAp+7O52JC0S4Tgn4DNKzFrxoH/UwjQ0uh9eSC\n"
	"0OopGPNRUGPbK0uMaMECQQDfzi+4EvsosJ3iZd9CPHu6794Lpl1WEI7M5mGPMo4K\n"
	"Spjt3Aokcwgmv4IwsICO+vj6EqAXOBa4MlANNZK+iEOjAkEA2ohDS/TzjRoCUpfD\n"
	"7f9Jtb56BxZge2Bl/Yak4lxa0dbqYSWBh/0//2F71ErwSGIds7AO3Bdvrq116fnB\n"
	"VhnQJQJBAKyXaR1fJekfKuKpBR8jXZev22DIjzoL0tQY5it0JS2ykXT9N6UcQLEB\n"
	"BvldZAbfbJoNOwAs9PhfdHR7WAsvMlkCQAHCt0gVYSDx5LLlph50wBNGxZTpCT31\n"
	"ON0iCJIKTHEEWj8OHk0KLUnRbz32nJj4sWSRNo1vYub1Xs3TxUr8SkECQQCAA98M\n"
	"wSAx2PqgCSTJpSOWtdRzg51GjP37BMKWNNBmGahggNx2AZwAlvaUEg9MyFQFg4Yz\n"
	"UK3S389JDVA1VQwQ\n"
	"-----END PRIVATE KEY-----\n";

/* The public halves of the keys above. */
static const char jwk_p256[] =
	"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"PteBZmkdRvUahvqCO6FDUx"
	"AIBhrw9FyB96BhIL1wU-U\",\"y\":\"EECkp77sogzAJsdUfq8NzSwfuwpTuEzj"
	"FSdF7VbKiGY\"}";

static const char jwk_p384[] =
	"{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"NTUKEacsFBpZHmD-iv_JXp"
	"Mo3SHk6eWxMZj0U71EzJIRDMqI4SYrvsPbxEiL4oIC\",\"y\":\"29BhHBK3jzc"
	"vN-JvzxUrElbcSwfzHo63DNGye0SHJAAQCcgCnedxPa0CB3zkDyze\"}";

static const char jwk_secp256k1[] =
	"{\"kty\":\"EC\",\"crv\":\"secp256k1\",\"x\":\"MdCZumsKcHC-etxPUA"
	"AlmD96qVeq4zGk3F2ERdrPoDM\",\"y\":\"HzLrvW1EsfTYttRJVch0xx3Xk0SQ"
	"d3u_VR1BifMpOVU\"}";

static const char jwk_ed25519[] =
	"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"sbgRBYV-ChcC8kT0nhL"
	"tKLDNXCOGizdRsU839g95-Go\"}";

static const char jwk_rsa[] =
	"{\"kty\":\"RSA\",\"n\":\"-3MOZYoK2LRa3-XGFqHwTlLo98FBfG3Il7HV22s"
	"UPS4N51ig4JGWR6LVRxO7ng5EzKgOt6BJTrZoYJAflwQny3NVfKwNiCPdsPg8Ynu"
	"_3oPQBv0T8MQFbhUZCDJuxwLXgNqp0PaADT1GNJBA-DtSYSOgBo8Vh34qvw4fWiE"
	"eldKiKBZ5azQ2pxg2SQGEN9CqPha43C01HSnoBWJEaKjLL8lE7Zf6iV0YckSsHwp"
	"TiJGcdLK53oqXHMWIKroYmWvgY5QAAuP-wkOFRDm-32eyPu7opv5NlYpFpMZ4Z7d"
	"LMKR3nbbLHHrL79s22WAYRpNVo7WA7F9tdCWOiwkP-e7Caw\",\"e\":\"AQAB\""
	"}";

static const char jwk_rsa_1024[] =
	"{\"kty\":\"RSA\",\"n\":\"vwy1AXf-j4dalEOFmW4QTwXJZi25WWqeidyuPT3"
	"bMWMj3k-r6mKzZ1rXXxMsRfxPf6NktYRDQm9XjJVaBPpEuMxKf6K_qrniuRXD0kp"
	"KjsctWjaxOcimDLrm2dQRcvnTDMhWDpN7wkkR40oUI4vrm-N9pzvUMBCkEaXj7p2"
	"RNo8\",\"e\":\"AQAB\"}";

/* One whose x begins with a zero byte. */
static const char jwk_p256_zero[] =
	"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AFTNN-Uivi_IVtKatlZERB"
	"fSrD8zlv2TgpHw5qq9w-M\",\"y\":\"Hi9BYD1Cg9mSgXPc4SkwKj6rLRHYPE-D"
	"rnx-tT2ntN8\"}";

/* The claims {"sub":"fay"}, signed by them. */
static const char jws_es256[] =
	"eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJmYXkifQ.VH5a5cNp"
	"cXlOzOXWyjGnBz0tQo4zwA6pH0JPrBeidBtRfhYHBBIEl6kPVfVVVP9O0E9vxARR"
	"kWB5BdeHQN5vYQ";

static const char jws_es256_zero[] =
	"eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJmYXkifQ.s8fUHvvb"
	"9lciPAk_m0gm7DE0RT6INYxSjjhgXJAuQhgqbOUXuUjpsVODY5mAWeEPkjdDuP1q"
	"5Wf2gE1NECFb2g";

static const char jws_es384[] =
	"eyJhbGciOiJFUzM4NCIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJmYXkifQ.O_gUzeCv"
	"7HsZihn6KCRFk8l6HNOGl7i6cuhPm70I7kq-lGuAefPwwfTKKCmnR3S0BN4cUyU6"
	"DmQWI-Bmwo1x05anWquPi1FZZwxi5E3pGyfk5zsJQ64Q1GTqIrFHsZXQ";

static const char jws_eddsa[] =
	"eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJmYXkifQ.9PTGwDYm"
	"dUgwDNIhSvDU0waQnKLu9FJAoVEhsXiP_pF9F8YlaGy6cDg_l9QB8pFiKu0k2WE_"
	"n6YPMlnZG6XtCA";

static const char jws_rs256[] =
	"eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJmYXkifQ.kFnvwOyT"
	"BRo_yM9571Cg6mOdcRkH8mVPUVEe3Ce54_Gva_6rKdjCBWWiXu2-XKBJgafYnrlB"
	"kEsJFgIO8gdDH7HQWCAgGJ3Do0yzegiR2l5pNMevosJvqWe86UYlB9L-jMDLOqof"
	"5kNj6ysiqMmzmYSmMnNhKdegOwh19cMFfDzsqOQ54J__p4t80DDYJJaBqaoKvoqx"
	"Y8wsSu1qQRO8jf3iQ-kSR-IVzfepJR0h6zPSqM8pt-nsN5cUzPTWXIkXbx1RF7lr"
	"p4GAmoTnGKPynjGfplWRqDA3LGe4zfHCjPzPURR7MgN_cjOYjL6pACpDIp98pL4V"
	"91ZAE4qOYwds-w";

static const char jws_rs384[] =
	"eyJhbGciOiJSUzM4NCIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJmYXkifQ.qJXL9Ny0"
	"OcdbUEgyx0NvVXgkcj7e_hABTpPhXB____f7QBrhHFP3UR9mk2eVC0bdqGk1IZBG"
	"vTST0NqykOAuu42A01gyZe16slvn3854tbSLJVPpTjxOkM93DrK5h5uB-tyfimGX"
	"zAZmTk92RkJlE_YZ54fxdSMA2UvmCGbjmgbJ0HYnf5zCEQksa4xSvvR3k6W8hmpz"
	"g8KKiHXN0AAOfvVZ137OHEG_-D12OjQuifA4yCyy8ARwVvj5bFtZOOrvLmaaF5rK"
	"b-CNfGKmGqlIAZ8e4SNM_EF6ZsI1DyZneqA_xlPXcubPCg0wnVBQnp94AFVOVjIg"
	"Pyk1S9I8mrxX8A";

static const char jws_rs512[] =
	"eyJhbGciOiJSUzUxMiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJmYXkifQ.lzARakJh"
	"6HH14JA3NSzfYCbqWMVYPyM6uvJwjO4v8pX8ouCsYq5ek_13OpCSiy2u_WTMIjBH"
	"7O4y-sfSDiUsZ7IVsMCwfoNgaoINKg4VvI7HzDqH9JftTBC4KSSFCvDOxgorV9sE"
	"dJmxBJAEXi7JC93bMlWSlJWgFCjQwWvveQaqc8_yo173P0Eh1HeOEHrqKKcc7Jhm"
	"GfVVdEEppNcq7WKemsMA24aEBBmK8bHTNa05q_G4u8CYksDpacm5PG_q2LeTIWF4"
	"VUs2T0sAuAjT4L2KDqlU8k8yDpH7Y8xZ90kZP0SHXS76Kk_YOSYUNvzpi0Oc-Yzu"
	"D5uhQl9TqrLqsQ";

static const char jws_ps256[] =
	"eyJhbGciOiJQUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJmYXkifQ.f0NOCOJa"
	"nz_aDYwF7TeegsCw5RhxwEE_GlqEALJIqpXH4Id5KbfvEh1YCNO3R4XJwLH81O03"
	"fWiJ2hjbC2wVe7Nqi4xJVNERQgJs4tKYC-BRBg_WY5cuJI0mvYiitQQF07PutdZR"
	"oRRQ-udq-jdOvh3v20VLSAx-cMrDLnc46uQUqazK7VkeVFp83mm43-4funXvXM6p"
	"wSiBttw0y8vVOfz2VE9Rn0i6mpl8AW9MoSo5g_D2inHE2760SNvuHAwVUiiGz-QA"
	"RkV5enYbNMLbJhZLP8CM-9Vg1CYlBDzWsx1HWcR-jjP7vM6-8xYNAtGcNQ0T4yvI"
	"_R3js1bm2HEuVw";

/* Likewise, by algorithms that are not accepted. */
static const char jws_es256k[] =
	"eyJhbGciOiJFUzI1NksiLCJ0eXAiOiJKV1QifQ.eyJzdWIiOiJmYXkifQ.qA7TFT"
	"NgsPC2aHWdbRgsvF5TXPZC9iEIOZsCLRCA9VsHIxIPfCLq77SAd8JikyaTOaapzy"
	"_qyHQZ12vk838JVA";

static const char jws_ps384[] =
	"eyJhbGciOiJQUzM4NCIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJmYXkifQ.UrpfGC9-"
	"EDaHY4EcJAkuxAv8BgbokVWYkAJwuMGitan2P6oC9JFNasWW-rc9h1HCJEFn7pCW"
	"eC1ORlJZ65WPcuUj7pqZFYBMCEzi8Poc7KXh1ahvODoOGk3BNQJCdwthhHo7YAJX"
	"6aIm3zWjLN2oTxOzWiBbrFbcp2lp7CD5uV_k058r3EwvThN_QEdzOoG-3QZCuvHD"
	"bGCgYMkdBTaM4X_eO6BTWWrmOSIFBb62VPiyUHHtFTrZnzdEMA03s5QXmYHmiZGO"
	"ekFSe60dmzJh3GaAGLcGfdgHq7Xpgpd3hG-S09LiDz4tuJqs69YXai3oQ29hDjUY"
	"53ePOcfHPeKGxA";

/* RFC 7515 appendix A.2 and A.3. */
static const char rfc_rsa[] =
	"{\"kty\":\"RSA\",\"n\":\"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcy"
	"QoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-S"
	"Fd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf"
	"63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtd"
	"VMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9"
	"_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ\",\"e\":\"AQAB\""
	"}";

static const char rfc_rs256[] =
	"eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODA"
	"sDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Ee"
	"tdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Q"
	"c_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--"
	"f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN"
	"9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6I"
	"eYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypG"
	"lUPQGe77Rw";

static const char rfc_p256[] =
	"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1"
	"gHMzV76e8Tus9uPHvRVEU\",\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCySt"
	"ikYjKIWI5a0\"}";

static const char rfc_es256[] =
	"eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODA"
	"sDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8"
	"L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqP"
	"P3-Kg6NU1Q";

/* RFC 8037 appendix A.2 and A.4. */
static const char rfc_ed25519[] =
	"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQ"
	"HOg7hcvPapiMlrwIaaPcHURo\"}";

static const char rfc_eddsa_text[] =
	"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";

static const char rfc_eddsa_signature[] =
	"hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5B"
	"hVsPt9g7sVvpAr_MuM0KAg";

/* RFC 7638 section 3.1. */
static const char rfc_thumbprint_key[] =
	"{\"kty\":\"RSA\",\"n\":\"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2ai"
	"AFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCi"
	"FV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-6"
	"5YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5haj"
	"rn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINH"
	"aQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw\",\"e\":\"AQAB\""
	",\"alg\":\"RS256\",\"kid\":\"2011-04-29\"}";

static const char rfc_thumbprint[] =
	"NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";

/* The secret is pem_p256_public, which everybody knows. */
static const char jws_hs256[] =
	"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJmYXkifQ.YxF1xg94"
	"Kt6FvCyBMgZro-V1rWBJlYxyFpjnBaP44u0";

#endif
