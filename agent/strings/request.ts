import { catalog } from '../../shared/catalog.ts';
import type { ErasureScope, RequestContent } from '../../shared/rightsRequest.ts';
import { say } from './say.ts';

/** What a request asks for, in a phrase. */
export function askedFor(content: RequestContent): string {
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
