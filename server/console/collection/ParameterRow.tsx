import { Collapse, SegmentedControl, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useId } from 'react';
import { catalog, hasLevel, type ParameterId } from '../../../shared/catalog.ts';
import type { PolicyDocument } from '../../../shared/policy/policy.ts';
import { levelAskedFor } from '../../../shared/policy/review.ts';
import type { ParameterProof } from '../../../shared/protocol/http/proof.ts';
import { count, say } from '../strings/say.ts';
import classes from './collection.module.css';
import { type Draft, drafted, draftedBounds } from './draft.ts';
import { ProofLine } from './ProofLine.tsx';
import { ReviewLine } from './ReviewLine.tsx';
import { RuleDetails } from './RuleDetails.tsx';
import type { Edit } from './useDraft.ts';
import { levelText, rolesText } from './words.ts';

/** One parameter: what it collects now, how much, for how long and why, and whether that is proved. */
export function ParameterRow(props: {
  parameter: ParameterId;
  policy: PolicyDocument;
  draft: Draft;
  proof: ParameterProof | undefined;
  now: number;
  editable: boolean;
  onEdit: Edit;
}) {
  const { parameter, policy, draft, proof, now, editable, onEdit } = props;
  const [opened, { toggle }] = useDisclosure(false);
  const id = useId();
  const { label, levels } = catalog[parameter];
  const rule = drafted(policy, draft, parameter);
  const changed = draft.rules[parameter] !== undefined;
  const choose = (level: string) => {
    if (hasLevel(parameter, level)) onEdit({ parameter, field: 'level', value: level });
  };
  const Chevron = opened ? IconChevronDown : IconChevronRight;
  return (
    <li className={`${classes.row} ${changed ? classes.changed : ''}`} data-parameter={parameter}>
      <div className={classes.grid}>
        <div className={classes.what}>
          <h2 id={`${id}-label`}>{label}</h2>
          <p>{levelText(parameter, rule.level)}</p>
        </div>
        <SegmentedControl
          size="xs"
          fullWidth
          readOnly={!editable}
          aria-labelledby={`${id}-label`}
          value={rule.level}
          onChange={choose}
          data={levels.map((level) => ({ value: level, label: say(`level.${level}`) }))}
        />
        <div className={classes.why}>
          <div>{rule.level === 'off' ? say('collection.keptNothing') : count('days', rule.retentionDays)}</div>
          {rule.level !== 'off' && (
            <div className="dl-quiet dl-small">
              {say('collection.why', { purpose: say(`purpose.${rule.purpose}`), viewers: rolesText(rule.viewers) })}
            </div>
          )}
          <ReviewLine parameter={parameter} rule={{ ...policy.parameters[parameter], level: rule.level }} now={now} />
          <UnstyledButton
            className={`${classes.disclosure} dl-small`}
            c="var(--mantine-color-anchor)"
            onClick={toggle}
            aria-expanded={opened}
            aria-controls={`${id}-details`}
          >
            <Chevron size={14} aria-hidden /> {say('collection.details')}
            <span className="dl-hidden"> {label}</span>
          </UnstyledButton>
        </div>
        <ProofLine
          proof={proof}
          publishedLevel={levelAskedFor(policy.parameters[parameter], now)}
          changed={changed}
          now={now}
        />
      </div>
      <Collapse expanded={opened} keepMounted={false} id={`${id}-details`}>
        <RuleDetails
          parameter={parameter}
          rule={rule}
          inForce={policy.parameters[parameter]}
          hasHours={draftedBounds(policy, draft).workingHours !== undefined}
          editable={editable}
          proof={proof}
          onEdit={onEdit}
        />
      </Collapse>
    </li>
  );
}
