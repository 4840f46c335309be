import { createTheme, Input, PasswordInput } from '@mantine/core';
import { say } from '../strings/say.ts';

/** What the library says or leaves unsaid by itself: its words come from the catalogue, and what is wrong with a field is read aloud. */
export const theme = createTheme({
  respectReducedMotion: true,
  components: {
    InputWrapper: Input.Wrapper.extend({ defaultProps: { errorProps: { role: 'alert' } } }),
    PasswordInput: PasswordInput.extend({
      defaultProps: { visibilityToggleButtonProps: { 'aria-label': say('field.showPassword') } },
    }),
  },
});
