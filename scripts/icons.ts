import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

/**
 * Draws the icons of the desktop shell into agent/desktop/icons: the tray's for each state, for light and dark panels and as a
 * template for macOS, at one and two pixels a point; and the application's own. The files are in the repository: run this only
 * when a drawing changes.
 */
const folder = path.join(path.dirname(path.dirname(fileURLToPath(import.meta.url))), 'agent', 'desktop', 'icons');
const POINTS = 24;

/** Each state has a shape of its own: colour never stands alone. In units of a 24 × 24 drawing; `C` is the colour. */
const shapes = {
  stopped: '<circle cx="12" cy="12" r="7" fill="none" stroke="C" stroke-width="2"/>',
  recording: `<circle cx="12" cy="12" r="5" fill="C"/>${rays()}`,
  paused:
    '<circle cx="12" cy="12" r="9" fill="none" stroke="C" stroke-width="2"/><path d="M9.5 8.5v7M14.5 8.5v7" stroke="C" stroke-width="2.4" stroke-linecap="round"/>',
  attention:
    '<circle cx="12" cy="12" r="9" fill="none" stroke="C" stroke-width="2"/><path d="M12 7v6" stroke="C" stroke-width="2.4" stroke-linecap="round"/><circle cx="12" cy="16.6" r="1.4" fill="C"/>',
} as const;

function rays(): string {
  const turns = [0, 45, 90, 135, 180, 225, 270, 315];
  const ray = (turn: number) =>
    `<path d="M12 1.6v2.8" stroke="C" stroke-width="2" stroke-linecap="round" transform="rotate(${turn} 12 12)"/>`;
  return turns.map(ray).join('');
}

/** For which panel, and in which colour. */
const variants = { '-light': '#1f2430', '-dark': '#f4f5f7', Template: '#000000' } as const;

async function draw(svg: string, pixels: number, file: string): Promise<void> {
  const density = (72 * pixels) / POINTS;
  await sharp(Buffer.from(svg), { density })
    .resize(pixels, pixels)
    .png({ compressionLevel: 9 })
    .toFile(path.join(folder, file));
  console.log(`${file} (${pixels} × ${pixels})`);
}

function drawing(shape: string, colour: string, below = ''): string {
  const inside = below + shape.replaceAll('"C"', `"${colour}"`);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${POINTS}" height="${POINTS}" viewBox="0 0 24 24">${inside}</svg>`;
}

await mkdir(folder, { recursive: true });
for (const [state, shape] of Object.entries(shapes)) {
  for (const [variant, colour] of Object.entries(variants)) {
    await draw(drawing(shape, colour), POINTS, `${state}${variant}.png`);
    await draw(drawing(shape, colour), 2 * POINTS, `${state}${variant}@2x.png`);
  }
}
const field = '<rect x="1.5" y="1.5" width="21" height="21" rx="5" fill="#1c5f9e"/>';
await draw(
  drawing(`<g transform="translate(12 12) scale(0.72) translate(-12 -12)">${shapes.recording}</g>`, '#ffd866', field),
  1024,
  'app.png',
);
