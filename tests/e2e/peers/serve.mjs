// SPDX-License-Identifier: MIT
// What the servers of this folder have in common: their options, a log of what
// they were asked (no codes, tokens or secrets), one line that says where they
// are, and an end when their standard input has one.

import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';

// Their advice for operators is not for the reader of our one line.
console.info = console.warn;
const say = console.log;
console.log = console.warn;

export const { values: options } = parseArgs({
  options: {
    log: { type: 'string' },
    // Where clients reach it, if that is not where it listens.
    url: { type: 'string' },
    // Seconds. 0: none is sent.
    interval: { type: 'string', default: '1' },
    'device-code-ttl': { type: 'string', default: '300' },
    'access-token-ttl': { type: 'string', default: '300' },
    // Of better-auth: the interval that it tells, if that is not what it is
    // content with; and the device plugin alone, without oauth-provider.
    'told-interval': { type: 'string' },
    alone: { type: 'boolean', default: false },
  },
});

export const client = {
  client_id: 'lobby 1: 100% & more',
  client_secret: 'one:two%three&four+five six=seven%2B?',
};

export const person = {
  name: 'Robin Example',
  email: 'robin@example.com',
};

export function log(entry) {
  const at_s = performance.now() / 1000;
  appendFileSync(options.log, `${JSON.stringify({ at_s, ...entry })}\n`);
}

// The members of a form or of JSON.
export function members(type, body) {
  if (type?.startsWith('application/x-www-form-urlencoded')) {
    return Object.fromEntries(new URLSearchParams(body));
  }
  return type?.startsWith('application/json') ? JSON.parse(body) : {};
}

// Node's own server, as it is: it closes a connection that was idle for 5 s.
// make(url) gives what handles its requests.
export async function serve(make) {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const at = `http://127.0.0.1:${server.address().port}`;
  server.on('request', await make(options.url ?? at));
  ready(at);
}

export function ready(at) {
  process.stdin.resume().on('end', () => process.exit());
  say(JSON.stringify({ url: options.url ?? at, at, ...client }));
}
