/** One benchmark: measures, and says each number with the bar of the design where there is one. Throws when it cannot. */
export type Bench = (options: BenchOptions) => Promise<void>;

export interface BenchOptions {
  /** Short, to try it out: the numbers mean little. */
  readonly quick: boolean;
  say(what: string, value: string, bar?: string): void;
}
