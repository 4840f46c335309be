import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createNativeDecoder, encodeNativeFrame, NATIVE_FRAME_BYTES } from '../../../../agent/platform/nativeFrame.ts';

it('what was encoded is decoded, however the bytes are cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.jsonValue(), { maxLength: 5 }),
      fc.array(fc.nat(40), { minLength: 1 }),
      (messages, cuts) => {
        const stream = Buffer.concat(messages.map(encodeNativeFrame));
        const decode = createNativeDecoder();
        const decoded: unknown[] = [];
        for (let at = 0, turn = 0; at < stream.length; turn += 1) {
          const step = 1 + (cuts[turn % cuts.length] ?? 0);
          decoded.push(...decode(stream.subarray(at, at + step)));
          at += step;
        }
        expect(decoded).toEqual(messages.map((message) => JSON.parse(JSON.stringify(message))));
      },
    ),
  );
});

it('a frame that announces more than the limit is refused before its body arrives', () => {
  const header = Buffer.alloc(4);
  header.writeUInt32LE(NATIVE_FRAME_BYTES + 1);
  expect(() => createNativeDecoder()(header)).toThrow('too long');
  expect(() => encodeNativeFrame('x'.repeat(NATIVE_FRAME_BYTES))).toThrow('too long');
});

it.each([
  ['not JSON', Buffer.from('{"a":')],
  ['not UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22])],
])('a frame that is %s is refused without being quoted', (_what, body) => {
  const header = Buffer.alloc(4);
  header.writeUInt32LE(body.length);
  expect(() => createNativeDecoder()(Buffer.concat([header, body]))).toThrow('a native message is not JSON in UTF-8');
});
