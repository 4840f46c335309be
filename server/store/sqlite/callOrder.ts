import type { DeviceId } from '../../../shared/ids.ts';

/**
 * Batches of one device are submitted in the order of the calls, although the images of one may take longer to write
 * than those of the next: else the next would be out of order. Waits for the submission before, not for its commit.
 */
export function callOrder() {
  const last = new Map<DeviceId, Promise<void>>();

  return async <In, Out>(
    device: DeviceId,
    preparing: Promise<In>,
    submit: (input: In) => Promise<Out>,
  ): Promise<Out> => {
    const before = last.get(device) ?? Promise.resolve();
    // Wrapped, so that waiting for the submission is not waiting for its outcome.
    const submitted = Promise.all([preparing, before]).then(([input]) => ({ outcome: submit(input) }));
    const over = settled([preparing, before, submitted]);
    last.set(device, over);
    void over.then(() => {
      if (last.get(device) === over) last.delete(device);
    });
    return (await submitted).outcome;
  };
}

async function settled(all: readonly Promise<unknown>[]): Promise<void> {
  await Promise.allSettled(all);
}
