import { Mark } from '../../../look/Mark.tsx';
import { useNow } from '../../../look/useNow.ts';
import { catalog } from '../../../shared/catalog.ts';
import type { ExplainedParameter, LayersView } from '../../../shared/protocol/http/layers.ts';
import { say } from '../strings/say.ts';
import classes from './layers.module.css';
import { deviceTexts, isOff, layerText, limitText, stateText } from './layerWords.ts';

/** One parameter: what is collected at most and which layer decides that, and opened, what each layer says and why. */
export function ParameterWhy({ explained, view }: { explained: ExplainedParameter; view: LayersView }) {
  const now = useNow();
  const { parameter, level, decidedBy, layers, devices } = explained;
  const { label } = catalog[parameter];
  const deciding = layers.find(({ decides }) => decides);
  return (
    <details className={classes.parameter} data-parameter={parameter}>
      <summary>
        <span className={classes.head}>
          <strong>{label}</strong>
          <Mark tone={level === 'off' ? 'off' : 'on'}>{stateText(level)}</Mark>
        </span>
        <span className="dl-quiet dl-small">
          {decidedBy === null ? say('why.nothingLimits') : say('why.by', { layer: say(`layer.${decidedBy}`) })}
          {deciding !== undefined && ` · ${layerText(deciding, { explained, view, now })}`}
        </span>
      </summary>
      <div className="dl-table-scroll">
        <ol className={classes.layers} aria-label={label}>
          {layers.map((one) => (
            <li
              key={one.layer}
              className={one.decides ? classes.decides : ''}
              data-layer={one.layer}
              {...(one.decides ? { 'aria-current': 'true' as const } : {})}
            >
              <span className={classes.layer}>
                {say(`layer.${one.layer}`)}
                {one.decides && <span className={classes.badge}>{say('why.decides')}</span>}
              </span>
              <span className={isOff(one) || one.decides ? classes.limit : 'dl-quiet'}>
                {limitText(one, parameter)}
              </span>
              <span className="dl-quiet dl-small">{layerText(one, { explained, view, now })}</span>
            </li>
          ))}
        </ol>
      </div>
      <h3>{say('why.devices')}</h3>
      {devices.length === 0 && <p>{say('why.noDevice')}</p>}
      <ul className="dl-plain-list">
        {devices.map((device) => (
          <li key={device.device} className="dl-small">
            {deviceTexts(device, now).join(' ')}
          </li>
        ))}
      </ul>
    </details>
  );
}
