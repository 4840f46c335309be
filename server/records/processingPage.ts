import { catalog } from '../../shared/catalog.ts';
import { NEVER_ASSESSED } from '../../shared/policy/review.ts';
import type { ControllerField, ProcessingActivity, ProcessingRecord } from '../../shared/protocol/http/processing.ts';
import { dayOf } from '../../shared/time.ts';
import { csvRecord } from '../lifecycle/csv.ts';
import { FOOT, head, tableHead, tableRow, text, time, words } from '../lifecycle/savedPage.ts';

/** The record of processing as one page to print and to keep. */
export function processingPage(record: ProcessingRecord): string {
  const { organisation, asOf, policy } = record;
  return [
    head(`Record of processing activities: ${organisation.name}`, ''),
    `<p>GDPR Art. 30(1). As of ${time(asOf)} UTC, made by Daylight from policy version ${policy.version} (published ${time(policy.publishedAt)} UTC,
      SHA-256 <code>${policy.hash}</code>), from its registers and from what is stored.</p>`,
    ...controllerPart(record),
    ...activitiesPart(record),
    ...peoplePart(record),
    ...processorsPart(record),
    ...assessmentsPart(record),
    ...securityPart(record),
    FOOT,
  ].join('');
}

/** Its activities as a table, one line for each parameter. */
export function processingTable({ activities }: ProcessingRecord): string {
  return [csvRecord(columns), ...activities.map((activity) => csvRecord(rowOf(activity)))].join('');
}

const controllerWords: Readonly<Record<ControllerField, string>> = {
  name: 'Name',
  address: 'Address',
  jointControllers: 'Joint controllers',
  representative: 'Representative (Art. 27)',
  dataProtectionOfficer: 'Data protection officer',
};

const NOT_FILLED_IN = 'Not filled in';

function* controllerPart({ controller, contacts, region }: ProcessingRecord): Generator<string> {
  yield '<h2>Controller</h2>';
  if (controller.unreadable) yield '<p><strong>What was written here was damaged in the store.</strong></p>';
  yield tableHead('Controller', ['what', 'who']);
  for (const [field, title] of Object.entries(controllerWords) as [ControllerField, string][])
    yield tableRow([title, controller.details[field].trim() === '' ? NOT_FILLED_IN : controller.details[field]]);
  yield tableRow(['Where the data is kept', region ?? 'The server was told no region']);
  const { authority, privacy } = contacts;
  yield tableRow(['Who answers for privacy', privacy === null ? NOT_FILLED_IN : `${privacy.name}, ${privacy.email}`]);
  yield tableRow([
    'Supervisory authority',
    authority === null
      ? NOT_FILLED_IN
      : [authority.name, authority.address, authority.web].filter((one) => one !== '').join(', '),
  ]);
  yield '</tbody></table></div>';
}

const columns = [
  'what',
  'level',
  'in words',
  'sensitivity',
  'purpose',
  'lawful basis',
  'to be assessed again by',
  'kept for days',
  'who may see it besides the person',
  'people',
  'days of people stored',
  'stored from',
  'stored to',
  'the last of it kept until',
  'days past their date, not deleted',
];

function rowOf(activity: ProcessingActivity): readonly unknown[] {
  const { label, level, collects, sensitivity, purpose, basis, reviewBy, retentionDays, viewers, stored } = activity;
  return [
    ...[label, words(level), collects ?? 'Off. What is stored is from before.', sensitivity, words(purpose)],
    ...[words(basis), reviewedBy(reviewBy), retentionDays, viewers.map(words).join(', ') || 'nobody'],
    ...[stored?.people ?? 0, stored?.days ?? 0, stored?.from, stored?.to, stored?.keptUntil, stored?.pastTheirDay ?? 0],
  ];
}

function reviewedBy(date: ProcessingActivity['reviewBy']): string | undefined {
  if (date === NEVER_ASSESSED) return 'never assessed';
  return date === null ? undefined : dayOf(date);
}

function* activitiesPart({ activities, notProcessed, otherRecords }: ProcessingRecord): Generator<string> {
  yield '<h2>Purposes, categories of data, time limits</h2>';
  yield tableHead('Processing activities', columns);
  for (const activity of activities) yield tableRow(rowOf(activity));
  yield '</tbody></table></div>';
  const off = notProcessed.map((id) => catalog[id].label).join(', ');
  yield `<p>Not processed: ${text(off === '' ? 'nothing more that Daylight knows' : off)}.</p>`;
  yield '<h3>Other records of people</h3><p>In the words in which each person finds them in their own access export. They have no number of days: they stay until they are erased.</p><ul>';
  for (const { title, about } of otherRecords) yield `<li><strong>${text(title)}.</strong> ${text(about)}</li>`;
  yield '</ul>';
}

function* peoplePart({ subjects, recipients }: ProcessingRecord): Generator<string> {
  yield '<h2>Categories of people</h2><ul>';
  for (const { role, people } of subjects) yield `<li>${text(words(role))}: ${people}</li>`;
  yield '</ul><h2>Recipients</h2><p>Each person sees what is recorded of them. Besides them:</p>';
  yield tableHead('Recipients', ['role', 'people', 'may see']);
  for (const { role, people, parameters } of recipients)
    yield tableRow([words(role), people, parameters.map((id) => catalog[id].label).join(', ') || 'nothing']);
  yield '</tbody></table></div>';
}

function* processorsPart({ processors }: ProcessingRecord): Generator<string> {
  yield '<h2>Processors (Art. 28)</h2><p>Daylight sends nothing to any of them.</p>';
  if (processors.length === 0) return;
  yield tableHead('Processors', ['name', 'contact', 'where', 'what for', 'may get', 'contract of', 'safeguard']);
  for (const { name, contact, region, purpose, fields, contractOn, safeguard } of processors)
    yield tableRow([name, contact, region, purpose, fields.join(', '), contractOn, safeguard]);
  yield '</tbody></table></div>';
}

function* assessmentsPart({ assessments }: ProcessingRecord): Generator<string> {
  yield '<h2>Assessments of impact (Art. 35)</h2>';
  if (assessments.length === 0) {
    yield '<p>None is on record.</p>';
    return;
  }
  yield tableHead('Assessments of impact', assessmentColumns);
  for (const one of assessments) {
    const about = one.parameters.map((id) => catalog[id].label).join(', ');
    const until = one.state === 'withdrawn' ? 'withdrawn' : one.reviewBy;
    yield tableRow([
      one.number,
      one.title,
      about,
      one.findings,
      one.measures,
      one.assessor,
      one.assessedOn,
      one.document,
      until,
    ]);
  }
  yield '</tbody></table></div>';
}

const assessmentColumns = [
  ...['number', 'what', 'about', 'what was found', 'what is done about it'],
  ...['by whom', 'on', 'document', 'to be assessed again by'],
];

function* securityPart({ security, limits }: ProcessingRecord): Generator<string> {
  yield `<h2>Technical and organisational measures (Art. 32)</h2>${list(security)}`;
  yield `<h2>What Daylight does not do</h2>${list(limits)}`;
}

function list(sentences: readonly string[]): string {
  return `<ul>${sentences.map((one) => `<li>${text(one)}</li>`).join('')}</ul>`;
}
