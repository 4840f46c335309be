import { catalog } from '../../shared/catalog.ts';
import { type AnsweredContent, COPY_DAYS, type ErasureScope, type RequestContent } from '../../shared/rightsRequest.ts';
import { say } from './say.ts';

/** What the person hears at once when somebody asks in their name. */
export function askedAloud({ kind }: RequestContent): string {
  return say(kind === 'copy' ? 'requests.copyAsked' : 'requests.asked');
}

/** When it was filed, and what it asks for. */
export function filedLine(content: RequestContent, when: string): string {
  if (content.kind === 'copy') return say('requests.copyFiled', { when });
  return say('requests.filed', { when, what: askedFor(content) });
}

/** What each answer does. */
export function meaningOf({ kind }: RequestContent): string {
  if (kind !== 'copy') return say('requests.means');
  return say('requests.copyMeans', { days: String(COPY_DAYS) });
}

/** What a request asks for, in a phrase. */
function askedFor(content: AnsweredContent): string {
  if (content.kind !== 'erasure') return say(`requests.kind.${content.kind}`);
  return say('requests.kind.erasure', { what: scopeWords(content.scope) });
}

function scopeWords(scope: ErasureScope): string {
  switch (scope.of) {
    case 'everything':
      return say('requests.everything');
    case 'range':
      return say('requests.range', { from: scope.from, to: scope.to });
    case 'parameter':
      return catalog[scope.parameter].named;
  }
}
