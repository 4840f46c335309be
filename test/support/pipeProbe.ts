import { setTimeout } from 'node:timers/promises';
import { openTerminal } from '../../agent/cli/terminal.ts';

/** Says a line, then the same again and again while it is seen; on standard error, when it is seen no more. */
const terminal = openTerminal();
terminal.say('Recording: something.');
const stop = terminal.repeat(() => 'Recording: something.', 50);
for (let left = 200; left > 0 && terminal.visible(); left -= 1) await setTimeout(50);
stop();
process.stderr.write(terminal.visible() ? 'seen to the end\n' : 'not seen any more\n');
