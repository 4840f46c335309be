import { say } from '../strings/say.ts';
import classes from './day.module.css';

const tones = [classes.tone0, classes.tone1, classes.tone2, classes.tone3, classes.tone4];

/** A shade per label, the same wherever the label stands on the page; `private` has its own look. */
export function toneOf(label: string, order: readonly string[]): string {
  if (label === 'private') return classes.private ?? '';
  const position = order.indexOf(label);
  return (position < 0 ? classes.tone5 : (tones[position] ?? classes.tone5)) ?? '';
}

/** `private` is not the name of an app or a site, and is not shown as one. */
export function labelText(label: string): string {
  return label === 'private' ? say('private.label') : label;
}
