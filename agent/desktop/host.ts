import { DaylightError } from '../../shared/errors.ts';
import type { AgentStatus, WindowAnswer, WindowRequest, WipeReport } from '../../shared/protocol/window.ts';
import { type Agent, type AgentOptions, createAgent } from '../core/agent.ts';
import { type EndedNote, readEnded } from '../core/ended.ts';
import {
  askNotice,
  enrol,
  fingerprint,
  finishEnrolment,
  type Invitation,
  type ShownNotice,
} from '../core/enrolment.ts';
import { openFolder } from '../core/files.ts';
import { resumeWipe } from '../core/finishWipe.ts';
import { IDENTITY_FILE } from '../core/identity.ts';
import { ownFolder } from '../core/ownFolder.ts';
import type { SpoolKey } from '../core/spool/spoolKey.ts';
import { say } from '../strings/say.ts';
import type { Autostart } from './autostart.ts';
import type { ShellAnswer } from './bridge.ts';
import { type EnrolmentRequest, isEnrolment, type ShellRequest } from './enrolment.ts';

/** The agent of this shell, from before it is enrolled until it has ended. */
export interface Host {
  state(): HostState;
  /**
   * Starts the agent of an enrolled folder, or finds that it is not enrolled; whoever asks meanwhile waits for the same start.
   * Never throws: a failure is a state.
   */
  open(): Promise<void>;
  /** What the page may ask. Never rejects. */
  ask(request: ShellRequest): Promise<ShellAnswer>;
  /** Retires this device and deletes everything that the agent keeps here. */
  wipe(): Promise<WindowAnswer>;
  /** Calls back with the status while an agent runs; nothing before. */
  watch(onStatus: (status: AgentStatus) => void): () => void;
  /** Closes the agent: its session ends, and what it can is sent. */
  close(): Promise<void>;
}

export type HostState =
  | { readonly kind: 'starting' }
  /** `ended`: the note of the account that it was enrolled for and that has ended; null: it was enrolled for none. */
  | { readonly kind: 'not_enrolled'; readonly ended: EndedNote | null }
  | { readonly kind: 'running'; readonly agent: Agent }
  | { readonly kind: 'failed'; readonly problem: string; readonly remedy: string | undefined }
  | { readonly kind: 'wiped'; readonly report: WipeReport; readonly by: 'employee' | 'server' }
  | { readonly kind: 'closed' };

export interface HostDeps
  extends Pick<AgentOptions, 'folder' | 'platform' | 'clock' | 'random' | 'indicator' | 'agentVersion'> {
  readonly spoolKey: () => Promise<SpoolKey>;
  readonly autostart: Autostart;
  /** The state is another one. */
  readonly onState: (state: HostState) => void;
}

