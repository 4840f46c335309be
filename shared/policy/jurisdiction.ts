import { z } from 'zod';
import { type Level, type ParameterId, rank } from '../catalog.ts';

/**
 * Whose law an organisation works under, as a profile of what it may collect on another basis than consent. `eea_uk`: European
 * Economic Area and United Kingdom (GDPR, UK GDPR).
 */
export const Jurisdiction = z.enum(['eea_uk']);
export type Jurisdiction = z.infer<typeof Jurisdiction>;

/**
 * The most of each parameter without the explicit consent of the person. What is above shows, sooner or later, what GDPR Art. 9
 * protects: a title, a page or a picture of a screen in full says which doctor, which union, which faith.
 */
const withoutConsent: Readonly<Record<Jurisdiction, Readonly<Partial<Record<ParameterId, Level>>>>> = {
  eea_uk: { title: 'redacted', url: 'domain', screenshot: 'blurred' },
};

/** What the law allows of the parameter on this basis; undefined where it says nothing. */
export function jurisdictionCeiling(
  jurisdiction: Jurisdiction | undefined,
  parameter: ParameterId,
  basis: string,
): Level | undefined {
  return jurisdiction === undefined || basis === 'consent' ? undefined : withoutConsent[jurisdiction][parameter];
}

/** Whether a rule asks for more than the law allows on its basis: such a policy is not published. */
export function needsConsent(
  jurisdiction: Jurisdiction | undefined,
  parameter: ParameterId,
  { level, basis }: { readonly level: string; readonly basis: string },
): boolean {
  const most = jurisdictionCeiling(jurisdiction, parameter, basis);
  return most !== undefined && rank(parameter, level) > rank(parameter, most);
}
