// SPDX-License-Identifier: MIT
// better-auth with its oauth-provider, or with its device plugin alone, whose
// token endpoint takes JSON only.

import { text } from 'node:stream/consumers';

import { oauthDeviceAuthorization, oauthProvider }
  from '@better-auth/oauth-provider';
import { betterAuth } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { deviceAuthorization, jwt } from 'better-auth/plugins';

import { client, log, members, options, person, serve } from './serve.mjs';

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

function plugins() {
  const device = {
    expiresIn: `${options['device-code-ttl']}s`,
    interval: `${options.interval}s`,
  };
  if (options.alone) {
    return [deviceAuthorization(device)];
  }
  return [
    jwt(),
    oauthProvider({
      loginPage: '/sign-in',
      consentPage: '/consent',
      accessTokenExpiresIn: Number(options['access-token-ttl']),
      silenceWarnings: { oauthAuthServerConfig: true, openidConfig: true },
    }),
    oauthDeviceAuthorization(device),
  ];
}

// Logs before the answer goes out: whoever has the answer can read of it.
function logged(auth, url) {
  return async (incoming, outgoing) => {
    const body = await text(incoming);
    const { pathname } = new URL(incoming.url, url);
    const type = incoming.headers['content-type'];
    const answer = await auth.handler(new Request(new URL(incoming.url, url), {
      method: incoming.method,
      headers: incoming.headers,
      body: body || undefined,
    }));
    const content = await answer.text();
    const words = content.startsWith('{') ? JSON.parse(content) : {};
    log({
      route: pathname.slice('/api/auth'.length),
      type,
      grant: members(type, body).grant_type,
      status: answer.status,
      error: words.error,
    });
    const headers = Object.fromEntries(answer.headers);
    headers['set-cookie'] = answer.headers.getSetCookie();
    outgoing.writeHead(answer.status, headers);
    if (words.device_code && options['told-interval']) {
      words.interval = Number(options['told-interval']);
      outgoing.end(JSON.stringify(words));
    } else {
      outgoing.end(content);
    }
  };
}

await serve(async (url) => {
  const auth = betterAuth({
    baseURL: url,
    secret: 'only for tests, and long enough for one',
    database: memoryAdapter({
      user: [], session: [], account: [], verification: [], deviceCode: [],
      jwks: [], oauthClient: [], oauthAccessToken: [], oauthRefreshToken: [],
      oauthConsent: [], oauthResource: [], oauthClientResource: [],
    }),
    emailAndPassword: { enabled: true },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    plugins: plugins(),
  });
  const { headers } = await auth.api.signUpEmail({
    body: { ...person, password: 'any password' },
    returnHeaders: true,
  });
  if (!options.alone) {
    const made = await auth.api.adminCreateOAuthClient({
      headers: { cookie: headers.getSetCookie().join('; ') },
      body: {
        application_type: 'native',
        redirect_uris: ['http://127.0.0.1/redirect.html'],
        grant_types: ['authorization_code', DEVICE_GRANT, 'refresh_token'],
        scope: 'openid profile email offline_access',
      },
    });
    client.client_id = made.client_id;
    client.client_secret = made.client_secret;
  }
  return logged(auth, url);
});
