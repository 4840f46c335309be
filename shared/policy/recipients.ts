import { canonical } from '../canonical.ts';
import { parameterIds } from '../catalog.ts';
import type { NoticeRecipients } from '../protocol/http/notice.ts';
import { type Processor, type ProcessorSummary, processorFields } from '../protocol/http/processors.ts';
import { withoutTurning } from '../text.ts';
import { dayOf } from '../time.ts';
import type { Phrases } from './phrases/phrases.ts';
import type { ChangeClass } from './policy.ts';

/** Who works with data for the organisation, as its register says it. */
export interface Recipients {
  readonly processors: readonly ToldOf[];
  /** Entries of the register that were damaged: whom they name nobody can say. */
  readonly unreadable: number;
}

/** What people are told of a processor. How the organisation reaches them, and their contract, is between the two. */
type ToldOf = Pick<ProcessorSummary, 'number' | 'name' | 'purpose' | 'region' | 'fields' | 'safeguard' | 'from'>;

/** The part of a notice that names them (GDPR Art. 13(1)(e) and (f)). */
export function recipientsPart(
  { processors, unreadable }: Recipients,
  { recipients, ...phrases }: Phrases,
): NoticeRecipients {
  const isEmpty = processors.length + unreadable === 0;
  const said = [isEmpty ? recipients.nothing : recipients.these, ...(unreadable === 0 ? [] : [recipients.unreadable])];
  return {
    heading: recipients.heading,
    said: said.join(' '),
    columns: recipients.columns,
    processors: processors.map(factsOf).map((one) => ({ ...one, text: textOf(one, { recipients, ...phrases }) })),
    unreadable,
  };
}

/** Whether the notice tells of exactly those that are in the register. A notice from before they were told of lacks nothing as long as there is nobody. */
export function tellsOfAll(told: NoticeRecipients | undefined, register: Recipients): boolean {
  return sameRecipients(told ?? { processors: [], unreadable: 0 }, register);
}

/** Whatever the words: of two that are the same neither hides anybody, or anything, that the other tells. */
export function sameRecipients(a: Recipients, b: Recipients): boolean {
  const facts = ({ processors, unreadable }: Recipients): string =>
    canonical({ processors: processors.map(factsOf), unreadable });
  return facts(a) === facts(b);
}

/** What a change of an entry is to those whose data it is, as that of viewers: more for somebody is significant, less is minor. Null: they are told nothing else. */
export function classOfProcessor(before: Processor | null, after: Processor | null): ChangeClass | null {
  const [was, is] = [before, after].map((one) => (one?.state === 'holds' ? one : null));
  if (!was || !is) return is ? 'significant' : was ? 'minor' : null;
  const classes = (Object.keys(judges) as (keyof Processor)[]).map((field) => judges[field]?.(was, is) ?? null);
  return classes.includes('significant') ? 'significant' : classes.includes('minor') ? 'minor' : null;
}

/** Every field of an entry; null: people are not told of it. One that is not here does not compile. */
export const judges: Readonly<Record<keyof Processor, ((was: Processor, is: Processor) => ChangeClass | null) | null>> =
  {
    name: (was, is) => (was.name === is.name ? null : 'significant'),
    purpose: (was, is) => (was.purpose === is.purpose ? null : 'significant'),
    region: (was, is) => {
      if (was.region === is.region) return null;
      return countryOf(was) === countryOf(is) ? 'minor' : 'significant';
    },
    fields: (was, is) => {
      if (is.fields.some((field) => !was.fields.includes(field))) return 'significant';
      return is.fields.length === was.fields.length ? null : 'minor';
    },
    safeguard: (was, is) => {
      if (was.safeguard === is.safeguard) return null;
      return is.safeguard === '' ? 'significant' : 'minor';
    },
    state: (was, is) => (was.state === is.state ? null : 'significant'),
    contact: null,
    contractOn: null,
  };

type Facts = Omit<NoticeRecipients['processors'][number], 'text'>;

function factsOf({ number, name, purpose, region, fields, safeguard, from }: ToldOf): Facts {
  return {
    number,
    name: withoutTurning(name),
    purpose: withoutTurning(purpose),
    region,
    fields: processorFields.filter((field) => fields.includes(field)),
    safeguard: withoutTurning(safeguard),
    ...(from === undefined ? {} : { from }),
  };
}

function textOf(facts: Facts, phrases: Phrases): string {
  const { region, from } = facts;
  const [purpose, safeguard] = [asClause(facts.purpose), asClause(facts.safeguard)];
  const { recipients } = phrases;
  const country = new Intl.DisplayNames(phrases.language, { type: 'region' }).of(region.slice(0, 2));
  const sentences = [
    recipients.where(`${country} (${region})`),
    recipients.whatFor(purpose),
    recipients.mayGet(fieldsInWords(facts.fields, phrases)),
    ...(safeguard === '' ? [] : [recipients.safeguard(safeguard)]),
    ...(from === undefined ? [] : [recipients.notBefore(dayOf(from))]),
  ];
  return sentences.join(' ');
}

/** As it stands within a sentence. */
function asClause(words: string): string {
  return words.trim().replace(/\s+/g, ' ').replace(/\.$/, '');
}

/** By parameter; one of which they may get all is named alone. */
function fieldsInWords(fields: readonly string[], { parameters, recipients }: Phrases): string {
  const named = parameterIds.flatMap((id) => {
    const words: Readonly<Record<string, string>> = { ...recipients.everyField, ...recipients.fields[id] };
    const [all, theirs] = [processorFields, fields].map((list) => list.filter((field) => field.startsWith(`${id}.`)));
    if (theirs === undefined || theirs.length === 0) return [];
    const { label } = parameters[id];
    if (theirs.length === all?.length) return [recipients.allOf(label)];
    const list = theirs.map((field) => words[field.slice(id.length + 1)] ?? field).join(', ');
    return [recipients.someOf(label, list)];
  });
  return named.length === 0 ? recipients.noField : named.join('; ');
}

function countryOf({ region }: Processor): string {
  return region.slice(0, 2);
}
