import { catalog, parameterIds } from '../../shared/catalog.ts';
import { NEVER, noticeText, RETENTION } from '../../shared/policy/notice.ts';
import type { NoticeView } from '../../shared/protocol/http/notice.ts';
import type { VerifiedPolicy } from './gate/policyCache.ts';

/**
 * The notice of the verified policy, as the employee reads it. What this agent does not understand is off here and
 * listed as not collected.
 */
export function noticeFor(policy: VerifiedPolicy): NoticeView {
  const collected: NoticeView['collected'] = [];
  const notCollected: NoticeView['notCollected'] = [];
  for (const parameter of parameterIds) {
    const { label } = catalog[parameter];
    const rule = policy.rules[parameter];
    const text = rule === undefined ? undefined : noticeText(parameter, rule.level, policy);
    if (rule === undefined || text === undefined) {
      notCollected.push({ parameter, label });
      continue;
    }
    const { level, purpose, basis, retentionDays, viewers } = rule;
    collected.push({ parameter, label, level, text, purpose, basis, retentionDays, viewers });
  }
  const { version, hash, notBefore } = policy;
  return { version, policyHash: hash, publishedAt: notBefore, collected, notCollected, never: NEVER };
}

/** The whole notice in words, a line each, for a terminal. */
export function noticeLines(notice: NoticeView): string[] {
  const lines = [`Notice ${notice.version}: what Daylight collects while you track`, ''];
  for (const { label, level, text, purpose, basis, retentionDays, viewers } of notice.collected) {
    lines.push(`  ${label} (${level})`);
    lines.push(`    ${text}`);
    const seenBy = viewers.length === 0 ? 'only you' : `you, ${viewers.join(', ')}`;
    lines.push(`    Why: ${words(purpose)} · basis: ${words(basis)} · kept ${retentionDays} days · seen by ${seenBy}`);
  }
  if (notice.collected.length === 0) lines.push('  Nothing.');
  else lines.push('', RETENTION);
  const off = notice.notCollected.map(({ parameter }) => catalog[parameter].named);
  lines.push('', `Not collected: ${off.join(', ') || 'none'}.`);
  lines.push(notice.never);
  return lines;
}

function words(id: string): string {
  return id.replaceAll('_', ' ');
}
