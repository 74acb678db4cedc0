// SPDX-License-Identifier: MIT
// oidc-provider 9 as it comes: no interval unless one is asked for.

import { createHash } from 'node:crypto';

import { client, log, options, person, serve } from './serve.mjs';

const { default: Provider } = await import('oidc-provider');

// Tells the codes apart without telling them.
function deviceOf(code) {
  return code && createHash('sha256').update(code).digest('hex');
}

// Logs before the answer goes out: whoever has the answer can read of it.
async function logged(ctx, next) {
  await next();
  log({
    route: ctx.oidc?.route ?? 'unknown',
    grant: ctx.oidc?.body?.grant_type,
    device: deviceOf(ctx.oidc?.body?.device_code),
    status: ctx.status,
    error: ctx.body?.error,
  });
}

async function withInterval(ctx, next) {
  await next();
  if (options.interval > 0 && ctx.body?.device_code) {
    ctx.body.interval = Number(options.interval);
  }
}

await serve((url) => {
  const provider = new Provider(url, {
    clients: [{
      ...client,
      application_type: 'native',
      grant_types: [
        'authorization_code',
        'urn:ietf:params:oauth:grant-type:device_code',
        'refresh_token',
      ],
      // Any port of it, as it is a native client's (RFC 8252 section 7.3).
      redirect_uris: ['http://127.0.0.1/redirect.html'],
      response_types: ['code'],
    }],
    clockTolerance: 0,
    claims: { openid: ['sub'], email: ['email'], profile: ['name'] },
    features: {
      deviceFlow: { enabled: true },
      revocation: { enabled: true },
    },
    // Whoever signs in by that name, with any password.
    findAccount: (ctx, sub) => sub === 'robin' && {
      accountId: sub,
      claims: () => ({ sub, ...person }),
    },
    ttl: {
      AccessToken: Number(options['access-token-ttl']),
      DeviceCode: Number(options['device-code-ttl']),
    },
  });
  provider.use(logged);
  provider.use(withInterval);
  return provider.callback();
});
