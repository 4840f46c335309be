import { STREAM_ALIVE_MS } from '../../../shared/protocol/http.ts';

/** A server that is there says so this often, three times over. */
const SILENT_MS = 3 * STREAM_ALIVE_MS;

export interface Silence {
  /** Something came: the time begins anew. */
  readonly heard: () => void;
  readonly stop: () => void;
}

/** Calls back once, when nothing was heard for so long: a line can be dead without either side having been told. */
export function onSilence(callback: () => void, ms: number = SILENT_MS): Silence {
  let timer = setTimeout(callback, ms);
  return {
    heard() {
      clearTimeout(timer);
      timer = setTimeout(callback, ms);
    },
    stop: () => clearTimeout(timer),
  };
}
