import type { Observation } from '../../../shared/events/observation.ts';

/** An observation that the agent's gate has permitted at the moment of capture. Minted here only. */
export type Permitted<T extends Observation = Observation> = T & { readonly __permitted: unique symbol };
