import { expect, test } from 'vitest';
import { followEvents } from '../../../server/console/api/events.ts';

const encoder = new TextEncoder();

test('a stream on which nothing comes any more fails, also when nobody has closed it; what came before counts', async () => {
  const events: unknown[] = [];
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      controller.enqueue(encoder.encode('event: today\ndata: {"n":1}\n\nevent: alive\ndata: {}\n\n'));
    },
  });
  await expect(followEvents(body, (data) => events.push(data), 50)).rejects.toThrow('silent');
  expect(events).toEqual([{ n: 1 }]);
});

test('a stream that only says that it is alive goes on until it ends', async () => {
  const events: unknown[] = [];
  let alive = 0;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      if ((alive += 1) > 25) controller.close();
      else controller.enqueue(encoder.encode('event: alive\ndata: {}\n\n'));
    },
  });
  await followEvents(body, (data) => events.push(data), 2_000);
  expect([alive, events]).toEqual([26, []]);
});
