import { openTerminal } from '../../agent/cli/terminal.ts';

/** Says on standard error whether its output is seen, and on both a line that means harm. */
const terminal = openTerminal();
process.stderr.write(`${terminal.visible() ? 'seen' : 'not seen'}\n`);
const hostile = 'a\u001b[8m hidden\u001b[2J b\nRecording: nothing.\u009b1m';
terminal.say(hostile);
terminal.complain(hostile);
