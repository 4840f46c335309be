/** Names of what the console holds in memory. The first word decides what a change makes stale. */
export const keys = {
  me: ['me'],
  people: ['people'],
  accessLogs: ['accessLogs'],
  teams: ['teams'],
  invitations: ['invitations'],
  factor: ['factor'],
  policy: ['policy'],
  notice: ['notice'],
  proof: ['proof'],
  sessions: ['sessions'],
  security: ['security'],
  devices: (person: string) => ['devices', person],
  codes: (person: string) => ['codes', person],
  receipt: (person: string, device: string) => ['receipt', person, device],
  accesses: (person: string) => ['accesses', person],
  day: (person: string, day: string, zone: string, purpose: string) => ['day', person, day, zone, purpose],
} as const;
