/** Names of what the console holds in memory. The first word decides what a change makes stale. */
export const keys = {
  me: ['me'],
  people: ['people'],
  accessLogs: ['accessLogs'],
  teams: ['teams'],
  policy: ['policy'],
  notice: ['notice'],
  proof: ['proof'],
  sessions: ['sessions'],
  security: ['security'],
  devices: (person: string) => ['devices', person],
  receipt: (person: string, device: string) => ['receipt', person, device],
  accesses: (person: string) => ['accesses', person],
  day: (person: string, day: string, zone: string, purpose: string) => ['day', person, day, zone, purpose],
} as const;
