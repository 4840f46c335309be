import type { SegmentId } from '../../shared/ids.ts';

/** What was learnt of segments by opening them, so that no segment is opened again of which there would be none fewer. */
export interface Shapes {
  /** The levels of its observations; `apart` when it stays as it is for good; null when nothing is known of it (any more). */
  of(segment: SegmentId): Shape | null;
  note(segment: SegmentId, shape: Shape): void;
  forget(segment: SegmentId): void;
}

export type Shape = 'apart' | { readonly levels: string };

/** Some twenty megabytes. Of whoever has more the ones noted first are opened once more. */
const MOST = 100_000;

export function createShapes(most = MOST): Shapes {
  const shapes = new Map<SegmentId, Shape>();
  return {
    of: (segment) => shapes.get(segment) ?? null,
    note(segment, shape) {
      shapes.set(segment, shape);
      for (const first of shapes.keys()) {
        if (shapes.size <= most) return;
        shapes.delete(first);
      }
    },
    forget: (segment) => void shapes.delete(segment),
  };
}
