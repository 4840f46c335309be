import { hostname, userInfo } from 'node:os';
import { expect, it } from 'vitest';
import { createMachineSensor, modelName, prettyName } from '../../../../agent/platform/machine.ts';
import { observationSchemas } from '../../../../shared/events/observation.ts';

it('what it says of this machine fits the register, and names neither the host nor the user', async () => {
  const machine = await createMachineSensor().device();
  const when = { at: 1_800_000_000_000, mono: 1, span: 0 };
  const parsed = observationSchemas.device.full.safeParse({ parameter: 'device', level: 'full', ...when, ...machine });
  expect(parsed.error?.issues ?? []).toEqual([]);
  const text = JSON.stringify(machine).split(/[^A-Za-z0-9-]+/);
  expect(text).not.toContain(hostname());
  expect(text).not.toContain(userInfo().username);
});

it.each([
  ['LENOVO', '20XW\n', 'LENOVO 20XW'],
  ['Dell Inc.', 'Dell Inc. XPS', 'Dell Inc. XPS'],
  ['To Be Filled By O.E.M.', 'NUC10i7', 'NUC10i7'],
  ['ASUS', 'System Product Name', null],
  [null, 'Default string', null],
  ['QEMU', '', null],
  [null, null, null],
])('the model of vendor %s and product %s is %s', (vendor, product, model) => {
  expect(modelName(vendor, product)).toBe(model);
});

it.each([
  ['NAME="Debian"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n', 'Debian GNU/Linux 12 (bookworm)'],
  ['PRETTY_NAME=Arch\n', 'Arch'],
  ['NAME=x', null],
  [null, null],
])('os-release %j is %s', (text, name) => {
  expect(prettyName(text)).toBe(name);
});
