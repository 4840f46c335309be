import { Button, Select } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Jurisdiction } from '../../../shared/policy/jurisdiction.ts';
import type { PolicyDocument } from '../../../shared/policy/policy.ts';
import { say } from '../strings/say.ts';
import { type Draft, draftedBounds } from './draft.ts';
import { HoursDialog } from './HoursDialog.tsx';
import type { EditBounds } from './useDraft.ts';
import { boundText } from './words.ts';

/** In the list: nobody has said under whose law people work. It stands for itself and is never chosen for anybody. */
const NONE = '';

/** When it is working time, and whose law bounds what is collected. */
export function PolicyBounds(props: { policy: PolicyDocument; draft: Draft; editable: boolean; onEdit: EditBounds }) {
  const { policy, draft, editable, onEdit } = props;
  const bounds = draftedBounds(policy, draft);
  const [opened, dialog] = useDisclosure(false);
  return (
    <section className="dl-panel dl-stack" aria-labelledby="policy-bounds">
      <h2 id="policy-bounds">{say('bounds.title')}</h2>
      <div>
        <h3>{say('bounds.workingHours')}</h3>
        <p>{boundText('workingHours', bounds)}</p>
        <p className="dl-quiet dl-small">{say('bounds.hoursHelp')}</p>
      </div>
      {editable && (
        <div>
          <Button size="xs" variant="default" onClick={dialog.open}>
            {say('bounds.change')}
          </Button>
        </div>
      )}
      <Select
        size="xs"
        maw="24rem"
        label={say('bounds.jurisdiction')}
        description={say('bounds.lawHelp')}
        readOnly={!editable}
        allowDeselect={false}
        value={bounds.jurisdiction ?? NONE}
        data={[
          { value: NONE, label: say('bounds.noLaw') },
          ...Jurisdiction.options.map((law) => ({ value: law, label: say(`bounds.law.${law}`) })),
        ]}
        onChange={(value) => onEdit({ jurisdiction: Jurisdiction.safeParse(value).data ?? null })}
      />
      <HoursDialog
        hours={bounds.workingHours ?? null}
        opened={opened}
        onClose={dialog.close}
        onKeep={(workingHours) => onEdit({ workingHours })}
      />
    </section>
  );
}
