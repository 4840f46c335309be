/** A record of a CSV file (RFC 4180), its end included. */
export function csvRecord(values: readonly unknown[]): string {
  return `${values.map(cell).join(',')}\r\n`;
}

/**
 * A spreadsheet takes a text that begins with one of these for a formula, and runs it (OWASP, "CSV Injection"). Such a text is given an
 * apostrophe in front, which shows it as text; the JSON beside the CSV has it as it is.
 */
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/u;

function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `"${(FORMULA.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}
