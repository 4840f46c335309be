import { catalog } from '../../../shared/catalog.ts';
import type { ParameterProof } from '../../../shared/protocol/http/proof.ts';
import { Note } from '../frame/Note.tsx';
import { count, listed, say } from '../strings/say.ts';

/** Devices whose own receipt says that they do what the policy forbids. Loud, because someone must act. */
export function Contradictions({ proofs }: { proofs: readonly ParameterProof[] }) {
  const wrong = proofs.filter(({ contradicting }) => contradicting.length > 0);
  if (wrong.length === 0) return null;
  return (
    <Note tone="gone">
      <p>
        <strong>{say('contradiction.title')}</strong>
      </p>
      <ul>
        {wrong.map(({ parameter, contradicting }) => (
          <li key={parameter}>
            {catalog[parameter].label}: {count('contradiction.devices', contradicting.length)}{' '}
            <span className="dl-code">{listed(contradicting.map((device) => device.slice(0, 8)))}</span>
          </li>
        ))}
      </ul>
      <p>{say('contradiction.remedy')}</p>
    </Note>
  );
}
