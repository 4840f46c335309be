import '../../../look/jitless.ts';
import { capitalised } from '../../../shared/text.ts';
import { listed, say } from '../../strings/say.ts';
import type { ShellAnswer } from '../bridge.ts';
import type { EnrolmentRequest, InvitationView } from '../enrolment.ts';

declare global {
  interface Window {
    /** What preload.cts exposes (agent/window/bridge.ts). */
    readonly daylight: { ask(request: EnrolmentRequest): Promise<ShellAnswer> };
  }
}

type Said = Extract<ShellAnswer, { ok: true }>;

/** The page of a computer that is not enrolled. Writes what it hears as text, never as markup. */
function open(): void {
  const invitation = element('invitation');
  let shownNotice = 0;
  invitation.addEventListener('submit', (event) => {
    event.preventDefault();
    void look().then((version) => {
      if (version !== null) shownNotice = version;
    });
  });
  element('acknowledge').addEventListener('click', () => void enrol(shownNotice));
  element('later').addEventListener('click', () => void enrol(null));
  // Another address or code is another invitation.
  invitation.addEventListener('input', () => {
    element('notice').hidden = true;
  });
}

/** Shows who invites whom to what, and resolves with the number of the notice; with null when that was refused. */
async function look(): Promise<number | null> {
  const answer = await asked({ command: 'invitation', server: input('server').value, code: input('code').value });
  if (answer === null || !('invitation' in answer)) return null;
  const { organisation, person, notice, fingerprint } = answer.invitation;
  const { version, headings, notCollected, never } = notice;
  element('who').textContent = say('enrol.invites', { organisation, person, version: String(version) });
  for (const heading of ['collected', 'notCollected'] as const)
    element(`heading-${heading}`).textContent = headings[heading];
  element('collected').replaceChildren(...collectedItems(notice));
  element('retention').textContent = notice.retention;
  const off = listed(notCollected.map(({ label }) => label));
  element('not-collected').textContent = off === '' ? headings.everything : off;
  element('never').textContent = never;
  element('appeal').textContent = notice.appeal;
  showRecipients(notice.recipients);
  element('fingerprint').textContent = fingerprint;
  element('notice').hidden = false;
  element('notice').focus();
  return version;
}

/** When it succeeds, the shell shows the window in place of this page. */
async function enrol(acknowledge: number | null): Promise<void> {
  await asked({ command: 'enrol', acknowledge, autostart: input('autostart').checked, ofAge: input('of-age').checked });
}

/** Null when it was refused, which is then said. Only one question at a time. */
async function asked(request: EnrolmentRequest): Promise<Said | null> {
  const problem = element('problem');
  problem.hidden = true;
  setBusy(true);
  try {
    const answer = await window.daylight.ask(request);
    if (answer.ok) return answer;
    problem.textContent = `${sentence(answer.problem)} ${sentence(answer.remedy)}`;
  } catch {
    problem.textContent = say('enrol.noAnswer');
  } finally {
    setBusy(false);
  }
  problem.hidden = false;
  return null;
}

function collectedItems({ collected, headings }: InvitationView['notice']): HTMLLIElement[] {
  if (collected.length === 0) return [item(headings.nothing)];
  return collected.map((line) => {
    const entry = named(line.label, line.text);
    entry.append(paragraph(line.terms, 'hint'));
    return entry;
  });
}

function showRecipients(recipients: InvitationView['notice']['recipients']): void {
  element('given').hidden = recipients === undefined;
  if (recipients === undefined) return;
  element('heading-given').textContent = recipients.heading;
  element('given-said').textContent = recipients.said;
  element('recipients').replaceChildren(...recipients.processors.map(({ name, text }) => named(name, text)));
}

function named(name: string, text: string): HTMLLIElement {
  const entry = item('');
  const strong = document.createElement('strong');
  strong.textContent = name;
  entry.append(strong, paragraph(text));
  return entry;
}

function item(text: string): HTMLLIElement {
  const entry = document.createElement('li');
  entry.textContent = text;
  return entry;
}

function paragraph(text: string, name = ''): HTMLParagraphElement {
  const made = document.createElement('p');
  made.textContent = text;
  made.className = name;
  return made;
}

function setBusy(isBusy: boolean): void {
  for (const control of document.querySelectorAll<HTMLButtonElement | HTMLInputElement>(':is(button,input)')) {
    control.disabled = isBusy;
  }
  document.body.setAttribute('aria-busy', String(isBusy));
}

/** Errors are phrases. */
function sentence(phrase: string): string {
  const begun = capitalised(phrase);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`index.html has no element #${id}`);
  return found;
}

function input(id: string): HTMLInputElement {
  const found = element(id);
  if (found instanceof HTMLInputElement) return found;
  throw new Error(`#${id} is no input`);
}

open();
