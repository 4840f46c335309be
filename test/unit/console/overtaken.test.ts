import { QueryClient } from '@tanstack/react-query';
import { expect, test } from 'vitest';
import { unlessOvertaken } from '../../../server/console/api/unlessOvertaken.ts';

const key = ['proof'];

function question(client: QueryClient) {
  let answer: (said: string) => void = () => undefined;
  const asked = new Promise<string>((resolve) => {
    answer = resolve;
  });
  const read = client.query({ queryKey: key, queryFn: () => unlessOvertaken(client, key, asked), staleTime: 0 });
  return { answer, read };
}

test('an answer that was on its way while something newer was pushed does not replace it', async () => {
  const client = new QueryClient();
  client.setQueryData(key, 'before');
  const { answer, read } = question(client);
  client.setQueryData(key, 'confirmed, as the stream said');
  answer('1 is answering');
  await read;
  expect(client.getQueryData(key)).toBe('confirmed, as the stream said');
});

test('the very first answer does not replace what was pushed before it came', async () => {
  const client = new QueryClient();
  const { answer, read } = question(client);
  client.setQueryData(key, 'confirmed, as the stream said');
  answer('1 is answering');
  await read;
  expect(client.getQueryData(key)).toBe('confirmed, as the stream said');
});

test('an answer that nothing overtook is what counts', async () => {
  const client = new QueryClient();
  client.setQueryData(key, 'before');
  const { answer, read } = question(client);
  answer('after');
  await read;
  expect(client.getQueryData(key)).toBe('after');
});
