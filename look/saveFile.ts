/** Hands a file to the browser's own way of saving one. */
export function saveFile(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken it over by the next turn of its own.
  setTimeout(() => URL.revokeObjectURL(address), TAKEN_OVER_MS);
}

const TAKEN_OVER_MS = 15_000;
