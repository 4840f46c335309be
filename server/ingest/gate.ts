import type { Observation } from '../../shared/events/observation.ts';

/** An observation that the server's gate has admitted, at capture and at receipt. Minted here only. */
export type Admitted<T extends Observation = Observation> = T & { readonly __admitted: unique symbol };
