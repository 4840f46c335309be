/**
 * What to type on the computer that is to be enrolled. It asks for the code there: as an argument, other accounts of that
 * computer could read it before it is used.
 */
export function enrolCommand(server: string): string {
  return `daylight-agent enrol --server ${server}`;
}
