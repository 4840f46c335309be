/** Whoever has not answered by then is not there: a line can be dead without either side having been told. */
const ANSWER_MS = 60_000;

/**
 * What `work` gives. Fails with TypeError, as a broken connection does, when that takes longer than `ms`. The signal that it is
 * handed follows `signal`, also after it has given something: a body may still be read.
 */
export async function withinTime<T>(
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
  ms: number = ANSWER_MS,
): Promise<T> {
  const ours = new AbortController();
  signal?.addEventListener('abort', () => ours.abort(signal.reason), { once: true });
  if (signal?.aborted === true) ours.abort(signal.reason);
  const timer = setTimeout(() => ours.abort(new TypeError('the server does not answer')), ms);
  try {
    return await work(ours.signal);
  } finally {
    clearTimeout(timer);
  }
}
