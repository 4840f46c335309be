// The page of a computer that is not enrolled. Speaks only `EnrolmentRequest` (agent/desktop/enrolment.ts) through the bridge
// that preload.cts opens, and writes what it hears as text, never as markup.

const element = (id) => document.getElementById(id);
let shownNotice = 0;

element('invitation').addEventListener('submit', (event) => {
  event.preventDefault();
  void look();
});
element('acknowledge').addEventListener('click', () => void enrol(shownNotice));
element('later').addEventListener('click', () => void enrol(null));
// Another address or code is another invitation.
element('invitation').addEventListener('input', () => {
  element('notice').hidden = true;
});

async function look() {
  const request = { command: 'invitation', server: element('server').value, code: element('code').value };
  const answer = await asked(request);
  if (answer === null) return;
  const { organisation, person, notice, fingerprint } = answer.invitation;
  shownNotice = notice.version;
  element('who').textContent = `${organisation} invites ${person} · notice ${notice.version}`;
  element('collected').replaceChildren(...collectedItems(notice.collected));
  const off = notice.notCollected.map(({ label }) => label.toLowerCase()).join(', ');
  element('not-collected').textContent = off === '' ? 'Nothing is left out.' : `${capital(off)}.`;
  element('never').textContent = notice.never;
  element('fingerprint').textContent = fingerprint;
  element('notice').hidden = false;
  element('notice').focus();
}

/** When it succeeds, the shell shows the window in place of this page. */
async function enrol(acknowledge) {
  await asked({ command: 'enrol', acknowledge, autostart: element('autostart').checked });
}

/** Null when it was refused, which is then said. Only one question at a time. */
async function asked(request) {
  const problem = element('problem');
  problem.hidden = true;
  setBusy(true);
  try {
    const answer = await window.daylight.ask(request);
    if (answer.ok) return answer;
    problem.textContent = `${sentence(answer.problem)} ${sentence(answer.remedy)}`;
  } catch {
    problem.textContent = 'Daylight did not answer. Quit it and start it again.';
  } finally {
    setBusy(false);
  }
  problem.hidden = false;
  return null;
}

function collectedItems(collected) {
  if (collected.length === 0) return [item('Nothing.')];
  return collected.map(({ label, text, purpose, basis, retentionDays, viewers }) => {
    const entry = item('');
    const name = document.createElement('strong');
    name.textContent = label;
    const seenBy = viewers.length === 0 ? 'only you' : `you, ${viewers.map(words).join(', ')}`;
    const terms = `For ${words(purpose)} (${words(basis)}) · kept ${retentionDays} days · seen by ${seenBy}`;
    entry.append(name, paragraph(text), paragraph(terms, 'hint'));
    return entry;
  });
}

function item(text) {
  const entry = document.createElement('li');
  entry.textContent = text;
  return entry;
}

function paragraph(text, name = '') {
  const made = document.createElement('p');
  made.textContent = text;
  made.className = name;
  return made;
}

function setBusy(isBusy) {
  for (const control of document.querySelectorAll('button, input')) control.disabled = isBusy;
  document.body.setAttribute('aria-busy', String(isBusy));
}

function words(id) {
  return id.replaceAll('_', ' ');
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function sentence(text) {
  return /[.!?]$/.test(text) ? capital(text) : `${capital(text)}.`;
}
