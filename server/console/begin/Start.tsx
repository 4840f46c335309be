import { Navigate } from 'react-router';
import { useMe } from '../api/useMe.ts';
import { may, startOf } from '../frame/may.ts';
import { Waiting } from '../frame/Waiting.tsx';
import { areDone, useFirstSteps } from './useFirstSteps.ts';

/** Where someone arrives: an owner whose organisation has decided nothing yet at its first steps, everyone else at their own. */
export function Start() {
  const { person } = useMe();
  const concerned = may.begin(person.role);
  const first = useFirstSteps(concerned);
  if (!concerned) return <Navigate to={startOf(person.role)} replace />;
  if (first === null) return <Waiting lines={4} />;
  return <Navigate to={areDone(first) ? startOf(person.role) : '/begin'} replace />;
}