export function createHost(deps: HostDeps): Host {
  const { folder, platform, clock, random, autostart, onState } = deps;
  let state: HostState = { kind: 'starting' };
  let shown: { readonly invitation: Invitation; readonly notice: ShownNotice } | null = null;

  let opening: Promise<void> | null = null;

  function become(next: HostState): void {
    if (state.kind === 'closed') return;
    state = next;
    onState(next);
  }

  function open(): Promise<void> {
    opening ??= begin().finally(() => {
      opening = null;
    });
    return opening;
  }

  async function begin(): Promise<void> {
    if (state.kind === 'running' || state.kind === 'closed') return;
    try {
      const resumed = await resumeWipe({ folder, places: platform.places, clock });
      if (resumed !== null) {
        become({ kind: 'wiped', report: resumed.report, by: 'server' });
        return;
      }
      const files = await openFolder(folder);
      // An enrolment whose answer did not arrive is finished first, as it was begun.
      const isEnrolled =
        (await files.read(IDENTITY_FILE)) !== null ||
        (await finishEnrolment({ folder, files, clock, random })) !== null;
      if (isEnrolled) await run();
      else become({ kind: 'not_enrolled', ended: await readEnded(files) });
    } catch (error) {
      become({ kind: 'failed', ...inWords(error) });
    }
  }

  async function run(): Promise<void> {
    const { indicator, agentVersion, spoolKey } = deps;
    const options = { folder, platform, clock, random, indicator, agentVersion, spoolKey: await spoolKey() };
    if (isClosed()) return;
    const agent = await createAgent(options);
    // A keychain may ask for a password, and the person may have quit meanwhile.
    if (isClosed()) return agent.close();
    void agent.wiped.then(({ by, ...report }) => become({ kind: 'wiped', report, by }));
    agent.start();
    become({ kind: 'running', agent });
  }

  function isClosed(): boolean {
    return state.kind === 'closed';
  }

  async function ask(request: ShellRequest): Promise<ShellAnswer> {
    try {
      if (isEnrolment(request)) return await enrolment(request);
      return await askAgent(request);
    } catch (error) {
      const { problem, remedy } = inWords(error);
      return { ok: false, kind: 'failed', problem, remedy: remedy ?? say('shell.startAgain') };
    }
  }

  function askAgent(request: WindowRequest): Promise<WindowAnswer> | WindowAnswer {
    if (state.kind === 'running') return state.agent.handle(request);
    if (state.kind === 'failed') return refused(state.problem, state.remedy ?? say('shell.startAgain'));
    return refused(say('shell.notRunning'), say('shell.notRunningRemedy'));
  }

  async function enrolment(request: EnrolmentRequest): Promise<ShellAnswer> {
    if (state.kind !== 'not_enrolled') return refused(say('enrol.already'), say('enrol.alreadyRemedy'));
    if (request.command === 'invitation') {
      const invitation = { server: request.server, code: request.code, ca: null };
      const notice = await askNotice(invitation);
      shown = { invitation, notice };
      const { organisation, person, notice: view, serverKey } = notice;
      const answer = { organisation, person, notice: view, fingerprint: fingerprint(serverKey) };
      return { ok: true, said: '', invitation: answer };
    }
    if (shown === null) return refused(say('enrol.notShown'), say('enrol.notShownRemedy'));
    return enrolWith(shown, request);
  }

  async function enrolWith(
    { invitation, notice }: NonNullable<typeof shown>,
    { acknowledge, autostart: atLogin, ofAge }: Extract<EnrolmentRequest, { command: 'enrol' }>,
  ): Promise<ShellAnswer> {
    if (acknowledge !== null && acknowledge !== notice.notice.version) {
      return refused(say('enrol.anotherNotice'), say('enrol.anotherNoticeRemedy'));
    }
    if (!ofAge) return refused(say('enrol.notOfAge'), say('enrol.notOfAgeRemedy'));
    await ownFolder(folder);
    const files = await openFolder(folder);
    const { personName, organisation } = await enrol(
      { folder, files, clock, random },
      invitation,
      notice,
      acknowledge !== null,
    );
    shown = null;
    // Where that is not possible the computer is enrolled all the same, and the menu shows that it is off.
    await autostart.set(atLogin).catch(() => undefined);
    await open();
    return { ok: true, said: say('enrol.done', { person: personName, organisation }) };
  }

  return {
    state: () => state,
    open,
    ask,
    wipe: async () => askAgent({ command: 'wipe' }),
    watch: (onStatus) => (state.kind === 'running' ? state.agent.watch(onStatus) : () => undefined),
    async close() {
      const before = state;
      if (before.kind === 'closed') return;
      become({ kind: 'closed' });
      if (before.kind === 'running') await before.agent.close();
    },
  };
}

function refused(problem: string, remedy: string): WindowAnswer {
  return { ok: false, kind: 'refused', problem, remedy };
}

/** Errors of the world carry their sentence; others may carry anything, and are not shown. */
function inWords(error: unknown): { problem: string; remedy: string | undefined } {
  if (error instanceof DaylightError) return { problem: error.message, remedy: error.remedy };
  return { problem: say('shell.wrong'), remedy: undefined };
}
