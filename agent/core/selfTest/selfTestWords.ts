import { catalog } from '../../../shared/catalog.ts';
import type { SelfTestReport } from '../../../shared/protocol/selfTest.ts';
import { say } from '../../strings/say.ts';

/** What a self-test found, in one sentence. */
export function selfTestSentence({ verdict, parameter, level }: SelfTestReport): string {
  const what = catalog[parameter].label;
  return verdict === 'on' ? say('prove.on', { what, level }) : say(`prove.${verdict}`, { what });
}

/** The whole report for a terminal, a line each. `why`: what keeps it off, in words; empty when it is on. `time` writes a moment. */
export function selfTestLines(report: SelfTestReport, why: string, time: (at: number) => string): readonly string[] {
  const lines = report.checks.map(({ check, passed, at }) => {
    const outcome = say(passed ? 'prove.passed' : 'prove.failed');
    return say('prove.line', { time: time(at), outcome, check: say(`prove.check.${check}`) });
  });
  return [selfTestSentence(report), ...(why === '' ? [] : [say('prove.by', { why })]), ...lines];
}
