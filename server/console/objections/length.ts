/** As long as the words of an objection, or of its answer, may be. */
export const WORDS = 2_000;
