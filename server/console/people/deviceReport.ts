import { catalog, type ParameterId } from '../../../shared/catalog.ts';
import type { DeviceView } from '../../../shared/protocol/http/devices.ts';
import { nearTime } from '../strings/format.ts';
import { count, listed, say } from '../strings/say.ts';

/** What the device last signed of its sensors and of what waits there, a sentence each; none where it signed nothing. */
export function reportOf({ sensors, queue }: Pick<DeviceView, 'sensors' | 'queue'>, now: number): readonly string[] {
  return [...(sensors === null ? [] : sensorsText(sensors)), ...(queue === null ? [] : [queueText(queue, now)])];
}

function sensorsText({ work, unable }: NonNullable<DeviceView['sensors']>): readonly string[] {
  const [sites, others] = [unable.filter((id) => id === 'url'), unable.filter((id) => id !== 'url')];
  if (work.length === 0 && unable.length === 0) return [say('device.sensorsNone')];
  const texts = work.length === 0 ? [] : [count('device.sensors', work.length)];
  if (others.length > 0) texts.push(say('device.unable', { what: labels(others) }));
  if (sites.length > 0) texts.push(say('device.unableSites', { what: labels(sites) }));
  return [texts.join(' ')];
}

function queueText({ records, at }: NonNullable<DeviceView['queue']>, now: number): string {
  if (at === null) {
    return records === 0 ? say('device.queueFew', { least: 100 }) : say('device.queueSome', { least: records });
  }
  const what = records === 0 ? say('device.queueNone') : count('device.queue', records);
  return say('device.queueAt', { what, when: nearTime(at, now) });
}

function labels(parameters: readonly ParameterId[]): string {
  return listed(parameters.map((id) => catalog[id].label));
}
