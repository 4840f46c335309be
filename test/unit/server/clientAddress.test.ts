import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientAddress, createLimitKeys } from '../../../server/clientAddress.ts';
import { systemRandom } from '../../../server/random.ts';

describe('the address of a client', () => {
  const http = createServer((incoming, response) =>
    response.end(JSON.stringify([clientAddress(incoming, false), clientAddress(incoming, true)])),
  );
  beforeAll(() => new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve)));
  afterAll(() => new Promise((resolve) => http.close(resolve)));

  /** What the server takes for the address, without and with a proxy in front. */
  function seen(forwarded: string | string[] | null): Promise<unknown> {
    const { port } = http.address() as AddressInfo;
    const headers = forwarded === null ? {} : { 'x-forwarded-for': forwarded };
    return new Promise((resolve, reject) => {
      const sending = request({ host: '127.0.0.1', port, localAddress: '127.0.0.7', headers }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve(JSON.parse(text)));
      });
      sending.on('error', reject);
      sending.end();
    });
  }

  it('is that of the connection, whatever the client says, unless there is a proxy', async () => {
    expect(await seen('203.0.113.9')).toEqual(['127.0.0.7', '203.0.113.9']);
    expect(await seen(null)).toEqual(['127.0.0.7', '127.0.0.7']);
    expect(await seen('')).toEqual(['127.0.0.7', '127.0.0.7']);
  });

  it('is behind a proxy the last one named: what a client writes before it changes nothing', async () => {
    expect(await seen('198.51.100.1, 203.0.113.9')).toEqual(['127.0.0.7', '203.0.113.9']);
    expect(await seen(['198.51.100.1', '198.51.100.2 ,203.0.113.9'])).toEqual(['127.0.0.7', '203.0.113.9']);
  });

  it('is the address alone where the proxy writes a port with it, so that not everybody behind it is one client', async () => {
    const written = ['203.0.113.9:51123', '[2001:db8:7::1]:443', '[2001:db8:7::1]', '2001:db8:7::1'];
    const named = await Promise.all(written.map(async (one) => ((await seen(one)) as string[])[1]));
    expect(named).toEqual(['203.0.113.9', '2001:db8:7::1', '2001:db8:7::1', '2001:db8:7::1']);
  });
});

describe('what requests and handshakes are counted by', () => {
  const limitKey = createLimitKeys(systemRandom);

  it('is an IPv4 address, also one written as IPv6', () => {
    expect(limitKey('::ffff:203.0.113.9')).toBe(limitKey('203.0.113.9'));
    expect(limitKey('203.0.113.10')).not.toBe(limitKey('203.0.113.9'));
  });

  it('says no address, and is another one in another process', () => {
    expect(limitKey('203.0.113.9')).toMatch(/^[\w-]{22}$/);
    expect(createLimitKeys(systemRandom)('203.0.113.9')).not.toBe(limitKey('203.0.113.9'));
  });

  it('is a /48 of IPv6: nobody is many clients by having many addresses', () => {
    const own = ['2001:db8:7::1', '2001:DB8:7:ffff::2', '2001:0db8:0007:0:1:2:3:4%eth0'].map(limitKey);
    expect(new Set(own).size).toBe(1);
    expect(own).not.toContain(limitKey('2001:db8:8::1'));
  });

  it('is one and the same for everything that is no address', () => {
    expect(new Set(['', 'unknown', '203.0.113.9:4711', 'a'.repeat(10_000)].map(limitKey)).size).toBe(1);
  });
});
