import { Radio, Select, Textarea, TextInput } from '@mantine/core';
import { catalog, ParameterId, parameterIds } from '../../../shared/catalog.ts';
import { AnsweredContent, type AnsweredKind, answeredKinds } from '../../../shared/rightsRequest.ts';
import { say } from '../strings/say.ts';

/** What somebody has entered of a request so far. */
export interface Entered {
  readonly kind: AnsweredKind;
  readonly of: 'everything' | 'range' | 'parameter';
  readonly from: string;
  readonly to: string;
  readonly parameter: ParameterId;
  readonly words: string;
}

export const NOTHING_ENTERED: Entered = {
  ...{ kind: 'access', of: 'everything', from: '', to: '', parameter: 'screenshot', words: '' },
};

/** Null while something is missing. */
export function contentOf({ kind, of, from, to, parameter, words }: Entered): AnsweredContent | null {
  const scopes = { everything: { of }, range: { of, from, to }, parameter: { of, parameter } };
  const content = { kind, words: words.trim(), ...(kind === 'erasure' ? { scope: scopes[of] } : {}) };
  const parsed = AnsweredContent.safeParse(content);
  return parsed.success ? parsed.data : null;
}

/** What is asked, of what, and in which words. */
export function ContentFields(props: {
  entered: Entered;
  onChange: (entered: Entered) => void;
  tried: boolean;
  /** Whose request it is: that of whoever enters it, or of somebody for whom they do. */
  whose: 'own' | 'other';
}) {
  const { entered, onChange, tried, whose } = props;
  const change = (more: Partial<Entered>) => onChange({ ...entered, ...more });
  const { kind, words } = entered;
  const needsWords = kind === 'rectification' || kind === 'restriction' || kind === 'other';
  const kindNow = answeredKinds.map((value) => ({
    value,
    label: say(whose === 'own' ? `requests.ask.${value}` : `requests.asks.${value}`),
  }));
  return (
    <>
      <Select
        label={say(whose === 'own' ? 'requests.what' : 'requests.whatOther')}
        data={kindNow}
        value={kind}
        allowDeselect={false}
        onChange={(value) => change({ kind: answeredKinds.find((one) => one === value) ?? kind })}
      />
      {kind === 'erasure' && <Scope entered={entered} change={change} tried={tried} />}
      <Textarea
        label={say(whose === 'own' ? 'requests.words' : 'requests.wordsOther')}
        description={say(needsWords ? 'requests.wordsNeeded' : 'requests.wordsHelp')}
        autosize
        minRows={3}
        maxLength={2_000}
        value={words}
        error={tried && needsWords && words.trim() === '' ? say('requests.wordsMissing') : null}
        onChange={(event) => change({ words: event.currentTarget.value })}
      />
    </>
  );
}

function Scope(props: { entered: Entered; change: (more: Partial<Entered>) => void; tried: boolean }) {
  const { entered, change, tried } = props;
  const { of, from, to, parameter } = entered;
  const isWrong = tried && (from === '' || to === '' || from > to);
  return (
    <>
      <Radio.Group
        label={say('requests.scope')}
        value={of}
        onChange={(value) => change({ of: value === 'range' || value === 'parameter' ? value : 'everything' })}
      >
        <div className="dl-row">
          <Radio value="everything" label={say('requests.scopeEverything')} />
          <Radio value="range" label={say('requests.scopeRange')} />
          <Radio value="parameter" label={say('requests.scopeParameter')} />
        </div>
      </Radio.Group>
      {of === 'range' && (
        <div className="dl-row">
          <TextInput
            type="date"
            label={say('requests.from')}
            value={from}
            error={isWrong ? say('requests.rangeWrong') : null}
            onChange={(event) => change({ from: event.currentTarget.value })}
          />
          <TextInput
            type="date"
            label={say('requests.to')}
            value={to}
            onChange={(event) => change({ to: event.currentTarget.value })}
          />
        </div>
      )}
      {of === 'parameter' && (
        <Select
          label={say('requests.parameter')}
          data={parameterIds.map((value) => ({ value, label: catalog[value].label }))}
          value={parameter}
          allowDeselect={false}
          onChange={(value) => change({ parameter: ParameterId.safeParse(value).data ?? parameter })}
        />
      )}
    </>
  );
}
