import { catalog } from '../../../shared/catalog.ts';
import type { SelfTestReport } from '../../../shared/protocol/selfTest.ts';
import { say } from '../../strings/say.ts';
import { whyOff } from '../words.ts';

/** What a self-test found, in one sentence. */
export function selfTestSentence({ verdict, parameter, level }: SelfTestReport): string {
  const what = catalog[parameter].label;
  return verdict === 'on' ? say('prove.on', { what, level }) : say(`prove.${verdict}`, { what });
}

/** The whole report for a terminal, a line each; `time` writes a moment. */
export function selfTestLines(report: SelfTestReport, time: (at: number) => string): readonly string[] {
  const { decidedBy, checks } = report;
  const why = decidedBy === null ? [] : [say('prove.by', { why: whyOff(decidedBy) })];
  const lines = checks.map(({ check, passed, at }) => {
    const outcome = say(passed ? 'prove.passed' : 'prove.failed');
    return say('prove.line', { time: time(at), outcome, check: say(`prove.check.${check}`) });
  });
  return [selfTestSentence(report), ...why, ...lines];
}
