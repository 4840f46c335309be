import { expect, test } from 'vitest';
import { whileSignedIn } from '../../../../server/api/whileSignedIn.ts';
import type { ExportFile } from '../../../../server/lifecycle/exportWriting.ts';

const MEGABYTE = 1024 * 1024;

async function* oneLargeFile(): AsyncGenerator<ExportFile> {
  async function* content() {
    for (let at = 0; at < 100; at += 1) yield new Uint8Array(MEGABYTE);
  }
  yield { name: 'large', compress: true, content: content() };
}

test('whoever signs out ends one large file of a download within a few megabytes', async () => {
  let given = 0;
  const read = async (): Promise<void> => {
    for await (const { content } of whileSignedIn(async () => given < 10 * MEGABYTE, oneLargeFile()))
      for await (const chunk of content) given += chunk.length;
  };
  await expect(read()).rejects.toMatchObject({ code: 'unauthenticated' });
  expect(given).toBeLessThan(16 * MEGABYTE);
});
