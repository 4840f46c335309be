import { Checkbox, Group, Select, Switch } from '@mantine/core';
import { catalog, type ParameterId, Purpose } from '../../../shared/catalog.ts';
import { type Rule } from '../../../shared/policy/differences.ts';
import { LawfulBasis } from '../../../shared/policy/policy.ts';
import { type ParameterProof, WAITING_NAMED } from '../../../shared/protocol/http/proof.ts';
import { ViewerRole } from '../../../shared/roles.ts';
import { useMe } from '../api/useMe.ts';
import { may } from '../frame/may.ts';
import { NumberField } from '../frame/NumberField.tsx';
import { count, listed, say } from '../strings/say.ts';
import classes from './collection.module.css';
import type { Edit } from './useDraft.ts';
import { levelText } from './words.ts';

/** Everything about one parameter: each level in words, retention, purpose and basis, viewers, and the devices that are silent. */
export function RuleDetails(props: {
  parameter: ParameterId;
  rule: Rule;
  /** The rule in force, from which the draft begins. */
  inForce: Pick<Rule, 'viewers'>;
  editable: boolean;
  /** Whether there are working hours to bind it to. */
  hasHours: boolean;
  proof: ParameterProof | undefined;
  onEdit: Edit;
}) {
  const { parameter, rule, inForce, editable, hasHours, proof, onEdit } = props;
  const { person } = useMe();
  const mayName = (role: ViewerRole) => may.giveSight(person.role) || inForce.viewers.includes(role);
  const { levels, label, retentionDays, source, sensitivity } = catalog[parameter];
  return (
    <div className={classes.details}>
      <section aria-label={say('details.levelsOf', { parameter: label })}>
        <h3>{say('details.levels')}</h3>
        <ul className={classes.levels}>
          {levels.map((level) => (
            <li key={level}>
              <strong>{say(`level.${level}`)}</strong>
              <span>{levelText(parameter, level)}</span>
            </li>
          ))}
        </ul>
        <p className="dl-quiet dl-small">
          {say(`source.${source}`)} {say(`sensitivity.${sensitivity}`)}
        </p>
        <WaitingDevices proof={proof} />
      </section>
      <div className={classes.fields}>
        <NumberField
          label={say('field.retentionDays')}
          description={say('details.retentionMost', { days: retentionDays.ceiling })}
          least={1}
          most={retentionDays.ceiling}
          readOnly={!editable}
          value={rule.retentionDays}
          onChange={(value) => onEdit({ parameter, field: 'retentionDays', value })}
        />
        <Select
          size="xs"
          label={say('field.purpose')}
          readOnly={!editable}
          allowDeselect={false}
          value={rule.purpose}
          data={Purpose.options.map((purpose) => ({ value: purpose, label: say(`purpose.${purpose}`) }))}
          onChange={(value) => {
            const purpose = Purpose.safeParse(value);
            if (purpose.success) onEdit({ parameter, field: 'purpose', value: purpose.data });
          }}
        />
        <Select
          size="xs"
          label={say('field.basis')}
          readOnly={!editable}
          allowDeselect={false}
          value={rule.basis}
          data={LawfulBasis.options.map((basis) => ({ value: basis, label: say(`basis.${basis}`) }))}
          onChange={(value) => {
            const basis = LawfulBasis.safeParse(value);
            if (basis.success) onEdit({ parameter, field: 'basis', value: basis.data });
          }}
        />
      </div>
      <div className={classes.fields}>
        <Checkbox.Group
          label={say('field.viewers')}
          description={say(may.giveSight(person.role) ? 'details.viewersHelp' : 'details.viewersOwner')}
          size="xs"
          readOnly={!editable}
          value={[...rule.viewers]}
          onChange={(value) => {
            const viewers = ViewerRole.options.filter((role) => value.includes(role));
            onEdit({ parameter, field: 'viewers', value: viewers });
          }}
        >
          <Group gap="sm" mt={6}>
            {ViewerRole.options.map((role) => (
              <Checkbox
                key={role}
                size="xs"
                value={role}
                label={say(`role.${role}`)}
                disabled={!editable || !mayName(role)}
              />
            ))}
          </Group>
        </Checkbox.Group>
        {source === 'observed' && (
          <Switch
            size="sm"
            label={say('details.workingHours')}
            description={hasHours ? undefined : say('details.noHours')}
            disabled={!editable || (!hasHours && rule.schedule === null)}
            checked={rule.schedule !== null}
            onChange={(event) => {
              onEdit({ parameter, field: 'schedule', value: event.currentTarget.checked ? 'working_hours' : null });
            }}
          />
        )}
        {parameter === 'session' && (
          <Switch
            size="sm"
            label={say('details.mayPause')}
            disabled={!editable}
            checked={rule.employeeMayPause}
            onChange={(event) => onEdit({ parameter, field: 'employeeMayPause', value: event.currentTarget.checked })}
          />
        )}
      </div>
    </div>
  );
}

function WaitingDevices({ proof }: { proof: ParameterProof | undefined }) {
  if (proof === undefined || proof.waiting.devices === 0) return null;
  const { devices, named } = proof.waiting;
  return (
    <div className={classes.waiting}>
      <h3>{say('details.waiting')}</h3>
      <p>{count('details.waitingCount', devices)}</p>
      {named.length > 0 && (
        <p>
          {say('details.waitingGone')}{' '}
          <span className="dl-code">{listed(named.map((device) => device.slice(0, 8)))}</span>
          {named.length === WAITING_NAMED && ' …'}
        </p>
      )}
      <p className="dl-quiet dl-small">{say('details.waitingWhy')}</p>
    </div>
  );
}
