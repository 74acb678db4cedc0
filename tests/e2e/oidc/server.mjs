// SPDX-License-Identifier: MIT
// oidc-provider over TLS on a free port of 127.0.0.1. Says {"url", "clients"}
// in one line once it listens, writes to the log what it was asked (no codes,
// tokens or secrets), and ends when its standard input does.

import { createPublicKey, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { parseArgs } from 'node:util';

// Its advice for operators is not for the reader of our one line.
console.info = console.warn;
const { default: Provider } = await import('oidc-provider');

const { values: options } = parseArgs({
  options: {
    key: { type: 'string' },
    cert: { type: 'string' },
    log: { type: 'string' },
    // Private keys of clients, by algorithm; only their public half is used.
    es256: { type: 'string' },
    rs256: { type: 'string' },
    // Seconds. 0: none is sent, as it is oidc-provider's way.
    interval: { type: 'string', default: '0' },
    'device-code-ttl': { type: 'string', default: '300' },
    'access-token-ttl': { type: 'string', default: '300' },
  },
});

const interval = Number(options.interval);

// Everything in these that means something to a form or to HTTP Basic has to
// arrive here as it stands.
const clients = [
  {
    client_id: 'lobby 1: 100% & more',
    client_secret: 'one:two%three&four+five six=seven%2B?',
    token_endpoint_auth_method: 'client_secret_basic',
  },
  {
    client_id: 'lobby 2: 100% & more',
    client_secret: '&one:two%three&four+five six=seven%2B?',
    token_endpoint_auth_method: 'client_secret_post',
  },
  { client_id: 'lobby-3', token_endpoint_auth_method: 'none' },
  // Its tokens are bound to a key (RFC 9449).
  {
    client_id: 'lobby-4',
    token_endpoint_auth_method: 'none',
    dpop_bound_access_tokens: true,
  },
];

function keyClient(id, alg, file) {
  const jwk = createPublicKey(readFileSync(file)).export({ format: 'jwk' });
  return {
    client_id: id,
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: alg,
    jwks: { keys: [{ ...jwk, kid: `${alg} of ${id}`, use: 'sig' }] },
  };
}

const keyClients = [
  keyClient('lobby 5: 100% & more', 'ES256', options.es256),
  keyClient('lobby 6: 100% & more', 'RS256', options.rs256),
];

const account = {
  name: 'Robin Example',
  email: 'robin@example.com',
  email_verified: true,
  organization: 'Example Organisation',
  roles: ['operator', 'auditor'],
};

function log(entry) {
  appendFileSync(options.log, `${JSON.stringify(entry)}\n`);
}

function credentials(ctx) {
  if (ctx.headers.authorization) {
    return ctx.headers.authorization.split(' ')[0].toLowerCase();
  }
  if (ctx.oidc?.body?.client_assertion) {
    return 'assertion';
  }
  return ctx.oidc?.body?.client_secret ? 'post' : 'none';
}

// Logs before the answer goes out: whoever has the answer can read of it.
async function logged(ctx, next) {
  const at = performance.now();
  await next();
  log({
    at_s: at / 1000,
    connection: ctx.socket.number,
    route: ctx.oidc?.route ?? 'unknown',
    grant: ctx.oidc?.body?.grant_type,
    credentials: credentials(ctx),
    status: ctx.status,
    error: ctx.body?.error,
  });
}

async function withInterval(ctx, next) {
  await next();
  if (interval > 0 && ctx.body?.device_code) {
    ctx.body.interval = interval;
  }
}

function makeProvider(url) {
  const provider = new Provider(url, {
    clients: [...clients, ...keyClients].map((client) => ({
      application_type: 'native',
      grant_types: [
        'authorization_code',
        'urn:ietf:params:oauth:grant-type:device_code',
        'refresh_token',
      ],
      // Any port of it, as it is a native client's (RFC 8252 section 7.3).
      redirect_uris: ['http://127.0.0.1/redirect.html'],
      response_types: ['code'],
      ...client,
    })),
    // A token ends when it says so, not up to 15 s later.
    clockTolerance: 0,
    claims: {
      openid: ['sub'],
      email: ['email', 'email_verified'],
      profile: ['name', 'organization', 'roles'],
    },
    features: {
      deviceFlow: { enabled: true, mask: '****-****' },
      revocation: { enabled: true },
      dPoP: {
        enabled: true,
        nonceSecret: randomBytes(32),
        requireNonce: () => true,
      },
    },
    // Whoever signs in by that name, with any password.
    findAccount: (ctx, sub) => sub === 'robin' && {
      accountId: sub,
      claims: () => ({ sub, ...account }),
    },
    rotateRefreshToken: true,
    ttl: {
      AccessToken: Number(options['access-token-ttl']),
      DeviceCode: Number(options['device-code-ttl']),
    },
  });
  for (const event of ['grant.revoked', 'refresh_token.consumed']) {
    provider.on(event, () => log({ event }));
  }
  provider.use(logged);
  provider.use(withInterval);
  return provider;
}

const server = createServer({
  key: readFileSync(options.key),
  cert: readFileSync(options.cert),
  // By itself Node hangs up after 5 s, which is just before the next poll.
  keepAliveTimeout: 60_000,
});
let connections = 0;
server.on('secureConnection', (socket) => {
  connections += 1;
  socket.number = connections;
});

server.listen(0, '127.0.0.1');
await once(server, 'listening');
const url = `https://127.0.0.1:${server.address().port}`;
server.on('request', makeProvider(url).callback());
process.stdin.resume().on('end', () => process.exit());
console.log(JSON.stringify({ url, clients }));
