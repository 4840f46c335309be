import type { QueryClient } from '@tanstack/react-query';

/**
 * The answer to a question that was asked just now, unless something else has put data under the same key in the meantime:
 * then that data. An answer may be older than what was pushed while it was on its way, and would otherwise replace it.
 */
export async function unlessOvertaken<T>(client: QueryClient, key: readonly unknown[], asked: Promise<T>): Promise<T> {
  const updates = () => client.getQueryState<T>(key)?.dataUpdateCount ?? 0;
  const before = updates();
  const answer = await asked;
  return updates() === before ? answer : (client.getQueryData<T>(key) ?? answer);
}
