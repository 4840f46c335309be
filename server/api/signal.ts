/** Wakes one that waits, or that is about to. */
export interface Signal {
  readonly raise: () => void;
  readonly lower: () => void;
  /** True as soon as it is raised, false when it was not within this time. */
  readonly raisedWithin: (ms: number) => Promise<boolean>;
}

export function createSignal(): Signal {
  let raised = false;
  let wake: (() => void) | null = null;
  return {
    raise() {
      raised = true;
      wake?.();
    },
    lower() {
      raised = false;
    },
    async raisedWithin(ms) {
      if (raised) return true;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      wake = null;
      return raised;
    },
  };
}
