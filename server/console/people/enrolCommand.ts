/** What to type on the computer that is to be enrolled. */
export function enrolCommand(server: string, code: string): string {
  return `daylight-agent enrol --server ${server} --code ${code}`;
}
