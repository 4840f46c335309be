import { catalog } from '../../../shared/catalog.ts';
import type { RequestContent } from '../../../shared/rightsRequest.ts';
import { longDay } from '../strings/format.ts';
import { say } from '../strings/say.ts';

/** What a request asks for, as its heading. */
export function askedFor(content: RequestContent): string {
  if (content.kind !== 'erasure') return say(`requests.kind.${content.kind}`);
  const { scope } = content;
  switch (scope.of) {
    case 'everything':
      return say('requests.eraseEverything');
    case 'range':
      return say('requests.eraseRange', { from: longDay(scope.from), to: longDay(scope.to) });
    case 'parameter':
      return say('requests.eraseParameter', { label: catalog[scope.parameter].label });
  }
}
