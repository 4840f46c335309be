import { NumberInput, type NumberInputProps } from '@mantine/core';
import { useState } from 'react';
import { say } from '../strings/say.ts';

type Looks = Pick<NumberInputProps, 'label' | 'description' | 'suffix' | 'aria-labelledby' | 'aria-describedby'>;

/**
 * A number within bounds. What is typed counts as soon as it is one; until then the field says what is expected. On
 * leaving, a number out of bounds becomes the nearest one within, and no number becomes what was there before: what is
 * shown is what counts.
 */
export function NumberField(
  props: Looks & {
    value: number;
    least: number;
    most: number;
    /** Digits after the point; none unless told. */
    digits?: number;
    readOnly?: boolean;
    onChange: (value: number) => void;
  },
) {
  const { value, least, most, digits = 0, readOnly = false, onChange, ...looks } = props;
  const [typed, setTyped] = useState<string | number | null>(null);
  const within = (number: string | number): number is number =>
    typeof number === 'number' && number >= least && number <= most;
  return (
    <NumberInput
      {...looks}
      size="xs"
      min={least}
      max={most}
      clampBehavior="none"
      allowDecimal={digits > 0}
      decimalScale={digits}
      allowNegative={false}
      thousandSeparator=","
      readOnly={readOnly}
      value={typed ?? value}
      error={typed !== null && !within(typed) && say('field.range', { least, most })}
      onChange={(next) => {
        setTyped(next);
        if (within(next) && next !== value) onChange(next);
      }}
      onBlur={() => {
        if (typeof typed === 'number' && !within(typed)) onChange(Math.min(most, Math.max(least, typed)));
        setTyped(null);
      }}
    />
  );
}
