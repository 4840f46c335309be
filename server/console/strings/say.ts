import { type Speech, speechOf } from '../../../shared/speech.ts';
import { en } from './en.ts';

export type StringKey = keyof typeof en;

const speech: Speech<typeof en> = speechOf(en);
export const say: Speech<typeof en>['say'] = speech.say;
export const count: Speech<typeof en>['count'] = speech.count;
export const { joined, listed } = speech;
