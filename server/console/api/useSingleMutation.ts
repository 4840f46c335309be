import { type UseMutationOptions, type UseMutationResult, useMutation } from '@tanstack/react-query';
import { useRef } from 'react';

/**
 * A mutation of what is made anew by each call, such as a code: a call while one is running does nothing, because a second
 * click can come before the button is drawn as busy.
 */
export function useSingleMutation<T>(
  options: Pick<UseMutationOptions<T>, 'onSuccess'> & { readonly mutationFn: () => Promise<T> },
): Pick<UseMutationResult<T>, 'data' | 'error' | 'isError' | 'isPending' | 'reset'> & { readonly mutate: () => void } {
  const running = useRef(false);
  const mutation = useMutation({
    ...options,
    mutationFn: () =>
      options.mutationFn().finally(() => {
        running.current = false;
      }),
  });
  const mutate = () => {
    if (running.current) return;
    running.current = true;
    mutation.mutate();
  };
  return { ...mutation, mutate };
}
