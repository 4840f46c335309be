import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalog, parameterIds } from '../../shared/catalog.ts';
import { everyExample, highest } from '../support/everyObservation.ts';
import { batch, connect, dial, newSession, seen, sessionEvent, startServer } from '../support/ingestKit.ts';

describe('promise 1: a closed register of parameters, with nothing outside it', () => {
  it('rejects any unregistered field or kind, and the stored bytes do not change', async () => {
    await using kit = await startServer();
    await kit.publish(Object.fromEntries(parameterIds.map((id) => [id, { level: highest(id) }])));
    const device = await kit.enrol(); // everything on, everything acknowledged: only the register forbids
    await using agent = await connect(kit, device);
    const session = newSession();
    kit.clock.advance(1_000);
    agent.send(batch(agent, 1, session, [sessionEvent(kit, 'start')], 2));
    expect(await agent.take('ack')).toMatchObject({ stored: 1 });

    const stored = async () =>
      (await Promise.all(parameterIds.map((id) => kit.segments(id))))
        .flat()
        .map(({ sealed }) => Buffer.from(sealed).toString('hex'));
    const before = await stored();
    let seq = 1;
    const known = new Set(everyExample.flatMap(({ fields }) => Object.keys(fields)));
    const common = ['parameter', 'level', 'at', 'mono', 'span'];
    const field = fc.string({ minLength: 1 }).filter((name) => !known.has(name) && !common.includes(name));
    const alien = fc.oneof(
      // a registered kind with one field more
      fc
        .tuple(fc.constantFrom(...everyExample), field, fc.jsonValue())
        .map(([{ parameter, level, fields }, name, value]) =>
          Object.fromEntries([...Object.entries(seen(kit, { parameter, level, ...fields })), [name, value]]),
        ),
      // a kind that is not registered
      fc
        .tuple(fc.string(), fc.string(), fc.jsonValue())
        .filter(([parameter]) => !Object.hasOwn(catalog, parameter))
        .map(([parameter, level, value]) => seen(kit, { parameter, level, value })),
      fc
        .constantFrom('keystrokes', 'clipboard', 'webcam', 'audio', 'location')
        .map((parameter) => seen(kit, { parameter, level: 'on', value: 'x' })),
      fc.jsonValue(),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(alien, { minLength: 1, maxLength: 20 }), async (observations) => {
        // JSON.stringify drops what JSON cannot say; what arrives is what counts
        const frame = JSON.stringify(batch(agent, seq + 1, session, observations, 2));
        fc.pre(Buffer.byteLength(frame) < 60_000);
        seq += 1;
        agent.send(frame);
        expect(await agent.take('ack')).toEqual({
          ...{ type: 'ack', seq, duplicate: false, stored: 0 },
          discarded: { malformed: observations.length },
        });
      }),
      { numRuns: 150 },
    );
    expect(await stored()).toEqual(before);
  });

  it('refuses a whole frame with an unknown field, and a hello that says more of the device than it may', async () => {
    await using kit = await startServer();
    const device = await kit.enrol();
    await using agent = await connect(kit, device);
    agent.send({ ...batch(agent, 1, newSession(), [sessionEvent(kit, 'start')]), hostname: 'pc-17' });
    const bye = await agent.take('bye');
    expect(bye).toMatchObject({ reason: 'bad_frame', retry: false });
    expect(bye.message).toContain('hostname');
    expect(await kit.segments('session')).toHaveLength(0);

    await using talkative = await dial(kit.port);
    await talkative.hello(device, { hardwareModel: 'X1' });
    expect(await talkative.take('bye')).toMatchObject({ reason: 'bad_handshake' });
  });
});
