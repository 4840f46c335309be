import { expect, test } from 'vitest';
import { createPasswords } from '../../../../server/api/passwords.ts';
import { systemRandom } from '../../../../server/random.ts';

test('what an unknown account is compared to is made anew when it could not be made', async () => {
  let failures = 1;
  const passwords = createPasswords({
    ...systemRandom,
    bytes(length) {
      if (failures-- > 0) throw new Error('no randomness just now');
      return systemRandom.bytes(length);
    },
  });
  await expect(passwords.matches(null, 'anything')).rejects.toThrow('no randomness');
  expect(await passwords.matches(null, 'anything')).toBe(false);
});
