// SPDX-License-Identifier: MIT
// @mongodb-js/oidc-mock-provider: approves by itself, gives out an ID token and
// has no userinfo endpoint. Its answers are its own; they are only logged.

import mock from '@mongodb-js/oidc-mock-provider';

import { log, options, person, ready } from './serve.mjs';

const provider = await mock.OIDCMockProvider.create({
  port: 0,
  hostname: '127.0.0.1',
  overrideRequestHandler(url, request, response) {
    const { pathname, searchParams } = new URL(url);
    response.on('finish', () => log({
      route: pathname,
      grant: searchParams.get('grant_type') ?? undefined,
      status: response.statusCode,
    }));
  },
  getTokenPayload: () => ({
    expires_in: Number(options['access-token-ttl']),
    payload: { sub: 'robin', ...person },
  }),
});
ready(provider.issuer);
