import { createArrivals } from '../arrivals.ts';
import type { Context } from '../context.ts';
import type { HandlersOf } from '../handler.ts';
import { recordOwnRead } from '../reading.ts';
import { refusedOnRecord, requireSamePerson } from '../samePerson.ts';
import { noteEvent } from '../securityEvents.ts';

/** More than a day of anybody has, and few enough for one answer. */
const MOST_ENTRIES = 5_000;

/** What a person brings along from another server, and what they do with it here. */
export function imports(
  context: Context,
): HandlersOf<
  'imports' | 'arrival' | 'beginArrival' | 'sendPart' | 'dropArrival' | 'takeArrival' | 'importedDay' | 'eraseImport'
> {
  const { imports, clock } = context;
  const arrivals = createArrivals(context);
  return {
    async imports({ leave, person }) {
      const found = await imports.of(person);
      await recordOwnRead(context, leave, 'held', clock.now());
      return { imports: [...found] };
    },
    async arrival({ person }) {
      return { arrival: arrivals.of(person.person) };
    },
    async beginArrival({ person, body: { bytes } }) {
      return refusedOnRecord(context, person, 'import_refused', () => arrivals.begin(person, bytes));
    },
    async sendPart({ person, params: { arrival, part }, body }) {
      return arrivals.part(person, arrival, part, body);
    },
    async dropArrival({ person, params: { arrival } }) {
      await arrivals.drop(person.person, arrival);
      return { ok: true };
    },
    async takeArrival({ person, params: { arrival }, body }) {
      arrivals.requireThere(person.person, arrival);
      await refusedOnRecord(context, person, 'import_refused', () => requireSamePerson(context, person, body));
      return arrivals.take(person, arrival, () => noteEvent(context, person, 'data_imported'));
    },
    async importedDay({ leave, person, params: { import: which, day } }) {
      await recordOwnRead(context, leave, 'imported', clock.now());
      const { entries, more } = await imports.day(person, which, day, MOST_ENTRIES);
      return { entries: [...entries], more };
    },
    async eraseImport({ person, params: { import: which }, body: { days, ...proof } }) {
      await imports.requireThere(person, which);
      await refusedOnRecord(context, person, 'import_refused', () => requireSamePerson(context, person, proof));
      const left = await imports.erase(person, which, days);
      await noteEvent(context, person, 'import_erased');
      return { import: left };
    },
  };
}
