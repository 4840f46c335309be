import { join } from 'node:path';
import { z } from 'zod';

const browser = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'expected a browser name such as chromium');

/**
 * All that the extension can say. Of a private window nothing but that there is one; when no window that it may see
 * has the focus, nothing but that. The address is without query, fragment and user info already; null when the page
 * has none that could be recorded (a local file, an internal page).
 */
export const BrowserWord = z.union([
  z.strictObject({ browser, private: z.literal(true) }),
  z.strictObject({ browser, private: z.literal(false), focused: z.literal(false) }),
  z.strictObject({
    browser,
    private: z.literal(false),
    focused: z.literal(true),
    url: z.string().min(1).max(8_192).nullable(),
    title: z.string().max(4_096).nullable(),
  }),
]);
export type BrowserWord = z.infer<typeof BrowserWord>;

/** What the agent says to the extension: speak, or be silent. Silence is where everything begins. */
export const AgentWord = z.strictObject({ say: z.enum(['listen', 'rest']) });
export type AgentWord = z.infer<typeof AgentWord>;

/** The first line on the socket between the native host and the agent. */
export const PairingLine = z.strictObject({ token: z.string().regex(/^[0-9a-f]{64}$/) });

/** The longest line on that socket. */
export const LINE_BYTES = 64 * 1024;

/** The secret that the native host shows to the agent: a file that only this user can read. */
export function pairingTokenPath(agentFolder: string): string {
  return join(agentFolder, 'browser-token');
}
